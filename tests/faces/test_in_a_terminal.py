"""``fleet watch`` and ``fleet demo`` driven in a real terminal, as an operator does, against the lab."""

import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from terminal import TMUX, Terminal, alive, children

from fleet.faces.live.demo import DemoFleet, demo_fleet

LACKING = "" if TMUX and Path("/proc/self/task").exists() else "needs tmux and /proc: apt-get install tmux"
FLEET = f"{sys.executable} -m fleet"
Open = Callable[..., Terminal]


@pytest.fixture(scope="module")
def demo() -> Iterator[DemoFleet]:
    with demo_fleet() as running:
        yield running


@pytest.fixture(scope="module", autouse=True)
def tmux() -> None:
    if LACKING and os.environ.get("FLEET_PEERS") == "required":
        pytest.fail(LACKING)
    if LACKING:
        pytest.skip(LACKING)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Open]:
    opened: list[Terminal] = []

    def start(command: str, size: tuple[int, int] = (140, 45)) -> Terminal:
        environment = {"XDG_STATE_HOME": str(tmp_path / "state"), "HOME": str(tmp_path), "TERM": "xterm-256color"}
        made = Terminal(tmp_path, f"sh -c 'cd {tmp_path} && {command}'", environment, size)
        opened.append(made)
        return made

    yield start
    for one in opened:
        one.close()


class DeadEnds:
    """Sockets on loopback that nobody serves: a session begins and stays silent, or never begins."""

    def __init__(self) -> None:
        self.silent = [_listening("127.0.0.1", 9) for _ in range(50)]
        self.full = [_listening("127.0.0.2", 0) for _ in range(50)]
        self._callers = [_calling(one) for one in self.full for _ in range(3)]
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", 0))
        self.dns: int = self._udp.getsockname()[1]

    def node(self, kind: str, number: int) -> str:
        """A node of the profile that ends there."""
        host, port = {
            "refuses": (f"127.0.9.{number + 1}", 9),
            "nameless": (f"n{number}.invalid", 22),
            "silent": self.silent[number].getsockname(),
            "full": self.full[number].getsockname(),
        }[kind]
        return f'[nodes.{kind}{number}]\ntier = "edge"\nssh.host = "{host}"\nssh.port = {port}\n'

    def close(self) -> None:
        """Let go of all of them."""
        for one in (*self.silent, *self.full, *self._callers, self._udp):
            one.close()


def _listening(address: str, backlog: int) -> socket.socket:
    made = socket.socket()
    made.bind((address, 0))
    made.listen(backlog)
    return made


def _calling(listener: socket.socket) -> socket.socket:
    made = socket.socket()
    made.setblocking(False)
    made.connect_ex(listener.getsockname())
    return made


@pytest.fixture
def dead_ends() -> Iterator[DeadEnds]:
    made = DeadEnds()
    yield made
    made.close()


def watch(demo: DemoFleet) -> str:
    reach = demo.reach
    return f"{FLEET} watch {demo.profile} --network {reach.network} --trust-anchor {reach.anchors[0]}"


def test_start_filter_check_one_watch_it_turn_suppose_export_and_quit(
    terminal: Open, demo: DemoFleet, tmp_path: Path
) -> None:
    pane = terminal(watch(demo))
    pane.see("(live)")
    pane.keys("2")
    pane.see("wrong-key.lab")
    pane.see("✓ DANE")

    pane.keys("/")
    pane.see("\n /")
    pane.write("good")
    pane.see(" /good")
    pane.press("Enter", until_gone=" /good")
    screen = pane.see("1 of 10 shown")
    assert "wrong-key.lab" not in screen

    address = demo.lab.destination("good.lab").addresses["mail.good.lab"][0]
    demo.lab.fault(fault="smtp", address=address, kind="reset")
    try:
        pane.keys("c")
        pane.see("not tested")
    finally:
        demo.lab.fault(fault="clear")
    pane.keys("c")
    pane.see("CERT ✓")

    pane.keys("w")
    pane.see(":what-if")
    pane.write("tiers.delivery.destination_controls.default.dane=mandatory")
    pane.keys("Enter")
    pane.see("Mail that moves")
    pane.press("Escape", until_gone="Mail that moves")

    pane.keys("e")
    pane.see(":export")
    pane.write("json")
    pane.see(":export json")
    pane.keys("Enter")
    pane.see("Wrote 1 rows")
    assert "good.lab" in (tmp_path / "fleet-destinations.json").read_text()

    below = children(pane.pid)
    pane.keys("C-q")
    pane.see("ENDED 0", 10)
    _gone(below)


