"""Mail that waits in a queue, and why: DANE, or nobody knows; how long it has; and whether that is news.

A queue says how many recipients wait, not what for.  It is put down to DANE only where the forecast for this very node
and destination is that mail of some flow is held under DANE, and the check behind it is at most one interval old.  In
every other case the cause is unknown, and the sentence says what is missing.

May import ``fleet.layout``, ``fleet.model`` and modules of this package.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from fleet.forecast.classed import foretell_one, ingresses
from fleet.forecast.outcome import DaneUse
from fleet.forecast.resolving import Resolving
from fleet.layout import canonical, effective
from fleet.model import Outcome, Verdict
from fleet.model.fleet import Fleet, Node
from fleet.model.queue import RISE, Level, Series, Waiting, rises

AGED = timedelta(minutes=30)
"""A message this old has been tried and put off; a younger one may be on its way out."""


class Cause(StrEnum):
    """What keeps mail in a queue."""

    DANE = "dane"
    UNKNOWN = "unknown"


class Trend(StrEnum):
    """How the number of waiting recipients went."""

    NEW = "new"
    """None waited before."""
    RISING = "rising"
    FALLING = "falling"
    STEADY = "steady"
    UNKNOWN = "unknown"
    """Seen once, or not seen before."""


@dataclass(frozen=True, slots=True)
class Blame:
    """Why mail of one destination waits on one node.  ``flow``: the flow whose mail is held, where flows differ."""

    cause: Cause
    sentence: str
    flow: str = ""


def blame(
    fleet: Fleet,
    node: Node,
    domain: str,
    verdicts: Mapping[str, Verdict],
    now: datetime,
    *,
    interval: float,
    resolving: Resolving | None = None,
) -> Blame:
    """The cause, as far as ``verdicts`` (by canonical domain) prove one; ``interval``: seconds between checks."""
    if not fleet.tiers[node.tier].external:
        return Blame(Cause.UNKNOWN, "the node does not deliver to the outside: DANE is not done here")
    verdict = verdicts.get(canonical(domain))
    fresh = verdict is not None and abs(now - verdict.at) <= timedelta(seconds=interval)  # ahead: of a wrong clock
    held = without = ""
    for ingress in ingresses(node.settings):
        told = foretell_one(fleet, node, ingress.flow, domain, verdicts, resolving=resolving)
        if told.outcome is Outcome.HELD and told.dane is DaneUse.ATTEMPTED:
            flow = str(ingress.action or "") if ingress.flow is not None else ""
            if fresh:
                return Blame(Cause.DANE, told.sentence, flow)
            held = held or told.sentence
        elif told.outcome is Outcome.HELD:
            without = without or told.sentence
    if verdict is None:
        missing = "it was never checked"
    elif not fresh:
        missing = "the last check is older than one interval"
    else:
        missing = "the last check does not have its mail held" if not without else f"held without DANE: {without}"
    return Blame(Cause.UNKNOWN, f"{missing}; DANE may hold it: {held}" if held else missing)


def first_bounce(fleet: Fleet, node: Node, waiting: Waiting, now: datetime) -> timedelta | None:
    """The time until the oldest message goes back to its sender: negative where that is past, None: not known."""
    if waiting.oldest is None:
        return None
    for ingress in ingresses(node.settings):
        seconds = effective(fleet, node, ingress.flow, waiting.domain).bounce_seconds.value
        if seconds is not None:
            return waiting.oldest + timedelta(seconds=seconds) - now
    return None


def trend(series: Series | None, changed_at: datetime | None = None) -> Trend:
    """How it went since ``changed_at``, or over all that is remembered.

    ``NEW`` and ``RISING`` are held against what was seen before the change, if that is remembered; else against what a
    rise since then began with.
    """
    seen = [one for one in series.levels if one.recipients is not None] if series is not None else []
    if series is None or not seen or not seen[-1].recipients:
        return Trend.UNKNOWN
    before = [one for one in seen if changed_at is not None and one.at <= changed_at]
    after = [one for one in seen if changed_at is None or one.at > changed_at]
    if series.since is not None and series.clear_at is not None and (changed_at is None or series.since > changed_at):
        return Trend.NEW
    if len(seen) < 2 or not after:
        return Trend.UNKNOWN
    rise = series.rise if series.rise and (changed_at is None or series.rise.at > changed_at) else None
    base = max(_number(one) for one in before) if before else rise.before if rise else _number(after[0])
    last = _number(after[-1])
    if rises(base, last):
        return Trend.RISING
    return Trend.FALLING if last * RISE <= base else Trend.STEADY


def is_news(waiting: Waiting, series: Series | None, changed_at: datetime | None, now: datetime) -> bool:
    """Whether it is worth an operator's while: new or rising, and not merely on its way out.

    Mail passes through a queue: what was seen at one look only counts where its oldest message was tried already.
    """
    if not waiting.recipients or trend(series, changed_at) not in (Trend.NEW, Trend.RISING):
        return False
    aged = waiting.oldest is not None and now - waiting.oldest >= AGED
    last_two = [one.recipients for one in series.levels[-2:]] if series is not None else []
    return aged or (len(last_two) == 2 and all(last_two))


def _number(level: Level) -> int:
    return level.recipients or 0
