"""Proofs of absence by NSEC and NSEC3, each broken one record at a time."""

from functools import partial

import dns.dnssec
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from fleet.dnssec import Limits
from fleet.dnssec.denial import nodata_fault
from fleet.dnssec.nsec3 import read_record
from fleet.model import Ede, Existence, LinkKind, Security

RECORDS = """
@ MX 10 mx
mx A 192.0.2.1
*.wild A 192.0.2.9
below.two.labels A 192.0.2.2
alias CNAME mx
"""
SECURE, INSECURE, BOGUS = Security.SECURE, Security.INSECURE, Security.BOGUS

DENIALS = {
    "nodata": ("mx.example.org", "MX", Existence.NODATA),
    "nodata at the apex": ("example.org", "TLSA", Existence.NODATA),
    "nxdomain": ("nope.example.org", "A", Existence.NXDOMAIN),
    "nxdomain far below": ("a.b.c.d.example.org", "A", Existence.NXDOMAIN),
    "nxdomain after the last name": ("zzz.example.org", "A", Existence.NXDOMAIN),
    "empty non-terminal": ("labels.example.org", "A", Existence.NODATA),
    "wildcard nodata": ("x.wild.example.org", "MX", Existence.NODATA),
    "no DS at a host": ("mx.example.org", "DS", Existence.NODATA),
}


@pytest.fixture(params=["nsec", "nsec3"])
def denial(request):
    return request.param


@pytest.fixture
def net(lab, denial):
    return lab.internet(lab.zone("example.org.", RECORDS, denial=denial))


@pytest.mark.parametrize("case", DENIALS)
async def test_absence_is_proven(net, case):
    name, rdtype, existence = DENIALS[case]
    answer = await net.validator().resolve(name, rdtype)
    assert (answer.security, answer.existence, answer.rrset) == (SECURE, existence, None)
    assert answer.chain[-1].kind is LinkKind.DENIAL
    assert answer.ttl == 300


@pytest.mark.parametrize("case", DENIALS)
async def test_every_record_of_a_proof_is_needed(lab, denial, case):
    """Leaving out any one NSEC or NSEC3 record that the proof rests on makes it bogus."""
    name, rdtype, _ = DENIALS[case]
    probe = lab.internet(lab.zone("example.org.", RECORDS, denial=denial))
    records = probe.zone("example.org.").chain
    needed = 0
    for record in records:
        zone = lab.zone("example.org.", RECORDS, denial=denial)
        net = lab.internet(zone)
        seen = []
        net.tamper(partial(_leave_out, record.name, seen), rdtype, name + ".")
        answer = await net.validator().resolve(name, rdtype)
        if seen:
            needed += 1
            assert answer.security is BOGUS, record
            assert answer.why.code == Ede.NSEC_MISSING
        else:
            assert answer.security is SECURE
    assert needed


def _leave_out(owner, seen, query, reply):
    before = len(reply.authority)
    kinds = (dns.rdatatype.NSEC, dns.rdatatype.NSEC3)
    reply.authority[:] = [
        rrset
        for rrset in reply.authority
        if not (rrset.name == owner and (rrset.rdtype in kinds or rrset.covers in kinds))
    ]
    if len(reply.authority) != before:
        seen.append(owner)


@pytest.mark.parametrize("case", DENIALS)
async def test_a_proof_for_one_name_does_not_serve_another(lab, denial, case):
    """The denial of a name that is absent, given for one that has data."""
    name, _, _ = DENIALS[case]
    zone = lab.zone("example.org.", RECORDS + "data A 192.0.2.7\n", denial=denial)
    net = lab.internet(zone)

    def replay(query, reply):
        reply.answer.clear()
        reply.authority.clear()
        net._answer(reply, lab.name(name), dns.rdatatype.TXT)

    net.tamper(replay, "A", "data.example.org.")
    answer = await net.validator().resolve("data.example.org", "A")
    assert answer.security is BOGUS


