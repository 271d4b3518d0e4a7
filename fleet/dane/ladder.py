"""The walk of one check: MX -> address -> TLSA -> STARTTLS -> certificate, for every MX host and every address.

The walk records a superset of what any single client does (DESIGN: a verdict is a pure function of its recorded steps):
it goes on behind an insecure MX, asks both TLSA base domains of an alias, opens one SMTP session per address even where
DANE does not apply, and stops only where every client stops: a bogus or failed lookup, a null MX, no such domain.
What it means is decided elsewhere (``fleet.decision``).

May import ``fleet.dnssec``, ``fleet.network`` and everything below them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import dns.exception
import dns.name

from fleet.clock import WallClock, monotonic, now
from fleet.dane.certificate import describe
from fleet.dane.match import match_chain
from fleet.dane.pacing import Pacer, SessionCache
from fleet.dane.pkix import Roots, pkix
from fleet.dane.smtp import contact
from fleet.dane.tlsa import parse_record
from fleet.dnssec.lookup import ValidatedResolver, look_up
from fleet.model import (
    AddressStep,
    BaseMatch,
    Contact,
    ContactStep,
    Existence,
    Lookup,
    MailHost,
    MatchRules,
    MxMeaning,
    MxStep,
    Security,
    Step,
    TlsaStep,
    Verdict,
)
from fleet.network import Network

OnStep = Callable[[Step], None]
_BELIEVED = (Security.SECURE, Security.INSECURE)
_FEW_CERTIFICATES, _FEW_RECORDS, _FEW_OCTETS = 5, 10, 12 * 1024


def believed(lookup: Lookup) -> bool:
    """Whether some client goes on with these records: not bogus, or handed out as good by the resolver itself.

    A resolver that does not validate gives bogus data to Postfix and Exim, which deliver; the walk must know where.
    """
    if lookup.failed:
        return False
    word = lookup.word
    vouched = word is not None and word.failure is None and word.existence is lookup.existence
    return lookup.security in _BELIEVED or (lookup.security is Security.BOGUS and vouched)


@dataclass(frozen=True, slots=True)
class WalkLimits:
    """How much of a destination is walked; what a limit leaves out is counted in the step and named in the verdict."""

    mx_hosts: int = 20
    addresses: int = 8
    """Per MX host."""
    tlsa_records: int = 100
    """Per TLSA RRset."""
    seconds: float = 60.0
    """For the whole destination."""
    smtp_seconds: float = 20.0
    """For one SMTP session."""


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """How SMTP sessions are held.  ``freshness``: seconds for which one session speaks for all its askers."""

    enabled: bool = True
    port: int = 25
    ehlo: str = "localhost"
    per_address: int = 2
    new_per_second: float = 1.0
    freshness: float = 300.0


@dataclass(slots=True)
class Walker:
    """Walks destinations over one network and one list of resolvers, sharing lookups and SMTP sessions between them.

    ``believing``: see ``look_up``; as a client sees it that believes its resolver.  ``whom``: which resolvers a name is
    asked of, where that depends on the name.
    """

    network: Network
    resolvers: Sequence[ValidatedResolver]
    smtp: SmtpSettings = field(default_factory=SmtpSettings)
    limits: WalkLimits = field(default_factory=WalkLimits)
    clock: WallClock = now
    roots: Roots | None = None
    believing: bool = False
    whom: Callable[[str], Sequence[ValidatedResolver]] | None = None
    pacer: Pacer = field(init=False)
    sessions: SessionCache[Contact] = field(init=False)

    def __post_init__(self) -> None:
        self.pacer = Pacer(per_address=self.smtp.per_address, new_per_second=self.smtp.new_per_second)
        self.sessions = SessionCache(freshness=self.smtp.freshness)

    async def walk(self, domain: str, on_step: OnStep | None = None) -> Verdict:
        """Check ``domain`` (A-labels, see ``domain_name``).  Remote failures are in the steps, never exceptions."""
        return await _Walk(self, domain, on_step or (lambda step: None)).run()

    def look_up(self, name: str, rdtype: str) -> Awaitable[Lookup]:
        """One question to its resolvers."""
        resolvers = self.resolvers if self.whom is None else self.whom(name)
        return look_up(resolvers, name, rdtype, believing=self.believing)


class _Walk:
    """One destination on its way up the ladder."""

    def __init__(self, walker: Walker, domain: str, on_step: OnStep) -> None:
        self._walker = walker
        self._domain = domain
        self._on_step = on_step
        self._mx: MxStep | None = None
        self._steps: dict[MailHost, list[Step]] = {}
        self._unknown: list[str] = []

    async def run(self) -> Verdict:
        started, at = monotonic(), self._walker.clock()
        try:
            async with asyncio.timeout(self._walker.limits.seconds):
                await self._climb(at)
        except TimeoutError:
            self._unknown.append(
                f"the check was ended after {self._walker.limits.seconds:g} s, before every step was made"
            )
        steps = ([self._mx] if self._mx else []) + [step for host in self._steps.values() for step in in_order(host)]
        return Verdict(
            domain=self._domain,
            at=at,
            resolvers=tuple(entry.resolver for entry in self._walker.resolvers),
            steps=tuple(steps),
            port=self._walker.smtp.port,
            vantage=self._walker.network.name,
            smtp=self._walker.smtp.enabled,
            unknown=tuple(self._unknown),
            milliseconds=(monotonic() - started) * 1000,
        )

    async def _climb(self, at: datetime) -> None:
        lookup = await self._walker.look_up(self._domain, "MX")
        self._mx = mx_step(self._domain, lookup, self._walker.limits.mx_hosts)
        if self._mx.truncated:
            self._unknown.append(
                f"{self._mx.truncated} MX hosts beyond the first {len(self._mx.hosts)} were not checked"
            )
        self._on_step(self._mx)
        self._steps = {host: [] for host in self._mx.hosts}
        async with asyncio.TaskGroup() as group:
            for host in self._mx.hosts:
                group.create_task(self._host(self._mx, host, at))

    async def _host(self, mx: MxStep, host: MailHost, at: datetime) -> None:
        address = await self._addresses(host.name)
        self._record(host, address)
        bases = [base for base in tlsa_bases(address) if self._can_be_asked(base)]
        names = reference_names(self._domain, mx)
        async with asyncio.TaskGroup() as group:
            asked = group.create_task(self._all_tlsa(host, bases))
            if not self._walker.smtp.enabled:
                return
            # Only behind an alias does the name to send as SNI depend on what TLSA says: else both start at once.
            certain = all(base == host.name for base in bases)
            for sni in (host.name,) if certain else server_names(host.name, await asked):
                for target in address.addresses:
                    group.create_task(self._contact(host, target, sni, names, asked, at))

    def _record(self, host: MailHost, step: Step) -> None:
        self._steps[host].append(step)
        self._on_step(step)

    async def _addresses(self, host: str) -> AddressStep:
        ask = self._walker.look_up
        a, aaaa, cname = await asyncio.gather(*(ask(host, rdtype) for rdtype in ("A", "AAAA", "CNAME")))
        step = address_step(host, a, aaaa, cname, self._walker.limits.addresses)
        if step.truncated:
            self._unknown.append(f"{step.truncated} addresses of {host} were not tried")
        return step

    async def _all_tlsa(self, host: MailHost, bases: Sequence[str]) -> list[TlsaStep]:
        steps = await asyncio.gather(*(self._tlsa(host.name, base) for base in bases))
        for step in steps:
            self._record(host, step)
        return steps

    def _tlsa_name(self, base: str) -> str:
        return f"_{self._walker.smtp.port}._tcp.{base}"

    def _can_be_asked(self, base: str) -> bool:
        """Whether ``base`` leaves room for the two labels of a TLSA name (RFC 1035 2.3.4)."""
        try:
            dns.name.from_text(self._tlsa_name(base))
        except dns.exception.DNSException:
            self._unknown.append(f"TLSA was not asked: {self._tlsa_name(base)} is no name that DNS can carry")
            return False
        return True

    async def _tlsa(self, host: str, base: str) -> TlsaStep:
        lookup = await self._walker.look_up(self._tlsa_name(base), "TLSA")
        limit = self._walker.limits.tlsa_records
        records = tuple(parse_record(bytes.fromhex(record)) for record in lookup.records[:limit])
        truncated = max(0, len(lookup.records) - limit)
        if truncated:
            self._unknown.append(f"{truncated} TLSA records of {base} were not looked at")
        return TlsaStep(host, base, lookup, records, truncated)

    async def _contact(
        self,
        host: MailHost,
        address: str,
        sni: str,
        names: tuple[str, ...],
        asked: asyncio.Task[list[TlsaStep]],
        at: datetime,
    ) -> None:
        walker = self._walker
        key = (address, walker.smtp.port, sni)
        seen = await walker.sessions.get(key, lambda: self._session(host.name, address, sni))
        tlsa = await asked
        judged = replace(seen, host=host.name), self._domain, names, tlsa, at, walker.roots
        beside = is_laborious(seen.chain, tlsa)
        self._record(host, await asyncio.to_thread(contact_step, *judged) if beside else contact_step(*judged))

    async def _session(self, host: str, address: str, sni: str) -> Contact:
        walker = self._walker
        async with walker.pacer.slot(address):
            return await contact(
                walker.network,
                host,
                address,
                walker.smtp.port,
                sni,
                ehlo=walker.smtp.ehlo,
                timeout=walker.limits.smtp_seconds,
            )


def in_order(steps: Sequence[Step]) -> list[Step]:
    """The steps of one host as a client would make them: contacts in address order, not as they happened to finish."""
    tried = [address for step in steps if isinstance(step, AddressStep) for address in step.addresses]
    return sorted(steps, key=lambda step: tried.index(step.contact.address) if isinstance(step, ContactStep) else -1)


def mx_step(domain: str, lookup: Lookup, limit: int) -> MxStep:
    """What the MX answer means (RFC 5321 5.1, RFC 7505), hosts in preference order, at most ``limit`` of them."""
    if not believed(lookup) or lookup.existence is Existence.UNKNOWN:
        return MxStep(lookup, MxMeaning.FAILED, ())
    if lookup.existence is Existence.NXDOMAIN:
        return MxStep(lookup, MxMeaning.NO_DOMAIN, ())
    if lookup.existence is Existence.NODATA:
        return MxStep(lookup, MxMeaning.IMPLICIT, (MailHost(0, lookup.canonical),))
    listed = sorted(_mail_host(record) for record in lookup.records)
    hosts = [MailHost(preference, name) for preference, name in listed if name != "."]
    if not hosts:
        return MxStep(lookup, MxMeaning.NULL, ())
    return MxStep(lookup, MxMeaning.LISTED, tuple(hosts[:limit]), truncated=max(0, len(hosts) - limit))


def _mail_host(record: str) -> tuple[int, str]:
    preference, _, name = record.partition(" ")
    # One dot only: a label may itself end in an escaped one.
    return int(preference), name.lower().removesuffix(".") or "."


def address_step(host: str, a: Lookup, aaaa: Lookup, cname: Lookup | None, limit: int) -> AddressStep:
    """The addresses a client may use, IPv6 first (seed: the default is "IPv6 Preferred"), none that nobody believes."""
    found = [record for lookup in (aaaa, a) if believed(lookup) for record in lookup.records]
    addresses = tuple(dict.fromkeys(found))
    return AddressStep(host, a, aaaa, cname, addresses[:limit], truncated=max(0, len(addresses) - limit))


def tlsa_bases(address: AddressStep) -> tuple[str, ...]:
    """The base domains to ask TLSA for (RFC 7672 2.2.2).

    None without an address.  Where the address is insecure, TLSA is asked only at the original name of an alias whose
    first CNAME is secure: name servers of unsigned zones are known to fail on TLSA questions.  "Secure" is our own
    validation or the resolver's AD bit, so that the policy of every platform finds what its client would have asked.
    """
    lookups = [lookup for lookup in (address.a, address.aaaa) if lookup.records]
    if not address.addresses:
        return ()
    if any(_trusted(lookup) for lookup in lookups):
        return address.bases
    if any(lookup.hops and lookup.hops[0].security is Security.SECURE for lookup in lookups):
        return (address.host,)
    return ()


def server_names(host: str, tlsa: Iterable[TlsaStep]) -> tuple[str, ...]:
    """The names to send as SNI, one session each: every base domain with records a client trusts, else the host.

    A client sends the base domain it uses (RFC 7672 8.1); behind an alias platforms use different ones, and a server
    may present another certificate for each.
    """
    bases = (step.base for step in tlsa if step.records and _trusted(step.lookup))
    return tuple(dict.fromkeys(bases)) or (host,)


def _trusted(lookup: Lookup) -> bool:
    return lookup.security is Security.SECURE or bool(lookup.word and lookup.word.ad)


def reference_names(domain: str, mx: MxStep) -> tuple[str, ...]:
    """Names a DANE-TA certificate may carry besides the base domain: next hop and its expansion (RFC 7672 3.2.2)."""
    return tuple(dict.fromkeys((domain, mx.lookup.canonical)))


def is_laborious(chain: Sequence[bytes], tlsa: Iterable[TlsaStep]) -> bool:
    """Whether comparing ``chain`` may hold the event loop for too long: more than any honest server makes us compare.

    Work grows with certificates times records; the octets bound the size of keys, and so the cost of a signature.
    """
    records = [record.raw for step in tlsa for record in step.records]
    octets = sum(map(len, chain)) + sum(map(len, records))
    return len(chain) > _FEW_CERTIFICATES or len(records) > _FEW_RECORDS or octets > _FEW_OCTETS


def contact_step(
    seen: Contact,
    domain: str,
    names: tuple[str, ...],
    tlsa: Sequence[TlsaStep],
    at: datetime,
    roots: Roots | None = None,
) -> ContactStep:
    """What the presented chain is worth: described, seen with WebPKI eyes, matched against every base's records."""
    if not seen.chain:
        return ContactStep(seen)
    return ContactStep(
        seen,
        certificates=tuple(describe(certificate) for certificate in seen.chain),
        pkix=pkix(seen.chain, (seen.host, domain), at, roots),
        matches=tuple(
            BaseMatch(
                step.base,
                rules,
                match_chain(
                    seen.chain,
                    step.records,
                    (step.base, *names) if rules is MatchRules.RFC7671 else (step.base,),
                    at,
                    digest_agility=rules is not MatchRules.EXIM,
                    anchors_only_if_sent=rules is MatchRules.EXIM,
                ),
            )
            for step in tlsa
            if step.records
            for rules in MatchRules
        ),
    )
