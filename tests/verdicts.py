"""Verdicts written down by hand, with the chain of trust and the certificates a live check would record."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from fleet.errors import Failure
from fleet.model import (
    AddressStep,
    BaseMatch,
    Certificate,
    ChainMatch,
    Contact,
    ContactStep,
    Existence,
    Link,
    LinkKind,
    Lookup,
    MailHost,
    MatchRules,
    MxMeaning,
    MxStep,
    Pkix,
    RecordMatch,
    ResolverWord,
    Security,
    Step,
    TlsaRecord,
    TlsaStep,
    TlsReport,
    Verdict,
)

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
RESOLVER = "192.0.2.53:53"
RECORD = TlsaRecord(bytes.fromhex("030101") + bytes(32), 3, 1, 1, bytes(32))
TWIN = TlsaRecord(bytes.fromhex("030101") + b"\1" * 32, 3, 1, 1, b"\1" * 32)


@dataclass(frozen=True)
class Sample:
    """A destination with one or more equal hosts, changed one fact at a time."""

    verdict: Verdict

    def but(self, change: Callable[[Step], Step | None]) -> Verdict:
        """The verdict with every step changed by ``change`` (None drops it)."""
        changed = (change(step) for step in self.verdict.steps)
        return replace(self.verdict, steps=tuple(step for step in changed if step is not None))

    def with_mx(self, **fields: object) -> Verdict:
        return self.but(
            lambda step: replace(step, lookup=replace(step.lookup, **fields)) if isinstance(step, MxStep) else step
        )

    def with_tlsa(self, records: tuple[TlsaRecord, ...] | None = None, **fields: object) -> Verdict:
        def change(step: Step) -> Step:
            if not isinstance(step, TlsaStep):
                return step
            return replace(
                step, lookup=replace(step.lookup, **fields), records=step.records if records is None else records
            )

        return self.but(change)

    def with_address(self, **fields: object) -> Verdict:
        return self.but(
            lambda step: replace(step, a=replace(step.a, **fields)) if isinstance(step, AddressStep) else step
        )

    def with_failure(self, failure: Failure) -> Verdict:
        def change(step: Step) -> Step:
            if not isinstance(step, ContactStep):
                return step
            contact = replace(step.contact, failure=failure, tls_version="", cipher="", chain=())
            return ContactStep(contact)

        return self.but(change)

    def with_match(self, match: ChainMatch) -> Verdict:
        def change(step: Step) -> Step:
            if not isinstance(step, ContactStep):
                return step
            return replace(step, matches=tuple(replace(found, match=match) for found in step.matches))

        return self.but(change)


def chain(*zones: str, failing: str = "") -> tuple[Link, ...]:
    links = [Link(LinkKind.ANCHOR, ".", ".", "DNSKEY", Security.SECURE, "key 20326 is a trust anchor")]
    for zone in zones:
        bad = zone == failing
        security = Security.BOGUS if bad else Security.SECURE
        links.append(Link(LinkKind.DS, zone, zone, "DS", Security.SECURE, f"DS of {zone} is signed by its parent"))
        sentence = f"DNSKEY of {zone} is signed by no key its DS names" if bad else f"DNSKEY of {zone} matches its DS"
        links.append(Link(LinkKind.DNSKEY, zone, zone, "DNSKEY", security, sentence))
    if failing:
        links.append(Link(LinkKind.RRSET, failing, failing, "MX", Security.BOGUS, f"nothing vouches for {failing}"))
    return tuple(links)


def lookup(name: str, rdtype: str, *records: str, zones: tuple[str, ...] = ("org", "example.org")) -> Lookup:
    return Lookup(
        name=name,
        rdtype=rdtype,
        resolver=RESOLVER,
        security=Security.SECURE,
        existence=Existence.DATA if records else Existence.NODATA,
        rcode="NOERROR",
        canonical=name,
        records=records,
        ttl=3600,
        chain=chain(*zones),
        word=ResolverWord("NOERROR", ad=True, existence=Existence.DATA if records else Existence.NODATA),
    )


def good_match() -> ChainMatch:
    return ChainMatch(True, True, "DANE-EE record 1 matches the leaf", (RecordMatch(RECORD, True, 0, "leaf"),))


def bad_match(report: TlsReport = TlsReport.CERTIFICATE_NOT_TRUSTED) -> ChainMatch:
    found = RecordMatch(RECORD, False, None, "the leaf's key has another digest")
    return ChainMatch(False, True, "no record matches the presented chain", (found,), report)


def host_steps(name: str, address: str) -> list[Step]:
    certificate = Certificate(
        subject=f"CN={name}",
        issuer="CN=Example CA",
        names=(name,),
        not_before=AT,
        not_after=datetime(2027, 5, 1, tzinfo=UTC),
        sha256="ab" * 32,
        spki_sha256="cd" * 32,
        key="EC secp256r1",
    )
    contact = Contact(
        host=name,
        address=address,
        port=25,
        sni=name,
        failure=None,
        banner=f"220 {name} ESMTP",
        starttls=True,
        tls_version="TLSv1.3",
        cipher="TLS_AES_256_GCM_SHA384",
        chain=(b"\x30\x82",),
        local_address="198.51.100.7",
    )
    return [
        AddressStep(name, lookup(name, "A", address), lookup(name, "AAAA"), None, (address,)),
        TlsaStep(name, name, lookup(f"_25._tcp.{name}", "TLSA", RECORD.raw.hex()), (RECORD, TWIN)),
        ContactStep(
            contact,
            certificates=(certificate,),
            pkix=Pkix(trusted=False, in_dates=True, names=(name,), sentence="no path to a public root"),
            matches=tuple(BaseMatch(name, rules, good_match()) for rules in MatchRules),
        ),
    ]


def destination(domain: str = "example.org", hosts: int = 1) -> Sample:
    names = [f"mx{number}.{domain}" for number in range(1, hosts + 1)]
    listed = tuple(MailHost(10 * number, name) for number, name in enumerate(names, start=1))
    records = tuple(f"{host.preference} {host.name}" for host in listed)
    steps: list[Step] = [MxStep(lookup(domain, "MX", *records), MxMeaning.LISTED, listed)]
    for number, name in enumerate(names, start=1):
        steps += host_steps(name, f"192.0.2.{number}")
    return Sample(Verdict(domain, AT, (RESOLVER,), tuple(steps), vantage="this host"))
