"""The quick reading of a message is dnspython's reading, or none at all."""

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rdata
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fleet.dnssec.frequent import LARGEST, read_frequent

NAMES = st.sampled_from(
    [
        ".",
        "org.",
        "ORG.",
        "example.org.",
        "Example.Org.",
        "mx.example.org.",
        "_25._tcp.mx.example.org.",
        "\\000\\255.org.",
    ]
)
TTLS = st.sampled_from([0, 1, 300, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF])


def texts(rdtype, *forms):
    return st.tuples(st.just(rdtype), st.sampled_from(forms))


RECORDS = st.one_of(
    texts("A", "192.0.2.1", "192.0.2.2"),
    texts("AAAA", "2001:db8::1"),
    texts("MX", "10 mx.example.org.", "10 MX.example.org.", "0 ."),
    texts("CNAME", "example.org.", "org."),
    texts("DNAME", "example.org."),
    texts("NS", "ns.example.org.", "example.org."),
    texts("SOA", "ns.example.org. mail.org. 1 2 3 4 5", "ns.example.org. . 2 2 3 4 5"),
    texts("TLSA", "3 1 1 " + "ab" * 32, "2 0 0 abcdef"),
    texts("DS", "4711 13 2 " + "cd" * 32),
    texts("DNSKEY", "257 3 13 " + "QUJD" * 16),
    texts("RRSIG", *(f"{kind} 13 2 300 20300101000000 20200101000000 1 example.org. QUJD" for kind in ("MX", "A"))),
    texts("NSEC", "mx.example.org. A MX RRSIG NSEC"),
    texts("NSEC3", "1 0 0 - 2t7b4g4vsa5smi47k61mv5bv1a22bojr A RRSIG"),
    texts("TXT", "text"),
)
SECTION = st.lists(st.tuples(NAMES, RECORDS, TTLS), max_size=5)


@st.composite
def messages(draw):
    """The wire format of a message with random sections, names compressed."""
    message = dns.message.make_query(draw(NAMES), draw(st.sampled_from(["MX", "TLSA"])), id=draw(st.integers(0, 65535)))
    message.flags = dns.flags.QR | draw(st.sampled_from([0, dns.flags.AD, dns.flags.CD, 3]))
    for section in message.sections[1:]:
        for owner, (rdtype, text), ttl in draw(SECTION):
            rdata = dns.rdata.from_text("IN", rdtype, text)
            rrset = dns.rrset.RRset(dns.name.from_text(owner), rdata.rdclass, rdata.rdtype, rdata.covers())
            rrset.add(rdata)
            rrset.ttl = ttl
            section.append(rrset)
    if draw(st.booleans()):
        message.use_edns(0, dns.flags.DO, 1232, options=draw(st.sampled_from([[], [dns.edns.EDEOption(7, "expired")]])))
    return message.to_wire(max_size=65535)


def as_read(message):
    """Everything about a message that anybody looks at."""
    return (
        message.id,
        message.flags,
        message.rcode(),
        message.wire,
        (message.edns, message.payload, message.ednsflags, message.options),
        [[shown(rrset) for rrset in section] for section in message.sections],
    )


def shown(rrset):
    records = [(type(rdata), rdata.rdclass, rdata.rdtype, rdata.to_wire()) for rdata in rrset]
    return rrset.name.labels, rrset.rdclass, rrset.rdtype, rrset.covers, rrset.deleting, rrset.ttl, records


def same_as_dnspython(wire):
    """Whether ``wire`` was read here; what is read has to be what dnspython reads without an error."""
    found = read_frequent(wire)
    if found is None:
        return False
    assert as_read(found) == as_read(dns.message.from_wire(wire))
    return True


@given(messages())
def test_every_message_of_common_records_is_read_and_as_dnspython_reads_it(wire):
    uncommon = any(rrset.rdtype == dns.rdatatype.TXT for part in dns.message.from_wire(wire).sections for rrset in part)
    assert same_as_dnspython(wire) is not uncommon


@given(messages(), st.data())
def test_altered_octets_are_read_as_dnspython_reads_them_or_left_to_it(wire, data):
    altered = bytearray(wire)
    for _ in range(data.draw(st.integers(1, 4))):
        altered[data.draw(st.integers(0, len(altered) - 1))] = data.draw(
            st.one_of(st.integers(0, 255), st.sampled_from([0, 1, 12, 0xC0, 0xC1]))
        )
    same_as_dnspython(bytes(altered))


@given(messages(), st.integers(0, 400), st.binary(max_size=20))
def test_messages_cut_short_or_with_something_behind_them_are_left_to_dnspython(wire, cut, tail):
    same_as_dnspython(wire[:cut])
    if tail:
        assert read_frequent(wire + tail) is None


@given(st.binary(max_size=200))
@example(b"")
def test_no_octets_make_it_fall_over(junk):
    same_as_dnspython(junk)


POINTED = {
    "to itself": b"\xc0\x0c",
    "forward": b"\xc0\x0e",
    "into its own labels": b"\x03org\xc0\x0d",
    "to where it has been": b"\x01a\xc0\x0c",
}


@pytest.mark.parametrize("name", POINTED.values(), ids=POINTED)
def test_pointers_that_lead_nowhere_are_left_to_dnspython(name):
    header = bytes.fromhex("000180000001000000000000")
    wire = header + name + bytes.fromhex("000f0001")
    assert read_frequent(wire) is None
    with pytest.raises(dns.exception.DNSException):
        dns.message.from_wire(wire)


def test_a_long_message_is_left_to_dnspython():
    message = dns.message.make_response(dns.message.make_query("example.org", "A"))
    addresses = [f"192.0.{high}.{low}" for high in range(2) for low in range(256)]
    message.answer.append(dns.rrset.from_text_list("example.org.", 300, "IN", "A", addresses))
    wire = message.to_wire(max_size=65535)
    assert len(wire) > LARGEST
    assert read_frequent(wire) is None


def test_what_one_message_is_changed_to_does_not_reach_the_next():
    message = dns.message.make_response(dns.message.make_query("example.org", "A"))
    message.answer.append(dns.rrset.from_text("example.org.", 300, "IN", "A", "192.0.2.1", "192.0.2.2"))
    wire = message.to_wire()
    read_frequent(wire).answer[0].clear()
    assert same_as_dnspython(wire)
