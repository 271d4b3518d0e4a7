"""A verdict as the lines ``daneverify`` would print: the appliance's walk, replayed over recorded steps.

The appliance walks less than we record.  It takes MX hosts and addresses in order, goes on to the next after an
insecure answer or a failed connection, and stops at the first success or failure; it connects before it asks for
TLSA.  The lines follow that walk, so hosts it would not have reached do not appear.  No line carries a sentence of
ours: reasons belong to ``fleet.views``.  May import ``fleet.decision``, ``fleet.model``.
"""

from collections.abc import Generator, Iterator
from enum import Enum, auto

from fleet.dane.transcript.phrases import Line, Phrase, say
from fleet.decision import judge
from fleet.errors import FailureKind
from fleet.model import (
    AddressStep,
    Contact,
    ContactStep,
    Existence,
    Lookup,
    MatchRules,
    Mode,
    MxMeaning,
    MxStep,
    Policy,
    Security,
    TlsaStep,
    TlsLevel,
    Verdict,
)


class _End(Enum):
    """How the walk of one address, host or domain ended."""

    SUCCESS = auto()
    FAILED = auto()
    INSECURE = auto()
    NO_ADDRESS = auto()
    LOOKUP_FAILED = auto()
    UNTESTED = auto()


_STOPS = (_End.SUCCESS, _End.FAILED, _End.LOOKUP_FAILED)
_GOES_ON = (_End.INSECURE, _End.LOOKUP_FAILED, _End.UNTESTED)
_LAST_WORDS = {
    _End.SUCCESS: Phrase.SUCCESS,
    _End.FAILED: Phrase.FAILED,
    _End.INSECURE: Phrase.FAILED,
    _End.NO_ADDRESS: Phrase.FAILED,
    _End.LOOKUP_FAILED: Phrase.NOT_TESTED,
    _End.UNTESTED: Phrase.NOT_TESTED,
}
_WITHOUT_TLSA = {_End.LOOKUP_FAILED: _End.FAILED, _End.NO_ADDRESS: _End.INSECURE}
_Walk = Generator[Line, None, _End]


def render(verdict: Verdict, mode: Mode | None = None) -> list[Line]:
    """``verdict`` line for line as ``daneverify`` would print it; composed lines are marked synthetic.

    The appliance's last word knows no mode.  With ``mode`` a synthetic line is added that says how the ``asyncos``
    policy decides in that mode, for ``DANE FAILED`` does not mean that mail is held (RFC 7672 section 2.2).
    """
    return list(_transcript(verdict, mode))


def _transcript(verdict: Verdict, mode: Mode | None) -> Iterator[Line]:
    end = yield from _domain(verdict)
    yield say(_LAST_WORDS[end], domain=verdict.domain)
    if mode is not None:
        action = judge(verdict, Policy.ASYNCOS, mode, TlsLevel.PREFERRED).action
        yield say(Phrase.MODE, mode=mode, domain=verdict.domain, action=action)
    yield say(Phrase.COMPLETED)


def _domain(verdict: Verdict) -> _Walk:
    mx, domain = verdict.mx, verdict.domain
    if mx is None:
        yield say(Phrase.MX_NOT_ASKED, domain=domain)
        return _End.UNTESTED
    opening, end = _mx_opening(mx, domain)
    if opening is not None:
        yield opening
    if end is not None:
        return end
    return (yield from _hosts(verdict, mx))


def _mx_opening(mx: MxStep, domain: str) -> tuple[Line | None, _End | None]:
    """The line that stands before all hosts, if any, and how the walk ends there, if it does."""
    lookup = mx.lookup
    security = lookup.security.upper()
    if lookup.failure is not None:
        return say(Phrase.MX_FAILED, domain=domain, failure=lookup.failure.kind), _End.LOOKUP_FAILED
    if lookup.security is Security.BOGUS:
        return say(Phrase.MX_UNNAMED, security=security, domain=domain), _End.FAILED
    match mx.meaning:
        case MxMeaning.NULL:
            return say(Phrase.MX_NULL, security=security, domain=domain), _End.UNTESTED
        case MxMeaning.NO_DOMAIN:
            return say(Phrase.MX_NONE, security=security, existence="NXDOMAIN", domain=domain), _End.UNTESTED
        case MxMeaning.IMPLICIT:
            return say(Phrase.MX_NONE, security=security, existence="NODATA", domain=domain), None
        case MxMeaning.FAILED:
            return say(Phrase.MX_UNNAMED, security=security, domain=domain), _End.UNTESTED
        case MxMeaning.LISTED:
            return None, None


