"""A destination as a row, as a panel and at length: what becomes of mail, since when, and why."""

from dataclasses import replace
from datetime import timedelta

import pytest
from watched import DOMAINS, NOW, verdict_for, watched

from fleet.decision import WarningCode
from fleet.errors import Failure, FailureKind
from fleet.model import Mode, Policy
from fleet.model.event import Act, CheckFailed, CheckFinished, CheckStarted, OperatorActed, StepSeen, Target
from fleet.monitor import State
from fleet.views import Mark
from fleet.views.board import Document, Picture, destination_document, destination_panel, destinations_table
from fleet.views.board.destination_rows import WARNING_WORDS, held_since, time_left


@pytest.fixture(scope="module")
def picture() -> Picture:
    return watched()


def cells(picture: Picture, domain: str) -> dict[str, tuple[str, Mark | None]]:
    table = destinations_table(picture)
    row = next(row for row in table.rows if row.key == domain)
    return {field: (cell.text, cell.mark) for field, cell in zip(table.fields, row.cells, strict=True)}


def text_of(document: Document | None, title: str) -> str:
    assert document is not None
    found = document.section(title)
    assert found is not None, [one.title for one in document.sections]
    return "\n".join(line.text for line in found.lines)


def test_every_fate_has_its_word_and_its_mark(picture: Picture) -> None:
    states = {domain: cells(picture, domain)["state"] for domain in DOMAINS}
    assert states["good.example"] == ("DANE", Mark.OK)
    assert states["bogus.example"] == ("held", Mark.FAIL)
    assert states["wrong-certificate.example"] == ("held", Mark.FAIL)
    assert states["unsigned.example"] == ("TLS, at worst clear text", Mark.WARN)
    assert states["never.example"] == ("never checked", Mark.UNKNOWN)


def test_the_worst_stands_first_then_the_heaviest(picture: Picture) -> None:
    rows = sorted(destinations_table(picture).rows, key=lambda row: row.rank)
    marks = [row.cells[1].mark for row in rows]
    assert marks == sorted(marks, key=[Mark.FAIL, Mark.UNKNOWN, Mark.RUNNING, Mark.WARN, Mark.STALE, Mark.OK].index)
    held = [row.cells[5].sort for row in rows if row.cells[1].text == "held"]
    assert held == sorted(held, reverse=True)


def test_an_age_never_blanks_the_verdict_and_a_check_that_runs_shows_both(picture: Picture) -> None:
    assert cells(picture, "strict.example")["age"] == ("4 min", Mark.RUNNING)
    assert cells(picture, "strict.example")["state"] == ("DANE", Mark.OK)
    assert cells(picture, "silent.example")["age"] == ("4 min", Mark.STALE)  # the last check failed
    assert cells(picture, "never.example")["age"] == ("never", Mark.UNKNOWN)


def test_what_nodes_saw_for_themselves_stands_in_the_panel_and_is_nobody_elses() -> None:
    picture = watched()
    seen = replace(verdict_for("good.example", 1, NOW), vantage="dlv1")
    picture.state.apply(CheckFinished(NOW, Target("good.example", "dlv1", ("192.0.2.53:53",)), seen))
    panel = destination_panel(picture, "good.example")
    assert panel is not None
    assert (panel.outcomes[-1].sender, panel.outcomes[-1].mark) == ("dlv1", Mark.FAIL)
    assert panel.outcomes[-1].text == "held, as seen from there"
    assert cells(picture, "good.example")["state"] == ("DANE", Mark.OK)


def test_a_good_verdict_that_is_too_old_is_good_no_more() -> None:
    later = replace(watched(), now=NOW + timedelta(hours=3))
    assert cells(later, "good.example")["state"] == ("DANE, stale", Mark.STALE)
    assert cells(later, "bogus.example")["state"] == ("held", Mark.FAIL)
    panel = destination_panel(later, "good.example")
    assert panel is not None
    assert (panel.mark, panel.age) == (Mark.STALE, "~ 3 h old, stale")


def test_ages_go_on_although_nothing_happens() -> None:
    picture = watched()
    assert cells(picture, "good.example")["age"][0] == "4 min"
    assert cells(replace(picture, now=NOW + timedelta(seconds=70)), "good.example")["age"][0] == "5 min"


def test_a_panel_says_what_becomes_of_mail_by_node_and_flow_and_how_long_it_has(picture: Picture) -> None:
    panel = destination_panel(picture, "silent.example")
    assert panel is not None
    told = {outcome.sender: (outcome.mark, outcome.text) for outcome in panel.outcomes}
    assert told["dlv1 dlv2 dlv3 RELAY"] == (Mark.FAIL, "held until bounce, 51 h left")
    assert told["edge1"][0] is Mark.UNKNOWN
    assert [step.name for step in panel.steps] == ["MX", "A", "TLSA", "TLS", "CERT"]
    assert (panel.steps[0].mark, panel.steps[0].word) == (Mark.UNKNOWN, "no answer")
    assert panel.history == (0.0, 9.0, 9.0)


def test_a_panel_of_what_was_never_checked_claims_no_rung(picture: Picture) -> None:
    panel = destination_panel(picture, "never.example")
    assert panel is not None
    assert {(step.mark, step.word) for step in panel.steps} == {(Mark.UNKNOWN, "not seen")}
    assert (panel.verdict, panel.age, panel.expected) == ("never checked", "never checked", "")