async def test_a_wildcard_answer_is_proven_and_says_so(net):
    answer = await net.validator().resolve("x.y.wild.example.org", "A")
    assert (answer.security, answer.existence) == (SECURE, Existence.DATA)
    assert "from a wildcard" in answer.chain[-1].sentence


async def test_a_wildcard_answer_without_proof_is_bogus(lab, net):
    net.tamper(lab.drop("NSEC", "NSEC3"), "A", "x.wild.example.org.")
    answer = await net.validator().resolve("x.wild.example.org", "A")
    assert (answer.security, answer.existence, answer.why.code) == (BOGUS, Existence.DATA, Ede.NSEC_MISSING)


async def test_a_wildcard_answer_for_a_name_that_exists_is_bogus(lab, denial):
    zone = lab.zone("example.org.", "* A 192.0.2.9\nreal A 192.0.2.1\n", denial=denial)
    net = lab.internet(zone)
    wildcard = zone.nodes[lab.name("*.example.org.")][dns.rdatatype.A]

    def replay(query, reply):
        owner = query.question[0].name
        reply.answer[:] = [
            dns.rrset.from_rdata_list(owner, 3600, list(wildcard)),
            dns.rrset.from_rdata_list(owner, 3600, zone.rrsigs(wildcard)),
        ]
        for record in zone.chain:
            net._put(reply.authority, zone, record)

    net.tamper(replay, "A", "real.example.org.")
    assert (await net.validator().resolve("real.example.org", "A")).security is BOGUS


async def test_a_wildcard_does_not_answer_below_an_empty_non_terminal(lab, denial):
    zone = lab.zone("example.org.", "* A 192.0.2.9\ndeep.er A 192.0.2.1\n", denial=denial)
    net = lab.internet(zone)
    wildcard = zone.nodes[lab.name("*.example.org.")][dns.rdatatype.A]

    def replay(query, reply):
        owner = query.question[0].name
        reply.answer[:] = [
            dns.rrset.from_rdata_list(owner, 3600, list(wildcard)),
            dns.rrset.from_rdata_list(owner, 3600, zone.rrsigs(wildcard)),
        ]
        for record in zone.chain:
            net._put(reply.authority, zone, record)

    net.tamper(replay, "A", "q.er.example.org.")
    assert (await net.validator().resolve("q.er.example.org", "A")).security is BOGUS


def test_the_childs_apex_record_denies_no_ds():
    """RFC 4035 5.2: the parent speaks for DS; at the child's apex SOA is listed."""
    apex = dns.rrset.from_text("example.org.", 300, "IN", "NSEC", "a.example.org. NS SOA RRSIG NSEC")[0].windows
    name = dns.name.from_text("example.org.")
    assert nodata_fault(apex, name, dns.rdatatype.DS) is not None
    assert nodata_fault(apex, name, dns.rdatatype.MX) is None
    assert nodata_fault(apex, dns.name.root, dns.rdatatype.DS) is None


def test_an_nsec3_record_stands_right_below_its_zone(lab):
    zone = lab.zone("example.org.", RECORDS, denial="nsec3")
    zone.finish()
    record = zone.chain[0]
    assert read_record(record.name, zone.origin, record[0]) is not None
    assert read_record(record.name, lab.name("org."), record[0]) is None
    assert read_record(lab.name("mx.example.org."), zone.origin, record[0]) is None


async def test_a_wildcard_asked_by_its_own_name_is_plain_data(net):
    answer = await net.validator().resolve("*.wild.example.org", "A")
    assert (answer.security, answer.existence) == (SECURE, Existence.DATA)


