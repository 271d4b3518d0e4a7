"""``fleet logs --domain``: gateways of the lab search their own mail logs over SSH."""

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import jsonschema
import pytest
from three_gateways import gateways, written_profile

from fleet.faces.cli import logs_search
from fleet.faces.cli.logs_run import LogsAsked
from fleet.faces.cli.logs_search import SearchAsked, write_searched
from fleet.faces.export.logs_json import LogsDocument
from fleet.faces.export.schema import document_schema
from fleet.faces.live.last_known import state_of
from fleet.lab.nodes.handle import NodesHandle
from fleet.nodes import NodeClock, Searched

Here = Callable[..., "subprocess.CompletedProcess[str]"]
ESA = (
    "Wed Nov 25 09:00:00 2026 Info: MID {mid} ICID 3 RID 0 To: <someone@ietf.org>\n"
    "Wed Nov 25 09:00:01 2026 Info: DCID {mid} TLS success protocol TLSv1.2 cipher C for ietf.org\n"
    "Wed Nov 25 09:00:01 2026 Info: Delivery start DCID {mid} MID {mid} to RID [0]\n"
)
PFX = """\
Nov 25 10:00:00 pfx postfix/smtp[7]: Verified TLS connection established to mx.elsewhere.example[192.0.2.1]:25: TLSv1.3
Nov 25 10:00:01 pfx postfix/smtp[7]: 327BA224252: to=<someone@ietf.org>, relay=mx.elsewhere.example[192.0.2.1]:25, \
delay=0.76, delays=0.12/0.4/0.22/0.03, dsn=2.0.0, status=sent (250 2.0.0 Ok)
Nov 25 10:00:02 pfx postfix/smtp[8]: 327BA224253: to=<someone@notietf.org>, relay=none, \
delay=0.76, delays=0.12/0.4/0.22/0.03, dsn=4.7.5, status=deferred (TLSA lookup error for mx.notietf.org:25)
"""
EXM = (
    "2026-11-25 10:00:00 1tFPgE-000000-01 == someone@ietf.org R=dnslookup T=remote_smtp defer (-36): "
    "DANE error: tlsa lookup DEFER\n"
)


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodesHandle]:
    with gateways(tmp_path_factory.mktemp("nodes")) as running:
        yield running


