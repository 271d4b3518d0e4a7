"""Resolvers, findings, drift, events, what-if, commands and the summary."""

import shlex
from dataclasses import replace
from datetime import timedelta

import pytest
from verdicts import destination
from watched import NOW, watched

from fleet.model import ContactStep, MxStep
from fleet.model.event import Act, OperatorActed
from fleet.monitor import State
from fleet.views import Mark
from fleet.views.board import (
    DOCUMENTS,
    TABLES,
    Document,
    Picture,
    destination_document,
    drift_document,
    drift_table,
    events_table,
    finding_document,
    findings_table,
    resolver_document,
    resolvers_table,
    summary_lines,
    what_if_document,
)
from fleet.views.board.commands import check_command, reproducing
from fleet.views.rows import Table


@pytest.fixture(scope="module")
def picture() -> Picture:
    return watched()


def column(table: Table, key: str, field: str) -> tuple[str, Mark | None]:
    row = next(row for row in table.rows if row.key == key)
    cell = row.cells[table.fields.index(field)]
    return cell.text, cell.mark


def lines(document: Document | None) -> str:
    assert document is not None
    return "\n".join(document.lines)


@pytest.mark.parametrize("view", TABLES)
def test_every_row_of_every_view_can_be_looked_at_more_closely(picture: Picture, view: str) -> None:
    table = TABLES[view](picture)
    assert table.rows
    assert len({row.key for row in table.rows}) == len(table.rows)
    for row in table.rows:
        assert len(row.cells) == len(table.columns)
        document = DOCUMENTS[view](picture, row.key)
        assert document is not None, row.key
        assert document.sections
    assert DOCUMENTS[view](picture, "no such thing") is None


@pytest.mark.parametrize("view", TABLES)
def test_views_of_an_empty_state_say_nothing_and_do_not_fail(view: str) -> None:
    assert not TABLES[view](Picture(State(), NOW)).rows
    assert DOCUMENTS[view](Picture(State(), NOW), "x") is None


def test_a_resolver_is_what_was_seen_of_it_and_untested_cells_are_unknown(picture: Picture) -> None:
    table = resolvers_table(picture)
    assert column(table, "dlv1 192.0.2.58", "kind") == ("strips", Mark.FAIL)
    assert column(table, "dlv1 192.0.2.58", "failover") == ("holds DANE mail", Mark.FAIL)
    assert column(table, "dlv1 192.0.2.58", "udp") == ("not observed", Mark.UNKNOWN)
    assert column(table, "scan1 192.0.2.54", "failover")[0] == "nothing, DANE off"
    silent = watched()
    silent.state.resolvers.clear()
    assert column(resolvers_table(silent), "dlv1 192.0.2.53", "kind") == ("validates, declared", Mark.UNKNOWN)
    told = lines(resolver_document(picture, "dlv1 192.0.2.58"))
    assert "then: 192.0.2.58, strips; within 45 s: holds DANE mail" in told
    assert "3 of 3 known-good names arrive with signatures" in told


def test_findings_stand_worst_first_and_what_is_not_decided_is_no_good_news(picture: Picture) -> None:
    rows = sorted(findings_table(picture).rows, key=lambda row: row.rank)
    severities = [row.cells[1].text for row in rows]
    assert severities[0] == "loses mail"
    assert severities.index("not decided") < severities.index("warning")
    assert all(row.problem for row in rows)


def test_a_finding_shows_the_line_of_the_profile_and_what_its_rule_says(picture: Picture) -> None:
    key = next(row.key for row in findings_table(picture).rows if row.key.startswith("DRIFT801"))
    told = lines(finding_document(picture, key))
    assert 'version = "15.0.0-104"' in told
    assert "^^^" in told
    assert "Why it matters" in told
    assert "A profile that has it" in told


def test_what_is_silenced_stands_last_but_never_what_loses_mail() -> None:
    picture = watched()
    table = findings_table(picture)
    worst, other = (next(row for row in table.rows if row.key.startswith(code)) for code in ("DEST205", "DRIFT801"))
    for row in (worst, other):
        picture.state.apply(OperatorActed(NOW, "ann", Act.SILENCED, row.key, "known", NOW + timedelta(days=1)))
    after = sorted(findings_table(picture).rows, key=lambda row: row.rank)
    assert after[-1].key == other.key
    assert not after[-1].problem
    assert after.index(next(row for row in after if row.key == worst.key)) < 4
    later = replace(picture, now=NOW + timedelta(days=2))
    assert sorted(findings_table(later).rows, key=lambda row: row.rank)[-1].key != other.key


def test_drift_tells_each_field_and_who_else_has_the_value(picture: Picture) -> None:
    table = drift_table(picture)
    assert column(table, "dlv2 version", "state") == ("differs", Mark.FAIL)
    assert column(table, "dlv2 version", "observed")[0] == "14.2.0-620"
    assert column(table, "dlv3 *", "state") == ("not observed", Mark.UNKNOWN)
    told = lines(drift_document(picture, "dlv2 version"))
    assert "1 node has one value: dlv1" in told
    assert "1 node has another (this node): dlv2" in told
    assert "1 node not observed: dlv3" in told


