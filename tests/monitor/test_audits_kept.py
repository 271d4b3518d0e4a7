"""What an audit found stays, with its age, while nobody can ask again."""

from datetime import UTC, datetime, timedelta

from fleet.model.event import ResolverJudged
from fleet.model.resolver import ResolverKind
from fleet.monitor import State

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
CELL = ("10.0.0.53:53", "tcp", "dlv1")


def judged(kind: ResolverKind, minutes: int, *, asked: bool = True) -> ResolverJudged:
    return ResolverJudged(NOW + timedelta(minutes=minutes), "dlv1", "10.0.0.53:53", "tcp", kind, asked=asked)


def test_what_could_not_be_asked_takes_nothing_away_from_what_was_found() -> None:
    state = State()
    state.apply(judged(ResolverKind.STRIPS, 0))
    state.apply(judged(ResolverKind.UNKNOWN, 30, asked=False))
    assert state.resolvers[CELL] == judged(ResolverKind.STRIPS, 0)


def test_silence_of_one_that_was_asked_is_news_and_so_is_every_later_reason_why_nobody_asked() -> None:
    state = State()
    state.apply(judged(ResolverKind.UNKNOWN, 0, asked=False))
    state.apply(judged(ResolverKind.UNKNOWN, 30, asked=False))
    assert state.resolvers[CELL].at == NOW + timedelta(minutes=30)
    state.apply(judged(ResolverKind.VALIDATES, 60))
    state.apply(judged(ResolverKind.UNKNOWN, 90))
    assert state.resolvers[CELL] == judged(ResolverKind.UNKNOWN, 90)
