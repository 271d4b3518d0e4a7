"""Zones made to cost a validator more than they cost their owner, walked from MX to certificate."""

import base64
import hashlib
import random
import time
from typing import Any

import dns.dnssec
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import pytest
from adversary import NOW, World, assert_held, assert_no_dane, internet, outcomes, tree, with_tlsa
from chains import issue, server
from effort import HELD_CPU_SECONDS, endure

from fleet.dnssec import Validator
from fleet.dnssec.client import Client
from fleet.dnssec.signature import verify_signature
from fleet.model import Ede, Existence, MxMeaning, Outcome, Security

ED25519 = 15
MEMORY = 24 * 1024 * 1024
"""Octets; about ten times what a walk of an honest destination takes beside the servers of this process."""
P = 2**255 - 19
D = -121665 * pow(121666, P - 2, P) % P


def on_curve(key: bytes) -> bool:
    """Whether ``key`` is the encoding of a point, so that a signature check goes all the way."""
    y = int.from_bytes(key, "little") & (1 << 255) - 1
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    return y < P and pow(square, (P - 1) // 2, P) == 1


def colliding_keys(real: Any, count: int) -> list[Any]:
    """Other Ed25519 keys with the tag of ``real``: the tag is a sum, so the last word can make up for the others."""
    dice, found = random.Random(1), []
    while len(found) < count:
        key = bytearray(dice.randbytes(32))
        for _ in range(2):  # a carry may take a second correction
            off = real.key_id() - as_key(bytes(key)).key_id()
            key[30:32] = ((int.from_bytes(key[30:32], "big") + off) % 0xFFFF).to_bytes(2, "big")
        rdata = as_key(bytes(key))
        if rdata.key_id() == real.key_id() and on_curve(bytes(key)):
            found.append(rdata)
    return found


def as_key(key: bytes) -> Any:
    return dns.rdata.from_text("IN", "DNSKEY", f"257 3 {ED25519} {base64.b64encode(key).decode()}")


def forged(zone: Any, rrset: Any, count: int) -> list[Any]:
    """Signatures that look right in everything but their bits."""
    real, dice = zone.sign(rrset, zone.keys[0]), random.Random(2)
    return [real.replace(signature=dice.randbytes(31) + b"\x00" + dice.randbytes(31) + b"\x00") for _ in range(count)]


MAIL = "@ MX 10 mx\nmx A 198.51.100.1\n_25._tcp.mx TLSA 3 1 1 " + "ab" * 32


def key_trap(where: str, others: int) -> Any:
    """A zone of a key, ``others`` with the same tag, and 200 forged signatures over what ``where`` names."""
    zone = tree.make_zone("trap.org.", MAIL, algorithm=ED25519)
    net = internet(zone)
    keys = zone.nodes[zone.origin][dns.rdatatype.DNSKEY]
    real = keys[0]
    colliding = colliding_keys(real, others)
    zone.nodes[zone.origin][dns.rdatatype.DNSKEY] = dns.rrset.from_rdata_list(zone.origin, 3600, [real, *colliding])
    if where == "DNSKEY":
        ds = [dns.dnssec.make_ds(zone.origin, key, "SHA256") for key in [real, *colliding]]
        net.zone("org.").nodes[zone.origin][dns.rdatatype.DS] = dns.rrset.from_rdata_list(zone.origin, 3600, ds)
    rdtype = dns.rdatatype.from_text(where)
    for owner, types in zone.nodes.items():
        if rdtype in types:
            zone.signatures[(owner, int(rdtype))] = forged(zone, types[rdtype], 200)
    return net


@pytest.mark.parametrize(("where", "others"), [("MX", 3), ("A", 3), ("TLSA", 3), ("MX", 300), ("DNSKEY", 300)])
def test_a_key_trap_is_bogus_and_delivers_nothing(world: World, where: str, others: int) -> None:
    """Of four keys with one tag each is tried; of more, those that come first."""
    world.serve(key_trap(where, others))
    verdict = world.check("trap.org", octets=MEMORY)
    assert_held(verdict)
    assert verdict.mx
    lookups = {"MX": verdict.mx.lookup, "DNSKEY": verdict.mx.lookup}
    if where == "A":
        [address] = [step for step in verdict.steps if type(step).__name__ == "AddressStep"]
        lookups["A"] = address.a
    elif where == "TLSA":
        [tlsa] = verdict.tlsa("mx.trap.org")
        lookups["TLSA"] = tlsa.lookup
    assert lookups[where].security is Security.BOGUS
    assert lookups[where].reason


def test_a_key_trap_costs_no_more_than_its_limits_allow(world: World) -> None:
    world.serve(key_trap("MX", 3))
    checked: list[int] = []

    def count(*arguments: Any) -> bool:
        checked.append(arguments[0].rdtype)
        return verify_signature(*arguments)

    client = Client(world.network, "192.0.2.53", timeout=5)
    validator = Validator(client, world.anchors, clock=lambda: NOW, verify_signature=count)
    answer = endure(lambda: validator.resolve("trap.org", "MX"))
    assert answer.security is Security.BOGUS
    assert checked.count(dns.rdatatype.MX) == 32, "200 signatures by 4 keys would be 800"
    assert len(checked) < 200


def test_2500_nsec3_iterations_are_no_reason_to_hash(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.serve(internet(tree.make_zone("deep.org.", MAIL.splitlines()[0] + "\nmx A 198.51.100.1",
                                        denial="nsec3", iterations=2500)))  # fmt: skip
    verdict = world.check("deep.org", octets=MEMORY)
    assert_no_dane(verdict)
    [tlsa] = verdict.tlsa("mx.deep.org")
    assert tlsa.lookup.security is Security.INSECURE
    assert tlsa.lookup.reason
    assert tlsa.lookup.reason.code == Ede.UNSUPPORTED_NSEC3_ITERATIONS
    real, rounds = hashlib.sha1, 0

    def counted(*arguments: Any, **options: Any) -> Any:
        nonlocal rounds
        rounds += 1
        return real(*arguments, **options)

    monkeypatch.setattr("fleet.dnssec.nsec3.hashlib.sha1", counted)
    # The servers of this process hash with dnspython, through the same hashlib: their replies are known by now.
    rounds = 0
    world.check("deep.org")
    assert rounds < 2500


def test_a_name_of_a_hundred_labels_below_300_nsec3_records_ends(world: World) -> None:
    hosts = "\n".join(f"h{number} A 192.0.2.1" for number in range(300))
    zone = tree.make_zone("long.org.", hosts, denial="nsec3", iterations=150, algorithm=ED25519)
    net = internet(zone)
    signed = [part for rrset in zone.chain for part in (rrset, signatures(rrset, zone.rrsigs(rrset)))]

    def add_all(query: Any, reply: Any) -> None:
        if any(rrset.rdtype == dns.rdatatype.NSEC3 for rrset in reply.authority):
            reply.authority[:] = [rrset for rrset in reply.authority if rrset.rdtype == dns.rdatatype.SOA] + signed

    net.tamper(add_all)
    world.serve(net)
    name = ".".join(["a"] * 100) + ".long.org"
    verdict = world.check(name, dns_timeout=10.0, octets=MEMORY)
    assert_no_dane(verdict)
    assert verdict.mx
    assert verdict.mx.lookup.reason


def signatures(rrset: Any, rrsigs: list[Any]) -> Any:
    return dns.rrset.from_rdata_list(rrset.name, rrset.ttl, rrsigs)


def chain_of(hops: int, prefix: str, last: str) -> str:
    lines = [f"{prefix}{number} CNAME {prefix}{number + 1}" for number in range(hops)]
    return "\n".join([*lines, f"{prefix}{hops} {last}"])


LOOPS = {
    "CNAME to itself": "@ MX 10 mx\nmx CNAME mx",
    "two CNAMEs": "@ MX 10 mx\nmx CNAME my\nmy CNAME mx",
    "DNAMEs": "@ MX 10 mx.d\nd DNAME e\ne DNAME d",
    "growing DNAME": "@ MX 10 mx.d\nd DNAME x.d",
    "64 hops": "@ MX 10 h0\n" + chain_of(64, "h", "A 198.51.100.1"),
}


@pytest.mark.parametrize("name", LOOPS)
def test_an_mx_host_at_the_end_of_an_endless_alias_fails_the_lookup(world: World, name: str) -> None:
    world.serve(internet(tree.make_zone("loop.org.", LOOPS[name], algorithm=ED25519)))
    # dnspython gives up on the nested names of the growing one, so that only a timeout ends those questions.
    verdict = world.check("loop.org", octets=MEMORY, dns_timeout=0.5 if name == "growing DNAME" else 3.0)
    assert_held(verdict)
    [host] = verdict.hosts
    address = verdict.address(host.name)
    assert address
    assert address.addresses == ()
    assert address.a.existence is Existence.UNKNOWN
    assert address.a.failure
    assert address.a.failure.sentence


def test_a_tlsa_name_at_the_end_of_64_hops_fails_its_host(world: World) -> None:
    text = f"@ MX 10 mx\nmx A 198.51.100.1\n_25._tcp.mx CNAME h0\n{chain_of(64, 'h', 'TLSA 3 1 1 ' + 'ab' * 32)}"
    world.serve(internet(tree.make_zone("loop.org.", text, algorithm=ED25519)))
    world.presented["198.51.100.1"] = ()
    verdict = world.check("loop.org", octets=MEMORY)
    assert_held(verdict)
    [tlsa] = verdict.tlsa("mx.loop.org")
    assert tlsa.lookup.failure


def test_a_domain_that_is_an_alias_of_64_hops_has_no_mail_hosts(world: World) -> None:
    world.serve(internet(tree.make_zone("loop.org.", chain_of(64, "h", "MX 10 mx"), algorithm=ED25519)))
    verdict = world.check("h0.loop.org", octets=MEMORY)
    assert_held(verdict)
    assert verdict.mx
    assert verdict.mx.meaning is MxMeaning.FAILED


def test_of_500_mx_hosts_20_are_walked_and_the_others_are_named_as_unknown(world: World) -> None:
    mx = "\n".join(f"@ MX {number} mx{number}" for number in range(500))
    hosts = "\n".join(f"mx{number} A 198.51.100.{number}" for number in range(20))
    world.serve(internet(tree.make_zone("many.org.", f"{mx}\n{hosts}", algorithm=ED25519)))
    verdict = world.check("many.org", octets=3 * MEMORY, dns_timeout=10.0)
    assert len(verdict.hosts) == 20
    assert any("480 MX hosts" in sentence for sentence in verdict.unknown)
    assert_no_dane(verdict)


def test_of_500_addresses_8_are_tried_and_the_others_are_named_as_unknown(world: World) -> None:
    addresses = "\n".join(f"mx A 198.51.{number // 250}.{number % 250}" for number in range(500))
    world.serve(internet(tree.make_zone("many.org.", f"@ MX 10 mx\n{addresses}", algorithm=ED25519)))
    verdict = world.check("many.org", octets=MEMORY, dns_timeout=10.0)
    assert len(verdict.contacts("mx.many.org")) == 8
    assert any("492 addresses" in sentence for sentence in verdict.unknown)
    assert_no_dane(verdict)


def test_500_mx_hosts_of_500_addresses_each_are_walked_as_far_as_the_limits_of_both(world: World) -> None:
    mx = "\n".join(f"@ MX {number} mx{number}" for number in range(500))
    text = "\n".join(
        f"mx{host} A 198.{18 + host % 2}.{number // 250}.{number % 250}" for host in range(20) for number in range(500)
    )
    world.serve(internet(tree.make_zone("many.org.", f"{mx}\n{text}", algorithm=ED25519)))
    verdict = world.check("many.org", octets=3 * MEMORY, dns_timeout=10.0)
    assert [len(verdict.contacts(host.name)) for host in verdict.hosts] == [8] * 20
    assert sum("492 addresses" in sentence for sentence in verdict.unknown) == 20
    assert any("480 MX hosts" in sentence for sentence in verdict.unknown)
    assert_no_dane(verdict)


def test_of_1000_tlsa_records_100_are_looked_at_and_the_others_are_named_as_unknown(world: World) -> None:
    records = [b"\x03\x01\x01" + number.to_bytes(32, "big") for number in range(1000)]
    world.serve(with_tlsa(*records))
    world.presented["198.51.100.1"] = (issue(server()).der,)
    verdict = world.check("tlsa.org", octets=3 * MEMORY, dns_timeout=10.0)
    [tlsa] = verdict.tlsa("mx.tlsa.org")
    assert (len(tlsa.records), tlsa.truncated) == (100, 900)
    assert any("900 TLSA records" in sentence for sentence in verdict.unknown)
    assert_no_dane(verdict)


@pytest.mark.parametrize(
    "rdata",
    [b"", b"\x03\x01\x01", b"\x03\x00\x00" + bytes(39_997), b"\x02\x01\x00" + b"\x30" * 39_997],
    ids=["0 octets", "3 octets", "40,000 octets", "40,000 octets of open sequences"],
)
def test_a_tlsa_record_of_any_length_is_unusable_and_forbids_clear_text(world: World, rdata: bytes) -> None:
    world.serve(with_tlsa(rdata))
    world.presented["198.51.100.1"] = (issue(server()).der,)
    verdict = world.check("tlsa.org", octets=MEMORY)
    [tlsa] = verdict.tlsa("mx.tlsa.org")
    assert tlsa.lookup.security is Security.SECURE
    assert [(record.raw, record.usable) for record in tlsa.records] == [(rdata, False)]
    assert tlsa.records[0].unusable
    assert not outcomes(verdict) & {Outcome.DANE, Outcome.CLEAR}


CUT = {
    "DS": ("org.", "cut.org.", "the digest in the DS of cut.org has the wrong length"),
    "MX": (
        "cut.org.",
        "cut.org.",
        "gave an answer that cannot be read: a message arrived whose MX cut.org is malformed",
    ),
    "A": ("cut.org.", "mx.cut.org.", "gave an answer that cannot be read: a message arrived whose A mx.cut.org is"),
    "DNSKEY": ("cut.org.", "cut.org.", "DNSKEY of cut.org matches no DS"),
}


@pytest.mark.parametrize("rdtype", CUT)
def test_a_record_cut_short_in_its_zone_ends_the_lookup_at_once_and_says_so(world: World, rdtype: str) -> None:
    net = internet(tree.make_zone("cut.org.", MAIL, algorithm=ED25519))
    origin, owner, sentence = CUT[rdtype]
    name, kind = tree.n(owner), dns.rdatatype.from_text(rdtype)
    node = net.zone(origin).nodes[name]
    generic = [dns.rdata.GenericRdata(dns.rdataclass.IN, kind, rdata.to_wire()[:-1][:20]) for rdata in node[kind]]
    node[kind] = dns.rrset.from_rdata_list(name, 3600, generic)
    world.serve(net)
    begun = time.monotonic()
    verdict = world.check("cut.org", dns_timeout=10.0)
    assert time.monotonic() - begun < 5, "nobody waits for what will not come"
    assert_held(verdict)
    address = verdict.address("mx.cut.org")
    lookup = address.a if address and rdtype == "A" else verdict.mx.lookup if verdict.mx else None
    assert lookup
    assert lookup.reason
    assert sentence in lookup.reason.sentence


def test_what_holds_the_event_loop_is_noticed() -> None:
    async def stall() -> None:
        begun = time.thread_time()
        while time.thread_time() - begun < 2 * HELD_CPU_SECONDS:
            pass

    with pytest.raises(AssertionError, match="the event loop was held"):
        endure(stall)