def test_a_match_that_is_stale_is_a_match_no_more(picture: Picture) -> None:
    later = replace(picture, now=NOW + timedelta(hours=1))
    assert column(drift_table(later), "dlv1 version", "state") == ("match", Mark.STALE)


def test_events_are_the_newest_first_with_commands_questions_and_dialogues(picture: Picture) -> None:
    rows = sorted(events_table(picture).rows, key=lambda row: row.rank)
    kinds = {row.cells[1].text for row in rows}
    assert {"ssh", "dns", "smtp", "poll", "check", "audit"} <= kinds
    times = [row.cells[0].sort for row in rows]
    assert times == sorted(times, reverse=True)
    smtp = next(row for row in rows if row.cells[1].text == "smtp")
    assert smtp.cells[4].text.startswith("EHLO, STARTTLS, QUIT: TLSv1.3")
    failed = next(row for row in rows if row.cells[2].text == "edge1" and row.cells[3].mark is Mark.FAIL)
    assert "no answer from 10.0.0.4" in failed.cells[4].text


def test_rows_of_events_stay_themselves_and_are_forgotten_with_their_lines() -> None:
    picture = watched()
    before = {row.key: row for row in events_table(picture).rows}
    picture.state.log.popleft()
    after = {row.key: row for row in events_table(picture).rows}
    assert all(after[key] is before[key] for key in after)
    assert len(before) - len(after) == 1


def test_what_if_tells_which_mail_moves_and_what_cannot_be_supposed(picture: Picture) -> None:
    assert picture.validation is not None
    reading = picture.validation.reading
    found = what_if_document(picture, reading, ['tiers.delivery.destination_controls.default.dane="mandatory"'])
    assert found.mark is Mark.FAIL
    assert "move from TLS to held" in lines(found)
    assert "no-tlsa.example" in lines(found)
    assert "never checked: what becomes of their mail is not known" in lines(found)
    same = what_if_document(picture, reading, ['tiers.delivery.destination_controls.default.dane="opportunistic"'])
    assert "No mail moves." in lines(same)
    wrong = what_if_document(picture, reading, ["tiers.delivery.destination_controls.default.dane=sideways"])
    assert (wrong.mark, wrong.sections[0].title) == (Mark.FAIL, "That cannot be supposed")


def test_the_summary_counts_what_is_not_known_too(picture: Picture) -> None:
    told = "\n".join(summary_lines(picture))
    assert "6 nodes: 5 fresh, 0 stale, 1 never seen, 1 failing" in told
    assert "x 4 held" in told
    assert "? 1 never checked" in told
    assert summary_lines(Picture(State(), NOW)) == ("no profile was read: nothing is known",)


def test_commands_ask_again_what_the_check_asked() -> None:
    found = list(reproducing(destination("example.org").verdict))
    assert found[0] == "fleet check example.org --resolver 192.0.2.53:53 --explain"
    assert "dig @192.0.2.53 +dnssec +cdflag example.org MX" in found
    assert "dig @192.0.2.53 +dnssec +cdflag _25._tcp.mx1.example.org TLSA" in found
    assert found[-1].startswith("openssl s_client -starttls smtp -connect 192.0.2.1:25 -servername mx1.example.org")


@pytest.mark.parametrize(
    "name", ["$(reboot)", "a;b", "a b", "a`b`", "-x", "a'b", 'a"b', "a\nb", "a|b", "a>b", "\x1b[2J"]
)
def test_a_name_that_a_shell_would_act_on_never_stands_in_a_command(name: str) -> None:
    sample = destination("example.org")

    def hostile(step: object) -> object:
        if isinstance(step, MxStep):
            return replace(step, lookup=replace(step.lookup, name=name, resolver=f"{name}:53"))
        if isinstance(step, ContactStep):
            return replace(step, contact=replace(step.contact, sni=name, address=name))
        return step

    for line in [*reproducing(sample.but(hostile)), check_command(name, (name,))]:
        assert line.isprintable()
        if not line.startswith("#"):
            assert name not in shlex.split(line)
            assert name not in line or name == "-x"


def test_what_changed_stands_among_the_events_and_at_its_destination() -> None:
    picture = watched()
    rows = [row for row in events_table(picture).rows if row.cells[1].text == "changed"]
    about = {row.cells[2].text: (row.cells[3].text, row.cells[4].text) for row in rows}
    effect, words = about["bogus.example"]
    assert effect == "breaks mail"
    assert words.startswith("MX: secure: 10 mx1.bogus.example -> bogus: ")
    document = destination_document(picture, "bogus.example")
    assert document is not None
    (changes,) = (one for one in document.sections if one.title == "Changes")
    said = [line.text for line in changes.lines]
    assert said[0].startswith("MX changed 20 h ago: breaks mail: the signatures of the MX hold no more")
    assert said[1].startswith("before: secure: 10 mx1.bogus.example")
