"""``fleet forecast``, ``rollout`` and ``runbook`` as operators and scripts meet them: codes, forms, what is refused."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest

from fleet.decision import judge_all
from fleet.faces.export.json import check_document, dumps
from fleet.faces.export.schema import document_schema

jsonschema = pytest.importorskip("jsonschema", reason="jsonschema comes with the test extra")

HERE = Path(__file__).parent
DEMO = str(HERE.parents[1] / "profiles" / "demo.toml")
ON = "tiers.delivery.destination_controls.default.dane=opportunistic"


def _load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


checks = _load("checks_for_forecasts", HERE.parent / "decision" / "conftest.py")
TWO_TIERS = _load("profiles_for_forecasts", HERE.parent / "forecast" / "conftest.py").TWO_TIERS


def written(verdicts) -> str:
    return "".join(dumps(check_document(one, judge_all(one))) + "\n" for one in verdicts)


@pytest.fixture
def files(tmp_path):
    """A profile of two destinations, and a file of good checks of both."""
    profile, verdicts = tmp_path / "profile.toml", tmp_path / "verdicts.jsonl"
    profile.write_text(TWO_TIERS, encoding="utf-8")
    good = checks.verdict(checks.Host())
    plain = checks.verdict(checks.Host(address="insecure"), mx="insecure", domain="plain.example")
    verdicts.write_text(written([good, plain]), encoding="utf-8")
    return str(profile), str(verdicts)


def test_nothing_held_and_everything_known_is_exit_0(fleet, files) -> None:
    profile, verdicts = files
    done = fleet("forecast", profile, "--verdicts", verdicts)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "not modelled on AsyncOS: alternate-host filters" in done.stdout
    assert "mail without a flow" in done.stdout


def test_what_moves_to_held_is_counted_weighed_and_exit_1(fleet, files) -> None:
    profile, verdicts = files
    done = fleet("forecast", profile, "--verdicts", verdicts, "--set", "tiers.delivery.smtp_routes.ALL=relay.example")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 destination, 40,000 recipients a day, moves from DANE to held" in done.stdout
    assert "SMTP route: the route leads elsewhere than DNS says" in " ".join(done.stdout.split())


def test_what_was_not_checked_is_exit_3_and_held_mail_comes_before_it(fleet, files) -> None:
    profile, verdicts = files
    assert fleet("forecast", profile).returncode == 3
    more = ("--set", 'destinations."new.example".every=1h', "--set", "tiers.delivery.resolvers=[]")
    assert fleet("forecast", profile, "--verdicts", verdicts, *more).returncode == 3
    held = ("--set", 'destinations."new.example".every=1h', "--down", "192.0.2.53")
    assert fleet("forecast", profile, "--verdicts", verdicts, *held).returncode == 1


def test_several_settings_are_supposed_at_once(fleet, files) -> None:
    profile, verdicts = files
    both = ("--set", "fleet.version=11.0.3-238", "--set", "tiers.delivery.smtp_routes.ALL=relay.example", "--json")
    document = json.loads(fleet("forecast", profile, "--verdicts", verdicts, *both).stdout)
    assert [(move["before"], move["after"]) for move in document["moves"]] == [
        ("dane", "dane-off: not-tested"),
        ("dane-off: tls", "dane-off: not-tested"),
    ]
    moved = document["moves"][0]["moved"][0]
    assert (moved["domain"], moved["why"]) == ("example.org", "version")


def test_every_fact_points_at_its_line_its_setting_or_its_step(fleet, files) -> None:
    profile, verdicts = files
    supposed = ("--set", "fleet.destination_controls.default.tls=required")
    document = json.loads(fleet("forecast", profile, "--verdicts", verdicts, *supposed, "--json").stdout)
    entry = next(one for one in document["forecasts"] if one["domain"] == "example.org")
    facts = {fact["topic"]: fact for fact in entry["facts"]}
    lines = Path(profile).read_text(encoding="utf-8").splitlines()
    dane = facts["DANE Support"]["place"]
    assert lines[dane["line"] - 1][dane["column"] - 1 :] == '"opportunistic"'
    assert facts["TLS Support"]["place"]["file"].startswith("--set ")
    assert lines[facts["version"]["place"]["line"] - 1].startswith("version")
    assert facts["flow"]["place"]["path"][-2:] == ["sender_groups", 0]
    assert [facts[topic]["step"] for topic in ("MX record", "A record", "TLSA record", "certificate")] == [0, 1, 2, 3]
    shown = fleet("forecast", profile, "--verdicts", verdicts, "--explain").stdout
    assert f"{profile}:{dane['line']}" in " ".join(shown.split()).replace("/ ", "/")
    assert "step 3: TLSA _25._tcp.mx.example" in shown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--set", "no setting"], "is no setting"),
        (["--set", "fleet.version=15", "--set", "tiers.delivery.dane=on"], "cannot be read with what is supposed"),
        (["--down", "nowhere"], "no address of a resolver"),
        (["--down", "198.51.100.1"], "no external node of this profile asks this resolver"),
        (["--node", "scan1"], "no such external node"),
        (["--verdicts", "/nonexistent"], "cannot be read"),
        (["--network", "/nonexistent"], "go with --check"),
        (["--lab", "--network", "x"], "--lab brings its own"),
    ],
)
def test_what_cannot_be_used_is_exit_2_with_a_sentence(fleet, files, arguments, said) -> None:
    done = fleet("forecast", files[0], *arguments)
    assert done.returncode == 2, done.stdout + done.stderr
    assert said in done.stderr
    assert done.stdout == ""


def test_a_profile_with_a_mistake_is_exit_2_and_says_where(fleet, tmp_path) -> None:
    profile = tmp_path / "profile.toml"
    profile.write_text(TWO_TIERS.replace('dane = "opportunistic"', 'dane = "sometimes"'), encoding="utf-8")
    done = fleet("forecast", str(profile))
    assert done.returncode == 2
    line = TWO_TIERS[: TWO_TIERS.index('dane = "opportunistic"')].count("\n") + 1
    assert f"{profile}:{line}:" in done.stderr


def test_one_command_tells_what_opportunistic_by_default_would_do_to_the_labs_destinations(fleet) -> None:
    done = fleet("forecast", DEMO, "--lab", "--set", ON, "--timeout", "20", "--json")
    assert done.returncode == 1, done.stdout + done.stderr
    document = json.loads(done.stdout)
    moved = {(move["before"], move["after"]): {one["domain"] for one in move["moved"]} for move in document["moves"]}
    assert moved["dane-off: tls", "held"] == {"wrong-key.lab", "first-bad.lab", "tlsa-servfail.lab"}
    assert moved["dane-off: clear", "held"] == {"no-starttls.lab"}
    assert document["nodes"] == 3
    assert not any(one["outcome"] == "unknown" for one in document["forecasts"])


def test_a_running_lab_can_be_checked_through_the_declared_resolvers(fleet, lab) -> None:
    network = ("--network", str(lab.network), "--trust-anchor", str(lab.trust_anchor))
    done = fleet("runbook", "wrong-key.lab", "-p", DEMO, "--check", *network, "--set", ON, "--timeout", "20")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "DANE None for this destination" in done.stdout


def test_a_resolver_what_if_from_the_shipped_profile(fleet) -> None:
    """What profiles/demo.toml suggests: the second resolver replaced by one that strips, the first one silent."""
    strips = (
        "--set",
        "tiers.delivery.resolvers.1.address=192.0.2.55",
        "--set",
        "tiers.delivery.resolvers.1.kind=strips",
    )
    done = fleet("forecast", DEMO, "--lab", *strips, "--down", "192.0.2.53", "--timeout", "20", "--json")
    document = json.loads(done.stdout)
    good = [one for one in document["forecasts"] if one["domain"] == "good.lab" and "dlv1" in str(one["flows"])]
    assert [(one["outcome"], one["why"]) for one in good] == [("held", "resolvers")]


def test_a_rollout_names_labels_and_is_not_done(fleet, files) -> None:
    profile, verdicts = files
    done = fleet("rollout", profile, "--verdicts", verdicts)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Mail Policies > Destination Controls > Default" in " ".join(done.stdout.split())
    assert "Nothing here is applied by this program" in done.stdout
    assert fleet("rollout", profile, "--committed", "never=2026-01-01").returncode == 2


def test_a_rollout_that_was_watched_is_exit_0(fleet, files) -> None:
    profile, verdicts = files
    done = fleet(
        *("rollout", profile, "--verdicts", verdicts, "--baseline", "2025-01-01"),
        *("--set", 'tiers.delivery.destination_controls."example.org".dane=mandatory'),
        *("--set", "tiers.delivery.destination_controls.default.dane=opportunistic"),
        *(part for step in ("entries", "mandatory", "default") for part in ("--committed", f"{step}=2025-01-02")),
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_runbook_tells_the_time_that_is_left_or_that_it_is_not_known(fleet, files) -> None:
    profile, verdicts = files
    route = ("--set", "tiers.delivery.smtp_routes.ALL=relay.example")
    known = ("runbook", "example.org", "-p", profile, "--verdicts", verdicts, *route)
    done = fleet(*known, "--since", "2020-01-01T00:00")
    assert done.returncode == 1
    assert "went back to its sender at 2020-01-04 00:00 UTC" in " ".join(done.stdout.split())
    assert "unknown: since when mail is held is not told" in " ".join(fleet(*known).stdout.split())
    assert fleet(*known, "--since", "yesterday").returncode == 2
    healthy = fleet("runbook", "example.org", "-p", profile, "--verdicts", verdicts)
    assert (healthy.returncode, "no mail to example.org is held" in healthy.stdout) == (0, True)


@pytest.mark.parametrize("name", ["forecast", "rollout", "runbook"])
def test_each_document_has_the_shape_that_is_written_down(fleet, files, name) -> None:
    from fleet.faces.export.forecast_json import ForecastDocument
    from fleet.faces.export.rollout_json import RolloutDocument, RunbookDocument

    kinds = {"forecast": ForecastDocument, "rollout": RolloutDocument, "runbook": RunbookDocument}
    schema = document_schema(kinds[name])
    golden = json.loads((HERE / f"fleet-{name}-1.schema.json").read_text(encoding="utf-8"))
    assert schema == golden, "the contract changed: is that meant, and may it within this version?"
    profile, verdicts = files
    target = ("example.org", "-p", profile) if name == "runbook" else (profile,)
    route = ("--set", "tiers.delivery.smtp_routes.ALL=relay.example")
    for more in ((), route, (*route, "--down", "192.0.2.53") if name != "rollout" else ()):
        done = fleet(name, *target, "--verdicts", verdicts, *more, "--json")
        document = json.loads(done.stdout)
        assert document["format"] == f"fleet-{name}/1"
        assert document["exit_code"] == done.returncode
        jsonschema.Draft202012Validator(schema).validate(document)
        assert done.stdout.isascii()


HOSTILE = "\x1b]52;c;ZXZpbA==\x07\u202e"


@pytest.mark.parametrize("width", [80, 120])
def test_text_keeps_to_its_width_and_nothing_hostile_passes(width) -> None:
    from datetime import UTC, datetime

    from fleet.faces.export.forecast_text import forecast_text
    from fleet.faces.export.look import Look
    from fleet.faces.export.rollout_text import rollout_text, runbook_text
    from fleet.forecast import forecast
    from fleet.forecast.moves import moves
    from fleet.forecast.rollout import Dates, rollout
    from fleet.forecast.rows import entries, totals
    from fleet.forecast.runbook import pages
    from fleet.profile import overlay, read_profile
    from fleet.text import cell_width
    from fleet.views.forecast import forecast_view
    from fleet.views.rollout import rollout_view
    from fleet.views.runbook import runbook_view

    reading = read_profile(TWO_TIERS, "test.toml")
    supposed = overlay(reading, ["tiers.delivery.destination_controls.default.dane=mandatory"])
    match = checks.replace(checks.mismatched(), sentence=HOSTILE)
    bad = checks.verdict(checks.Host(name=f"mx.{HOSTILE}", match=match))
    destinations = list(reading.fleet.destinations.values())
    before, after = (forecast(one.fleet, destinations, {"example.org": bad}) for one in (reading, supposed))
    found, look = entries(after), Look(width)
    view = forecast_view(
        after, found, totals(found), supposed.source, moves=moves(before, after), supposed=[HOSTILE], in_full=True
    )
    at = datetime(2026, 11, 25, tzinfo=UTC)
    lines = [
        *forecast_text(view, look),
        *rollout_text(rollout_view(rollout(after, Dates(at.date())), supposed.source), look),
        *runbook_text(runbook_view("example.org", pages(after, "example.org"), at, at), look),
    ]
    assert len(lines) > 60
    for line in lines:
        assert line.isprintable(), repr(line)
        assert cell_width(line) <= width, line


def test_a_file_too_large_is_refused_and_never_cut_short(here, files, monkeypatch) -> None:
    """The first part of a profile is another profile: what it would forecast is true of no fleet."""
    from fleet.faces.cli import given

    profile, verdicts = files
    assert here("forecast", profile, "--verdicts", verdicts).returncode == 0
    text = Path(profile).read_text(encoding="utf-8")
    monkeypatch.setattr(given, "MOST", len(text) - 1)
    for named, stdin in ((profile, ""), ("-", text)):
        done = here("forecast", named, stdin=stdin)
        assert (done.returncode, done.stdout) == (2, "")
        assert "cannot be read: it has more than" in done.stderr


def test_checks_are_read_line_by_line_and_a_line_without_end_is_refused(here, files, monkeypatch) -> None:
    from fleet.faces.cli import given

    profile, verdicts = files
    lines = Path(verdicts).read_text(encoding="utf-8").splitlines(keepends=True)
    monkeypatch.setattr(given, "MOST", max(map(len, lines)))
    Path(verdicts).write_text("".join(lines * 3), encoding="utf-8")
    assert here("forecast", profile, "--verdicts", verdicts).returncode == 0
    done = here("forecast", profile, "--verdicts", "/dev/zero")
    assert (done.returncode, "it has a line of more than" in done.stderr) == (2, True)


def test_a_key_that_is_no_setting_is_answered_with_the_nearest_one(here, files) -> None:
    done = here("forecast", files[0], "--set", 'tiers.delivery.destination_controls."example.org".dan=none')
    assert done.returncode == 2
    assert "did you mean 'dane'?" in done.stderr


def test_a_runbook_never_says_that_mail_leaves_where_nobody_knows(here, files) -> None:
    profile, _ = files
    said = here("runbook", "example.org", "-p", profile)
    assert (said.returncode, said.stdout.splitlines()[0]) == (3, "Whether mail to example.org is held is not known.")
    closed = ("--set", 'tiers.delivery.listeners.outgoing.policies.RELAYED="REJECT"')
    for node in ((), ("--node", "dlv1")):
        said = here("runbook", "example.org", "-p", profile, *closed, *node)
        assert (said.returncode, said.stdout.splitlines()[0]) == (
            3,
            "No flow is known to take in mail, so nothing is known of mail to example.org.",
        )


@pytest.mark.parametrize("since", ["9999-12-31", "0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00", "2900-01-01"])
def test_a_time_that_cannot_be_is_refused(here, files, since) -> None:
    profile, verdicts = files
    route = ("--set", "tiers.delivery.smtp_routes.ALL=relay.example")
    for form in ((), ("--json",)):
        done = here("runbook", "example.org", "-p", profile, "--verdicts", verdicts, *route, "--since", since, *form)
        assert (done.returncode, done.stdout) == (2, "")
        assert f"--since {since}" in done.stderr


def test_a_silent_resolver_holds_what_was_not_checked_too(here, files) -> None:
    document = json.loads(here("forecast", files[0], "--down", "192.0.2.53", "--json").stdout)
    assert {(move["before"], move["after"]) for move in document["moves"]} == {
        ("not-tested", "held"),
        ("dane-off: not-tested", "dane-off: held"),
    }


def test_old_checks_are_said_to_be_old(here, files) -> None:
    from datetime import datetime, timedelta

    from fleet.clock import now

    profile, verdicts = files
    for age, said in ((timedelta(minutes=5), ""), (timedelta(days=400), "1 of 1 checks are more than a day old")):
        at = now() - age
        Path(verdicts).write_text(written([checks.replace(checks.verdict(checks.Host()), at=at)]), encoding="utf-8")
        done = here("forecast", profile, "--verdicts", verdicts, "--json")
        assert said in done.stderr
        assert bool(said) is bool(done.stderr)
        known = {one["domain"]: one["checked_at"] for one in json.loads(done.stdout)["forecasts"]}
        assert known["plain.example"] is None
        assert datetime.fromisoformat(known["example.org"]) == at


def test_a_check_with_gaps_is_exit_3_although_what_was_seen_is_good(here, files) -> None:
    """As ``fleet check`` itself says of it."""
    profile, verdicts = files
    cut = checks.replace(checks.verdict(checks.Host()), unknown=("1 MX hosts were not checked",))
    plain = checks.verdict(checks.Host(address="insecure"), mx="insecure", domain="plain.example")
    Path(verdicts).write_text(written([cut, plain]), encoding="utf-8")
    done = here("forecast", profile, "--verdicts", verdicts)
    assert (done.returncode, "gap: 1 MX hosts were not checked" in done.stdout) == (3, True)
    assert here("runbook", "example.org", "-p", profile, "--verdicts", verdicts).returncode == 3
