"""What a profile says about alerts, and that no secret URL can stand in it."""

from datetime import UTC, datetime

import pytest

from fleet.model.alerts import AlertSettings, AlertTarget, Condition, ConditionSettings, Maintenance
from fleet.profile import read_profile

FLEET = """
[tiers.edge]
delivers_to = ["internet"]
[nodes.gw1]
tier = "edge"
addresses = ["192.0.2.1"]
"""
ALERTS = """
[alerts]
repeat = "4h"
gather = "0s"
findings = "loses-mail"
[alerts.conditions.node-silent]
checks = 5
for = "10m"
[alerts.conditions.finding]
off = true
[[alerts.targets]]
name = "ops"
secret_url = "keyring:ops"
conditions = ["mail-stopped"]
[[alerts.maintenance]]
from = 2026-12-01T21:00:00+01:00
until = 2026-12-01T23:00:00Z
reason = "upgrade"
tiers = ["edge"]
"""


def codes(text: str) -> list[str]:
    return [one.finding.code for one in read_profile(FLEET + text, "fleet.toml").diagnostics]


def test_all_of_it_is_read() -> None:
    reading = read_profile(FLEET + ALERTS, "fleet.toml")
    assert reading.diagnostics == ()
    assert reading.fleet is not None
    assert reading.fleet.alerts == AlertSettings(
        repeat_seconds=14_400,
        gather_seconds=0,
        findings="loses-mail",
        conditions=(
            ConditionSettings(Condition.NODE_SILENT, checks=5, seconds=600),
            ConditionSettings(Condition.FINDING, off=True),
        ),
        targets=(AlertTarget("ops", "keyring:ops", (Condition.MAIL_STOPPED,)),),
        maintenance=(
            Maintenance(
                datetime(2026, 12, 1, 20, tzinfo=UTC), datetime(2026, 12, 1, 23, tzinfo=UTC), "upgrade", tiers=("edge",)
            ),
        ),
    )


@pytest.mark.parametrize(
    "url", ["mailtos://user:hunter2@example.com", "slack://hunter2/B/C", "json://host/hunter2", "env:", "hunter2"]
)
def test_a_url_in_clear_is_an_error_that_does_not_say_it(url: str) -> None:
    reading = read_profile(FLEET + ALERTS.replace("keyring:ops", url), "fleet.toml")
    assert [one.finding.code for one in reading.diagnostics] == ["PROFILE022"]
    assert "hunter2" not in str(reading.diagnostics)
    assert reading.fleet is not None
    assert reading.fleet.alerts.targets == ()


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("node-silent]", "node-silnt]", "PROFILE005"),
        ("checks = 5", "checks = 0", "PROFILE009"),
        ('"10m"', '"soon"', "PROFILE012"),
        ("2026-12-01T23:00:00Z", "2026-12-01T23:00:00", "PROFILE013"),
        ("2026-12-01T23:00:00Z", "2026-12-01", "PROFILE013"),
        ("2026-12-01T23:00:00Z", "2026-12-01T19:00:00Z", "PROFILE009"),
        ('tiers = ["edge"]', 'tiers = ["edg"]', "PROFILE008"),
        ('tiers = ["edge"]', 'nodes = ["gw2"]', "PROFILE008"),
        ('reason = "upgrade"\n', "", "PROFILE007"),
        ('["mail-stopped"]', '["mail-stoped"]', "PROFILE008"),
        ('"loses-mail"', '"bad"', "PROFILE008"),
        (
            "[[alerts.maintenance]]",
            '[[alerts.targets]]\nname = "ops"\nsecret_url = "env:X"\n[[alerts.maintenance]]',
            "PROFILE020",
        ),
    ],
)
def test_every_slip_has_its_code(old: str, new: str, code: str) -> None:
    assert old in ALERTS
    assert codes(ALERTS.replace(old, new)) == [code]