def _hosts(verdict: Verdict, mx: MxStep) -> _Walk:
    security = mx.lookup.security.upper()
    ends: set[_End] = set()
    for index, host in enumerate(mx.hosts):
        if index:
            yield say(Phrase.MX_NEXT, domain=verdict.domain)
        if mx.meaning is MxMeaning.LISTED:
            yield say(Phrase.MX_FOUND, security=security, host=host.name, domain=verdict.domain)
            if mx.lookup.security is not Security.SECURE:
                yield say(Phrase.MX_PROCEED, security=security, host=host.name)
        end = yield from _Host(verdict, mx, host.name).walk()
        if end in _STOPS:
            return end
        ends.add(end)
    return next((end for end in (_End.INSECURE, _End.UNTESTED, _End.NO_ADDRESS) if end in ends), _End.UNTESTED)


class _Host:
    """The walk of one MX host."""

    def __init__(self, verdict: Verdict, mx: MxStep, name: str) -> None:
        self.verdict = verdict
        self.mx_secure = mx.lookup.security is Security.SECURE
        self.name = name
        self.names = {"host": name, "domain": verdict.domain}

    def walk(self) -> _Walk:
        step = self.verdict.address(self.name)
        if step is None:
            yield say(Phrase.RECORD_NOT_ASKED, rdtype="A", **self.names)
            return _End.UNTESTED
        end = yield from self._family(step.a, step)
        # The appliance's words for IPv6 are unknown, and it shows none beside a working A record.
        if not self._goes_on_to_ipv6(step, end):
            return end
        if step.aaaa.existence is Existence.DATA and step.a.existence is Existence.DATA and step.aaaa.records:
            yield say(Phrase.ADDRESS_NEXT, rdtype="AAAA", address=step.aaaa.records[0], **self.names)
        other = yield from self._family(step.aaaa, step)
        return end if other is _End.NO_ADDRESS else other

    def _goes_on_to_ipv6(self, step: AddressStep, end: _End) -> bool:
        if end is _End.NO_ADDRESS:
            return not _unasked(step.aaaa)
        answered = _is_data(step.a) and step.a.security is Security.SECURE
        untested = end is _End.UNTESTED and self.verdict.smtp
        return _is_data(step.aaaa) and end in _GOES_ON and (untested or not answered)

    def _family(self, lookup: Lookup, step: AddressStep) -> _Walk:
        if not _is_data(lookup):
            return (yield from self._without_data(lookup))
        if not lookup.records:
            yield say(Phrase.RECORD_FOUND, security=lookup.security.upper(), rdtype=lookup.rdtype, **self.names)
        end = _End.INSECURE if lookup.security is Security.INSECURE else _End.UNTESTED
        for index, address in enumerate(_in_order(lookup, step)):
            slots = {"rdtype": lookup.rdtype, "address": address, **self.names}
            if index:
                yield say(Phrase.ADDRESS_NEXT, **slots)
            yield say(Phrase.ADDRESS_FOUND, security=lookup.security.upper(), **slots)
            if lookup.security is not Security.SECURE:
                continue
            end = yield from self._address(address)
            if end is not _End.UNTESTED or not self.verdict.smtp:
                return end
        return end

    def _without_data(self, lookup: Lookup) -> _Walk:
        """The line for a lookup without data, and what follows from it for the host."""
        slots = {"rdtype": lookup.rdtype, **self.names}
        if lookup.failure is not None:
            yield say(Phrase.RECORD_FAILED, failure=lookup.failure.kind, **slots)
            return _End.LOOKUP_FAILED
        elif lookup.security is Security.BOGUS:
            yield say(Phrase.RECORD_FOUND, security="BOGUS", **slots)
            return _End.FAILED
        elif lookup.existence is Existence.UNKNOWN:
            yield say(Phrase.RECORD_NOT_ASKED, **slots)
        else:
            word = {"security": lookup.security.upper(), "existence": lookup.existence.upper()}
            yield say(Phrase.RECORD_NONE, **word, **slots)
            return _End.NO_ADDRESS
        return _End.UNTESTED

    def _address(self, address: str) -> _Walk:
        found = self._contact(address)
        if found is None:
            yield say(Phrase.SMTP_NOT_TRIED, address=address)
            return (yield from self._tlsa(None))
        contact = found.contact
        yield say(Phrase.CONNECTING, address=address, port=str(contact.port))
        if contact.local_address:
            yield say(Phrase.CONNECTED, address=address, local=contact.local_address)
        elif contact.reached or _left_before_tls(contact):
            yield say(Phrase.CONNECTED_SOMEHOW, address=address)
        if contact.failure is not None and not (contact.reached or _left_before_tls(contact)):
            yield say(Phrase.CONNECT_FAILED, address=address, failure=contact.failure.kind)
            return _End.UNTESTED
        return (yield from self._tlsa(found))

    def _tlsa(self, contact: ContactStep | None) -> _Walk:
        step = _tlsa_step(self.verdict, self.name)
        if step is None:
            yield say(Phrase.RECORD_NOT_ASKED, rdtype="TLSA", **self.names)
            return _End.UNTESTED
        if not _is_data(step.lookup):
            end = yield from self._without_data(step.lookup)
            # A TLSA lookup that fails counts as bogus (RFC 7672 section 2.1.2); a denial ends DANE for the host.
            return _WITHOUT_TLSA.get(end, end)
        yield say(Phrase.RECORD_FOUND, security=step.lookup.security.upper(), rdtype="TLSA", **self.names)
        if step.lookup.security is not Security.SECURE:
            return _End.INSECURE
        if contact is None:
            return _End.UNTESTED
        return (yield from self._tls(step, contact))

    def _tls(self, step: TlsaStep, found: ContactStep) -> _Walk:
        contact, domain = found.contact, self.verdict.domain
        match = found.match(step.base, MatchRules.RFC7671 if self.mx_secure else MatchRules.BASE_ONLY)
        usable = match.usable if match is not None else any(record.usable for record in step.records)
        if not usable and (match is not None or step.records):
            yield say(Phrase.TLSA_UNUSABLE, **self.names)
        if contact.failure is not None and not contact.reached:
            yield say(Phrase.CONNECT_FAILED, address=contact.address, failure=contact.failure.kind)
            return _End.UNTESTED
        yield say(Phrase.TLS_CHECKING)
        if contact.failure is not None:
            plain = contact.failure.kind is FailureKind.NO_STARTTLS
            yield say(Phrase.TLS_NOT_OFFERED if plain else Phrase.TLS_HANDSHAKE_FAILED, address=contact.address)
            yield say(Phrase.TLS_FAILED, domain=domain)
            return _End.FAILED
        yield say(Phrase.TLS_ESTABLISHED, protocol=contact.tls_version, cipher=contact.cipher)
        if match is None or not match.usable:
            yield say(Phrase.CERTIFICATE_NOT_CHECKED)
            return _End.UNTESTED if match is None else _End.FAILED
        if not match.matched:
            reported = {"report": match.report} if match.report else {}
            yield say(Phrase.CERTIFICATE_BAD_REPORT if match.report else Phrase.CERTIFICATE_BAD, **reported)
            yield say(Phrase.TLS_FAILED, domain=domain)
            return _End.FAILED
        yield say(Phrase.CERTIFICATE_GOOD)
        yield say(Phrase.TLS_SUCCEEDED, domain=domain)
        return _End.SUCCESS if self.mx_secure else _End.INSECURE

    def _contact(self, address: str) -> ContactStep | None:
        """The session with ``address``, the one made for the decisive TLSA base where there were several."""
        step = _tlsa_step(self.verdict, self.name)
        base = step.base if step else self.name
        found = [one for one in self.verdict.contacts(self.name) if one.contact.address == address]
        return next((one for one in found if one.contact.sni == base), found[0] if found else None)


def _is_data(lookup: Lookup) -> bool:
    bogus = lookup.security is Security.BOGUS
    return lookup.failure is None and lookup.existence is Existence.DATA and not bogus


def _left_before_tls(contact: Contact) -> bool:
    return contact.failure is not None and contact.failure.kind is FailureKind.CANCELLED


def _unasked(lookup: Lookup) -> bool:
    return lookup.failure is None and lookup.existence is Existence.UNKNOWN and lookup.security is not Security.BOGUS


def _in_order(lookup: Lookup, step: AddressStep) -> list[str]:
    """Addresses of one family in the order a client tries them; those a work limit left out come last."""
    tried = [address for address in step.addresses if address in lookup.records]
    return [*tried, *(address for address in lookup.records if address not in tried)]


def _tlsa_step(verdict: Verdict, host: str) -> TlsaStep | None:
    """The TLSA answer at the MX host's own name, which is where the appliance is taken to ask; else any there is."""
    steps = verdict.tlsa(host)
    return next((step for step in steps if step.base == host), steps[-1] if steps else None)
