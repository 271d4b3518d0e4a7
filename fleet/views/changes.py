"""What became another than it was, in words: before, after, and what that is to mail.

May import ``fleet.decision``, ``fleet.monitor``, ``fleet.text`` and its own package.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fleet.decision import Change, ChangeKind, Effect
from fleet.monitor import KEPT_CHANGES, Changed
from fleet.text import show
from fleet.views.marks import Mark
from fleet.views.names import age, moment

_LONG = 400
_PART = 80
_PARTS = 8
"""Characters of one record (a TLSA record may be a whole certificate), and records that are shown."""

EFFECT_MARKS = {
    Effect.HARMLESS: Mark.NONE,
    Effect.BEGINS: Mark.OK,
    Effect.MENDS: Mark.OK,
    Effect.ENDS: Mark.WARN,
    Effect.RISKY: Mark.WARN,
    Effect.BREAKS: Mark.FAIL,
    Effect.UNKNOWN: Mark.UNKNOWN,
}
EFFECT_WORDS = {
    Effect.HARMLESS: "harmless",
    Effect.BEGINS: "DANE begins",
    Effect.MENDS: "mends mail",
    Effect.ENDS: "DANE ends",
    Effect.RISKY: "risky",
    Effect.BREAKS: "breaks mail",
    Effect.UNKNOWN: "not known",
}
_NAMES = {
    ChangeKind.MX: "MX",
    ChangeKind.TLSA: "TLSA",
    ChangeKind.CERTIFICATE: "certificate",
    ChangeKind.RESOLVER: "resolver",
    ChangeKind.POLICY: "setting",
}


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change; every text is safe."""

    mark: Mark
    day: str
    about: str
    what: str
    before: str
    after: str
    effect: str
    seen_from: str


@dataclass(frozen=True, slots=True)
class ChangesView:
    """Changes, the newest first; ``more`` were left out; ``notes``: what may be missing."""

    heading: str
    rows: tuple[ChangeRow, ...]
    more: int
    notes: tuple[str, ...]


def changes_view(
    found: Sequence[Changed], since: datetime, now: datetime, limit: int, notes: Sequence[str]
) -> ChangesView:
    """``found`` in words, at most ``limit`` (0: all)."""
    newest = sorted(found, key=lambda one: one.at, reverse=True)
    shown = newest[:limit] if limit else newest
    broken = sum(one.change.effect is Effect.BREAKS for one in found)
    number = len(found)
    heading = f"since {moment(since)}: {number:,} change{'s'[: number != 1]}, {broken:,} that broke mail"
    return ChangesView(heading, tuple(_row(one, now) for one in shown), number - len(shown), tuple(notes))


def missing_before(kept: Sequence[Changed], since: datetime) -> str:
    """What must be said where more happened than is kept; empty where nothing is missing."""
    if len(kept) < KEPT_CHANGES or kept[0].at <= since:
        return ""
    return f"only the last {KEPT_CHANGES:,} changes are kept: what changed before {moment(kept[0].at)} is not listed"


def not_noted(noted_since: datetime | None, since: datetime) -> str:
    """What must be said where the history is older than the noting of changes; empty where nothing is missing."""
    if noted_since is None or noted_since <= since:
        return ""
    return (
        f"this history was begun by an older program that noted no changes: what changed before {moment(noted_since)} "
        "is not listed"
    )


def not_yet_watched(begins: datetime | None, kept: Sequence[Changed], since: datetime) -> str:
    """What must be said where the history begins later than what is asked for; empty where nothing is missing."""
    first = min((at for at in (begins, kept[0].at if kept else None) if at is not None), default=None)
    if first is None or first <= since:
        return ""
    return f"the history begins at {moment(first)}: what changed before that nobody saw"


def still_broken(found: Sequence[Changed]) -> bool:
    """Whether the last change of anything broke mail."""
    last = {(one.about, one.change.kind, one.change.subject, one.seen_from): one.change.effect for one in found}
    return Effect.BREAKS in last.values()


def subject_words(change: Change) -> str:
    """What changed, such as ``TLSA mx1.example.org``."""
    name = _NAMES[change.kind]
    return name if change.subject == name else f"{name} {show(change.subject, 200)}"


def values(change: Change) -> tuple[str, str]:
    """Before and after, each record cut to a length that can be read."""
    return _value(change.before), _value(change.after)


def _value(text: str) -> str:
    parts = text.split(", ")
    more = f" and {len(parts) - _PARTS} more" if len(parts) > _PARTS else ""
    return ", ".join(show(part, _PART) for part in parts[:_PARTS]) + more


def change_words(change: Change) -> str:
    """A change in a line."""
    before, after = values(change)
    return f"{subject_words(change)}: {before} -> {after}: {effect_words(change)}"


def effect_words(change: Change) -> str:
    """What it is to mail."""
    return f"{EFFECT_WORDS[change.effect]}: {show(change.sentence, _LONG)}"


def _row(one: Changed, now: datetime) -> ChangeRow:
    before, after = values(one.change)
    return ChangeRow(
        EFFECT_MARKS[one.change.effect],
        f"{moment(one.at)} ({age(one.at, now)})",
        show(one.about, 300),
        subject_words(one.change),
        before,
        after,
        effect_words(one.change),
        show(one.seen_from, 200),
    )
