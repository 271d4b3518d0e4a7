"""``fleet alerts``: what it shows of a monitor that ran, and test messages to a server on loopback."""

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from fleet.alerts import Alert, Memory, Phase, Reading, Standing, memory_path, save_memory
from fleet.alerts.courier import TargetState
from fleet.alerts.memory import Remembered
from fleet.model.alerts import AlertTarget, Condition

Fleet = Callable[..., CompletedProcess[str]]
AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
PROFILE = """
[fleet]
name = "example.com"
[tiers.edge]
delivers_to = ["internet"]
[nodes.gw1]
tier = "edge"
addresses = ["192.0.2.1"]
[alerts]
repeat = "4h"
[alerts.conditions.dane-lost]
off = true
[[alerts.targets]]
name = "ops"
secret_url = "env:FLEET_TEST_OPS"
[[alerts.targets]]
name = "night"
secret_url = "env:FLEET_TEST_NIGHT"
conditions = ["node-silent"]
[[alerts.maintenance]]
from = 2020-01-01T00:00:00Z
until = 2020-01-02T00:00:00Z
reason = "upgrade"
nodes = ["gw1"]
"""


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "fleet.toml"
    path.write_text(PROFILE)
    return path


@pytest.fixture
def hook() -> Iterator[tuple[int, list[dict[str, str]]]]:
    taken: list[dict[str, str]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port, taken
    server.shutdown()


def test_without_a_monitor_nothing_is_known(fleet: Fleet, profile: Path, tmp_path: Path) -> None:
    done = fleet("alerts", str(profile), "--history", str(tmp_path / "h.sqlite"), FLEET_TEST_OPS="json://secret-host/")
    assert done.returncode == 3
    assert "no monitor of this profile has run: nothing is known" in done.stdout
    assert "  dane-lost            off" in done.stdout
    assert "  mail-stopped         told after 2 looks, taken back after 2 looks" in done.stdout
    assert "told again every 4h" in done.stdout
    assert "  ops: URL in env:FLEET_TEST_OPS, which is set (not shown); told of everything" in done.stdout
    assert "  night: URL in env:FLEET_TEST_NIGHT, which is NOT SET here; told of node-silent" in done.stdout
    assert "maintenance (over) 2020-01-01 00:00 UTC to 2020-01-02 00:00 UTC: gw1: upgrade" in done.stdout
    assert "secret-host" not in done.stdout + done.stderr


def test_what_the_monitor_told_and_how_targets_fare_is_shown_safely(
    fleet: Fleet, profile: Path, tmp_path: Path
) -> None:
    history = tmp_path / "h.sqlite"
    reading = Reading(Condition.NODE_SILENT, "node gw1", Standing.BAD, "node gw1 does not answer (\x1b[2J)")
    alert = Alert(reading, AT, AT, Phase.FIRING)
    fares = TargetState(AlertTarget("ops", "env:X"), delivered=2, failed=3, trouble="refused \x1b]52;c;x\a")
    save_memory(memory_path(history), Memory((Remembered(alert, AT),), (fares,)))
    done = fleet("alerts", str(profile), "--history", str(history))
    assert done.returncode == 1
    assert "FIRING since 2026-11-25 12:00 UTC, told 2026-11-25 12:00 UTC" in done.stdout
    assert "delivered 2; failed 3; given up 0" in done.stdout
    assert "last try failed: refused" in done.stdout
    assert "\x1b" not in done.stdout


def test_a_test_message_says_what_was_delivered(
    fleet: Fleet, profile: Path, hook: tuple[int, list[dict[str, str]]]
) -> None:
    pytest.importorskip("apprise")
    port, taken = hook
    done = fleet("alerts", str(profile), "--test", FLEET_TEST_OPS=f"json://u:hunter2@127.0.0.1:{port}/")
    assert done.returncode == 1
    assert "ops: delivered" in done.stdout
    assert "night: NOT DELIVERED: the environment variable FLEET_TEST_NIGHT is not set" in done.stdout
    assert taken[0]["title"] == "fleet example.com: test"
    assert "hunter2" not in done.stdout + done.stderr
    done = fleet("alerts", str(profile), "--test", "--target", "ops", FLEET_TEST_OPS=f"json://127.0.0.1:{port}/")
    assert (done.returncode, done.stdout) == (0, "ops: delivered\n")


@pytest.mark.parametrize(
    ("edit", "arguments", "sentence"),
    [
        (("name = ", "name = "), ["--target", "nobody"], "nobody is no target of this profile; it declares ops, night"),
        (("[[alerts.targets]]", "[[x]]"), [], "is not known"),
        (("env:FLEET_TEST_OPS", "slack://hunter2/hunter3/hunter4"), [], "is a secret, and it stands in the profile"),
    ],
)
def test_what_cannot_be_used_is_said_without_a_secret(
    fleet: Fleet, profile: Path, edit: tuple[str, str], arguments: list[str], sentence: str
) -> None:
    profile.write_text(PROFILE.replace(*edit))
    done = fleet("alerts", str(profile), "--test", *arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "hunter" not in done.stdout + done.stderr
