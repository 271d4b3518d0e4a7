"""Whatever is altered on the way, nothing false is ever called secure."""

import asyncio

import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdatatype
import dns.rrset
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleet.model import Existence, Security

RECORDS = """
@ MX 10 mx
@ MX 20 mx2
mx A 192.0.2.1
mx2 A 192.0.2.2
_25._tcp.mx TLSA 3 1 1 abababababababababababababababababababababababababababababababab
alias CNAME mx
away CNAME mx.b.org.
*.wild A 192.0.2.9
old DNAME new
x.new A 192.0.2.3
deep.er.host A 192.0.2.4
"""
OWNERS = ("@", "mx", "_25._tcp.mx", "alias", "away", "q.wild", "wild", "x.old", "er.host", "nope", "no.pe", "zz")
TYPES = ("MX", "A", "TLSA", "DS", "CNAME")

zone_options = st.fixed_dictionaries(
    {
        "signed": st.booleans(),
        "denial": st.sampled_from(["nsec", "nsec3"]),
        "opt_out": st.booleans(),
        "algorithm": st.sampled_from([13, 15]),
    }
)


def _flip(rrset, position):
    """``rrset`` with one bit of its first rdata changed; None where that no longer parses."""
    rdatas = list(rrset)
    wire = bytearray(rdatas[0].to_wire())
    if not wire:
        return None
    wire[position % len(wire)] ^= 1 << (position % 8)
    try:
        rdatas[0] = dns.rdata.from_wire(rrset.rdclass, rrset.rdtype, bytes(wire), 0, len(wire))
    except Exception:
        return None
    return dns.rrset.from_rdata_list(rrset.name, rrset.ttl, rdatas)


def _break(kind, at, position):
    """A tamper function that alters one RRset of every reply, or its header."""

    def change(query, reply):
        every = [(section, index) for section in (reply.answer, reply.authority) for index in range(len(section))]
        if kind == "rcode":
            reply.set_rcode(dns.rcode.NXDOMAIN if reply.rcode() == dns.rcode.NOERROR else dns.rcode.NOERROR)
        elif kind == "empty":
            reply.answer.clear()
        elif every:
            section, index = every[at % len(every)]
            rrset = section[index]
            if kind == "drop":
                del section[index]
            elif kind == "flip":
                section[index] = _flip(rrset, position) or rrset
            elif kind == "rename":
                owner = dns.name.Name((b"forged", *rrset.name.labels[1:])) if len(rrset.name) > 2 else rrset.name
                section[index] = dns.rrset.from_rdata_list(owner, rrset.ttl, list(rrset))
            elif kind == "shrink" and len(rrset) > 1:
                section[index] = dns.rrset.from_rdata_list(rrset.name, rrset.ttl, list(rrset)[1:])

    return change


def _truth(answer):
    records = sorted(rdata.to_text() for rdata in answer.rrset) if answer.rrset is not None else None
    return answer.existence, answer.canonical, records


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    org=zone_options,
    a=zone_options,
    b=zone_options,
    owner=st.sampled_from(OWNERS),
    rdtype=st.sampled_from(TYPES),
    kind=st.sampled_from(["drop", "flip", "rename", "shrink", "rcode", "empty"]),
    which=st.sampled_from([None, "DS", "DNSKEY", "leaf"]),
    at=st.integers(0, 12),
    position=st.integers(0, 400),
)
def test_altered_data_is_never_secure_and_false(lab, org, a, b, owner, rdtype, kind, which, at, position):
    net = lab.internet(lab.zone("org.", **org), lab.zone("a.org.", RECORDS, **a), lab.zone("b.org.", RECORDS, **b))
    name = "a.org." if owner == "@" else f"{owner}.a.org."
    honest = asyncio.run(net.validator().resolve(name, rdtype))
    signed = org["signed"] and a["signed"]
    assert honest.security in (Security.SECURE, Security.INSECURE)
    if not signed and not (rdtype == "DS" and owner == "@"):
        assert honest.security is Security.INSECURE
    net.tamper(_break(kind, at, position), rdtype if which == "leaf" else which)
    altered = asyncio.run(net.validator().resolve(name, rdtype))
    if altered.security is Security.SECURE:
        assert honest.security is Security.SECURE
        assert _truth(altered) == _truth(honest)
    elif honest.security is Security.SECURE:
        # Stripping a proof may never turn a signed domain into one that looks unsigned.
        assert altered.security is not Security.INSECURE
    if altered.failure is not None:
        assert altered.existence is Existence.UNKNOWN
