"""What is told, once; told again; taken back; and not told at all."""

import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from alerted import AT_ONCE, NOW, look, told, watched

from fleet.alerts import Kind, Notice, Situation, Watch
from fleet.alerts.watch import wanted
from fleet.model.alerts import AlertSettings, AlertTarget, Condition, ConditionSettings, Maintenance
from fleet.model.event import Act, OperatorActed
from fleet.model.finding import Finding, Severity

HELD = (Condition.MAIL_STOPPED, "destination wrong-certificate.example")
SILENT = (Condition.NODE_SILENT, "node edge1")


def settings(**changes: object) -> AlertSettings:
    return replace(AlertSettings(conditions=AT_ONCE, repeat_seconds=3600), **changes)  # type: ignore[arg-type]


def situation(**changes: object) -> Situation:
    return told(watched(), settings(**changes))


def kinds(notices: object, key: tuple[Condition, str]) -> list[Kind]:
    return [one.kind for one in notices if one.alert.reading.key == key]  # type: ignore[attr-defined]


def test_what_is_bad_is_told_once_and_again_only_when_it_is_time() -> None:
    watch, of = Watch(), situation()
    assert kinds(look(watch, of), HELD) == [Kind.FIRING]
    for minutes in (1, 30, 59):
        assert kinds(look(watch, of, minutes), HELD) == []
    assert kinds(look(watch, of, 60), HELD) == [Kind.STILL]
    assert kinds(look(watch, of, 61), HELD) == []


def test_a_clock_that_is_set_back_silences_no_reminder_for_longer_than_usual() -> None:
    watch, of = Watch(), situation()
    assert kinds(look(watch, of, 600), HELD) == [Kind.FIRING]
    assert kinds(look(watch, of, 0), HELD) == []
    assert kinds(look(watch, of, 59), HELD) == []
    assert kinds(look(watch, of, 60), HELD) == [Kind.STILL]


def test_what_is_good_again_is_taken_back_once() -> None:
    watch, of = Watch(), situation()
    look(watch, of)
    mended = replace(of, mail={**of.mail, "wrong-certificate.example": of.mail["good.example"]})
    assert kinds(look(watch, mended, 1), HELD) == [Kind.RESOLVED]
    assert kinds(look(watch, mended, 2), HELD) == []
    assert kinds(look(watch, of, 3), HELD) == [Kind.FIRING]


def test_what_is_no_longer_watched_is_said_to_be_that_and_not_resolved() -> None:
    watch, of = Watch(), situation()
    look(watch, of)
    rest = {domain: ways for domain, ways in of.mail.items() if domain != "wrong-certificate.example"}
    assert kinds(look(watch, replace(of, mail=rest), 1), HELD) == [Kind.GONE]


def test_a_finding_is_resolved_when_the_rules_say_so_and_not_while_nobody_judges() -> None:
    finding = Finding("TIER101", Severity.ERROR, "tier edge", (), "wrong")
    watch, of = Watch(), situation()
    key = (Condition.FINDING, "TIER101 tier edge")
    assert kinds(look(watch, replace(of, findings=[finding])), key) == [Kind.FIRING]
    assert kinds(look(watch, replace(of, findings=None), 1), key) == []
    assert kinds(look(watch, replace(of, findings=[]), 2), key) == [Kind.RESOLVED]


def test_a_condition_that_is_turned_off_is_no_longer_watched() -> None:
    watch = Watch()
    look(watch, situation())
    off = situation(conditions=(*AT_ONCE, ConditionSettings(Condition.MAIL_STOPPED, off=True)))
    notices = look(watch, off, 1)
    assert kinds(notices, HELD) == [Kind.GONE]
    assert all(one.alert.reading.condition is Condition.MAIL_STOPPED for one in notices)
    assert Condition.MAIL_STOPPED not in {condition for condition, _ in watch.alerts}


def window(**names: tuple[str, ...]) -> Maintenance:
    return Maintenance(NOW - timedelta(minutes=5), NOW + timedelta(minutes=5), "upgrade", **names)


