"""A runbook ready to show: for each class of nodes the cause, the change, how to see it work, the way back, the time.

May import ``fleet.forecast``, ``fleet.text`` and its own package.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fleet.forecast.moves import flow_name
from fleet.forecast.runbook import Change, Page
from fleet.text import show
from fleet.views.forecast import WHY_WORDS, named, outcome_words, timer_words
from fleet.views.marks import OUTCOME_MARKS, Mark
from fleet.views.names import both_names, duration, moment

_LONG = 700
A_PERSON = "A person commits it; this program changes nothing."


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change in words."""

    title: str
    after: str
    cost: str
    lines: tuple[str, ...]
    back: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageRow:
    """What to do on some nodes.  ``changes`` has the smallest first; ``no_change`` says why there is none."""

    mark: Mark
    nodes: str
    flow: str
    outcome: str
    cause: str
    held: bool
    time_left: str
    changes: tuple[ChangeRow, ...]
    no_change: str
    verify: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunbookView:
    """The whole runbook of one destination."""

    heading: str
    pages: tuple[PageRow, ...]
    note: str = A_PERSON


def runbook_view(domain: str, pages: Sequence[Page], since: datetime | None, now: datetime) -> RunbookView:
    """``pages`` in words; ``since``: when the oldest message was queued, if anybody knows."""
    return RunbookView(_heading(both_names(domain), pages), tuple(_page(page, since, now) for page in pages))


def _heading(name: str, pages: Sequence[Page]) -> str:
    held = [page for page in pages if page.held]
    if held:
        return f"Mail to {name} is held on {named(tuple(dict.fromkeys(n for page in held for n in page.nodes)))}."
    if not pages:
        return f"No flow is known to take in mail, so nothing is known of mail to {name}."
    if any(page.found.core.open for page in pages):
        return f"Whether mail to {name} is held is not known."
    return f"By what is declared and was checked, no mail to {name} is held."


def _page(page: Page, since: datetime | None, now: datetime) -> PageRow:
    found = page.found
    return PageRow(
        OUTCOME_MARKS[found.outcome],
        named(page.nodes),
        show(flow_name(page.ingress)),
        outcome_words(found.core),
        f"{WHY_WORDS[found.why]}: {show(found.sentence, _LONG)}",
        page.held,
        time_left(found.policy.bounce_seconds.value, since, now) if page.held else "",
        tuple(_change(change) for change in page.changes),
        _no_change(page) if page.held and not page.changes else "",
        tuple(show(line) for line in page.verify) if page.held else (),
    )


def _change(change: Change) -> ChangeRow:
    return ChangeRow(
        change.title,
        outcome_words(change.after.core),
        change.cost,
        tuple(show(line) for line in change.lines),
        tuple(show(line) for line in change.back),
    )


def _no_change(page: Page) -> str:
    if not page.rejected:
        return "No setting of ours is known to let this mail go: what holds it has to be mended where it is."
    tried = ", ".join(page.rejected)
    return f"No setting of ours is known to let this mail go; on paper these were tried in vain: {tried}."


def time_left(seconds: int | None, since: datetime | None, now: datetime) -> str:
    """The time until held mail goes back to its senders."""
    if seconds is None:
        return "unknown: the bounce timer is not declared"
    if since is None:
        return f"unknown: since when mail is held is not told (--since TIME); it {timer_words(seconds)}"
    ends = since + timedelta(seconds=seconds)
    left = (ends - now).total_seconds()
    if left <= 0:
        return f"none: the first message went back to its sender at {moment(ends)}"
    return f"{duration(left)}, until {moment(ends)}: then the first message goes back to its sender"
