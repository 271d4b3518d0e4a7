"""Wire format: broken records of TLSA and DNSSEC stay in their RRset, everything else that is broken is refused."""

import struct

import dns.dnssec
import dns.flags
import dns.message
import dns.name
import dns.rdata
import dns.rdatatype
import dns.rrset
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from fleet.dnssec.wire import parse, parse_question, tlsa_rdata
from fleet.errors import FailureKind, RemoteError

OWNER = "_25._tcp.mx.example.org"
GOOD = bytes([3, 1, 1]) + bytes(32)


def name(text):
    return dns.name.from_text(text).to_wire()


def record(owner, rdtype, rdata, ttl=300):
    return name(owner) + struct.pack("!HHIH", rdtype, 1, ttl, len(rdata)) + rdata


def message(answer=(), authority=(), additional=(), flags=0x8180, rdtype=52):
    header = struct.pack("!HHHHHH", 7, flags, 1, len(answer), len(authority), len(additional))
    question = name(OWNER) + struct.pack("!HH", rdtype, 1)
    return header + question + b"".join((*answer, *authority, *additional))


def tlsa(*rdatas):
    return [record(OWNER, 52, rdata) for rdata in rdatas]


REFUSED = {
    "empty": b"",
    "one octet": b"\x03",
    "two octets": b"\x03\x01",
    "no digest at all": b"\x03\x01\x01",
    "a digest one octet short": GOOD[:-1],
    "a digest one octet long": GOOD + b"\x00",
    "a SHA-256 digest that claims to be SHA-512": b"\x03\x01\x02" + bytes(32),
    "forty thousand octets": b"\x03\x01\x01" + bytes(39_997),
}


@pytest.mark.parametrize("rdata", REFUSED.values(), ids=REFUSED)
def test_a_malformed_tlsa_record_stays_beside_a_good_one(rdata):
    with pytest.raises(dns.exception.DNSException):
        dns.message.from_wire(message(tlsa(rdata)))  # what this module is for
    [rrset] = parse(message(tlsa(GOOD, rdata))).answer
    assert set(tlsa_rdata(rrset)) == {GOOD, rdata}
    assert (rrset.name, rrset.rdtype, rrset.ttl) == (dns.name.from_text(OWNER), dns.rdatatype.TLSA, 300)


DNSSEC = {
    "a DS with a digest cut short": (43, b"\x12\x34\x0d\x02" + bytes(31)),
    "a DS of the reserved digest type": (43, b"\x12\x34\x0d\x00" + bytes(32)),
    "a DS of one octet": (43, b"\x12"),
    "a DNSKEY of three octets": (48, b"\x01\x01\x03"),
    "an RRSIG that ends before its signer": (46, bytes(17)),
    "an NSEC that ends in its name": (47, b"\x03or"),
    "an NSEC with a cut bitmap": (47, b"\x00\x00\x04\x40"),
    "an NSEC3 that ends in its salt": (50, b"\x01\x00\x00\x00\x08abc"),
}


@pytest.mark.parametrize(("rdtype", "rdata"), DNSSEC.values(), ids=DNSSEC)
def test_a_malformed_record_of_dnssec_takes_no_other_with_it(rdtype, rdata):
    answer = [record(OWNER, rdtype, rdata), *tlsa(GOOD)]
    with pytest.raises(dns.exception.DNSException):
        dns.message.from_wire(message(answer))
    found = {int(rrset.rdtype): [each.to_wire() for each in rrset] for rrset in parse(message(answer)).answer}
    assert found == {rdtype: [rdata], 52: [GOOD]}


def test_three_octets_with_a_full_matching_type_pass_unchanged():
    [rrset] = parse(message(tlsa(b"\x03\x01\x00"))).answer
    assert tlsa_rdata(rrset) == (b"\x03\x01\x00",)


def test_records_behind_a_malformed_one_are_not_lost():
    answer = [*tlsa(b"\x01", b"", GOOD), record("other.example", 1, bytes([192, 0, 2, 1]))]
    parsed = parse(message(answer, additional=[record("x.example", 52, b"\x02")]))
    assert {rrset.rdtype.name: len(rrset) for rrset in parsed.answer} == {"TLSA": 3, "A": 1}
    assert tlsa_rdata(parsed.additional[0]) == (b"\x02",)


def test_owner_names_may_be_compressed():
    compressed = b"\xc0\x0c" + struct.pack("!HHIH", 52, 1, 60, 1) + b"\x03"
    [rrset] = parse(message([compressed])).answer
    assert rrset.name == dns.name.from_text(OWNER)


