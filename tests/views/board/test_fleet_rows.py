"""The fleet as lanes: unknown is never clean, and DANE where it must not be cannot be overlooked."""

from dataclasses import replace
from datetime import timedelta

import pytest
from watched import NOW, watched

from fleet.model.event import NodeObserved, PollFailed
from fleet.monitor import State
from fleet.views import Arrangement, GroupHead, Mark, arrange
from fleet.views.board import Picture, fleet_table, lanes_of, node_document, tier_document
from fleet.views.rows import Row, Table


@pytest.fixture(scope="module")
def picture() -> Picture:
    return watched()


def row_of(table: Table, key: str) -> dict[str, object]:
    row = next(row for row in table.rows if row.key == key)
    return dict(zip(table.fields, row.cells, strict=True))


def text(table: Table, key: str, field: str) -> tuple[str, Mark | None]:
    cell = row_of(table, key)[field]
    return cell.text, cell.mark


def test_lanes_stand_from_inside_to_the_internet(picture: Picture) -> None:
    assert picture.state.fleet is not None
    assert lanes_of(picture.state.fleet)[0] == "scan"
    shown = arrange(fleet_table(picture), Arrangement(group="tier"))
    heads = [line for line in shown.lines if isinstance(line, GroupHead)]
    assert heads[0].title == "scan"
    assert all(head.head is not None for head in heads)
    assert "Internet, inside -> delivery, inside" in heads[0].head.text


def test_a_node_never_polled_is_unknown_and_its_values_are_said_to_be_declared(picture: Picture) -> None:
    table = fleet_table(picture)
    assert text(table, "dlv3", "reach") == ("never polled", Mark.UNKNOWN)
    assert text(table, "dlv3", "dane") == ("Default on, declared", Mark.STALE)
    assert text(table, "dlv1", "dane") == ("Default on", Mark.OK)


def test_a_node_that_fails_says_how_and_keeps_what_was_seen_of_it(picture: Picture) -> None:
    table = fleet_table(picture)
    words, mark = text(table, "edge1", "reach")
    assert (words, mark) == ("no answer <1 min", Mark.FAIL)
    assert text(table, "edge1", "version")[0] == "3.7.10"
    lines = list(node_document(picture, "edge1").lines)
    assert any("no answer from 10.0.0.4 port 22" in line for line in lines)
    assert any("tried again at 2026-11-25 12:04" in line for line in lines)


def test_dane_on_a_lane_that_does_not_face_outside_is_a_word_a_glyph_and_a_colour() -> None:
    table = fleet_table(watched(scan_dane="opportunistic"))
    for node in ("scan1", "scan2"):
        words, mark = text(table, node, "dane")
        assert words.startswith("ON, MUST BE OFF")
        assert mark is Mark.FAIL
    head = table.heads["scan"]
    assert (head.text.startswith("DANE ON, MUST BE OFF"), head.mark) == (True, Mark.FAIL)
    document = node_document(watched(scan_dane="opportunistic"), "scan1")
    assert document is not None
    assert document.mark is Mark.FAIL


def test_unknown_sorts_above_clean_within_a_lane() -> None:
    picture = watched(polled=("dlv1", "dlv2"), domains=("good.example",))
    rows = [row for row in fleet_table(picture).rows if row.cells[1].text == "scan"]
    assert {row.cells[0].mark for row in rows} == {Mark.UNKNOWN}
    polled = watched(polled=("scan2",), domains=("good.example",))
    ordered = sorted((row for row in fleet_table(polled).rows if row.cells[1].text == "scan"), key=lambda row: row.rank)
    assert [row.key for row in ordered] == ["scan1", "scan2"]


