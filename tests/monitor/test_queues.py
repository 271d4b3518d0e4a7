"""Looks at a queue fold into what is known: series with gaps, the last good look, and what logs proved."""

from datetime import UTC, datetime, timedelta

from fleet.errors import Failure, FailureKind
from fleet.model.event import LogsRead, QueueSeen, QueueUnseen, ReportRead
from fleet.model.proof import Proof
from fleet.model.queue import Queue, Rise, Waiting
from fleet.model.testimony import Counted
from fleet.monitor import State
from fleet.monitor.queues import MOST_SERIES, RING
from fleet.monitor.state import LOGS_KEPT, PROOFS_KEPT, REPORTS_KEPT

AT = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def look(minutes: int, complete: bool = True, **waiting: int) -> QueueSeen:
    at = AT + timedelta(minutes=minutes)
    found = tuple(Waiting(name.replace("_", "."), number) for name, number in waiting.items())
    return QueueSeen(at, Queue("dlv1", at, found, complete))


def folded(*events: QueueSeen | QueueUnseen) -> State:
    state = State()
    for event in events:
        state.apply(event)
    return state


def test_a_complete_look_that_does_not_show_a_destination_shows_that_nothing_waits() -> None:
    state = folded(look(0), look(5, ietf_org=3), look(10))
    series = state.queues["dlv1"].series[0]
    assert [level.recipients for level in series.levels] == [3, 0]
    assert (series.since, series.clear_at) == (None, AT + timedelta(minutes=10))


def test_beyond_what_an_appliance_shows_there_is_a_gap_and_no_zero() -> None:
    series = folded(look(0, False, ietf_org=3), look(5, False), look(10, False, ietf_org=4)).queues["dlv1"].series[0]
    assert [level.recipients for level in series.levels] == [3, None, 4]
    assert (series.since, series.clear_at) == (AT, None)


def test_new_in_the_queue_is_known_only_after_a_look_without() -> None:
    assert folded(look(0, ietf_org=3)).queues["dlv1"].series[0].clear_at is None
    assert folded(look(0), look(5, ietf_org=3)).queues["dlv1"].series[0].clear_at == AT


def test_a_look_that_fails_keeps_what_was_known() -> None:
    failure = Failure(FailureKind.TIMEOUT, "no answer")
    entry = folded(look(0, ietf_org=3), QueueUnseen(AT + timedelta(minutes=5), "dlv1", failure)).queues["dlv1"]
    assert entry.queue is not None
    assert (entry.seen_at, entry.failing_since, entry.failures) == (AT, AT + timedelta(minutes=5), 1)


def test_rings_and_series_are_bounded() -> None:
    many = {f"d{n}_example": n + 1 for n in range(MOST_SERIES + 50)}
    state = folded(*(look(n, **many) for n in range(RING + 10)))
    entry = state.queues["dlv1"]
    assert len(entry.series) == MOST_SERIES
    assert {len(one.levels) for one in entry.series} == {RING}
    assert entry.series[0].domain == f"d{MOST_SERIES + 49}.example"


def test_a_rise_lasts_until_the_queue_falls_back_however_long_that_takes() -> None:
    days = [look(5 * n, ietf_org=100 if n < 3 else 160) for n in range(3 + 4 * RING)]
    assert folded(*days).queues["dlv1"].series[0].rise == Rise(AT + timedelta(minutes=15), 100)
    later = 5 * len(days)
    assert folded(*days, look(later, ietf_org=149)).queues["dlv1"].series[0].rise is None
    assert folded(*days, look(later)).queues["dlv1"].series[0].rise is None
    unseen = look(later, False)
    assert folded(*days, unseen).queues["dlv1"].series[0].rise is not None  # not shown is not fallen back


def test_a_log_that_is_read_again_replaces_what_it_proved() -> None:
    state = State()
    state.apply(LogsRead(AT, "mail.log", (Proof("ietf.org", 1),)))
    state.apply(LogsRead(AT, "mail.log", (Proof("ietf.org", 2),)))
    assert [one.successes for read in state.logs.values() for one in read.proofs] == [2]


def test_logs_are_kept_up_to_a_number_and_up_to_a_number_of_proofs() -> None:
    state = State()
    for number in range(LOGS_KEPT + 1):
        state.apply(LogsRead(AT, f"log {number}", (Proof("ietf.org", 1),)))
    assert (len(state.logs), "log 0" in state.logs) == (LOGS_KEPT, False)
    one = Proof("ietf.org", 1)
    state.apply(LogsRead(AT, "huge", (one,) * (PROOFS_KEPT - 9)))
    assert len(state.logs) == 10
    state.apply(LogsRead(AT, "larger still", (one,) * (PROOFS_KEPT + 1)))
    assert list(state.logs) == ["larger still"]


def test_a_report_that_is_read_again_replaces_itself_and_only_so_many_are_kept() -> None:
    state = State()
    for good in (1, 2):
        state.apply(ReportRead(AT, "Sender 7", (Counted("ietf.org", "tlsa", good),)))
    assert [one.successful for read in state.reports.values() for one in read.testimonies] == [2]
    for number in range(REPORTS_KEPT):
        state.apply(ReportRead(AT, f"other {number}", (Counted("ietf.org", "tlsa", 1),)))
    assert len(state.reports) == REPORTS_KEPT
    assert "Sender 7" not in state.reports
