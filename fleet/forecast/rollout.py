"""How far each destination may go, and in which order: the careful path first, the Default entry last.

The vendor's document knows two ways.  The careful one tests each destination before it gets an entry; the bold one
turns DANE on in the Default entry and looks who fails.  This is the careful one, step by step, and the Default entry
comes only after every destination that would be held has an entry that keeps DANE off.

A destination is *mandatory* where DANE is proven at every host, so that nothing is lost by insisting; *opportunistic*
where it does no harm; *none* where mail would be held, or where nobody knows.  A step counts as done only when it is
configured on every external node, a baseline of the queue was taken before it, and a few days of watching have passed:
"before you turn the service on, and then regularly for a few days".

May import ``fleet.decision``, ``fleet.layout``, ``fleet.model`` and modules of this package.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from fleet.forecast.classed import Forecast, MailClass
from fleet.forecast.conditions import FIRST_VERSION, new_enough
from fleet.forecast.foretell import Question, foretell
from fleet.forecast.instructions import Entry, entry_for, instructions
from fleet.forecast.judging import Judges
from fleet.forecast.outcome import BADNESS, OPEN, Foretold, Why
from fleet.forecast.prerequisites import Prerequisite, State, prerequisites
from fleet.layout import Decided, canonical, effective
from fleet.model import Outcome, TlsLevel
from fleet.model.control import DEFAULT, DaneSupport
from fleet.model.fleet import Destination, Platform, Settings
from fleet.model.flow import FlowAction
from fleet.model.route import RouteKind

WATCH_DAYS = 3
"""What "a few days" is taken for, unless the operator says otherwise."""


@dataclass(frozen=True, slots=True)
class Advice:
    """How far one destination may go, why, and what both modes come to at the worst node."""

    destination: Destination
    level: DaneSupport
    reason: str
    opportunistic: Foretold
    mandatory: Foretold

    @property
    def harmed(self) -> bool:
        """Whether DANE in the Default entry would stop this mail, or might: it needs an entry that keeps DANE off."""
        return self.level is DaneSupport.NONE and self.opportunistic.outcome is not Outcome.UNDELIVERABLE


class StepKind(StrEnum):
    """The steps, in their order."""

    PREREQUISITES = "prerequisites"
    BASELINE = "baseline"
    ENTRIES = "entries"
    MANDATORY = "mandatory"
    PROTECT = "protect"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Step:
    """One step.  ``lines``: what a person enters, by tier and platform; ``watch``: how to see that it went well."""

    kind: StepKind
    title: str
    state: State
    why: str
    lines: tuple[tuple[str, tuple[str, ...]], ...] = ()
    watch: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dates:
    """What the operator tells of the past: when the baseline was taken, when each step was committed."""

    today: date
    baseline: date | None = None
    committed: Mapping[StepKind, date] | None = None
    days: int = WATCH_DAYS


@dataclass(frozen=True, slots=True)
class Rollout:
    """The whole plan."""

    prerequisites: tuple[Prerequisite, ...]
    advice: tuple[Advice, ...]
    steps: tuple[Step, ...]


def rollout(forecast: Forecast, dates: Dates) -> Rollout:
    """The plan for the fleet of ``forecast``; where prerequisites are not met yet, it supposes that they will be."""
    judges = Judges()
    advice = tuple(_advice(forecast, one, judges) for one in forecast.destinations) if forecast.classes else ()
    needed = prerequisites(forecast.fleet, forecast.resolving)
    return Rollout(needed, tuple(sorted(advice, key=_order)), tuple(_steps(forecast, needed, advice, dates)))


# --------------------------------------------------------------------------------------------------- per destination
def _advice(forecast: Forecast, destination: Destination, judges: Judges) -> Advice:
    opportunistic = _supposed(forecast, destination.domain, DaneSupport.OPPORTUNISTIC, judges)
    mandatory = _supposed(forecast, destination.domain, DaneSupport.MANDATORY, judges)
    level, reason = _level(forecast, destination, opportunistic, mandatory)
    return Advice(destination, level, reason, opportunistic, mandatory)


def _supposed(forecast: Forecast, domain: str, dane: DaneSupport, judges: Judges) -> Foretold:
    """What ``dane`` for ``domain`` would come to at the worst external node, once the prerequisites are met."""
    found = [_at(forecast, group, domain, dane, judges) for group in forecast.classes]
    return max(found, key=lambda one: (BADNESS.index(one.outcome), BADNESS.index(one.worst)))


def _at(forecast: Forecast, group: MailClass, domain: str, dane: DaneSupport, judges: Judges) -> Foretold:
    policy = effective(forecast.fleet, group.holder, FlowAction.RELAY, domain)
    tls = policy.tls if policy.tls.value is not TlsLevel.NONE else Decided(TlsLevel.PREFERRED)
    if policy.platform is Platform.POSTFIX:  # its level says both
        tls = Decided(TlsLevel.PREFERRED if dane is DaneSupport.OPPORTUNISTIC else TlsLevel.REQUIRED)
    supposed = replace(policy, dane=Decided(dane), tls=tls)
    verdict = forecast.verdicts.get(canonical(domain))
    settings = _ready(group.settings)
    return foretell(Question(settings, supposed, verdict, forecast.resolving, others=forecast.verdicts, judges=judges))


def _ready(settings: Settings) -> Settings:
    """``settings`` as they will be once the prerequisites are met that are the node's own."""
    if settings.platform is Platform.ASYNCOS and not new_enough(settings):
        return replace(settings, version=f"{FIRST_VERSION}.0")
    if settings.postfix is not None:
        return replace(settings, postfix=replace(settings.postfix, smtp_dns_support_level="dnssec"))
    return settings