async def test_a_denial_whose_signature_expired_says_so(lab, denial):
    zone = lab.zone("example.org.", RECORDS, denial=denial)
    net = lab.internet(zone)
    for record in zone.chain:
        zone.signatures[(record.name, record.rdtype)] = [
            zone.sign(record, zone.keys[0], expiration=lab.now.replace(day=10))
        ]
    answer = await net.validator().resolve("nope.example.org", "A")
    assert (answer.security, answer.existence) == (BOGUS, Existence.NXDOMAIN)
    assert answer.why.code == Ede.SIGNATURE_EXPIRED
    assert answer.why.sentence.startswith("RRSIG of NSEC")


async def test_a_nodata_reply_for_an_alias_is_bogus(lab, net, denial):
    zone = net.zone("example.org.")

    def deny_alias(query, reply):
        reply.answer.clear()
        reply.authority.clear()
        net._deny(reply, zone, zone.prove_nodata, query.question[0].name)

    net.tamper(deny_alias, "A", "alias.example.org.")
    assert (await net.validator().resolve("alias.example.org", "A")).security is BOGUS


async def test_the_proof_decides_between_nodata_and_nxdomain(lab, net):
    def claim(rcode):
        def change(query, reply):
            reply.set_rcode(rcode)

        return change

    net.tamper(claim(dns.rcode.NXDOMAIN), "MX", "mx.example.org.")
    net.tamper(claim(dns.rcode.NOERROR), "A", "nope.example.org.")
    validator = net.validator()
    proven = await validator.resolve("mx.example.org", "MX")
    assert (proven.security, proven.existence) == (SECURE, Existence.NODATA)
    assert (await validator.resolve("nope.example.org", "A")).security is BOGUS


async def test_a_soa_that_is_not_signed_well_spoils_a_denial(lab, net):
    net.tamper(lab.drop("RRSIG:SOA"), "A", "nope.example.org.")
    assert (await net.validator().resolve("nope.example.org", "A")).security is BOGUS


async def test_a_delegation_is_proven_unsigned_without_a_soa(lab, denial):
    org = lab.zone("org.", denial=denial)
    net = lab.internet(org, lab.zone("plain.org.", RECORDS, signed=False))
    net.tamper(lab.drop("RRSIG:SOA"), "DS")
    assert (await net.validator().resolve("plain.org", "MX")).security is INSECURE


async def test_an_unsigned_denial_in_a_signed_zone_is_bogus(lab, net):
    net.tamper(lab.drop("RRSIG", "NSEC", "NSEC3"), "A", "nope.example.org.")
    answer = await net.validator().resolve("nope.example.org", "A")
    assert (answer.security, answer.existence, answer.why.code) == (BOGUS, Existence.NXDOMAIN, Ede.RRSIGS_MISSING)


async def test_the_parents_record_at_a_cut_denies_nothing_in_the_child(lab, denial):
    """RFC 6840 4.1 and 4.4: neither types at the cut nor names below it."""
    org, child = lab.zone("org.", denial=denial), lab.zone("example.org.", RECORDS)
    net = lab.internet(org, child)

    def by_parent(query, reply):
        reply.answer.clear()
        reply.authority.clear()
        reply.set_rcode(dns.rcode.NOERROR)
        for record in org.chain:
            net._put(reply.authority, org, record)

    net.tamper(by_parent, "MX", "example.org.")
    net.tamper(by_parent, "A", "mx.example.org.")
    validator = net.validator()
    assert (await validator.resolve("example.org", "MX")).security is BOGUS
    assert (await validator.resolve("mx.example.org", "A")).security is BOGUS


@pytest.mark.parametrize(
    ("name", "rdtype"), [("nope.example.org", "A"), ("mx.example.org", "TLSA"), ("mx.example.org", "DS")]
)
async def test_a_denial_signed_by_the_parent_below_a_signed_delegation_is_bogus(lab, name, rdtype):
    """RFC 4035 5.3.1: the signer has to be the zone that holds the name, also where no SOA beside it says which."""
    org, child = lab.zone("org."), lab.zone("example.org.", RECORDS)
    net = lab.internet(org, child)

    def by_parent(query, reply):
        denials = [rrset for rrset in reply.authority if rrset.rdtype == dns.rdatatype.NSEC]
        signatures = [dns.rrset.from_rdata(rrset.name, 300, org.sign(rrset, org.keys[0])) for rrset in denials]
        reply.authority[:] = [*denials, *signatures]

    net.tamper(by_parent, rdtype, f"{name}.")
    answer = await net.validator().resolve(name, rdtype)
    assert answer.security is BOGUS
    assert "is by org, but the zone is example.org" in answer.why.sentence


