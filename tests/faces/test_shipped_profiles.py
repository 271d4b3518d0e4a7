"""What is said of the profiles that come with the program: every rule asked of each, nothing more and nothing less.

Each finding stands at a line whose key it names; what could not be decided is listed too, so that a rule cannot fall
silent unnoticed.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from fleet.views.findings import finding_rows
from fleet.views.validation import Beside, Validation, validate
from fleet.views.validation_summary import summarize

FOLDER = Path(__file__).parents[2] / "profiles"
BESIDE = Beside(datetime(2026, 11, 23, 12, tzinfo=UTC))

FINDINGS = {
    "demo.toml": [
        ("TIER107", "tier scan", "ALL = "),
        ("DNS521", "tier edge", "resolvers = "),
        ("DNS524", "tier edge resolver 192.0.2.53", "resolvers = "),
        ("DEST203", "tier edge", "smtp_tls_security_level = "),
    ],
    "mixed.toml": [
        ("DEST203", "tier edge-postfix", "smtp_tls_security_level = "),
        ("DEST203", "tier edge-exim", "hosts_try_dane = "),
    ],
    "postfix-edge.toml": [
        ("DEST203", "tier edge", "smtp_tls_security_level = "),
    ],
    "two-tier-asyncos.toml": [],
}
UNDECIDED = {
    "DRIFT801",
    "DRIFT802",
    "DRIFT803",
    "DRIFT804",
    "VER603",
}
"""What only polls can tell: undecided in every profile on paper."""


def validated(name: str) -> Validation:
    return validate((FOLDER / name).read_bytes(), name, BESIDE)


def test_every_shipped_profile_is_listed() -> None:
    assert sorted(path.name for path in FOLDER.glob("*.toml")) == sorted(FINDINGS)


@pytest.mark.parametrize("name", FINDINGS)
def test_these_are_its_findings_in_their_places(name: str) -> None:
    lines = (FOLDER / name).read_text(encoding="utf-8").split("\n")
    found = finding_rows(validated(name))
    assert [(row.code, row.object) for row in found] == [(code, about) for code, about, _ in FINDINGS[name]]
    for row, (_, _, key) in zip(found, FINDINGS[name], strict=True):
        assert lines[row.place.line - 1].startswith(key)


@pytest.mark.parametrize("name", FINDINGS)
def test_it_is_understood_and_what_only_polls_can_tell_stays_open(name: str) -> None:
    validation = validated(name)
    assert validation.sound
    assert validation.report is not None
    assert set(validation.report.undecided) >= UNDECIDED
    assert not summarize([validation]).complete
