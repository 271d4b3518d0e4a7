"""``fleet compare``: what got better or worse between two moments of a history, or two files of checks."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import jsonschema
import pytest
from verdicts import bad_match, destination
from watched import profile_text, verdict_for

from fleet.clock import now
from fleet.decision import judge_all
from fleet.errors import UsageError
from fleet.faces.cli.moments import moment
from fleet.faces.export.before_after_json import BeforeAfterDocument
from fleet.faces.export.json import check_document, dumps
from fleet.faces.export.schema import document_schema
from fleet.history import open_history
from fleet.model import Verdict
from fleet.model import event as events
from fleet.model.event import CheckFinished, ProfileLoaded, Target
from fleet.profile import read_profile

GOOD, WRONG, UNSIGNED, SILENT = 0, 2, 3, 5
DOMAINS = ("good.example", "breaks.example", "mends.example", "silent.example", "unseen.example")
NOW = now()
BEFORE, AFTER = NOW - timedelta(hours=5), NOW - timedelta(minutes=5)


def checked(domain: str, kind: int, at: datetime) -> CheckFinished:
    return CheckFinished(at, Target(domain), verdict_for(domain, kind, at))


def written(path: Path, *happened: events.Event) -> None:
    with open_history(path, leased=False) as history:
        history.append(*happened)


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "profile.toml"
    path.write_text(profile_text(DOMAINS), encoding="utf-8")
    return path


@pytest.fixture
def run(here, profile: Path, tmp_path: Path) -> Callable[..., "tuple[int, str]"]:
    """The command on a history in which one destination breaks, one mends, one is silent, one is not checked again."""
    fleet = read_profile(profile.read_text(encoding="utf-8"), "profile.toml").fleet
    assert fleet is not None
    path = tmp_path / "history.sqlite"
    kinds = {"good.example": (GOOD, GOOD), "breaks.example": (GOOD, WRONG), "mends.example": (WRONG, GOOD)}
    kinds["silent.example"] = (GOOD, SILENT)
    written(path, ProfileLoaded(BEFORE, fleet, "profile.toml", "ab" * 32))
    for side, at in enumerate((BEFORE, AFTER)):
        written(path, *(checked(domain, both[side], at) for domain, both in kinds.items()))
        if side == 0:
            written(path, checked("unseen.example", GOOD, at))

    def asked(*arguments: str) -> tuple[int, str]:
        done = here("compare", str(profile), *arguments, "--history", str(path))
        return done.returncode, done.stdout + done.stderr

    return asked


def sections(document: dict) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in document["destinations"]:
        found.setdefault(one["direction"], set()).add(one["domain"])
    return found


def test_every_destination_is_worse_better_unknown_or_the_same(run) -> None:
    code, out = run("2h ago", "now", "--json")
    document = json.loads(out)
    assert code == document["exit_code"] == 1
    jsonschema.validate(document, document_schema(BeforeAfterDocument))
    assert sections(document) == {
        "worse": {"breaks.example", "silent.example"},
        "better": {"mends.example"},
        "unknown": {"unseen.example"},
        "same": {"good.example"},
    }


def test_the_text_says_what_happens_to_mail_the_weight_and_the_first_step_that_differs(run) -> None:
    code, out = run("2h ago")
    assert code == 1
    said = " ".join(out.split())
    assert "Worse:" in said
    assert "breaks.example (40 a day): DANE -> held" in said
    assert "stays in the queue for 3 d, then goes back to its sender" in said
    assert "unseen.example (160 a day): DANE -> not tested, at worst held (not checked)" in said
    assert "first step that differs: certificate of mx1.breaks.example 192.0.2.1: matches (" in said
    assert "first step that differs: MX: secure -> no answer (192.0.2.53:53 gave no answer within 5 s)" in said
    assert "not checked since" in said
    assert "worse: 2 destinations, 40 recipients a day (1 of unknown size)" in said
    assert "same: 1 destination of unknown size" in said


def test_what_was_not_checked_on_one_side_is_exit_3_and_never_the_same(run, tmp_path: Path) -> None:
    weights = tmp_path / "weights.txt"
    weights.write_text("# from the queue\nunseen.example  # recipients=7\ngood.example, 3\n", encoding="utf-8")
    code, out = run("2h ago", "now", "--weights", str(weights))
    assert code == 3
    assert "unknown: 1 destination, 7 recipients a day" in out
    assert "same: 1 destination, 3 recipients a day" in out
    weights.write_text("good.example 3\n", encoding="utf-8")
    assert run("2h ago", "now", "--weights", str(weights))[0] == 0


def test_a_verdict_too_old_for_its_moment_says_nothing_of_it(here, profile: Path, tmp_path: Path) -> None:
    path, weights = tmp_path / "aged.sqlite", tmp_path / "weights.txt"
    written(path, checked("good.example", GOOD, NOW - timedelta(days=9)), checked("good.example", GOOD, AFTER))
    weights.write_text("good.example 1\n", encoding="utf-8")
    done = here("compare", str(profile), "2h ago", "--weights", str(weights), "--history", str(path))
    assert done.returncode == 3
    assert "last checked 8 d 22 h before" in " ".join(done.stdout.split())
    assert "no profile had been loaded then" in " ".join(done.stdout.split())


def test_the_moment_before_the_last_change_of_the_profile_is_a_mark(run, profile: Path, tmp_path: Path) -> None:
    without = profile_text(DOMAINS).replace('dane = "opportunistic"', 'dane = "none"')
    fleet = read_profile(without, "profile.toml").fleet
    assert fleet is not None
    path = tmp_path / "history.sqlite"
    written(path, ProfileLoaded(NOW - timedelta(hours=1), fleet, "profile.toml", "ef" * 32))
    checks = (checked(domain, kind, AFTER) for domain, kind in (("good.example", GOOD), ("breaks.example", WRONG)))
    written(path, *checks)
    document = json.loads(run("change", "5min ago", "--json")[1])
    # Without DANE good.example loses its authentication, and the certificate of breaks.example matters no more.
    found = {one["domain"]: one["ways"][0] for one in document["destinations"]}
    assert (found["good.example"]["before"], found["good.example"]["after"]) == ("dane", "tls")
    assert document["before"]["at"] < document["after"]["at"]


def test_two_files_of_checks_are_compared_without_a_history(here, profile: Path, tmp_path: Path) -> None:
    def file(name: str, *verdicts: Verdict) -> str:
        path = tmp_path / name
        path.write_text("".join(dumps(check_document(one, judge_all(one))) + "\n" for one in verdicts))
        return str(path)

    sample = destination("good.example")
    before = file("before.jsonl", sample.verdict)
    after = file("after.jsonl", replace(sample.with_match(bad_match()), at=AFTER))
    done = here("compare", str(profile), before, after)
    assert done.returncode == 1
    assert "good.example: DANE -> held" in done.stdout
    assert "unknown: 4 destinations" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("yesterday", "now"), "is no moment"),
        (("now", "2h ago"), "BEFORE is not earlier than AFTER"),
        (("change", "now"), "knows of no change"),
        (("2999-01-01", "now"), "is yet to come"),
    ],
)
def test_a_moment_that_is_none_is_a_usage_error(run, arguments: tuple[str, str], said: str) -> None:
    code, out = run(*arguments)
    assert code == 2
    assert said in out


def test_a_profile_without_a_history_is_a_usage_error(here, profile: Path, tmp_path: Path) -> None:
    done = here("compare", str(profile), "2h ago", "--history", str(tmp_path / "none.sqlite"))
    assert done.returncode == 2
    assert "no history" in done.stderr


def test_moments_are_read_as_people_write_them() -> None:
    assert moment("now", NOW) == NOW
    for text, back in (("2h ago", 7200), ("90 min ago", 5400), ("3d", 259_200), ("1 w ago", 604_800)):
        assert moment(text, NOW) == NOW - timedelta(seconds=back)
    assert moment("2026-01-02T03:04+01:00", NOW) == datetime.fromisoformat("2026-01-02T02:04+00:00")
    with pytest.raises(UsageError):
        moment("2h\x1b[2J", NOW)