@pytest.mark.parametrize(
    ("windows", "held", "silent"),
    [
        ((), True, True),
        ((window(),), False, False),
        ((window(destinations=("wrong-certificate.example",)),), False, True),
        ((window(nodes=("edge1",)),), True, False),
        ((window(tiers=("edge",)),), True, False),
        ((window(tiers=("edge", "delivery")),), False, False),
        ((window(nodes=("edge1", "dlv1")), window(tiers=("scan",))), True, False),
        ((Maintenance(NOW + timedelta(1), NOW + timedelta(2), "later"),), True, True),
        ((Maintenance(NOW - timedelta(2), NOW, "over"),), True, True),
    ],
)
def test_a_maintenance_window_silences_what_it_covers_whole(
    windows: tuple[Maintenance, ...], held: bool, silent: bool
) -> None:
    notices = look(Watch(), situation(maintenance=windows))
    assert bool(kinds(notices, HELD)) is held
    assert bool(kinds(notices, SILENT)) is silent


def test_what_still_lasts_when_the_window_ends_is_told_then_and_what_ended_in_it_never() -> None:
    watch, of = Watch(), situation(maintenance=(window(),))
    assert look(watch, of) == ()
    mended = replace(of, mail={**of.mail, "wrong-certificate.example": of.mail["good.example"]})
    notices = look(watch, mended, 6)
    assert kinds(notices, HELD) == []
    assert kinds(notices, SILENT) == [Kind.FIRING]


def acted(of: Situation, act: Act, object_: str, minutes: int = 120) -> Situation:
    of.state.apply(OperatorActed(NOW, "ann", act, object_, "known", NOW + timedelta(minutes=minutes)))
    return of


def test_what_an_operator_silenced_is_not_told_until_that_ends() -> None:
    watch, of = Watch(), acted(situation(), Act.SILENCED, HELD[1])
    assert kinds(look(watch, of), HELD) == []
    assert kinds(look(watch, of, 119), HELD) == []
    assert kinds(look(watch, of, 120), HELD) == [Kind.FIRING]


def test_what_an_operator_acknowledged_is_told_and_not_told_again() -> None:
    watch, of = Watch(), acted(situation(), Act.ACKNOWLEDGED, HELD[1])
    assert kinds(look(watch, of), HELD) == [Kind.FIRING]
    assert kinds(look(watch, of, 60), HELD) == []
    mended = replace(of, mail={**of.mail, "wrong-certificate.example": of.mail["good.example"]})
    assert kinds(look(watch, mended, 61), HELD) == [Kind.RESOLVED]


def test_a_finding_is_silenced_by_itself_or_by_what_it_is_about_unless_it_loses_mail() -> None:
    wrong = Finding("TIER101", Severity.ERROR, "node dlv1", (), "wrong")
    losing = Finding("TIER102", Severity.LOSES_MAIL, "node dlv1", (), "worse")
    for silenced in ("TIER101 node dlv1", "node dlv1"):
        of = replace(acted(situation(), Act.SILENCED, silenced), findings=[wrong, losing])
        of = acted(of, Act.SILENCED, "TIER102 node dlv1")
        notices = look(Watch(), of)
        assert kinds(notices, (Condition.FINDING, "TIER101 node dlv1")) == []
        assert kinds(notices, (Condition.FINDING, "TIER102 node dlv1")) == [Kind.FIRING]


def test_a_target_is_told_of_the_conditions_it_names_and_of_all_where_it_names_none() -> None:
    notices: dict[Condition, Notice] = {one.alert.reading.condition: one for one in look(Watch(), situation())}
    of = settings(
        targets=(AlertTarget("all", "env:A"), AlertTarget("nodes", "env:B", (Condition.NODE_SILENT,))),
    )
    assert wanted(of, "all", notices[Condition.MAIL_STOPPED])
    assert not wanted(of, "nodes", notices[Condition.MAIL_STOPPED])
    assert wanted(of, "nodes", notices[Condition.NODE_SILENT])
    assert not wanted(of, "gone", notices[Condition.NODE_SILENT])


def test_the_same_situations_give_the_same_notices() -> None:
    one, two, of = Watch(), Watch(), situation()
    assert [look(one, of, at) for at in range(0, 200, 20)] == [look(two, of, at) for at in range(0, 200, 20)]