def test_a_signature_over_a_malformed_record_still_verifies():
    key = ec.generate_private_key(ec.SECP256R1())
    dnskey = dns.dnssec.make_dnskey(key.public_key(), "ECDSAP256SHA256")
    zone = dns.name.from_text("example.org")
    rrset = dns.rrset.RRset(dns.name.from_text(OWNER), 1, 52)
    for rdata in (GOOD, b"\x03", GOOD[:-1]):
        rrset.add(dns.rdata.GenericRdata(1, 52, rdata), 300)
    signature = dns.dnssec.sign(rrset, key, zone, dnskey, lifetime=3600)
    answer = [*tlsa(GOOD[:-1], GOOD, b"\x03"), record(OWNER, 46, signature.to_wire())]
    records, signatures = sorted(parse(message(answer)).answer, key=lambda found: -found.rdtype)
    assert records.rdtype == dns.rdatatype.TLSA
    dns.dnssec.validate(records, signatures, {zone: dns.rrset.from_rdata(zone, 300, dnskey)})
    records.add(dns.rdata.GenericRdata(1, 52, b""))
    with pytest.raises(dns.dnssec.ValidationFailure):
        dns.dnssec.validate(records, signatures, {zone: dns.rrset.from_rdata(zone, 300, dnskey)})


def test_of_a_truncated_message_only_the_question_is_read():
    cut = message(tlsa(GOOD, GOOD), flags=0x8380)[:-20]
    parsed = parse(cut)
    assert parsed.flags & dns.flags.TC
    assert parsed.question[0].name == dns.name.from_text(OWNER)
    assert parsed.answer == []


OPT_IN_ANSWER = b"\x00" + struct.pack("!HHIH", 41, 1232, 0, 0)
BROKEN = {
    "nothing": b"",
    "half a header": bytes(11),
    "a cut record": message(tlsa(GOOD))[:-1],
    "surplus octets": message(tlsa(GOOD)) + b"\x00",
    "surplus octets behind a malformed TLSA record": message(tlsa(b"")) + b"\x00",
    "more records counted than there are": message(tlsa(b""))[:7] + b"\x02" + message(tlsa(b""))[8:],
    "an A record of three octets": message([record("a.example", 1, b"abc")]),
    "an A record of three octets behind a malformed TLSA record": message([*tlsa(b""), record("a.example", 1, b"abc")]),
    "OPT among the answers, hiding a malformed TLSA record": message([*tlsa(b""), OPT_IN_ANSWER, *tlsa(b"\x01")]),
    "a name that points at itself": struct.pack("!HHHHHH", 7, 0x8180, 1, 0, 0, 0) + b"\xc0\x0c\x00\x01\x00\x01",
    "an UPDATE": message(flags=0xA800),
    "too long a message": message() + bytes(70_000),
}


@pytest.mark.parametrize("wire", BROKEN.values(), ids=BROKEN)
def test_anything_else_that_is_malformed_is_refused(wire):
    with pytest.raises(RemoteError) as refused:
        parse(wire)
    assert refused.value.failure.kind is FailureKind.MALFORMED


def test_the_record_that_spoils_a_message_is_named():
    with pytest.raises(RemoteError) as refused:
        parse(message([*tlsa(b""), record("MX.example", 15, b"\x00")]))
    assert refused.value.failure.sentence == "a message arrived whose MX mx.example is malformed"


def test_the_question_of_a_spoilt_message_can_still_be_read():
    spoilt = message([record("a.example", 1, b"abc")])
    assert parse_question(spoilt).question[0].name == dns.name.from_text(OWNER)
    assert parse_question(spoilt[:20]) is None


def outcome(wire):
    try:
        parse(wire)
    except RemoteError as error:
        return error.failure.kind
    return "read"


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fall_over(junk):
    for wire in (junk, message(tlsa(GOOD))[:12] + junk, message([junk]), message([*tlsa(b"\x01"), junk])):
        assert outcome(wire) in ("read", FailureKind.MALFORMED)


@given(st.lists(st.binary(max_size=70), max_size=6), st.data())
def test_flipping_bits_makes_no_other_exception(rdatas, data):
    wire = bytearray(message(tlsa(*rdatas)))
    for _ in range(3):
        wire[data.draw(st.integers(0, len(wire) - 1))] ^= data.draw(st.integers(1, 255))
    assert outcome(bytes(wire)) in ("read", FailureKind.MALFORMED)
