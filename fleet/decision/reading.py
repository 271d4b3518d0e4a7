"""From recorded steps to states: what the client of a policy would have seen on its way to each address of each host.

Clients do not see the same thing in the same answers.  AsyncOS and the ideal client validate themselves, so they see
our own validation.  Postfix and Exim believe their resolver, so they see its word: the AD bit for *secure*, SERVFAIL
for *failed*.  ``Sight`` is an answer as one of them sees it; everything after it is common.

Which names are asked for TLSA differs too (RFC 7672 2.2.2): the ideal client and Postfix try the expanded name of an
alias before the original one, Exim asks at the expanded name only, AsyncOS, we assume, at the MX host's own.

May import ``fleet.errors``, ``fleet.model`` and ``fleet.decision.states``.
"""

from collections.abc import Callable
from dataclasses import dataclass

from fleet.decision.states import AddressState, CertificateState, MxState, TlsaState
from fleet.errors import Failure, FailureKind
from fleet.model import (
    AddressStep,
    ContactStep,
    Existence,
    Lookup,
    MailHost,
    MatchRules,
    MxMeaning,
    MxStep,
    Policy,
    Security,
    TlsaRecord,
    TlsaStep,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class Sight:
    """One answer as one client sees it.  ``known`` is False where nothing recorded tells what it would see."""

    known: bool
    failed: bool = False
    bogus: bool = False
    secure: bool = False
    existence: Existence = Existence.UNKNOWN
    first_hop_secure: bool = False


Eyes = Callable[[Lookup], Sight]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at delivery: an MX host and one of its addresses (empty where there is none), with what led there.

    ``base`` is the TLSA base domain used and ``rules`` how the certificate was matched; the steps are those the
    states were read from, None where the client did not look or nothing was recorded.
    """

    host: str
    address: str
    mx: MxState
    address_state: AddressState = AddressState.NOT_REACHED
    tlsa: TlsaState = TlsaState.NOT_REACHED
    certificate: CertificateState = CertificateState.NOT_REACHED
    base: str = ""
    rules: MatchRules | None = None
    mx_step: MxStep | None = None
    address_step: AddressStep | None = None
    tlsa_step: TlsaStep | None = None
    contact: ContactStep | None = None

    @property
    def reached(self) -> bool:
        """Whether the server answered EHLO, so that its TLS can be judged."""
        return self.contact is not None and self.contact.contact.reached


def attempts(verdict: Verdict, policy: Policy, *, require_ipv6: bool = False) -> tuple[Attempt, ...]:
    """Every try a client of ``policy`` may make, in its order: hosts by preference, then addresses as recorded.

    Never empty: where no host is reached (null MX, no such domain, bogus or failed MX), one attempt stands for the
    domain.  ``require_ipv6`` is the destination control's address preference; only AsyncOS reads it.
    """
    mx_step = verdict.mx
    if mx_step is None:
        return (Attempt(verdict.domain, "", MxState.UNKNOWN),)
    reader = _Reader(verdict, policy, require_ipv6)
    mx = mx_state(mx_step, reader.eyes(mx_step.lookup))
    ends_here = (MxState.BOGUS, MxState.FAILED, MxState.NULL, MxState.NO_DOMAIN, MxState.UNKNOWN)
    if mx in ends_here:
        return (Attempt(verdict.domain, "", mx, mx_step=mx_step),)
    hosts = mx_step.hosts or (MailHost(0, verdict.domain),)
    tried = tuple(attempt for host in hosts for attempt in reader.host(host.name, mx, mx_step))
    return _once_each(tried, hosts) if policy is Policy.EXIM else tried


def _once_each(tried: tuple[Attempt, ...], hosts: tuple[MailHost, ...]) -> tuple[Attempt, ...]:
    """Without addresses that a more preferred host has too: Exim strikes them from its list (seen with 4.96).

    Of hosts of one preference either may come first, so both stay.
    """
    preference = {host.name: host.preference for host in reversed(hosts)}
    best: dict[str, int] = {}
    for attempt in tried:
        best.setdefault(attempt.address, preference[attempt.host])
    return tuple(found for found in tried if not found.address or preference[found.host] == best[found.address])


def unobserved(lookup: Lookup) -> Failure | None:
    """Why this lookup does not tell what the node itself would be answered; None where it does.

    Where a resolver could not be looked at from the vantage, the next one's answer is not the node's either: whether
    the node goes on to it is not known.
    """
    seen = (lookup.failure, *(attempt.failure for attempt in lookup.attempts))
    return next((one for one in seen if one is not None and one.kind is FailureKind.NOT_OBSERVED), None)


def own_validation(lookup: Lookup) -> Sight:
    """As a client sees the answer that validates for itself."""
    if unobserved(lookup) is not None:
        return Sight(known=False)
    bogus = lookup.security is Security.BOGUS
    indeterminate = lookup.security is Security.INDETERMINATE
    failed = not bogus and (lookup.failed or (indeterminate and lookup.reason is not None))
    return Sight(
        known=bogus or failed or not indeterminate,
        failed=failed,
        bogus=bogus,
        secure=lookup.security is Security.SECURE,
        existence=lookup.existence,
        first_hop_secure=bool(lookup.hops) and lookup.hops[0].security is Security.SECURE,
    )


def resolver_word(lookup: Lookup) -> Sight:
    """As a client sees the answer that believes its resolver: AD bit and rcode, asked without CD."""
    word = lookup.word
    if word is None or unobserved(lookup) is not None:
        return Sight(known=False)
    failed = word.failure is not None or word.rcode not in ("NOERROR", "NXDOMAIN")
    return Sight(
        known=True,
        failed=failed,
        secure=word.ad,
        existence=word.existence,
    )


EYES: dict[Policy, Eyes] = {
    Policy.ASYNCOS: own_validation,
    Policy.RFC7672: own_validation,
    Policy.POSTFIX: resolver_word,
    Policy.EXIM: resolver_word,
}

_ASKS_AT_ALIAS = (Policy.RFC7672, Policy.POSTFIX)
_PROVEN_MX: dict[Policy, tuple[MxState, ...]] = {
    Policy.ASYNCOS: (MxState.SECURE, MxState.IMPLICIT_SECURE),
    Policy.RFC7672: (MxState.SECURE, MxState.IMPLICIT_SECURE),
    # Without MX records Exim asks no proof of them.
    Policy.EXIM: (MxState.SECURE, MxState.IMPLICIT_SECURE, MxState.IMPLICIT_INSECURE),
}
_PROVEN_ADDRESS = (
    AddressState.SECURE,
    AddressState.AAAA_ERROR,
    AddressState.AAAA_ERROR_IPV6_REQUIRED,
    AddressState.CNAME_FAILED,
)
_DENIED = (
    TlsaState.NXDOMAIN,
    TlsaState.NODATA,
    TlsaState.INSECURE_NXDOMAIN,
    TlsaState.INSECURE_NODATA,
    TlsaState.INSECURE,
)
_TLS_FAILURES = {
    FailureKind.NO_STARTTLS: CertificateState.NO_STARTTLS,
    FailureKind.TLS: CertificateState.HANDSHAKE_FAILED,
}


@dataclass(frozen=True, slots=True)
class _Reader:
    verdict: Verdict
    policy: Policy
    require_ipv6: bool

    def eyes(self, lookup: Lookup) -> Sight:
        return EYES[self.policy](lookup)

    def host(self, host: str, mx: MxState, mx_step: MxStep) -> tuple[Attempt, ...]:
        step = self.verdict.address(host)
        if step is None:
            return (Attempt(host, "", mx, AddressState.UNKNOWN, mx_step=mx_step),)
        return tuple(self._attempt(host, address, mx, mx_step, step) for address in self._tried(step) or ("",))

    def _tried(self, step: AddressStep) -> tuple[str, ...]:
        """The addresses this client tries: beside a family it believes, none of one it does not."""
        doubted = [six for six, lookup in enumerate((step.a, step.aaaa)) if _unbelieved(self.eyes(lookup))]
        return tuple(address for address in step.addresses if (":" in address) not in doubted) or step.addresses

    def _attempt(self, host: str, address: str, mx: MxState, mx_step: MxStep, step: AddressStep) -> Attempt:
        state = self._address(step, address)
        base, tlsa, tlsa_step = self._tlsa(host, mx, state, step)
        rules = self._rules(mx)
        contact = _contact(self.verdict, host, address, base)
        return Attempt(
            host=host,
            address=address,
            mx=mx,
            address_state=state,
            tlsa=tlsa,
            certificate=self._certificate(tlsa, contact, base, rules),
            base=base,
            rules=rules if base else None,
            mx_step=mx_step,
            address_step=step,
            tlsa_step=tlsa_step,
            contact=contact,
        )

    def _address(self, step: AddressStep, address: str) -> AddressState:
        a, aaaa = self.eyes(step.a), self.eyes(step.aaaa)
        if self.policy is Policy.ASYNCOS:
            cname = self.eyes(step.cname) if step.cname else None
            return asyncos_address(a, aaaa, cname, require_ipv6=self.require_ipv6)
        families = (self._family(step.a, a, step), self._family(step.aaaa, aaaa, step))
        if address:
            return families[":" in address]
        return no_address_state(*families)

    def _family(self, lookup: Lookup, sight: Sight, step: AddressStep) -> AddressState:
        """One family's state; Postfix asks for the first CNAME of an insecure alias by itself, so AD of that counts."""
        state = address_state(sight)
        if self.policy is not Policy.POSTFIX or state is not AddressState.INSECURE or not lookup.hops:
            return state
        cname = self.eyes(step.cname) if step.cname is not None else Sight(known=False)
        if not cname.known:
            in_doubt = lookup.hops[0].security is Security.SECURE
            return AddressState.UNKNOWN if in_doubt else state
        if cname.failed:
            return AddressState.CNAME_FAILED
        return AddressState.INSECURE_SECURE_CNAME if cname.secure else state

    def _rules(self, mx: MxState) -> MatchRules:
        if self.policy is Policy.EXIM:
            return MatchRules.EXIM
        if self.policy is Policy.POSTFIX:
            return MatchRules.RFC7671  # whatever the MX: seen with Postfix 3.7
        return MatchRules.RFC7671 if mx in _PROVEN_MX[self.policy] else MatchRules.BASE_ONLY

    def _tlsa(
        self, host: str, mx: MxState, address: AddressState, step: AddressStep
    ) -> tuple[str, TlsaState, TlsaStep | None]:
        base, state, found = "", TlsaState.NOT_REACHED, None
        for base in self._bases(mx, address, step):
            found = next((candidate for candidate in self.verdict.tlsa(host) if candidate.base == base), None)
            state = tlsa_state(found, self.eyes(found.lookup), _USABLE[self.policy]) if found else TlsaState.UNKNOWN
            if state not in _DENIED:
                break
        return base, state, found

    def _bases(self, mx: MxState, address: AddressState, step: AddressStep) -> tuple[str, ...]:
        """The names this client asks TLSA for, in its order; none where it does not ask."""
        if self.policy is Policy.EXIM and mx not in _PROVEN_MX[self.policy]:
            return ()
        if address is AddressState.INSECURE_SECURE_CNAME and self.policy in _ASKS_AT_ALIAS:
            return (step.host,)
        if address not in _PROVEN_ADDRESS:
            return ()
        if self.policy is Policy.ASYNCOS:
            return (step.host,)
        return step.bases[:1] if self.policy is Policy.EXIM else step.bases

    def _certificate(
        self, tlsa: TlsaState, contact: ContactStep | None, base: str, rules: MatchRules
    ) -> CertificateState:
        if contact is None:
            if not self.verdict.smtp:
                return CertificateState.NOT_TESTED
            return CertificateState.UNKNOWN if tlsa is TlsaState.SECURE else CertificateState.NOT_REACHED
        failure = contact.contact.failure
        if failure is not None:
            return _TLS_FAILURES.get(failure.kind, CertificateState.NOT_TESTED)
        if tlsa is not TlsaState.SECURE:
            return CertificateState.NOT_REACHED
        match = contact.match(base, rules)
        if match is None:
            return CertificateState.UNKNOWN
        return CertificateState.SUCCESS if match.matched else CertificateState.FAILED


def _unbelieved(sight: Sight) -> bool:
    return sight.bogus or sight.failed


def mx_state(step: MxStep, sight: Sight) -> MxState:
    """The MX column.  A null MX is told by its record, so it needs no proof (RFC 7505)."""
    if not sight.known:
        return MxState.UNKNOWN
    if sight.bogus or sight.failed:
        return MxState.BOGUS if sight.bogus else MxState.FAILED
    match sight.existence:
        case Existence.NXDOMAIN:
            return MxState.NO_DOMAIN
        case Existence.NODATA:
            return MxState.IMPLICIT_SECURE if sight.secure else MxState.IMPLICIT_INSECURE
        case Existence.DATA if step.meaning is MxMeaning.NULL:
            return MxState.NULL
        case Existence.DATA:
            return MxState.SECURE if sight.secure else MxState.INSECURE
    return MxState.UNKNOWN


def address_state(sight: Sight) -> AddressState:
    """The address column for one family."""
    if not sight.known:
        return AddressState.UNKNOWN
    if sight.bogus or sight.failed:
        return AddressState.BOGUS if sight.bogus else AddressState.FAILED
    if sight.existence in (Existence.NODATA, Existence.NXDOMAIN):
        return AddressState.NO_ADDRESS
    if sight.existence is Existence.UNKNOWN:
        return AddressState.UNKNOWN
    if sight.secure:
        return AddressState.SECURE
    return AddressState.INSECURE_SECURE_CNAME if sight.first_hop_secure else AddressState.INSECURE


def no_address_state(a: AddressState, aaaa: AddressState) -> AddressState:
    """The address column of a host that gave no usable address: the worse of its two families."""
    if a is AddressState.NO_ADDRESS:
        return aaaa
    if aaaa is AddressState.NO_ADDRESS:
        return a
    worse = (AddressState.BOGUS, AddressState.FAILED, AddressState.UNKNOWN)
    return next((state for state in worse if state in (a, aaaa)), a)


def asyncos_address(a: Sight, aaaa: Sight, cname: Sight | None, *, require_ipv6: bool = False) -> AddressState:
    """The address column of the appliance: its tables know the A record only.

    The AAAA answer counts alone where there is no A record; beside a proven A its errors are flagged, not fatal (seed
    log), unless the destination control requires IPv6.  A failed CNAME question counts as "no CNAME" (seed log).
    """
    state = address_state(a)
    if state is AddressState.NO_ADDRESS:
        return address_state(aaaa)
    if require_ipv6 and address_state(aaaa) is AddressState.NO_ADDRESS:
        return AddressState.NO_ADDRESS
    if state is not AddressState.SECURE:
        return state
    if aaaa.bogus or aaaa.failed:
        return AddressState.AAAA_ERROR_IPV6_REQUIRED if require_ipv6 else AddressState.AAAA_ERROR
    if cname is not None and (cname.bogus or cname.failed):
        return AddressState.CNAME_FAILED
    return state


def usable(record: TlsaRecord) -> bool:
    """Whether ``record`` counts for a client that drops what it cannot use (RFC 7671 4)."""
    return record.usable


def usable_for_exim(record: TlsaRecord) -> bool:
    """Whether ``record`` counts for Exim: data in full need be no certificate or key, it is merely never matched."""
    full = record.usage in (2, 3) and record.selector in (0, 1) and record.matching_type == 0
    return record.usable or (full and bool(record.data))


_USABLE: dict[Policy, Callable[[TlsaRecord], bool]] = {
    Policy.ASYNCOS: usable,
    Policy.RFC7672: usable,
    Policy.POSTFIX: usable,
    Policy.EXIM: usable_for_exim,
}


def tlsa_state(step: TlsaStep, sight: Sight, counts: Callable[[TlsaRecord], bool] = usable) -> TlsaState:
    """The TLSA column for one base domain; ``counts`` tells which records the client can use."""
    if not sight.known:
        return TlsaState.UNKNOWN
    if sight.bogus or sight.failed:
        return TlsaState.BOGUS if sight.bogus else TlsaState.FAILED
    match sight.existence:
        case Existence.NXDOMAIN:
            return TlsaState.NXDOMAIN if sight.secure else TlsaState.INSECURE_NXDOMAIN
        case Existence.NODATA:
            return TlsaState.NODATA if sight.secure else TlsaState.INSECURE_NODATA
        case Existence.DATA if not sight.secure:
            return TlsaState.INSECURE
        case Existence.DATA:
            return TlsaState.SECURE if any(map(counts, step.records)) else TlsaState.UNUSABLE
    return TlsaState.UNKNOWN


def _contact(verdict: Verdict, host: str, address: str, base: str) -> ContactStep | None:
    """The session with ``address``; of several, the one that sent the base domain as SNI."""
    found = [step for step in verdict.contacts(host) if step.contact.address == address]
    return next((step for step in found if step.contact.sni == base), found[0] if found else None)
