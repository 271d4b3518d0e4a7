"""What waits in queues stands beside the verdict as long as it speaks for now, and is called stale after that."""

from datetime import timedelta

from watched import NOW, watched

from fleet.faces.live.judging import seen_of
from fleet.model.event import QueueSeen, ReportRead
from fleet.model.queue import Queue, Waiting
from fleet.model.testimony import Counted, Witness
from fleet.views.board import Picture
from fleet.views.board.destination_document import destination_document
from fleet.views.board.witnesses import panel_outcomes, queue_lines, report_lines
from fleet.views.marks import Mark
from fleet.views.names import moment


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


def test_what_reports_count_stands_beside_the_verdict_and_says_of_whose_mail() -> None:
    picture = watched()
    told = (
        Counted("good.example", "tlsa", 9, 3, 2, (("dnssec-invalid", 2), ("\x1b[2J", 1)), Witness.OUTBOUND, NOW, NOW),
        Counted("other.example", "tlsa", 1),
    )
    picture.state.apply(ReportRead(NOW, "Sender\x1b]0; 7", told, complete=False))
    picture.state.apply(ReportRead(NOW, "Nobody 1", (Counted("good.example", "no-policy-found", 5),)))
    (line,) = panel_outcomes(picture, "good.example")
    assert (line.mark, "14 good, 3 failed" in str(line)) == (Mark.FAIL, True)
    lines = list(report_lines(picture, "good.example"))
    text = "\n".join(one.text for one in lines)
    assert "\x1b" not in text
    assert "our own senders' count" in text
    assert "2 x dnssec-invalid: the resolver gave no valid answer" in text
    assert "its sums do not agree" in text
    assert [one.mark for one in lines if one.text.endswith("failed")] == [Mark.UNKNOWN, Mark.FAIL]
    document = destination_document(picture, "good.example")
    assert document is not None
    assert "TLS reports" in [one.title for one in document.sections]
    assert list(report_lines(picture, "absent.example")) == []


def test_a_destination_says_since_when_its_changes_are_seen() -> None:
    picture = watched()
    document = destination_document(picture, "good.example")
    assert document is not None
    (changes,) = [one for one in document.sections if one.title == "Changes"]
    (first,) = {entry.marks[0].at for entry in picture.state.checks_of("good.example") if entry.marks}
    assert "nobody saw" in changes.lines[-1].text
    assert f"what changed before {moment(first)}" in changes.lines[-1].text
    picture.state.changes_since = NOW
    later_on = destination_document(Picture(picture.state, NOW + timedelta(hours=1)), "good.example")
    assert later_on is not None
    assert any("in the 1 h it was watched" in line for line in later_on.lines)