def test_a_second_look_knows_what_the_first_saw_and_shows_it_at_once(terminal: Open, demo: DemoFleet) -> None:
    pane = terminal(f"{watch(demo)}; sleep 0.2; {watch(demo)} --follow")
    pane.see("(live)")
    pane.keys("2")
    pane.see("✓ DANE")
    pane.keys("C-q")
    pane.see("(follower)")
    pane.keys("2")
    pane.see("wrong-key.lab")
    pane.keys("c")
    pane.see("only follows what another monitor")
    pane.keys("C-q")
    pane.see("ENDED 0", 10)


@pytest.mark.parametrize("way", ["the terminal is closed", "SIGTERM", "SIGHUP", "SIGKILL"])
def test_however_it_ends_nothing_is_left_running(terminal: Open, way: str) -> None:
    pane = terminal(f"{FLEET} demo")
    pane.see("A short tour")
    pane.press("Escape", until_gone="A short tour")
    pane.see("dlv2")
    below = children(pane.pid)
    assert len(below) >= 3, "the program, the lab and its nodes"
    program = next(pid for pid in below if b"demo" in Path(f"/proc/{pid}/cmdline").read_bytes() and _is_python(pid))
    match way:
        case "the terminal is closed":
            pane.close()
        case _:
            os.kill(program, signal.Signals[way])
    _gone(below if way == "the terminal is closed" else [pid for pid in below if _is_python(pid)])


def test_a_monitor_that_was_killed_at_any_moment_is_continued_by_the_next(terminal: Open, demo: DemoFleet) -> None:
    pane = terminal("; ".join([watch(demo)] * 4))
    for seconds in (0.3, 1.1, 2.7):
        pane.see("(live)")
        time.sleep(seconds)
        program = next(pid for pid in children(pane.pid) if _is_python(pid))
        os.kill(program, signal.SIGKILL)
        time.sleep(0.5)
    pane.see("(live)")
    pane.keys("2")
    screen = pane.see("✓ DANE")
    assert "set aside" not in screen
    assert "nothing is written" not in screen
    pane.keys("C-q")


def test_with_everything_dead_it_starts_says_so_and_quits_within_a_second(
    terminal: Open, tmp_path: Path, dead_ends: DeadEnds
) -> None:
    """200 nodes that refuse, have no name, or let whoever connects wait for ever; resolvers no better."""
    profile = tmp_path / "dead.toml"
    kinds = ("refuses", "nameless", "silent", "full")
    nodes = "".join(dead_ends.node(kind, number) for number in range(50) for kind in kinds)
    destinations = "".join(f'[destinations."d{number}.example"]\n' for number in range(200))
    profile.write_text(
        '[tiers.edge]\ndelivers_to = ["internet"]\nplatform = "postfix"\n'
        f'resolvers = [{{ address = "127.0.0.1", port = 9 }}, {{ address = "127.0.0.1", port = {dead_ends.dns} }}]\n'
        f'ssh.user = "x"\nssh.agent = false\nssh.password = "env:NONE"\n{nodes}{destinations}'
    )
    pane = terminal(f"NONE=x exec {FLEET} watch {profile}")
    pane.see("(live)")
    pane.see("refused")
    screen = pane.see("name unknown")
    assert " running" in screen, "polls wait for who never answers"
    below = children(pane.pid)
    began = time.monotonic()
    pane.keys("C-q")
    pane.see("ENDED 0", 10)
    assert time.monotonic() - began < 2  # 0.5 to 0.8 s were seen beside other work
    _gone(below)


def test_no_terminal_is_said_and_nothing_starts(fleet: Callable[..., object], demo: DemoFleet) -> None:
    done = fleet("watch", str(demo.profile))
    assert done.returncode == 2  # type: ignore[attr-defined]
    assert "is for a terminal" in done.stderr  # type: ignore[attr-defined]


def _is_python(pid: int) -> bool:
    try:
        return b"python" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0]
    except OSError:
        return False


def _gone(pids: list[int]) -> None:
    end = time.monotonic() + 15
    while time.monotonic() < end and any(alive(pid) for pid in pids):
        time.sleep(0.1)
    assert [pid for pid in pids if alive(pid)] == []
