"""What waits in queues stands beside the verdict as long as it speaks for now, and is called stale after that."""

from datetime import timedelta

from watched import NOW, watched

from fleet.faces.live.judging import seen_of
from fleet.model.event import QueueSeen
from fleet.model.queue import Queue, Waiting
from fleet.views.board import Picture
from fleet.views.board.witnesses import panel_outcomes, queue_lines
from fleet.views.marks import Mark


def looked(*waiting: Waiting, complete: bool = True) -> Picture:
    picture = watched()
    picture.state.apply(QueueSeen(NOW, Queue("dlv1", NOW, waiting, complete=complete)))
    return picture


def later(picture: Picture) -> Picture:
    return Picture(picture.state, NOW + timedelta(hours=5))


def test_what_waits_is_told_and_after_three_looks_without_another_it_is_what_waited() -> None:
    picture = looked(Waiting("good.example", 7))
    (line,) = panel_outcomes(picture, "good.example")
    assert (line.mark, "7 recipients wait" in str(line)) == (Mark.WARN, True)
    (line,) = panel_outcomes(later(picture), "good.example")
    assert (line.mark, "waited, stale" in str(line)) == (Mark.STALE, True)
    (now,), (then,) = (queue_lines(one, "good.example") for one in (picture, later(picture)))
    assert (now.mark, then.mark) == (Mark.WARN, Mark.STALE)


def test_an_empty_queue_is_good_news_only_while_it_was_seen_lately_and_whole() -> None:
    empty, partly = looked(), looked(complete=False)
    marks = [next(iter(queue_lines(one, "good.example"))).mark for one in (empty, later(empty), partly)]
    assert marks == [Mark.OK, Mark.STALE, Mark.UNKNOWN]


def test_a_look_that_is_too_old_makes_no_finding() -> None:
    state = looked(Waiting("good.example", 7)).state
    assert [one.queue.node for one in seen_of(state, NOW).deliveries] == ["dlv1"]
    assert seen_of(state, NOW + timedelta(hours=5)).deliveries == ()