def _level(
    forecast: Forecast, destination: Destination, opportunistic: Foretold, mandatory: Foretold
) -> tuple[DaneSupport, str]:
    own = {canonical(name) for name in forecast.fleet.own_domains}
    route = opportunistic.policy.route.value
    if canonical(destination.domain) in own:
        return DaneSupport.NONE, "one of your own domains: its mail stays inside"
    if route is not None and route.kind is not RouteKind.USEDNS and opportunistic.why is Why.ROUTE:
        return DaneSupport.NONE, opportunistic.sentence
    if opportunistic.outcome in OPEN:
        return DaneSupport.NONE, f"not before it is known: {opportunistic.sentence}"
    if opportunistic.outcome is Outcome.HELD:
        return DaneSupport.NONE, f"mail would be held: {opportunistic.sentence}"
    if opportunistic.outcome in (Outcome.UNDELIVERABLE, Outcome.DISCARDED):
        return DaneSupport.NONE, f"{opportunistic.outcome} with and without DANE: {opportunistic.sentence}"
    if _proven(mandatory):
        return DaneSupport.MANDATORY, f"proven at every host: {mandatory.sentence}"
    if opportunistic.outcome is Outcome.DANE:
        judged = opportunistic.judgement
        said = "; ".join((judged.headline, *judged.incomplete)) if judged is not None else "DANE"
        return DaneSupport.OPPORTUNISTIC, f"not proven at every host: {said}; mandatory comes to {mandatory.outcome}"
    harm = f"mandatory comes to {mandatory.outcome}"
    return DaneSupport.OPPORTUNISTIC, f"does no harm, DANE does not apply: {opportunistic.sentence}; {harm}"


def _proven(mandatory: Foretold) -> bool:
    judged = mandatory.judgement
    return (
        mandatory.outcome is mandatory.worst is Outcome.DANE
        and judged is not None
        and judged.all_dane
        and not judged.incomplete
        and not mandatory.assumed
    )


_RANK = (DaneSupport.MANDATORY, DaneSupport.OPPORTUNISTIC, DaneSupport.NONE)


def _order(advice: Advice) -> tuple[int, int, str]:
    weight = advice.destination.recipients_per_day or 0
    return _RANK.index(advice.level), -weight, advice.destination.domain


# -------------------------------------------------------------------------------------------------------------- steps
_WATCH = {
    Platform.ASYNCOS: (
        "Monitor > Delivery Status: the column Active Recipients must not grow for these destinations (CLI: tophosts, "
        "hoststatus DOMAIN)",
        'CLI: grep "TLS success.*for" mail_logs shows deliveries under DANE',
    ),
    Platform.POSTFIX: ("postqueue -p, and 'status=deferred' in the log, must not grow for these destinations",),
    Platform.EXIM: ("exim -bp must not grow for these destinations; CV=dane in the main log shows DANE",),
}


def _steps(
    forecast: Forecast, needed: Sequence[Prerequisite], advice: Sequence[Advice], dates: Dates
) -> Iterator[Step]:
    wrong = [one for one in needed if one.state is State.NOT_DONE]
    open_ = [one for one in needed if one.state is State.UNKNOWN]
    state = State.NOT_DONE if wrong else State.UNKNOWN if open_ or not needed else State.DONE
    names = ", ".join(dict.fromkeys(one.name for one in (*wrong, *open_)))
    yield Step(StepKind.PREREQUISITES, "Meet the prerequisites", state, names or "all of them are met")
    watch = tuple(line for platform in _platforms(forecast) for line in _WATCH[platform])
    yield Step(
        StepKind.BASELINE, "Take a baseline of the queue before anything is turned on", *_taken(dates), (), watch
    )
    plan: list[_Wanted] = []
    for kind, title, level, chosen in (
        (
            StepKind.ENTRIES,
            "Entries for destinations that were tested",
            DaneSupport.OPPORTUNISTIC,
            [one for one in advice if one.opportunistic.outcome is Outcome.DANE],
        ),
        (
            StepKind.MANDATORY,
            "Mandatory where DANE is proven at every host",
            DaneSupport.MANDATORY,
            [one for one in advice if one.level is DaneSupport.MANDATORY],
        ),
        (
            StepKind.PROTECT,
            "Entries that keep DANE off where mail would be held, or nobody knows",
            DaneSupport.NONE,
            [one for one in advice if one.harmed],
        ),
    ):
        plan.append(_Wanted(kind, title, level, tuple(canonical(one.destination.domain) for one in chosen)))
    plan.append(_Wanted(StepKind.DEFAULT, "The Default entry, last", DaneSupport.OPPORTUNISTIC, (DEFAULT,)))
    open_ends = sum(one.opportunistic.outcome in OPEN for one in advice) if advice else None
    for number, wanted in enumerate(plan):
        yield _entry_step(forecast, wanted, plan[:number], open_ends, dates, watch)