def test_what_no_poll_confirmed_for_three_intervals_is_stale_with_its_age(picture: Picture) -> None:
    later = replace(picture, now=NOW + timedelta(minutes=40))
    table = fleet_table(later)
    assert text(table, "dlv1", "reach") == ("stale, 41 min old", Mark.STALE)
    assert text(table, "dlv1", "dane") == ("Default on, 41 min old", Mark.STALE)
    assert text(table, "edge1", "dane") == ("Default on, 41 min old", Mark.STALE)  # its polls fail: it was on then
    assert table.heads["delivery"].mark is Mark.STALE
    assert "when it was last seen" in "\n".join(node_document(later, "dlv1").lines)


def test_a_lane_says_no_more_than_its_nodes_are_known_to_do(picture: Picture) -> None:
    heads = fleet_table(picture).heads
    assert heads["scan"].text.startswith("DANE off; ")
    assert heads["delivery"].text.startswith("DANE Default on (1 not seen); 1 finding, worst warning; ")
    assert (heads["scan"].mark, heads["delivery"].mark) == (Mark.OK, Mark.STALE)
    unseen = fleet_table(watched(polled=())).heads
    assert (unseen["scan"].text.partition(";")[0], unseen["scan"].mark) == ("DANE off (2 not seen)", Mark.STALE)


def test_a_resolver_that_strips_is_told_only_where_dane_is_on(picture: Picture) -> None:
    table = fleet_table(picture)
    assert text(table, "dlv1", "resolvers") == ("1 of 2 strips", Mark.FAIL)
    assert text(table, "scan1", "resolvers") == ("1 passes", Mark.OK)


def test_recipients_of_held_mail_are_counted_and_what_is_not_declared_is_not_counted_as_none(picture: Picture) -> None:
    table = fleet_table(picture)
    words, mark = text(table, "dlv1", "outcome")
    assert (words, mark) == ("held 4 dests", Mark.FAIL)
    assert text(table, "dlv1", "recipients")[0] == "640"
    assert text(table, "scan1", "outcome") == ("next tier", Mark.NONE)


def test_a_row_that_did_not_change_is_the_same_object(picture: Picture) -> None:
    before = {row.key: row for row in fleet_table(picture).rows}
    state: State = picture.state.snapshot()
    entry = state.nodes["dlv1"]
    assert entry.observation is not None
    state.apply(NodeObserved(NOW, replace(entry.observation, at=NOW)))
    after: dict[str, Row] = {row.key: row for row in fleet_table(replace(picture, state=state)).rows}
    assert [key for key in before if before[key] is not after[key]] == ["dlv1"]


def test_a_failed_refresh_keeps_the_last_good_values() -> None:
    picture = watched()
    entry = picture.state.nodes["dlv1"]
    assert entry.observation is not None
    failure = picture.state.nodes["edge1"].failure
    assert failure is not None
    before = row_of(fleet_table(picture), "dlv1")
    picture.state.apply(PollFailed(NOW, "dlv1", failure))
    after = row_of(fleet_table(picture), "dlv1")
    assert after["dane"] == before["dane"]
    assert after["version"] == before["version"]
    assert after["reach"] != before["reach"]


def test_without_a_profile_there_is_nothing_and_nothing_is_claimed() -> None:
    table = fleet_table(Picture(State(), NOW))
    assert not table.rows
    assert not table.heads


def test_a_tier_at_length_says_where_mail_goes_and_groups_its_nodes_by_what_is_known(picture: Picture) -> None:
    delivery = tier_document(picture, "tier delivery")
    assert delivery is not None
    assert delivery.mark is Mark.WARN
    told = list(delivery.lines)
    assert any("hands it to Internet" in line for line in told)
    assert any("✓ Default on: dlv1 dlv2" in line for line in told)
    assert any("~ Default on, declared: dlv3" in line for line in told)
    assert any("? reached: never polled: dlv3" in line for line in told)
    assert any("DEST203" in line for line in told)
    forbidden = tier_document(watched(scan_dane="mandatory"), "tier scan")
    assert forbidden is not None
    assert forbidden.mark is Mark.FAIL
    assert any("DANE must be off" in line for line in forbidden.lines)
    assert any("ON, MUST BE OFF" in line for line in forbidden.lines)
    assert tier_document(picture, "tier nowhere") is None
