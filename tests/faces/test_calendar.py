"""``fleet calendar``: days from the last verdicts and from the profile, with the age of what they rest on."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest
from verdicts import Sample, destination
from watched import profile_text, verdict_for

from fleet.clock import now
from fleet.faces.export.calendar_json import CalendarDocument
from fleet.faces.export.schema import document_schema
from fleet.history import open_history
from fleet.model.event import Act, CheckFinished, OperatorActed, Target

NOW = now()
DOMAINS = ("good.example", "ends.example", "old.example", "never.example")
DATED = """
[tiers.delivery.logs.mail_logs_d]
level = "debug"
until = {day}
[[suppressions]]
code = "LOG001"
object = "tier delivery"
reason = "agreed"
until = {day}
"""


@pytest.fixture
def run(here, tmp_path: Path) -> Callable[..., "tuple[int, str]"]:
    profile, path = tmp_path / "profile.toml", tmp_path / "history.sqlite"
    day = (NOW + timedelta(days=5)).date()
    profile.write_text(profile_text(DOMAINS) + DATED.format(day=day), encoding="utf-8")
    sample = destination("ends.example")
    ending = sample.with_mx(
        expires=NOW + timedelta(days=1), inception=NOW - timedelta(days=20), expiring="MX ends.example"
    )
    quiet = Sample(destination("good.example").verdict).with_mx(
        expires=NOW + timedelta(days=9), inception=NOW - timedelta(days=5), expiring="MX good.example"
    )
    with open_history(path, leased=False) as history:
        old = verdict_for("old.example", 0, NOW)
        for back, verdict in ((timedelta(days=3), old), (timedelta(minutes=2), ending), (timedelta(minutes=1), quiet)):
            one = replace(verdict, at=NOW - back)
            history.append(CheckFinished(one.at, Target(one.domain), one))
        until = NOW + timedelta(hours=3)
        history.append(OperatorActed(NOW, "kim", Act.SILENCED, "destination good.example", "moving\x1b[2J", until))

    def asked(*arguments: str) -> tuple[int, str]:
        done = here("calendar", str(profile), "--history", str(path), *arguments)
        return done.returncode, done.stdout + done.stderr

    return asked


def test_days_come_in_order_and_what_should_have_been_renewed_is_exit_1(run) -> None:
    code, out = run("--json")
    document = json.loads(out)
    jsonschema.validate(document, document_schema(CalendarDocument))
    assert code == document["exit_code"] == 1
    days = [(one["kind"], one["subject"]) for one in document["days"]]
    assert days == [
        ("silence", "destination good.example"),
        ("signature", "MX ends.example"),
        ("log", "mail_logs_d"),
        ("suppression", "LOG001 tier delivery"),
        ("signature", "MX good.example"),
        ("rollover", "mx1.ends.example"),
        ("rollover", "mx1.good.example"),
        ("rollover", "mx1.old.example"),
    ]
    assert document["unknown"] == ["never.example"]
    assert document["stale"] == ["old.example"]
    assert [one["concern"] for one in document["days"]] == [False, True, False, False, False, False, False, False]


def test_the_text_tells_age_and_what_is_not_known_and_keeps_quiet_of_what_renews_itself(run) -> None:
    _, out = run()
    said = " ".join(out.split())
    assert "signature MX ends.example senders that validate keep the mail in their queues" in said
    assert re.search(r"of ends.example, as seen \d+ min", said)
    assert "signature MX good.example" not in said
    assert "1 signature that signers renew by themselves: --all lists them" in said
    assert "never checked, or not all of it answered, so days are missing: never.example" in said
    assert "not checked lately, so days may have moved since: old.example" in said
    assert "\x1b" not in out
    assert "signature MX good.example" in " ".join(run("--all")[1].split())


def test_where_nothing_presses_what_is_not_known_is_exit_3(here, tmp_path: Path) -> None:
    profile = tmp_path / "profile.toml"
    profile.write_text(profile_text(("never.example",)), encoding="utf-8")
    done = here("calendar", str(profile), "--history", str(tmp_path / "none.sqlite"))
    assert done.returncode == 3
    assert "never.example" in done.stdout
    profile.write_text(profile_text(()), encoding="utf-8")
    assert here("calendar", str(profile), "--history", str(tmp_path / "none.sqlite")).returncode == 0
