"""Verdicts built by hand, as short to write as the destination is to describe."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from fleet.errors import Failure, FailureKind
from fleet.model import (
    AddressStep,
    BaseMatch,
    Certificate,
    ChainMatch,
    Contact,
    ContactStep,
    Ede,
    Existence,
    Hop,
    Lookup,
    MailHost,
    MatchRules,
    MxMeaning,
    MxStep,
    Pkix,
    Reason,
    ResolverWord,
    Security,
    TlsaRecord,
    TlsaStep,
    TlsReport,
    Verdict,
)

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
RESOLVER = "192.0.2.53:53"
TIMEOUT = Failure(FailureKind.TIMEOUT, "no answer within 5 s")
USABLE = TlsaRecord(bytes([3, 1, 1]) + b"k" * 32, 3, 1, 1, b"k" * 32)
TWIN = TlsaRecord(bytes([3, 1, 1]) + b"n" * 32, 3, 1, 1, b"n" * 32)
UNUSABLE = TlsaRecord(bytes([1, 1, 1]) + b"k" * 32, 1, 1, 1, b"k" * 32, "usage 1 (PKIX-EE) is not for SMTP")


def lookup(name, rdtype, security="secure", existence="data", *, word="same", failure=None, hops=(), **more):
    """A lookup; ``word`` is ``same`` (a validating resolver agrees), ``no-ad``, None or a ResolverWord."""
    security, existence = Security(security), Existence(existence)
    if failure is not None:
        security, existence = Security.INDETERMINATE, Existence.UNKNOWN
    rcode = "NXDOMAIN" if existence is Existence.NXDOMAIN else "NOERROR"
    if word == "same":
        servfail = security is Security.BOGUS or failure is not None
        secure = security is Security.SECURE
        word = ResolverWord("SERVFAIL" if servfail else rcode, secure, Existence.UNKNOWN if servfail else existence)
    elif word == "no-ad":
        word = ResolverWord(rcode, False, existence)
    if security in (Security.BOGUS, Security.INSECURE) and "reason" not in more:
        more["reason"] = Reason(Ede.DNSSEC_BOGUS, f"the zone of {name} is {security}")
    canonical = hops[-1].target if hops else name
    fields = {"rcode": rcode, "canonical": canonical, "resolver": RESOLVER} | more
    return Lookup(
        name=name,
        rdtype=rdtype,
        security=security,
        existence=existence,
        failure=failure,
        hops=hops,
        word=word,
        **fields,
    )


def alias_of(target, security, name="mx.example"):
    """The hops of one CNAME."""
    return (Hop("CNAME", name, target, Security(security)),)


def matched():
    return ChainMatch(True, True, "3 1 1 matches the leaf", ())


def mismatched(report=TlsReport.CERTIFICATE_NOT_TRUSTED):
    return ChainMatch(False, True, "no record matches the presented chain", (), report)


def certificate(name="mx.example", not_after=datetime(2027, 6, 1, tzinfo=UTC), sha256="a" * 64):
    return Certificate(f"CN={name}", "CN=CA", (name,), datetime(2026, 6, 1, tzinfo=UTC), not_after, sha256, "b" * 64)


@dataclass
class Host:
    """One MX host: state words for its columns, and what its server did.

    ``session`` is ``tls`` (with ``match``), a FailureKind value, or None for no contact at all.
    """

    name: str = "mx.example"
    preference: int = 10
    address: object = "secure"
    """Security word or a Lookup for the A question; ``none`` and ``failed`` too."""
    aaaa: object = "none"
    cname: object = None
    tlsa: object = "secure"
    """Security word of records found, ``nxdomain``, ``failed`` or a Lookup."""
    records: tuple = (USABLE,)
    base: str = ""
    session: str | None = "tls"
    match: ChainMatch = field(default_factory=matched)
    matches: tuple | None = None
    pkix: Pkix = field(default_factory=lambda: Pkix(True, True, ("mx.example",)))
    addresses: tuple = ("192.0.2.1",)
    chains: tuple = ((b"leaf",),)
    certificates: tuple = ()


def _family(host, rdtype, said):
    if isinstance(said, Lookup):
        return said
    if said == "none":
        return lookup(host.name, rdtype, "secure", "nodata")
    if said == "failed":
        return lookup(host.name, rdtype, failure=TIMEOUT)
    return lookup(host.name, rdtype, said)


def _tlsa(host, base):
    name = f"_25._tcp.{base}"
    if isinstance(host.tlsa, Lookup):
        return host.tlsa
    if host.tlsa == "nxdomain":
        return lookup(name, "TLSA", "secure", "nxdomain")
    if host.tlsa == "failed":
        return lookup(name, "TLSA", failure=TIMEOUT)
    return lookup(name, "TLSA", host.tlsa)


def steps_of(host):
    a, aaaa = _family(host, "A", host.address), _family(host, "AAAA", host.aaaa)
    usable = host.addresses if {a.existence, aaaa.existence} & {Existence.DATA} else ()
    if Security.BOGUS in (a.security, aaaa.security) and Security.SECURE not in (a.security, aaaa.security):
        usable = ()
    step = AddressStep(host.name, a, aaaa, host.cname, usable)
    yield step
    base = host.base or host.name
    if host.tlsa is not None:
        tlsa = _tlsa(host, base)
        yield TlsaStep(host.name, base, tlsa, host.records if tlsa.existence is Existence.DATA else ())
    if host.session is None:
        return
    for number, address in enumerate(usable):
        yield contact(host, base, address, host.chains[number % len(host.chains)])


def contact(host, base, address, chain):
    if host.session != "tls":
        failure = Failure(FailureKind(host.session), f"{host.session} by {address}")
        starttls = None if host.session not in ("no-starttls", "tls") else host.session == "tls"
        return ContactStep(Contact(host.name, address, 25, base, failure, starttls=starttls))
    return handshake(host, base, address, chain)


def handshake(host, base, address, chain):
    matches = host.matches
    if matches is None:
        matches = tuple(BaseMatch(base, rules, host.match) for rules in MatchRules) if host.records else ()
    seen = Contact(host.name, address, 25, base, None, starttls=True, tls_version="TLSv1.3", chain=chain)
    return ContactStep(seen, certificates=host.certificates, pkix=host.pkix, matches=matches)


def verdict(*hosts, domain="example.org", mx="secure", smtp=True, unknown=(), implicit=False, truncated=0):
    """A verdict of ``domain`` with ``hosts`` in preference order; ``mx`` is a security word or a Lookup."""
    asked = mx if isinstance(mx, Lookup) else lookup(domain, "MX", mx, "nodata" if implicit else "data")
    listed = tuple(MailHost(host.preference, host.name) for host in hosts)
    believed = not asked.failed and asked.security in (Security.SECURE, Security.INSECURE)
    meaning = MxMeaning.IMPLICIT if implicit else MxMeaning.LISTED if believed else MxMeaning.FAILED
    steps = [MxStep(asked, meaning, listed, truncated)]
    for host in hosts:
        steps += [step for step in steps_of(host) if smtp or not isinstance(step, ContactStep)]
    return Verdict(domain, AT, (RESOLVER,), tuple(steps), smtp=smtp, unknown=unknown)


def without_hosts(meaning, security="secure", existence="data"):
    step = MxStep(lookup("example.org", "MX", security, existence), MxMeaning(meaning), ())
    return Verdict("example.org", AT, (RESOLVER,), (step,))


@pytest.fixture
def build():
    return SimpleNamespace(
        AT=AT,
        TIMEOUT=TIMEOUT,
        USABLE=USABLE,
        TWIN=TWIN,
        UNUSABLE=UNUSABLE,
        RESOLVER=RESOLVER,
        Host=Host,
        ResolverWord=ResolverWord,
        certificate=certificate,
        alias_of=alias_of,
        lookup=lookup,
        matched=matched,
        mismatched=mismatched,
        replace=replace,
        verdict=verdict,
        without_hosts=without_hosts,
    )
