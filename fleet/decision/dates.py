"""The days on which what a destination publishes or presents stops being good, if nothing is done until then.

Most signatures are renewed by their signer long before they end, and zones that are signed online live with two days
for ever; so every signature has its day here, and only one that should have been renewed by now is a concern.  The end
of a certificate matters by what authenticates it: nothing looks at the dates of a certificate that a ``3 x x`` record
names (RFC 7671 5.1), everything does where a ``2 x x`` record names its issuer (RFC 7671 5.2).

May import ``fleet.model`` and ``lookahead``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fleet.decision.lookahead import CERTIFICATE_HORIZON, ends_soon, lookups, secure_tlsa
from fleet.model import Certificate, ChainMatch, ContactStep, Lookup, MatchRules, TlsaRecord, Verdict


class DateKind(StrEnum):
    """What ends on a day."""

    SIGNATURE = "signature"
    CERTIFICATE = "certificate"
    ROLLOVER = "rollover"
    """A key is being rolled over, or will have to be; it has a day only where a certificate gives one."""
    LOG = "log"
    SUPPRESSION = "suppression"
    SILENCE = "silence"


@dataclass(frozen=True, slots=True)
class Due:
    """One day.  ``at`` None: a state without one.  ``concern``: somebody has to act, and nothing shows that they did.

    ``consequence``: what happens to mail on that day if nothing is done.
    """

    kind: DateKind
    at: datetime | None
    subject: str
    consequence: str
    concern: bool


def dates(verdict: Verdict, now: datetime) -> tuple[Due, ...]:
    """Every day that ``verdict`` tells of, as seen ``now``, in no order."""
    return tuple(dict.fromkeys((*_signatures(verdict, now), *_certificates(verdict, now), *_rollovers(verdict))))


def _signatures(verdict: Verdict, now: datetime) -> Iterator[Due]:
    """The first end of each signed RRset; one answer that cannot be validated is enough to keep the mail."""
    first: dict[str, Lookup] = {}
    for lookup in lookups(verdict):
        if lookup.expires is not None:
            name = lookup.expiring or f"{lookup.rdtype} {lookup.name}"
            known = first.get(name)
            if known is None or known.expires is None or lookup.expires < known.expires:
                first[name] = lookup
    for name, lookup in first.items():
        assert lookup.expires is not None
        concern = ends_soon(lookup.inception, lookup.expires, now)
        what = "senders that validate keep the mail in their queues" if verdict.hosts else "answers are bogus"
        why = "it should have been renewed by now" if concern else "signers renew it before that by themselves"
        yield Due(DateKind.SIGNATURE, lookup.expires, name, f"{what} unless it is renewed; {why}", concern)


def _certificates(verdict: Verdict, now: datetime) -> Iterator[Due]:
    for step in verdict.steps:
        if not isinstance(step, ContactStep) or not step.certificates:
            continue
        match = _match(step)
        record = match.deciding.record if match is not None and match.deciding is not None else None
        for certificate in _counting(step, match):
            if certificate.not_after is None:
                continue
            near = certificate.not_after - now <= CERTIFICATE_HORIZON
            consequence, harms = _of_certificate(match, record)
            yield Due(DateKind.CERTIFICATE, certificate.not_after, step.contact.host, consequence, near and harms)


def _match(step: ContactStep) -> ChainMatch | None:
    found = [one.match for one in step.matches if one.rules is MatchRules.RFC7671 and one.match.usable]
    return next((match for match in found if match.matched), found[0] if found else None)


def _counting(step: ContactStep, match: ChainMatch | None) -> tuple[Certificate, ...]:
    """The certificates whose end counts: up to the one a record names, else the leaf."""
    depth = match.deciding.depth if match is not None and match.deciding is not None else None
    return step.certificates[: (depth or 0) + 1]


def _of_certificate(match: ChainMatch | None, record: TlsaRecord | None) -> tuple[str, bool]:
    if match is None:
        return "no DANE there: mail goes on where TLS need not be verified, and is held where it must be", True
    if record is None:
        return "it fails DANE already: no record names it", True
    if record.usage == 3:
        return (
            "nothing: a 3 x x record names it, so its dates do not count; a renewed key needs its record first",
            False,
        )
    return "DANE fails: a 2 x x record names its issuer, so its dates count, and mail is held", True


def _rollovers(verdict: Verdict) -> Iterator[Due]:
    """Where a rollover stands: begun (a record more than what is presented), or not prepared at all."""
    presented = [step for step in verdict.steps if isinstance(step, ContactStep)]
    for step in secure_tlsa(verdict):
        usable = [record for record in step.records if record.usable and record.usage == 3]
        matching = {
            found.record.raw
            for contact in presented
            if (match := contact.match(step.base, MatchRules.RFC7671)) is not None
            for found in match.records
            if found.matched
        }
        waiting = [record for record in usable if record.raw not in matching]
        ends = [
            contact.certificates[0].not_after
            for contact in presented
            if contact.certificates and contact.match(step.base, MatchRules.RFC7671) is not None
        ]
        day = min((end for end in ends if end is not None), default=None)
        if len(usable) == 1 and matching and not step.truncated:
            text = "one record and no twin: a renewed key fails DANE, and mail is held, until its record follows"
            yield Due(DateKind.ROLLOVER, day, step.base, text, False)
        elif waiting and matching:
            text = (
                f"a rollover is prepared or not finished: {_named(waiting)} beside the one that matches; nothing "
                "happens to mail, and the certificate may change to a key it names"
            )
            yield Due(DateKind.ROLLOVER, None, step.base, text, False)


def _named(records: list[TlsaRecord]) -> str:
    shown = f"{records[0].text[:22]}..."
    return f"{shown} and {len(records) - 1} more" if len(records) > 1 else shown