async def test_a_denial_of_the_parents_with_too_many_iterations_makes_no_signed_child_insecure(lab):
    """A true record of the parent's, replayed: it would be insecure there, and says nothing of the child."""
    org, child = lab.zone("org.", denial="nsec3", iterations=500), lab.zone("example.org.", RECORDS)
    net = lab.internet(org, child)

    def replay(query, reply):
        reply.answer.clear()
        reply.authority.clear()
        net._put(reply.authority, org, org.chain[0])

    net.tamper(replay, "TLSA", "_25._tcp.mx.example.org.")
    assert (await net.validator().resolve("_25._tcp.mx.example.org", "TLSA")).security is BOGUS


async def test_a_wildcard_of_the_parents_makes_no_signed_child_insecure(lab):
    """Nor does one whose proof would be insecure in the parent itself."""
    org, child = lab.zone("org.", "* A 203.0.113.66", denial="nsec3", iterations=500), lab.zone("example.org.", RECORDS)
    net = lab.internet(org, child)
    wild = org.nodes[lab.name("*.org.")][dns.rdatatype.A]

    def replay(query, reply):
        reply.answer.clear()
        net._put(reply.answer, org, wild, owner=query.question[0].name)
        net._put(reply.authority, org, org.chain[0])

    net.tamper(replay, "A", "mx.example.org.")
    assert (await net.validator().resolve("mx.example.org", "A")).security is BOGUS


async def test_a_denial_signed_by_the_parent_beside_a_soa_of_an_unsigned_child_is_not_secure(lab):
    org, child = lab.zone("org."), lab.zone("plain.org.", RECORDS, ds=False)
    net = lab.internet(org, child)

    def by_parent(query, reply):
        lab.drop("RRSIG:NSEC")(query, reply)
        for rrset in [rrset for rrset in reply.authority if rrset.rdtype == dns.rdatatype.NSEC]:
            reply.authority.append(dns.rrset.from_rdata(rrset.name, 300, org.sign(rrset, org.keys[0])))

    net.tamper(by_parent, "A", "nope.plain.org.")
    answer = await net.validator().resolve("nope.plain.org", "A")
    assert (answer.security, answer.why.sentence) == (INSECURE, "no DS for plain.org in its parent org")


async def test_who_has_to_deny_is_known_without_a_question_more(lab, net):
    validator = net.validator()
    await validator.resolve("mx.example.org", "A")
    net.queries.clear()
    assert (await validator.resolve("_25._tcp.mx.example.org", "TLSA")).security is SECURE
    assert [(name, rdtype) for name, rdtype, _ in net.queries] == [("_25._tcp.mx.example.org.", "TLSA")]


async def test_the_record_at_a_dname_denies_nothing_below_it(lab, denial):
    zone = lab.zone("example.org.", "old DNAME new\nx.new A 192.0.2.1\n", denial=denial)
    net = lab.internet(zone)

    def everything(query, reply):
        reply.answer.clear()
        reply.authority.clear()
        reply.set_rcode(dns.rcode.NXDOMAIN)
        for record in zone.chain:
            net._put(reply.authority, zone, record)

    net.tamper(everything, "A", "x.old.example.org.")
    assert (await net.validator().resolve("x.old.example.org", "A")).security is BOGUS


