"""A verdict judged: what happens to mail under one policy, mode and TLS level, on which path, and why.

Judging is pure and cheap: the same recorded steps are read once per policy, so every policy, mode and TLS level can be
compared without asking the network again.  The *expected* path is the one the platform takes in preference order; the
*weakest* path is what is left to the sender when someone blocks the better hosts.  "DANE" without
qualification is said only where every usable host is authenticated and the MX that names them is proven.

May import ``fleet.model`` and the other modules of this package.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from fleet.decision.cause import Cause, cause_of, failed_lookup, sentence, tls_report
from fleet.decision.combine import Combined, combine
from fleet.decision.decide import decide_row
from fleet.decision.fallback import Range, fallback_outcomes
from fleet.decision.reading import Attempt, attempts
from fleet.decision.states import AddressState, CertificateState, MxState, TlsaState
from fleet.decision.table import Row
from fleet.model import Action, Mode, Outcome, Policy, TlsLevel, TlsReport, Verdict

SMTP_LEFT_OUT = "SMTP was left out: STARTTLS and certificates are not tested"
"""The entry of ``Judgement.incomplete`` for a check without SMTP."""


@dataclass(frozen=True, slots=True)
class Path:
    """One way mail may take: a host, an address (empty where there is none), and what happens there.

    ``outcome`` is what is expected there, ``worst`` what an active attacker obtains there.
    """

    host: str
    address: str
    action: Action
    outcome: Outcome
    worst: Outcome
    row: Row
    cause: Cause


@dataclass(frozen=True, slots=True)
class Judgement:
    """What happens to a domain's mail under one policy, mode and TLS level.

    ``outcome`` is the expected one; ``best`` and ``worst`` bound it (what no source decides, and what the weakest path
    or a stripped STARTTLS leaves).  ``paths`` holds every attempt in order; ``rows`` the rows that decided the expected
    and the weakest path.  ``alternative`` is AsyncOS's RFC reading where it differs.  ``assumed``: the expected
    outcome rests on a row or a reading that no source decides.  ``incomplete`` lists what was not tested or
    is not known; it is never good news.  ``report`` is the RFC 8460 result type, None where DANE did not fail.
    """

    policy: Policy
    mode: Mode
    level: TlsLevel
    action: Action
    outcome: Outcome
    best: Outcome
    worst: Outcome
    expected_path: Path
    weakest_path: Path
    paths: tuple[Path, ...]
    rows: tuple[Row, ...]
    alternative: Action | None
    assumed: bool
    all_dane: bool
    cause: Cause
    reason: str
    report: TlsReport | None
    incomplete: tuple[str, ...]

    @property
    def headline(self) -> str:
        """The outcome in a few words, with what qualifies it."""
        words = [_HEADLINES[self.outcome]]
        if self.outcome is Outcome.DANE and not self.all_dane:
            words.append(_partly(self))
        elif self.worst is not self.outcome and self.outcome is not Outcome.DANE:
            words.append(f"at worst {_HEADLINES[self.worst]}")
        elif self.best is not self.outcome:
            words.append(f"at best {_HEADLINES[self.best]}")
        if self.incomplete and self.outcome not in (Outcome.NOT_TESTED, Outcome.UNKNOWN, Outcome.DNS_READY):
            words.append("incomplete")
        return ", ".join(words)


_HEADLINES: dict[Outcome, str] = {
    Outcome.DANE: "DANE",
    Outcome.TLS_VERIFIED: "TLS verified",
    Outcome.TLS: "TLS",
    Outcome.CLEAR: "clear text",
    Outcome.HELD: "held",
    Outcome.DISCARDED: "discarded",
    Outcome.UNDELIVERABLE: "undeliverable",
    Outcome.DNS_READY: "DNS ready",
    Outcome.NOT_TESTED: "not tested",
    Outcome.UNKNOWN: "unknown",
}

_GOOD_TO_BAD = (
    Outcome.DANE,
    Outcome.DNS_READY,
    Outcome.TLS_VERIFIED,
    Outcome.TLS,
    Outcome.NOT_TESTED,
    Outcome.UNKNOWN,
    Outcome.CLEAR,
    Outcome.HELD,
    Outcome.DISCARDED,
    Outcome.UNDELIVERABLE,
)

_FIXED: dict[Action, Range] = {
    Action.SUCCESS: (Outcome.DANE, Outcome.DANE),
    Action.FAIL: (Outcome.HELD, Outcome.HELD),
    Action.SOFT_ERROR: (Outcome.HELD, Outcome.HELD),
    Action.UNDELIVERABLE: (Outcome.UNDELIVERABLE, Outcome.UNDELIVERABLE),
    Action.BOUNCE: (Outcome.UNDELIVERABLE, Outcome.UNDELIVERABLE),
    Action.NOT_TESTED: (Outcome.NOT_TESTED, Outcome.NOT_TESTED),
    Action.UNKNOWN: (Outcome.UNKNOWN, Outcome.UNKNOWN),
    Action.FAIL_OR_TLS: (Outcome.HELD, Outcome.HELD),
}
"""The (expected, worst) outcome of an action that no TLS level changes."""


def judge(
    verdict: Verdict,
    policy: Policy,
    mode: Mode,
    level: TlsLevel = TlsLevel.PREFERRED,
    *,
    require_ipv6: bool = False,
) -> Judgement:
    """Judge ``verdict`` as ``policy`` acts in ``mode``, with TLS ``level`` where DANE does not apply."""
    return _judge(verdict, policy, mode, level, attempts(verdict, policy, require_ipv6=require_ipv6))


def _judge(verdict: Verdict, policy: Policy, mode: Mode, level: TlsLevel, tried: tuple[Attempt, ...]) -> Judgement:
    rows = tuple(_row(policy, mode, attempt) for attempt in tried)
    paths = tuple(_path(verdict, policy, level, *pair) for pair in zip(tried, rows, strict=True))
    combined = _combined(verdict, policy, mode, tried, paths)
    expected, weakest = combined.expected_index or 0, combined.weakest_index or 0
    path = _deciding(policy, paths[expected])
    weak = _deciding(policy, paths[weakest])
    return Judgement(
        policy=policy,
        mode=mode,
        level=level,
        action=path.action,
        outcome=path.outcome,
        best=_best(verdict, policy, level, path, tried[expected]),
        worst=max(path.outcome, path.worst, weak.outcome, weak.worst, key=_GOOD_TO_BAD.index),
        expected_path=path,
        weakest_path=weak,
        paths=paths,
        rows=tuple(dict.fromkeys((path.row, weak.row))),
        alternative=combined.alternative,
        assumed=path.row.assumed or combined.alternative is not None,
        all_dane=combined.all_dane and tried[expected].mx not in (MxState.INSECURE, MxState.IMPLICIT_INSECURE),
        cause=path.cause,
        reason=_reason(policy, level, path, tried[expected]),
        report=tls_report(path.row, path.cause, tried[expected]),
        incomplete=_incomplete(verdict, tried, rows),
    )


def judge_all(verdict: Verdict, level: TlsLevel = TlsLevel.PREFERRED) -> dict[tuple[Policy, Mode], Judgement]:
    """``verdict`` judged under every policy and mode."""
    tried = {policy: attempts(verdict, policy) for policy in Policy}
    return {(policy, mode): _judge(verdict, policy, mode, level, tried[policy]) for policy in Policy for mode in Mode}


def _row(policy: Policy, mode: Mode, attempt: Attempt) -> Row:
    return decide_row(policy, mode, attempt.mx, attempt.address_state, attempt.tlsa, attempt.certificate)


_NEEDS_A_SESSION = (Action.FALLBACK, Action.TLS_UNAUTHENTICATED, Action.FAIL_OR_TLS)


def _combined(
    verdict: Verdict, policy: Policy, mode: Mode, tried: tuple[Attempt, ...], paths: tuple[Path, ...]
) -> Combined:
    """Combine what each attempt comes to; an address that did not answer is gone past, whatever its records say.

    The weakest path is taken from the records alone: who blocks hosts may also unblock them.
    """
    by_records = combine(policy, mode, [path.action for path in paths])
    order = _worst_first(verdict, tried, paths, _ENDS[policy]) if policy in _ENDS else list(range(len(tried)))
    by_answers = combine(policy, mode, [_walked(verdict, tried[index], paths[index].row) for index in order])
    other = by_answers.alternative
    return Combined(
        by_answers.action,
        by_records.weakest,
        by_answers.all_dane and by_records.all_dane,
        Action.NOT_TESTED if other is Action.SUCCESS and not verdict.smtp else other,
        order[by_answers.expected_index or 0],
        by_records.weakest_index,
    )


_ENDS: dict[Policy, Outcome] = {Policy.ASYNCOS: Outcome.HELD, Policy.EXIM: Outcome.UNDELIVERABLE}
"""The outcome at one host behind which a client tries no other, for the clients that have one."""


def _worst_first(verdict: Verdict, tried: tuple[Attempt, ...], paths: tuple[Path, ...], worst: Outcome) -> list[int]:
    """The attempts in walking order, and of those that may equally well come first the ones with the ``worst`` outcome.

    Senders take hosts of one preference, and addresses of one family, in any order (RFC 5321 5.1), and resolvers rotate
    them: what a client that stops at the first failure comes to must not depend on the order they were recorded in.
    """
    preference = {host.name: host.preference for host in reversed(verdict.hosts)}
    begins_with_six: dict[str, bool] = {}
    ranks = []
    for attempt in tried:
        six = ":" in attempt.address
        later = six is not begins_with_six.setdefault(attempt.host, six)
        ranks.append((preference.get(attempt.host, 0), later))
    return sorted(range(len(tried)), key=lambda index: (ranks[index], paths[index].outcome is not worst))


def _walked(verdict: Verdict, attempt: Attempt, row: Row) -> Action:
    """The action as the walk past the hosts sees it."""
    if row.action is Action.NOT_TESTED and not verdict.smtp:
        return Action.SUCCESS  # nobody was asked, so nobody was unreachable: the first host with records is the path
    unanswered = attempt.certificate is CertificateState.NOT_TESTED and attempt.contact is not None
    return Action.NOT_TESTED if unanswered and row.action in _NEEDS_A_SESSION else row.action


def _path(verdict: Verdict, policy: Policy, level: TlsLevel, attempt: Attempt, row: Row) -> Path:
    outcome, worst = _outcomes(verdict, policy, level, attempt, row)
    return Path(attempt.host, attempt.address, row.action, outcome, worst, row, cause_of(row))


def _outcomes(verdict: Verdict, policy: Policy, level: TlsLevel, attempt: Attempt, row: Row) -> Range:
    match row.action:
        case Action.FALLBACK:
            return fallback_outcomes(level, attempt.contact, attempt.host, verdict.domain, policy)
        case Action.NOT_TESTED if not verdict.smtp:
            return Outcome.DNS_READY, Outcome.DNS_READY
        case Action.TLS_UNAUTHENTICATED | Action.FAIL_OR_TLS if not attempt.reached:
            return Outcome.NOT_TESTED, Outcome.HELD if row.action is Action.FAIL_OR_TLS else Outcome.NOT_TESTED
        case Action.TLS_UNAUTHENTICATED:
            return _unauthenticated(verdict, policy, level, attempt)
        case Action.NEXT_HOST:
            held = policy is Policy.ASYNCOS
            return (Outcome.HELD, Outcome.HELD) if held else (Outcome.UNDELIVERABLE, Outcome.UNDELIVERABLE)
    return _FIXED[row.action]


_DEMANDING = tuple(TlsLevel)


def _unauthenticated(verdict: Verdict, policy: Policy, level: TlsLevel, attempt: Attempt) -> Range:
    """At least "encrypt"; a level that verifies still verifies, with the public roots."""
    at_least = max(level, TlsLevel.REQUIRED, key=_DEMANDING.index)
    return fallback_outcomes(at_least, attempt.contact, attempt.host, verdict.domain, policy)


def _deciding(policy: Policy, path: Path) -> Path:
    """``path`` as it decides alone: behind a host without addresses there is none left to try."""
    if path.action is not Action.NEXT_HOST:
        return path
    action = combine(policy, path.row.mode, [path.action]).action
    return Path(path.host, path.address, action, path.outcome, path.worst, path.row, path.cause)


def _best(verdict: Verdict, policy: Policy, level: TlsLevel, path: Path, attempt: Attempt) -> Outcome:
    if path.action is not Action.FAIL_OR_TLS or path.outcome is not Outcome.HELD:
        return path.outcome
    return _unauthenticated(verdict, policy, level, attempt)[0]


def _incomplete(verdict: Verdict, tried: tuple[Attempt, ...], rows: tuple[Row, ...]) -> tuple[str, ...]:
    """What was not tested and what is not known, each once, in walking order."""
    found = list(verdict.unknown)
    for attempt, row in zip(tried, rows, strict=True):
        found.extend(_families_not_known(attempt))
        where = f"{attempt.host} {attempt.address}".rstrip()
        contact = attempt.contact
        if (failed := failed_lookup(attempt, cause_of(row))) is not None:
            found.append(f"{where}: {failed.sentence}")
        elif contact is not None and not contact.contact.reached and contact.contact.failure is not None:
            seen = contact.contact.failure.sentence
            # Sentences about a session often open with the address themselves.
            found.append(f"{attempt.host} {seen}" if seen.startswith(f"{attempt.address} ") else f"{where}: {seen}")
        elif row.action is Action.UNKNOWN:
            found.append(f"{where}: {_unknown_what(attempt, row)}")
        elif contact is None and verdict.smtp and row.action in _NEEDS_A_SESSION:
            found.append(f"{where}: no SMTP session is recorded")
    if not verdict.smtp:
        found.append(SMTP_LEFT_OUT)
    return tuple(dict.fromkeys(found))


def _families_not_known(attempt: Attempt) -> Iterator[str]:
    """A family whose lookup failed beside one that answered: it may have addresses, and nobody tried them."""
    step = attempt.address_step
    if step is None or not attempt.address:
        return
    for lookup in (step.a, step.aaaa):
        if lookup.failure is not None:
            yield f"{attempt.host} {lookup.rdtype}: {lookup.failure.sentence}"


def _unknown_what(attempt: Attempt, row: Row) -> str:
    names = (
        (attempt.mx is MxState.UNKNOWN, "the MX"),
        (attempt.address_state is AddressState.UNKNOWN, "the address"),
        (attempt.tlsa is TlsaState.UNKNOWN, "TLSA"),
        (attempt.certificate is CertificateState.UNKNOWN, "the certificate"),
    )
    missing = [name for missing, name in names if missing]
    return f"{' and '.join(missing)} not recorded as this client sees it" if missing else row.note


def _partly(judgement: Judgement) -> str:
    if judgement.cause is Cause.MX_INSECURE:
        return "MX not secure"
    return f"not every host: at worst {_HEADLINES[judgement.worst]}"


def _reason(policy: Policy, level: TlsLevel, path: Path, attempt: Attempt) -> str:
    """The sentence of the deciding row; where plain TLS then holds the mail, also why."""
    text = _capital(sentence(policy, path.row, path.cause, attempt))
    if path.action not in (Action.FALLBACK, Action.TLS_UNAUTHENTICATED) or path.outcome is not Outcome.HELD:
        return text
    contact = attempt.contact
    failure = contact.contact.failure if contact is not None else None
    pkix = contact.pkix if contact is not None else None
    seen = failure.sentence if failure is not None else pkix.sentence if pkix is not None else ""
    return f"{text} TLS level {level} then holds the mail{f': {seen}' if seen else ''}".rstrip(".") + "."


def _capital(text: str) -> str:
    """A sentence's first letter, unless the sentence opens with a host name (those stay as they are)."""
    first, _, rest = text.partition(" ")
    return text if "." in first else f"{first[:1].upper()}{first[1:]} {rest}"
