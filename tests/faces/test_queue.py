"""``fleet queue``: gateways of the lab whose queues fill after a change, looked at over SSH."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from document_keys import assert_pinned
from three_gateways import NAMES, gateways, written_profile

from fleet.faces.live.last_known import state_of
from fleet.lab.nodes.handle import NodesHandle

Here = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodesHandle]:
    with gateways(tmp_path_factory.mktemp("nodes")) as running:
        yield running


@pytest.fixture
def profile(nodes: NodesHandle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in NAMES:
        nodes.queue(name, [])
    return written_profile(nodes, tmp_path / "fleet.toml")


def fill(nodes: NodesHandle, **recipients: int) -> None:
    for name, number in recipients.items():
        nodes.queue(name, [{"domain": "ietf.org", "recipients": number, "seconds": 7200}])


def test_destinations_that_begin_to_queue_after_a_change_are_found(
    here: Here, nodes: NodesHandle, profile: Path, tmp_path: Path
) -> None:
    before = here("queue", str(profile), "--hosts", "ietf.org", "pfx", "exm")
    assert (before.returncode, before.stderr) == (0, "")
    fill(nodes, esa=120, pfx=7, exm=3)
    after = here("queue", str(profile), "--json")
    document = json.loads(after.stdout)
    assert_pinned(document)
    assert after.returncode == 1
    rows = {row["node"]: row for row in document["waiting"]}
    assert {name: row["recipients"] for name, row in rows.items()} == {"esa": 120, "pfx": 7, "exm": 3}
    assert {name: row["trend"] for name, row in rows.items()} == {"esa": "unknown", "pfx": "new", "exm": "new"}
    assert {row["cause"] for row in rows.values()} == {"unknown"}
    assert "@" not in after.stdout
    state = state_of(history_file(tmp_path))
    assert set(state.queues) == set(NAMES)


def history_file(tmp_path: Path) -> Path:
    return next(path for path in (tmp_path / "state").rglob("*") if path.is_file() and not path.suffix.endswith("lock"))


def test_the_table_says_what_waits_where_for_how_long_and_why(here: Here, nodes: NodesHandle, profile: Path) -> None:
    fill(nodes, esa=120, pfx=7)
    done = here("queue", str(profile))
    (esa,) = [line for line in done.stdout.splitlines() if " esa " in line]
    assert "ietf.org" in esa
    assert "120" in esa
    assert "2 h" in esa
    assert "queued, cause unknown: it was never checked; first bounce in 69 h" in " ".join(done.stdout.split())
    assert "others not observed" in done.stdout
    assert "nothing" not in done.stdout
    assert done.returncode == 3, "what waits for two hours, nobody knows why, is not clean"


def test_an_appliance_whose_queue_is_not_shown_is_not_clean(here: Here, nodes: NodesHandle, profile: Path) -> None:
    nodes.fault("esa", "unknown-command")
    try:
        done = here("queue", str(profile), "esa")
    finally:
        nodes.fault("esa", "none")
    assert done.returncode == 3
    assert "tophosts" in done.stdout


def test_what_waits_becomes_a_list_that_rollout_reads_with_its_weights(
    here: Here, nodes: NodesHandle, profile: Path, tmp_path: Path
) -> None:
    fill(nodes, esa=120, pfx=7)
    listed = tmp_path / "waiting.txt"
    here("queue", str(profile), "--destinations-out", str(listed))
    assert "ietf.org  # recipients=127" in listed.read_text()
    done = here("rollout", str(profile), "--destinations", str(listed), "--json")
    assert done.stdout, done.stderr
    assert "127" in done.stdout
    checked = here("check", "-f", str(listed), "--help")
    assert checked.returncode == 0


def test_logs_that_are_remembered_stand_beside_the_checks(here: Here, profile: Path, tmp_path: Path) -> None:
    log = tmp_path / "mail.log"
    log.write_text(
        "Nov 25 10:00:00 pfx postfix/smtp[7]: Verified TLS connection established to mail.ietf.org[192.0.2.1]:25: "
        "TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)\n"
        "Nov 25 10:00:01 pfx postfix/smtp[7]: 327BA224252: to=<person@ietf.org>, relay=mail.ietf.org[192.0.2.1]:25, "
        "delay=0.76, delays=0.12/0.4/0.22/0.03, "
        "dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as DDDCA2242F4)\n"
    )
    listed = tmp_path / "destinations.txt"
    done = here("logs", str(log), "--profile", str(profile), "--remember", "--destinations-out", str(listed))
    assert done.stderr == ""
    assert "ietf.org  # recipients=1" in listed.read_text()
    state = state_of(history_file(tmp_path))
    (read,) = state.logs.values()
    assert [(one.domain, one.delivered) for one in read.proofs] == [("ietf.org", 1)]
    assert "person" not in repr(read)


def test_remembering_needs_to_know_where(here: Here, tmp_path: Path) -> None:
    log = tmp_path / "mail.log"
    log.write_text("")
    done = here("logs", str(log), "--remember")
    assert done.returncode == 2