async def test_a_denial_expanded_from_a_wildcard_is_no_denial(lab):
    """NSEC records of a wildcard can be asked for; expanded they would deny any name."""
    zone = lab.zone("example.org.", "* TXT wild\nmx A 192.0.2.1\n")
    net = lab.internet(zone)
    wild = next(record for record in zone.chain if record.name.is_wild())

    def expand(query, reply):
        owner = query.question[0].name
        reply.answer.clear()
        net._put(reply.authority, zone, zone.nodes[zone.origin][dns.rdatatype.SOA])
        reply.authority.append(dns.rrset.from_rdata_list(owner, 300, list(wild)))
        reply.authority.append(dns.rrset.from_rdata_list(owner, 300, zone.rrsigs(wild)))

    net.tamper(expand, "A", "mx.example.org.")
    assert (await net.validator().resolve("mx.example.org", "A")).security is BOGUS


class TestOptOut:
    """Unsigned delegations in an opt-out span have no NSEC3 record: what rests on such a span is insecure."""

    @pytest.fixture
    def net(self, lab):
        org = lab.zone("org.", "host A 192.0.2.1\n*.wild A 192.0.2.9", denial="nsec3", opt_out=True)
        return lab.internet(org, lab.zone("plain.org.", RECORDS, signed=False), lab.zone("example.org.", RECORDS))

    async def test_an_unsigned_delegation_is_insecure(self, net):
        answer = await net.validator().resolve("plain.org", "MX")
        assert (answer.security, answer.existence) == (INSECURE, Existence.DATA)
        assert "opt-out" in answer.why.sentence

    async def test_a_signed_delegation_is_secure(self, net):
        assert (await net.validator().resolve("example.org", "MX")).security is SECURE

    async def test_a_name_that_does_not_exist_is_insecurely_absent(self, net):
        answer = await net.validator().resolve("nope.org", "A")
        assert (answer.security, answer.existence) == (INSECURE, Existence.NXDOMAIN)
        assert "opt-out" in answer.why.sentence

    async def test_nodata_at_a_name_with_a_record_is_secure(self, net):
        answer = await net.validator().resolve("host.org", "MX")
        assert (answer.security, answer.existence) == (SECURE, Existence.NODATA)

    async def test_a_wildcard_answer_over_an_opt_out_span_is_insecure(self, net):
        answer = await net.validator().resolve("x.wild.org", "A")
        assert (answer.security, answer.existence) == (INSECURE, Existence.DATA)

    async def test_nodata_at_a_wildcard_over_an_opt_out_span_is_insecure(self, net):
        answer = await net.validator().resolve("x.wild.org", "MX")
        assert (answer.security, answer.existence) == (INSECURE, Existence.NODATA)

    async def test_opt_out_does_not_excuse_a_signed_delegation(self, lab, net):
        """A span that does not cover the child's hash proves nothing about its DS."""
        net.tamper(lambda query, reply: _deny_with_all(net, "org.", reply), "DS", "example.org.")
        answer = await net.validator().resolve("example.org", "MX")
        assert answer.security is BOGUS


def _deny_with_all(net, origin, reply):
    zone = net.zone(origin)
    reply.answer.clear()
    reply.authority.clear()
    for record in zone.chain:
        net._put(reply.authority, zone, record)