def test_expected_and_weakest_path_are_told_apart(picture: Picture) -> None:
    panel = destination_panel(picture, "unsigned.example")
    assert panel is not None
    assert (panel.expected, panel.weakest) == ("TLS", "clear text")


def test_nobody_has_a_panel_that_is_not_watched(picture: Picture) -> None:
    assert destination_panel(picture, "nobody.example") is None
    assert destination_document(picture, "nobody.example") is None


def test_what_is_left_of_the_queue_is_counted_from_the_first_check_that_found_it_held() -> None:
    picture = watched()
    entry = picture.state.checks[Target("bogus.example")]
    since = held_since(entry, Policy.ASYNCOS, Mode.OPPORTUNISTIC)
    assert since == (entry.marks[1].at, True)
    assert held_since(picture.state.checks[Target("good.example")], Policy.ASYNCOS, Mode.OPPORTUNISTIC) is None
    assert time_left(72 * 3600, since, since[0] + timedelta(hours=31)) == "41 h left"
    assert time_left(72 * 3600, (since[0], False), since[0] + timedelta(hours=31)) == "at most 41 h left"
    assert time_left(72 * 3600, since, since[0] + timedelta(hours=80)) == "first mail bounced 8 h ago"
    assert time_left(None, since, NOW) == "bounce timer unknown"
    assert time_left(72 * 3600, None, NOW) == "3 d at most"


def test_at_length_the_failing_link_and_the_deciding_row_are_lit(picture: Picture) -> None:
    document = destination_document(picture, "bogus.example")
    assert document is not None
    chain = document.section("Chain of trust, TLSA and certificates")
    assert chain is not None
    lit = [line.text for line in chain.lines if line.here]
    assert lit == ["bogus: DNSKEY of bogus.example is signed by no key its DS names"]
    for policy in Policy:
        table = document.section(f"Table {policy}")
        assert table is not None
        assert {line.text.partition(":")[0] for line in table.lines if line.depth == 0} == {
            "opportunistic",
            "mandatory",
        }
        assert sum(line.here for line in table.lines) >= 1
    assert "held" in text_of(document, "Decision")
    assert "stays in the queue until it bounces: 51 h left" in text_of(document, "Mail")
    assert "mx1.bogus.example" in text_of(document, "Ladder")
    assert text_of(document, "daneverify") == "daneverify bogus.example\nDANE SUCCESS"


def test_a_destination_that_is_held_has_its_runbook(picture: Picture) -> None:
    assert "Mail to wrong-certificate.example is held" in text_of(
        destination_document(picture, "wrong-certificate.example"), "Runbook"
    )
    good = destination_document(picture, "good.example")
    assert good is not None
    assert good.section("Runbook") is None


def test_steps_appear_while_a_check_runs_and_the_last_verdict_stays_below() -> None:
    picture = watched()
    target, fresh = Target("good.example"), verdict_for("good.example", 0, NOW)
    picture.state.apply(CheckStarted(NOW, target))
    assert "0 steps so far" in text_of(destination_document(picture, "good.example"), "A check runs")
    for count, step in enumerate(fresh.steps, 1):
        picture.state.apply(StepSeen(NOW, target, step))
        document = destination_document(picture, "good.example")
        assert f"{count} step" in text_of(document, "A check runs")
        assert "DANE" in text_of(document, "Mail")
        assert document is not None
        assert document.section("Ladder") is not None
    picture.state.apply(CheckFinished(NOW, target, fresh))
    document = destination_document(picture, "good.example")
    assert document is not None
    assert document.section("A check runs") is None


def test_a_check_that_fails_leaves_the_verdict_with_its_age_and_says_why() -> None:
    picture = watched()
    failure = Failure(FailureKind.UNREACHABLE, "no network is up", "Is the cable in?")
    picture.state.apply(CheckFailed(NOW, Target("good.example"), failure))
    document = destination_document(picture, "good.example")
    told = text_of(document, "State")
    assert "checks fail for <1 min, so the last verdict stays: no network is up" in told
    assert "Is the cable in?" in told
    assert cells(picture, "good.example")["state"][0] == "DANE"


def test_an_act_of_an_operator_is_on_the_panel_until_it_ends() -> None:
    picture = watched()
    until = NOW + timedelta(hours=4)
    picture.state.apply(OperatorActed(NOW, "ann", Act.SILENCED, "destination good.example", "moving", until))
    panel = destination_panel(picture, "good.example")
    assert panel is not None
    assert panel.note == "silenced until 11-25 16:00"
    assert "silenced by ann" in text_of(destination_document(picture, "good.example"), "State")
    later = destination_panel(replace(picture, now=until + timedelta(minutes=1)), "good.example")
    assert later is not None
    assert later.note == ""


def test_a_panel_that_did_not_change_is_the_same_object(picture: Picture) -> None:
    first = destination_panel(picture, "bogus.example")
    assert destination_panel(picture, "bogus.example") is first
    rows = {row.key: row for row in destinations_table(picture).rows}
    assert all(rows[row.key] is row for row in destinations_table(picture).rows)


def test_without_a_profile_there_is_nothing() -> None:
    assert not destinations_table(Picture(State(), NOW)).rows


def test_every_warning_has_words_that_fit_a_narrow_panel() -> None:
    assert set(WARNING_WORDS) == set(WarningCode)
    assert max(map(len, WARNING_WORDS.values())) <= 33
