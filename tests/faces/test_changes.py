"""``fleet changes``: what became another, before and after, from what the history folds to."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from document_keys import assert_pinned
from verdicts import RECORD, TWIN, bad_match, destination
from watched import observation, profile_text

from fleet.clock import now
from fleet.history import open_history
from fleet.model import Verdict
from fleet.model.event import CheckFinished, NodeObserved, ProfileLoaded, ResolverJudged, Target
from fleet.model.resolver import Resolver, ResolverKind
from fleet.monitor import State, restore
from fleet.monitor.restore import checkpoint, freeze
from fleet.profile import read_profile

GOOD = destination("good.example")


def ago(hours: float) -> datetime:
    """Before the test, however long ago this module was read."""
    return now() - timedelta(hours=hours)


def checked(at: datetime, verdict: Verdict) -> CheckFinished:
    return CheckFinished(at, Target(verdict.domain), replace(verdict, at=at))


@pytest.fixture
def run(here, tmp_path: Path) -> Callable[..., "tuple[int, str]"]:
    """A rollover that begins, a certificate that breaks, a resolver, a node and a profile that change."""
    profile, path = tmp_path / "profile.toml", tmp_path / "history.sqlite"
    text = profile_text(("good.example", "breaks.example"))
    profile.write_text(text, encoding="utf-8")
    fleet = read_profile(text, "profile.toml").fleet
    mandatory = read_profile(text.replace('dane = "opportunistic"', 'dane = "mandatory"'), "profile.toml").fleet
    assert fleet is not None
    assert mandatory is not None
    breaks = destination("breaks.example")
    judged = ResolverJudged(ago(3), "this host", "192.0.2.53", "udp", ResolverKind.VALIDATES)
    moved = (Resolver("192.0.2.99"),)
    with open_history(path, leased=False) as history:
        history.append(
            ProfileLoaded(ago(40), fleet, "profile.toml", "ab" * 32),
            NodeObserved(ago(40), observation(fleet, "dlv1", ago(40))),
            checked(ago(40), GOOD.with_tlsa((RECORD,))),
            checked(ago(4), breaks.verdict),
            judged,
            checked(ago(2), GOOD.with_tlsa((RECORD, TWIN))),
            checked(ago(1), breaks.with_tlsa((TWIN,))),
            replace(judged, at=ago(1), kind=ResolverKind.STRIPS),
            NodeObserved(ago(1), observation(fleet, "dlv1", ago(1), resolvers=moved)),
            ProfileLoaded(ago(0.5), mandatory, "profile.toml", "cd" * 32),
            checked(ago(0.1), replace(breaks.with_match(bad_match()))),
        )

    def asked(*arguments: str) -> tuple[int, str]:
        done = here("changes", str(profile), "--history", str(path), *arguments)
        return done.returncode, done.stdout + done.stderr

    return asked


def test_every_kind_of_change_has_its_before_after_and_effect(run) -> None:
    code, out = run("--json", "--since", "1d ago")
    document = json.loads(out)
    assert_pinned(document)
    found = {
        (one["about"], one["change"]["kind"], one["change"]["effect"]): one["change"] for one in document["changes"]
    }
    assert code == document["exit_code"] == 1
    assert ("destination good.example", "tlsa", "harmless") in found
    assert found["resolver 192.0.2.53", "resolver", "breaks"]["after"] == "strips"
    assert found["node dlv1", "resolver", "unknown"]["subject"].startswith("resolvers 192.0.2.")
    policy = found["tier delivery", "policy", "unknown"]
    assert (policy["subject"], policy["before"], policy["after"]) == (
        "destination_controls default dane",
        "opportunistic",
        "mandatory",
    )
    assert ("destination breaks.example", "tlsa", "breaks") in found


def test_the_text_tells_a_rollover_and_can_be_of_one_destination(run) -> None:
    code, out = run("--since", "1d ago", "--about", "good.example")
    said = " ".join(out.split())
    assert code == 0
    assert "1 change, 0 that broke mail" in said
    assert "destination good.example: TLSA mx1.good.example" in said
    assert f"before: secure: {RECORD.text[:60]}" in said
    assert "harmless: a rollover begins: a new record is published before the certificate changes" in said
    assert "seen from this host" in said


def test_changes_before_the_moment_are_left_out(run) -> None:
    document = json.loads(run("--json", "--since", "10min ago")[1])
    assert {one["about"] for one in document["changes"]} == {"destination breaks.example"}


def test_a_history_that_begins_later_than_was_asked_for_says_so_and_is_not_clean(here, tmp_path: Path) -> None:
    profile, path = tmp_path / "profile.toml", tmp_path / "history.sqlite"
    profile.write_text(profile_text(("good.example",)), encoding="utf-8")
    with open_history(path, leased=False) as history:
        history.append(checked(ago(2), GOOD.with_tlsa((RECORD,))))
    asked = ("changes", str(profile), "--history", str(path), "--since")
    short = here(*asked, "1d ago")
    assert short.returncode == 3
    assert "the history begins at" in short.stdout
    assert here(*asked, "1h ago").returncode == 0


def test_without_a_history_nothing_is_known(here, tmp_path: Path) -> None:
    profile = tmp_path / "profile.toml"
    profile.write_text(profile_text(()), encoding="utf-8")
    done = here("changes", str(profile), "--history", str(tmp_path / "none.sqlite"))
    assert done.returncode == 3
    assert "nothing was ever checked" in done.stdout


def test_a_history_from_before_changes_were_noted_says_what_it_cannot_list(here, tmp_path: Path) -> None:
    profile, path = tmp_path / "profile.toml", tmp_path / "history.sqlite"
    profile.write_text(profile_text(("good.example",)), encoding="utf-8")
    state, changed = State(), checked(ago(2), GOOD.with_tlsa((RECORD, TWIN)))
    with open_history(path, leased=False) as history:
        for event in (checked(ago(40), GOOD.with_tlsa((RECORD,))), changed):
            through = history.append(event)
            state.apply(event)
        whole = checkpoint(freeze(state))
        assert whole["changes"]
        history.save_checkpoint(through, {key: value for key, value in whole.items() if not key.startswith("changes")})

    def asked(since: str) -> tuple[int, list[str]]:
        done = here("changes", str(profile), "--history", str(path), "--json", "--since", since)
        return done.returncode, json.loads(done.stdout)["incomplete"]

    code, (note,) = asked("1d ago")
    assert code == 3
    assert "an older program that noted no changes" in note
    assert asked("1h ago") == (0, [])
    with open_history(path, leased=False) as history:  # the next checkpoint does not forget it
        restored = restore(history).state
        assert restored.changes_since == changed.at
        history.save_checkpoint(through, checkpoint(freeze(restored)))
    assert asked("1d ago") == (code, [note])
