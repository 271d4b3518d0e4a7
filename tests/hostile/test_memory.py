"""What stays in memory when strangers send ever new things: a monitor runs for months, and they choose the sizes.

Everything remembered is bounded by number already; here each thing is as large as a stranger can make it.  Every test
sends enough to see what one thing leaves behind, and multiplies by how many of its kind are remembered.
"""

import asyncio
import itertools
import random

import dns.message
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import pytest
from adversary import NOW, internet, tree
from chains import DAY, issue, private_key, server
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from effort import forget, kept

from fleet.dane.certificate import describe
from fleet.dane.match import match_chain
from fleet.dane.pkix import Roots, pkix
from fleet.dnssec import Limits, Validator
from fleet.dnssec.chain import names_below
from fleet.dnssec.signature import verify_signature
from fleet.dnssec.wire import parse

MEGABYTE = 1 << 20
dice = random.Random(5)


def large_certificate(number: int, octets: int = 100_000) -> bytes:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"mx{number}")])
    key = private_key("ec-0")
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, NOW - DAY, NOW + DAY)
    padding = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), dice.randbytes(octets))
    return builder.add_extension(padding, False).sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def test_large_certificates_are_not_kept_by_the_hundred() -> None:
    roots = Roots([issue(server(), now=NOW).der])
    forget()

    def compare() -> None:
        for number in range(120):
            chain = [large_certificate(number), large_certificate(number + 1000)]
            match_chain(chain, [b"\x02\x00\x01" + bytes(32), b"\x03\x01\x01" + bytes(32)], ["mx.example"], NOW)
            pkix(chain, ["mx.example"], NOW, roots)
            for der in chain:
                describe(der)

    assert kept(compare) < 12 * MEGABYTE, "240 certificates of 100 kB are 24 MB"
    forget()


def test_replies_of_many_records_are_not_kept_by_the_thousand() -> None:
    asked = dns.message.make_query("mx.example", "A", use_edns=False).to_wire()
    head = asked[:2] + b"\x81\x80\x00\x01\x00\xf0\x00\x00\x00\x00" + asked[12:]

    def read() -> None:
        for _ in range(60):
            addresses = (b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x01\x2c\x00\x04" + dice.randbytes(4) for _ in range(240))
            [rrset] = parse(head + b"".join(addresses)).answer
            assert len(rrset) == 240

    assert kept(read) < 2 * MEGABYTE, "an RRset of 240 addresses takes about 70 kB, of which 4,096 would be kept"


def test_the_ancestors_of_long_names_are_not_kept() -> None:
    def descend() -> None:
        for number in range(200):
            names_below(dns.name.root, dns.name.from_text(f"x{number}." + "a." * 120))

    assert kept(descend) < MEGABYTE / 2, "a name of 122 labels has ancestors of 70 kB"


@pytest.mark.parametrize("part", ["signature", "key"])
def test_signatures_and_keys_of_kilobytes_are_not_kept(part: str) -> None:
    """Beyond what any algorithm has: they verify nothing, and it costs little to find that out again."""
    zone = tree.make_zone("long.org.", "@ MX 10 mx", algorithm=8)
    [key] = zone.keys
    mx = zone.nodes[zone.origin][dns.rdatatype.MX]
    good = zone.sign(mx, key)

    def verify() -> None:
        for _ in range(150):
            if part == "signature":
                verify_signature(mx, good.replace(signature=dice.randbytes(40_000)), key.rdata)
            else:
                modulus = key.rdata.key[:4] + bytes(40_000) + dice.randbytes(256)
                verify_signature(mx, good, key.rdata.replace(key=modulus))

    assert kept(verify) < MEGABYTE


def test_answers_are_kept_by_what_they_weigh() -> None:
    """TLSA records of 40,000 octets under ever new names, by a validator that is asked again and again."""
    zone = tree.make_zone("large.org.", "@ MX 10 mx", algorithm=15)
    numbers = itertools.count()
    net = internet(zone)

    def add(number: int) -> str:
        owner = tree.n(f"_25._tcp.mx{number}.large.org.")
        rdata = dns.rdata.GenericRdata(dns.rdataclass.IN, dns.rdatatype.TLSA, b"\x03\x01\x01" + dice.randbytes(39_000))
        zone.nodes[owner] = {dns.rdatatype.TLSA: dns.rrset.from_rdata(owner, 3600, rdata)}
        return owner.to_text()

    async def transport(query: dns.message.Message) -> dns.message.Message:
        reply = dns.message.make_response(query, recursion_available=True)
        net._answer(reply, query.question[0].name, query.question[0].rdtype)
        return parse(reply.to_wire(max_size=65535))

    validator = Validator(transport, net.anchors(), clock=lambda: NOW, limits=Limits(cache_entries=256))

    async def ask() -> None:
        for _ in range(100):
            owner = add(next(numbers))
            assert (await validator.resolve(owner, "TLSA")).rrset
            zone.nodes.pop(tree.n(owner))
            zone.signatures.clear()

    assert kept(lambda: asyncio.run(ask())) < 2 * MEGABYTE, "100 answers of 39 kB, of which 256 would be kept"