def _taken(dates: Dates) -> tuple[State, str]:
    """Whether a baseline was taken; one of tomorrow was not."""
    if dates.baseline is None:
        return State.UNKNOWN, "when it was taken is not told (--baseline DATE)"
    if dates.baseline > dates.today:
        return State.NOT_DONE, f"{dates.baseline} is still to come"
    return State.DONE, f"taken on {dates.baseline}"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a step wants: these destinations to be told this level."""

    kind: StepKind
    title: str
    level: DaneSupport
    domains: tuple[str, ...]


def _platforms(forecast: Forecast) -> tuple[Platform, ...]:
    found = dict.fromkeys(group.settings.platform for group in forecast.classes)
    return tuple(platform for platform in found if platform is not None)


def _entry_step(
    forecast: Forecast,
    wanted: _Wanted,
    before: Sequence[_Wanted],
    open_ends: int | None,
    dates: Dates,
    watch: tuple[str, ...],
) -> Step:
    """One step of entries.  ``before``: the steps before it; ``open_ends``: destinations that nobody knows yet."""
    kind, title = wanted.kind, wanted.title
    if not wanted.domains:
        if open_ends is None:
            return Step(kind, title, State.UNKNOWN, "no destination was forecast")
        if open_ends and kind is not StepKind.PROTECT:
            return Step(kind, title, State.UNKNOWN, f"of {open_ends} destinations it is not known: check them first")
        return Step(kind, title, State.DONE, "no destination needs it")
    missing: dict[Hashable, tuple[MailClass, dict[tuple[str, str], Entry]]] = {}
    there = 0
    for domain in wanted.domains:
        lacking = [group for group in forecast.classes if not _says(forecast, group, domain, wanted.level, kind)]
        there += not lacking
        for group in lacking:
            entry = _entry(forecast, group, domain, wanted.level)
            key = (group.tier.name, group.settings.platform, group.settings.exim)
            missing.setdefault(key, (group, {}))[1][domain, entry.key] = entry
    lines = []
    for group, entries in missing.values():
        # Only Exim's lists say all of it at once, so that a later list must keep what an earlier one said.
        exim = group.settings.platform is Platform.EXIM
        earlier = [_entry(forecast, group, one, each.level) for each in before for one in each.domains if exim]
        lines.append((f"tier {group.tier.name}", instructions(group.settings, tuple(entries.values()), earlier)))
    state, why = _state(kind, there, len(wanted.domains), dates)
    return Step(kind, title, state, why, tuple(lines), watch)


def _entry(forecast: Forecast, group: MailClass, domain: str, level: DaneSupport) -> Entry:
    policy = effective(forecast.fleet, group.settings, FlowAction.RELAY, domain)
    return entry_for(group.settings, domain, forecast.verdicts.get(domain), level, policy.tls.value)


def _says(forecast: Forecast, group: MailClass, domain: str, level: DaneSupport, kind: StepKind) -> bool:
    """Whether the nodes of ``group`` are told ``level`` for ``domain`` already (or more, while entries are made)."""
    policy = effective(forecast.fleet, group.holder, FlowAction.RELAY, domain)
    told = policy.dane.value
    if kind is StepKind.PROTECT:
        path = policy.dane.path
        own = "tls_policy" in path or ("destination_controls" in path and path[-2] != DEFAULT)
        return told is DaneSupport.NONE and own
    if policy.tls.value is TlsLevel.NONE:
        return False  # DANE Support is not active beside it
    wanted = (level, DaneSupport.MANDATORY) if level is DaneSupport.OPPORTUNISTIC else (level,)
    return told in wanted


def _state(kind: StepKind, there: int, wanted: int, dates: Dates) -> tuple[State, str]:
    """How far a step is: configured, watched from a baseline on, or not."""
    if there < wanted:
        return State.NOT_DONE, f"{there} of {wanted} are configured on every external node"
    since = (dates.committed or {}).get(kind)
    if since is None:
        return State.UNKNOWN, f"configured; when it was committed is not told (--committed {kind}=DATE)"
    if dates.baseline is None:
        return State.UNKNOWN, "configured; without a baseline (--baseline DATE) nobody can tell what it did"
    if dates.baseline > since:
        return State.UNKNOWN, f"configured on {since}, before the baseline of {dates.baseline}: nothing to compare with"
    days = (dates.today - since).days
    if days < dates.days:
        return State.NOT_DONE, f"configured on {since}; watched for {max(days, 0)} of {dates.days} days"
    return State.DONE, f"configured on {since} and watched for {days} days"