@pytest.fixture
def profile(nodes: NodesHandle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    nodes.log("esa", {"mail_logs": ESA.format(mid=14) + ESA.format(mid=15)})
    nodes.log("pfx", {"/var/log/mail.log": PFX})
    nodes.log("exm", {"/var/log/exim4/mainlog": EXM})
    return written_profile(nodes, tmp_path / "fleet.toml")


def search(here: Here, profile: Path, nodes: str, domains: str, *more: str):
    return here("logs", "--profile", str(profile), "--node", nodes, "--domain", domains, *more)


def kinds(document: dict, name: str) -> dict[str, tuple[int, int]]:
    (seen,) = [one for one in document["destinations"] if one["name"] == name]
    return {one["kind"]: (one["proven"], one["weak"]) for one in seen["kinds"]}


def test_a_failure_on_one_node_and_successes_on_others_are_one_answer(here: Here, profile: Path) -> None:
    done = search(here, profile, "esa,pfx,exm", "ietf.org", "--json")
    document = json.loads(done.stdout)
    jsonschema.validate(document, document_schema(LogsDocument))
    assert (done.returncode, document["exit_code"], document["files"]) == (1, 1, [])
    assert kinds(document, "ietf.org") == {"dane-success": (0, 3), "dane-failure": (1, 0)}
    assert [one["name"] for one in document["destinations"]] == ["ietf.org"], "notietf.org was not asked for"
    assert "someone" not in done.stdout


def test_what_an_appliance_cannot_show_by_name_is_unknown_and_never_no_failure(here: Here, profile: Path) -> None:
    done = search(here, profile, "esa", "ietf.org")
    said = " ".join(done.stdout.split())
    assert done.returncode == 3
    assert "2 messages of which these lines do not say what became of them: unknown" in said
    assert "failures and fallbacks stand on lines that do not name it: unknown, not none" in said
    (row,) = json.loads(search(here, profile, "esa", "ietf.org", "--json").stdout)["searches"]
    assert (row["node"], row["log"], row["lines"], row["unfinished"]) == ("esa", "mail_logs", 4, 2)


def test_a_consolidated_log_says_how_mail_went_on_the_lines_that_name_it(
    here: Here, profile: Path, nodes: NodesHandle
) -> None:
    line = (
        "<134>Nov 25 09:00:00 esa CEF:0|Cisco|x|15|y|z|5|ESAMID={mid} duser=someone@{to} "
        "ESADaneStatus={how} ESADaneHost={to}\n"
    )
    told = (("ietf.org", "success"), ("ietf.org", "failure"), ("ietf.org", "success"), ("notietf.org", "success"))
    nodes.log("esa", {"all_logs": "".join(line.format(mid=n, to=to, how=how) for n, (to, how) in enumerate(told))})
    done = search(here, profile, "esa", "ietf.org", "--log", "all_logs", "--json")
    document = json.loads(done.stdout)
    assert kinds(document, "ietf.org") == {"dane-success": (2, 0), "dane-failure": (1, 0)}
    assert [one["name"] for one in document["destinations"]] == ["ietf.org"]
    assert (document["incomplete"], "someone" in done.stdout) == ([], False)


def test_nothing_found_and_a_node_that_fails_are_not_clean(here: Here, profile: Path, nodes: NodesHandle) -> None:
    none = search(here, profile, "pfx", "absent.example")
    assert none.returncode == 3
    assert "no line of /var/log/mail.log tells of its mail" in " ".join(none.stdout.split())
    nodes.fault("exm", "reset")
    try:
        done = search(here, profile, "pfx,exm", "ietf.org")
    finally:
        nodes.fault("exm", "none")
    said = " ".join(done.stdout.split())
    assert done.returncode == 3
    assert "ietf.org" in said
    assert "exm, ietf.org: " in said
    assert "Traceback" not in done.stderr


def test_what_was_found_is_remembered_by_node_and_destination(here: Here, profile: Path, tmp_path: Path) -> None:
    for _ in range(2):
        search(here, profile, "pfx,exm", "ietf.org,absent.example", "--remember")
    (kept,) = [one for one in (tmp_path / "state").rglob("*") if one.is_file() and not one.suffix.endswith("lock")]
    logs = state_of(kept).logs
    assert set(logs) == {"pfx /var/log/mail.log ietf.org", "exm /var/log/exim4/mainlog ietf.org"}
    assert [one.failures for read in logs.values() for one in read.proofs] == [0, 1]
    assert all(read.complete for read in logs.values())
    search(here, profile, "esa", "ietf.org", "--remember")
    whole = {name.partition(" ")[0]: read.complete for name, read in state_of(kept).logs.items()}
    assert whole == {"pfx": True, "exm": True, "esa": False}


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--domain", "ietf.org"), "it needs --profile and --node"),
        (("--domain", "ietf.org", "x.log"), "reads no FILE"),
        (("--domain", "a;b", "--node", "pfx"), "--domain: a;b"),
        (("--log", "mail_logs"), "name destinations with --domain"),
        ((), "name a FILE"),
        (("--domain", "ietf.org", "--node", "nobody", "--profile"), "there is no node nobody"),
    ],
)
def test_what_cannot_be_asked_is_said_at_once(here: Here, profile: Path, arguments: tuple[str, ...], why: str) -> None:
    more = (str(profile),) if arguments[-1:] == ("--profile",) else ()
    done = here("logs", *arguments, *more)
    assert (done.returncode, done.stdout) == (2, "")
    assert why in done.stderr


@pytest.mark.parametrize(("given", "hour"), [("", 7), ("UTC", 10)])
def test_times_are_read_in_the_zone_of_the_node_unless_another_is_named(
    profile: Path, given: str, hour: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = NodeClock(timezone(timedelta(hours=3)), 90.0)

    async def searched(node, _dialer, domains, begin, **_options):
        begin(domains[0], clock)(PFX.encode())
        return (Searched(node.name, domains[0], "/var/log/mail.log", clock),)

    monkeypatch.setattr(logs_search, "search_logs", searched)
    asked = LogsAsked((), str(profile), "pfx", zone=given, as_json=True)
    write_searched(asked, SearchAsked("ietf.org"))
    document = json.loads(capsys.readouterr().out)
    (seen,) = document["destinations"]
    assert datetime.fromisoformat(seen["first"]).astimezone(UTC).hour == hour
    write_searched(replace(asked, as_json=False), SearchAsked("ietf.org"))
    assert "its clock is 90 s ahead of ours" in " ".join(capsys.readouterr().out.split())