class TestNsec3Parameters:
    async def test_many_iterations_are_insecure_never_bogus(self, lab):
        net = lab.internet(lab.zone("example.org.", RECORDS, denial="nsec3", iterations=151))
        answer = await net.validator().resolve("nope.example.org", "A")
        assert (answer.security, answer.existence) == (INSECURE, Existence.NXDOMAIN)
        assert answer.why.code == Ede.UNSUPPORTED_NSEC3_ITERATIONS
        assert answer.why.sentence.startswith("NSEC3 iterations 151")

    async def test_many_iterations_excuse_missing_signatures_but_no_bad_ones(self, lab):
        """That no unsigned zone begins at a host is not proven, but its signatures show to which zone it belongs."""
        zone = lab.zone("example.org.", RECORDS, denial="nsec3", iterations=500)
        net = lab.internet(zone)
        owner = lab.name("mx.example.org.")
        rrset = zone.nodes[owner][dns.rdatatype.A]
        expired = zone.sign(rrset, zone.keys[0], expiration=lab.now.replace(day=10))
        zone.signatures[(owner, dns.rdatatype.A)] = [expired]
        answer = await net.validator().resolve("mx.example.org", "A")
        assert (answer.security, answer.why.code) == (BOGUS, Ede.SIGNATURE_EXPIRED)
        net.tamper(lab.drop("RRSIG:A"), "A")
        assert (await net.validator().resolve("mx.example.org", "A")).security is INSECURE

    async def test_150_iterations_are_computed(self, lab):
        net = lab.internet(lab.zone("example.org.", RECORDS, denial="nsec3", iterations=150))
        assert (await net.validator().resolve("nope.example.org", "A")).security is SECURE

    async def test_the_limit_is_the_callers(self, lab):
        net = lab.internet(lab.zone("example.org.", RECORDS, denial="nsec3", iterations=11))
        strict = net.validator(limits=Limits(nsec3_insecure_iterations=10))
        assert (await strict.resolve("nope.example.org", "A")).security is INSECURE

    async def test_an_iteration_count_is_believed_only_with_its_signature(self, lab):
        zone = lab.zone("example.org.", RECORDS, denial="nsec3")
        net = lab.internet(zone)

        def inflate(query, reply):
            for number, rrset in enumerate(reply.authority):
                if rrset.rdtype == dns.rdatatype.NSEC3:
                    inflated = [rdata.replace(iterations=500) for rdata in rrset]
                    reply.authority[number] = dns.rrset.from_rdata_list(rrset.name, 300, inflated)

        net.tamper(inflate, "A")
        assert (await net.validator().resolve("nope.example.org", "A")).security is BOGUS

    async def test_many_iterations_above_make_a_delegation_insecure(self, lab):
        org = lab.zone("org.", denial="nsec3", iterations=500)
        net = lab.internet(org, lab.zone("plain.org.", RECORDS, signed=False))
        answer = await net.validator().resolve("plain.org", "MX")
        assert (answer.security, answer.why.code) == (INSECURE, Ede.UNSUPPORTED_NSEC3_ITERATIONS)

    @pytest.mark.parametrize("change", [{"flags": 2}, {"algorithm": 2}], ids=["unknown flag", "unknown hash"])
    async def test_records_of_an_unknown_kind_are_ignored(self, lab, change):
        zone = lab.zone("example.org.", RECORDS, denial="nsec3")
        net = lab.internet(zone)
        zone.chain = [dns.rrset.from_rdata(record.name, 300, record[0].replace(**change)) for record in zone.chain]
        answer = await net.validator().resolve("nope.example.org", "A")
        assert (answer.security, answer.why.code) == (BOGUS, Ede.NSEC_MISSING)

    async def test_records_that_differ_in_salt_prove_nothing_together(self, lab):
        zone = lab.zone("example.org.", RECORDS, denial="nsec3")
        other = lab.zone("example.org.", RECORDS, denial="nsec3", salt=b"\xcd", keys=zone.keys)
        net = lab.internet(zone)
        other.finish()
        net.tamper(lambda query, reply: net._put(reply.authority, other, other.chain[0]), "A")
        answer = await net.validator().resolve("nope.example.org", "A")
        assert (answer.security, answer.why.code) == (BOGUS, Ede.NSEC_MISSING)
        assert "differ in iterations or salt" in answer.why.sentence

    async def test_hashing_is_bounded(self, lab):
        net = lab.internet(lab.zone("example.org.", RECORDS, denial="nsec3", iterations=150))
        name = ".".join(["a"] * 100) + ".example.org"
        answer = await net.validator().resolve(name, "A")
        assert answer.security is BOGUS
        assert "limit of NSEC3 hashes" in answer.why.sentence
