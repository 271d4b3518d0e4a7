"""A validation and its summary: nothing is clean over what was not read, and exit codes follow their precedence."""

import itertools
from datetime import UTC, datetime

import pytest

from fleet.decision import ExitCode
from fleet.model.finding import Severity
from fleet.profile import read_profile
from fleet.views.findings import MOST_EXCERPTS, finding_rows, pointer, unobserved_rows
from fleet.views.rule_docs import nearest_code, rule_docs
from fleet.views.validation import Beside, Validation, validate
from fleet.views.validation_summary import ValidationSummary, exit_code, summarize

BESIDE = Beside(datetime(2026, 11, 23, 12, tzinfo=UTC))
EDGE = """[tiers.edge]
delivers_to = ["internet"]
receives_from = ["inside"]
platform = "asyncos"
[nodes.gw1]
tier = "edge"
addresses = ["192.0.2.1"]
"""
LOSES = '[tiers.edge.destination_controls.default]\ntls = "preferred"\ndane = "mandatory"\n'


def summary(**given: object) -> ValidationSummary:
    """One sound profile with one node that was seen, and what is ``given``."""
    empty = {
        "profiles": 1,
        "unsound": 0,
        "findings": {},
        "clean": ("TIER101",),
        "undecided": (),
        "not_run": (),
        "nodes": 1,
        "not_observed": 0,
        "unknown": 0,
        "suppressed": 0,
        "suppressed_losses": 0,
        "known": 0,
    }
    return ValidationSummary(**(empty | given))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "no findings in 1 profile; 1 rule clean"),
        (
            {
                "profiles": 2,
                "findings": {Severity.ERROR: 3, Severity.WARNING: 1},
                "clean": ("A",) * 14,
                "not_observed": 2,
                "suppressed": 1,
            },
            "3 errors, 1 warning in 2 profiles; 14 rules clean; 2 nodes not observed; 1 finding suppressed",
        ),
        (
            {"findings": {Severity.LOSES_MAIL: 1}, "known": 2, "undecided": ("A",)},
            "1 finding that loses mail in 1 profile; 1 rule clean; 1 rule undecided; 2 findings in the baseline",
        ),
        (
            {"suppressed": 3, "suppressed_losses": 1},
            "no findings in 1 profile; 1 rule clean; 3 findings suppressed; 1 of the suppressed loses mail",
        ),
    ],
)
def test_it_is_said_in_a_line(given: dict[str, object], said: str) -> None:
    assert summary(**given).sentence == said


SEVERITIES = tuple(Severity)


@pytest.mark.parametrize(
    ("unsound", "worst", "fail_on", "observed", "unseen"),
    list(itertools.product((0, 1), (None, *SEVERITIES), SEVERITIES, (False, True), (0, 1))),
)
def test_exit_codes_follow_2_1_3_0(unsound, worst, fail_on, observed, unseen) -> None:
    found = {worst: 1} if worst else {}
    code = exit_code(summary(unsound=unsound, findings=found, not_observed=unseen), fail_on, observed=observed)
    if unsound:
        assert code is ExitCode.USAGE
    elif worst and SEVERITIES.index(worst) <= SEVERITIES.index(fail_on):
        assert code is ExitCode.FINDINGS
    elif observed and unseen:
        assert code is ExitCode.INCOMPLETE
    else:
        assert code is ExitCode.CLEAN


@pytest.mark.parametrize("gap", [{"unknown": 1}, {"undecided": ("A",)}, {"not_observed": 1}])
def test_any_gap_is_incomplete(gap: dict[str, object]) -> None:
    assert not summary(**gap).complete
    assert summary().complete


def test_no_rule_is_called_clean_over_a_profile_with_mistakes() -> None:
    good, bad = validate(EDGE, "a.toml", BESIDE), validate(EDGE + "x = 1\n", "b.toml", BESIDE)
    assert summarize([good]).clean
    assert not summarize([good, bad]).clean
    assert "not read from end to end, so no rule is called clean" in summarize([bad]).sentence


def test_a_rule_is_clean_only_where_every_profile_is() -> None:
    good, bad = validate(EDGE, "a.toml", BESIDE), validate(EDGE + LOSES, "b.toml", BESIDE)
    assert "DEST202" in summarize([good]).clean
    assert "DEST202" not in summarize([good, bad]).clean


def test_what_is_missing_from_a_text_that_was_not_understood_is_not_judged() -> None:
    one = validate("[tiers.edge]\ndelivers_to = [\n", "x.toml", BESIDE)
    assert one.report is None
    assert {row.code for row in finding_rows(one)} == {"PROFILE002"}


def test_mistakes_in_reading_come_first_then_the_worst() -> None:
    text = EDGE + LOSES + '[tiers.edge.logs.mail_logs]\nlevel = "debug"\nx = 1\n'
    rows = finding_rows(validate(text, "x.toml", BESIDE))
    assert rows[0].code == "PROFILE005"
    order = [SEVERITIES.index(row.severity) for row in rows if not row.code.startswith("PROFILE")]
    assert order == sorted(order)
    assert len(order) > 1


def test_every_finding_has_a_place_in_the_file() -> None:
    validation = validate(EDGE + LOSES, "x.toml", BESIDE)
    lines = (EDGE + LOSES).split("\n")
    for row in finding_rows(validation):
        assert row.place.column + row.place.length <= len(lines[row.place.line - 1]) + 1
    assert unobserved_rows(validation)
    assert unobserved_rows(Validation(read_profile("[", "x"), None)) == ()


def test_the_first_thousand_findings_are_shown_with_their_lines_and_all_are_listed() -> None:
    text = EDGE + "".join(f"x{number} = 1\n" for number in range(MOST_EXCERPTS + 5))
    rows = finding_rows(validate(text, "x.toml", BESIDE), excerpts=True)
    unknown = [row for row in rows if row.code == "PROFILE005"]
    assert len(unknown) == MOST_EXCERPTS + 5
    assert sum(bool(row.excerpt) for row in rows) == MOST_EXCERPTS


def test_pointers_are_escaped() -> None:
    assert pointer(("a/b", "c~d", 0, "e.f")) == "/a~1b/c~0d/0/e.f"
    assert pointer(()) == ""


def test_every_code_of_every_finding_is_documented_once() -> None:
    assert len(rule_docs()) >= 54
    assert all(code == doc.code and doc.title and doc.rationale for code, doc in rule_docs().items())
    assert nearest_code("tire101") == "TIER101"
    assert nearest_code("zzzzzz") == ""
