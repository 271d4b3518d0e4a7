"""``fleet serve`` as a process: what it offers, how it ends, and that nothing of it is left."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from fleet.faces.cli import serve_run
from fleet.faces.cli.watch_run import WatchAsked
from fleet.faces.live import service
from fleet.faces.live.demo import DemoFleet, demo_fleet
from fleet.history import Lease, take_lease

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")


@pytest.fixture(scope="module")
def demo() -> Iterator[DemoFleet]:
    with demo_fleet() as running:
        yield running


class Served:
    """A process that serves the demo fleet."""

    def __init__(self, demo: DemoFleet, folder: Path, *options: str, stdout: int | None = None) -> None:
        self.errors = folder / "stderr"
        reach = demo.reach
        command = [sys.executable, "-m", "fleet", "serve", str(demo.profile), "--listen", "127.0.0.1:0"]
        command += ["--network", str(reach.network), "--trust-anchor", str(reach.anchors[0])]
        command += ["--history", str(folder / "history.sqlite"), *options]
        self.process = subprocess.Popen(
            command,
            stdout=(folder / "stdout").open("wb") if stdout is None else stdout,
            stderr=self.errors.open("wb"),
            env={**os.environ, "HOME": str(folder), "XDG_STATE_HOME": str(folder / "state")},
        )

    def address(self) -> str:
        end = time.monotonic() + 20
        while time.monotonic() < end:
            for line in self.errors.read_text().splitlines():
                if "metrics at " in line:
                    return line.partition("metrics at ")[2]
            time.sleep(0.05)
        raise AssertionError(self.errors.read_text())

    def metrics(self) -> dict[str, list[tuple[dict[str, str], float]]]:
        with urllib.request.urlopen(self.address(), timeout=10) as answer:
            text = answer.read().decode()
        found: dict[str, list[tuple[dict[str, str], float]]] = {}
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                found.setdefault(sample.name, []).append((dict(sample.labels), sample.value))
        return found

    def until_looked_at(self) -> dict[str, list[tuple[dict[str, str], float]]]:
        end = time.monotonic() + 40
        while time.monotonic() < end:
            found = self.metrics()
            ups = [number for name in ("fleet_node_up", "fleet_destination_up") for _, number in found[name]]
            if all(ups) and found["fleet_findings_judged"][0][1]:
                return found
            time.sleep(0.3)
        raise AssertionError("not everything was looked at")

    def until_said(self, sentence: str) -> None:
        end = time.monotonic() + 20
        while sentence not in self.errors.read_text():
            assert time.monotonic() < end, self.errors.read_text()
            time.sleep(0.05)

    def end(self, number: int) -> float:
        began = time.monotonic()
        self.process.send_signal(number)
        assert self.process.wait(10) == 0, self.errors.read_text()
        return time.monotonic() - began


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_polls_checks_exports_and_ends_within_a_second_leaving_nothing(
    demo: DemoFleet, tmp_path: Path, number: int
) -> None:
    text = tmp_path / "out" / "fleet.prom"
    text.parent.mkdir()
    served = Served(demo, tmp_path, "--textfile", str(text), "--jsonl")
    try:
        found = served.until_looked_at()
        assert {labels["node"] for labels, _ in found["fleet_node_up"]} == {"scan1", "scan2", "dlv1", "dlv2", "edge1"}
        assert "held" in {labels["outcome"] for labels, _ in found["fleet_destination_outcome"]}
        assert "fleet_node_up" in text.read_text()
        assert served.end(number) < 1.5
    finally:
        served.process.kill()
    assert list(text.parent.iterdir()) == []
    names = {path.name for path in tmp_path.iterdir()}
    assert names <= {
        "out",
        "stdout",
        "stderr",
        "history.sqlite",
        "history.sqlite.lease",
        "history.sqlite.alerts",
        "state",
    }
    lines = [json.loads(line) for line in (tmp_path / "stdout").read_text().splitlines()]
    assert {line["format"] for line in lines} == {"fleet-event/1"}
    finished = [line for line in lines if line["event"] == "CheckFinished" and line["destination"] == "good.lab"]
    assert finished[0]["outcomes"]["rfc7672"]["opportunistic"] == "dane"
    assert any(line["event"] == "MonitorStopped" for line in lines)
    assert "Traceback" not in served.errors.read_text()


def test_a_reader_of_events_that_goes_ends_nothing(demo: DemoFleet, tmp_path: Path) -> None:
    served = Served(demo, tmp_path, "--jsonl", stdout=subprocess.PIPE)
    assert served.process.stdout is not None
    assert served.process.stdout.readline()
    served.process.stdout.close()
    served.until_looked_at()
    assert "whoever read the events has gone" in served.errors.read_text()
    assert served.end(signal.SIGTERM) < 1.5


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--listen", "somewhere"], "nothing to listen on"),
        (["--textfile", "/no/such/folder/x.prom"], "there is no such folder"),
    ],
)
def test_what_cannot_be_used_is_said_before_anything_starts(
    fleet: object, demo: DemoFleet, options: list[str], sentence: str
) -> None:
    done = fleet("serve", str(demo.profile), *options)  # type: ignore[operator]
    assert done.returncode == 2
    assert sentence in done.stderr


def test_a_port_that_is_taken_is_said(fleet: object, demo: DemoFleet, tmp_path: Path) -> None:
    import socket

    text = tmp_path / "fleet.prom"
    text.write_text("# of the monitor that has the port\n")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        outlets = ("--listen", listen, "--history", str(tmp_path / "h.sqlite"), "--textfile", str(text))
        done = fleet("serve", str(demo.profile), *outlets)  # type: ignore[operator]
    assert done.returncode == 2
    assert "cannot be listened on" in done.stderr
    assert text.exists()


def test_a_textfile_that_another_serve_writes_is_refused(fleet: object, demo: DemoFleet, tmp_path: Path) -> None:
    text = tmp_path / "fleet.prom"
    first = take_lease(tmp_path / ".fleet.prom")
    assert isinstance(first, Lease)
    outlets = ("--listen", "none", "--history", str(tmp_path / "h.sqlite"), "--textfile", str(text))
    done = fleet("serve", str(demo.profile), *outlets)  # type: ignore[operator]
    assert done.returncode == 2
    assert "is written by another fleet serve" in done.stderr
    first.end()
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_told_to_end_while_it_reads_the_profile_it_ends(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setattr(serve_run, "make_engine", lambda _: signal.raise_signal(number))
    before = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    try:
        with pytest.raises(SystemExit) as ended:
            serve_run.serve_fleet(serve_run.ServeAsked(WatchAsked(Path("fleet.toml")), "none"))
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
    assert ended.value.code == 0


def test_a_textfile_that_cannot_be_replaced_leaves_nothing_beside_it(tmp_path: Path) -> None:
    (tmp_path / "fleet.prom").mkdir()
    with pytest.raises(OSError, match="directory"):
        service._write(tmp_path / "fleet.prom", [])
    assert [one.name for one in tmp_path.iterdir()] == ["fleet.prom"]


def test_lines_that_nobody_reads_any_more_are_not_kept(capsys: pytest.CaptureFixture[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stream:
        lines = serve_run._Lines(stream)
        lines.put("the first one finds nobody")
        lines._thread.join(5)
        for _ in range(20_000):
            lines.put("kept for nobody")
        lines.close()
        assert lines._waiting.qsize() <= 1
    said = capsys.readouterr().err
    assert "has gone" in said
    assert "lost" not in said


def test_a_profile_that_breaks_and_a_monitor_that_is_followed_are_said(demo: DemoFleet, tmp_path: Path) -> None:
    whole = demo.profile.read_text(encoding="utf-8")
    first = Served(demo, tmp_path)
    second_folder = tmp_path / "second"
    second_folder.mkdir()
    try:
        first.address()
        second = Served(demo, second_folder, "--history", str(tmp_path / "history.sqlite"))
        try:
            second.until_said("takes over when that one ends")
            demo.profile.write_text(whole + "\n= nothing", encoding="utf-8")
            first.until_said("the profile cannot be read as it is now (fleet validate says where)")
            demo.profile.write_text(whole, encoding="utf-8")
            first.until_said("that is over: the profile cannot be read")
        finally:
            second.end(signal.SIGTERM)
    finally:
        demo.profile.write_text(whole, encoding="utf-8")
        first.end(signal.SIGTERM)
