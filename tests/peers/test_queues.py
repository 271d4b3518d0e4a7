"""Real queues over real OpenSSH: what Postfix and Exim hold is counted as their own programs count it."""

import gzip
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gateways import Gateway, running_gateway
from internet.postfix import Postfix
from internet.world import EXIM

from fleet.maillog import LogReader, Tally
from fleet.maillog.context import Context

HERE = Path(__file__).parent
DEFERRING = "default_transport = smtp\nrelay_domains =\ndefer_transports = smtp\n"
SERVICES = "smtp unix - - n - - smtp\nshowq unix n - n - - showq\n"
MAIL = (
    ("one@good.dlab", "two@good.dlab", "three@other.dlab"),
    ("four@good.dlab",),
    ("five@Third.dlab", "six@other.dlab"),
)
EXPECTED = {"good.dlab": 3, "other.dlab": 2, "third.dlab": 1}


@pytest.fixture(scope="module")
def postfix(machine: None) -> Iterator[Gateway]:
    """A gateway whose Postfix has put off all of ``MAIL``."""
    with running_gateway("fleet-pfq", "127.0.0.1") as gateway:
        instance = Postfix(gateway.namespace, gateway.folder / "mail", "gw", DEFERRING, SERVICES)
        instance.start()
        for name in ("main.cf", "master.cf"):  # what the account's own postqueue reads
            shutil.copy(instance.conf / name, Path("/etc/netns") / gateway.namespace.name / "postfix" / name)
        for recipients in MAIL:
            command = ["sendmail", "-C", str(instance.conf), "-f", "boss@example.com", *recipients]
            gateway.namespace.run(command, text="Subject: x\n\nx\n")
        until = time.monotonic() + 30
        while sum(counted_by_qshape(gateway, instance).values()) < 6 and time.monotonic() < until:
            time.sleep(0.5)
        yield gateway


def counted_by_qshape(gateway: Gateway, instance: Postfix) -> Counter[str]:
    """Recipients by domain in every queue, as qshape(1) counts them."""
    table = gateway.namespace.run(["qshape", "-c", str(instance.conf), "-m", "0", "incoming", "active", "deferred"])
    return read_qshape(table)


def read_qshape(table: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for line in table.splitlines()[1:]:
        name, total, *_rest = line.split()
        if name != "TOTAL":
            found[name.lower()] += int(total)
    return found


@pytest.fixture(scope="module")
def exim(machine: None) -> Iterator[Gateway]:
    if not EXIM:
        pytest.skip("FLEET_EXIM does not name a folder with Exim's packages unpacked by dpkg -x")
    with running_gateway("fleet-exq", "10.9.9.9", with_exim=True) as gateway:
        conf = gateway.folder / "exim.conf"
        text = conf.read_text()
        more = f"queue_only = true\nqueue_list_requires_admin = false\nlog_file_path = {gateway.folder}/spool/log/%s"
        conf.write_text(text.replace("never_users =", f"never_users =\n{more}"))
        yield gateway


def look(gateway: Gateway, platform: str) -> dict[str, Any]:
    command = [sys.executable, str(HERE / "queue_here.py"), platform, str(gateway.key), gateway.pins[0]]
    answer: dict[str, Any] = json.loads(gateway.namespace.run(command))
    return answer


def test_a_postfix_queue_is_counted_as_qshape_and_mailq_count_it(postfix: Gateway) -> None:
    seen = look(postfix, "postfix")
    assert seen["kind"] == "Queue", seen
    counts = {one["domain"]: one["recipients"] for one in seen["waiting"]}
    assert counts == EXPECTED
    listed = postfix.namespace.run(["qshape", "-c", str(postfix.folder / "mail" / "conf"), "-m", "0", "deferred"])
    assert read_qshape(listed) == counts
    mailq = postfix.namespace.run(["mailq", "-C", str(postfix.folder / "mail" / "conf")])
    assert Counter(one.lower() for one in re.findall(r"^ {20,}\S+@(\S+)$", mailq, re.MULTILINE)) == counts
    assert seen["complete"] is True
    assert "@" not in json.dumps(seen)
    assert all(one["oldest"] for one in seen["waiting"])


def test_an_exim_queue_is_counted_as_exim_counts_it(exim: Gateway) -> None:
    folder = exim.folder
    for recipients in MAIL:
        run_exim(exim, ["-f", "boss@example.com", *recipients], "Subject: x\n\nx\n")
    subprocess.run(["chmod", "-R", "a+rX", str(folder / "spool")], check=True)
    seen = look(exim, "exim")
    assert seen["kind"] == "Queue", seen
    counts = {one["domain"]: one["recipients"] for one in seen["waiting"]}
    assert counts == EXPECTED
    assert int(run_exim(exim, ["-bpc"])) == len(MAIL)
    assert "@" not in json.dumps(seen)


def run_exim(gateway: Gateway, arguments: list[str], text: str = "") -> str:
    """The gateway's own exim as root."""
    folder = gateway.folder
    command = [str(folder / "exim4"), "-C", str(folder / "exim.conf"), *arguments]
    return gateway.namespace.run(command, text=text, LD_LIBRARY_PATH=str(folder / "lib"))


@pytest.mark.parametrize("rotation", [".1.gz", "-20261124.gz"])
def test_a_real_log_is_searched_with_the_real_grep_and_says_what_reading_all_of_it_says(
    postfix: Gateway, rotation: str
) -> None:
    real = HERE.parent / "maillog" / "postfix.log"
    name = "agility.dlab"
    with tempfile.NamedTemporaryFile(prefix="fleet-peer-", suffix=".log", dir="/var/log", delete=False) as made:
        path = Path(made.name)
    lines = real.read_bytes().splitlines(keepends=True)
    half = len(lines) // 2
    files = {
        Path(f"{path}{rotation}"): gzip.compress(b"".join(lines[:half])),
        path: b"\xff\n" + b"".join(lines[half:]),
    }
    try:
        for file, content in files.items():
            file.write_bytes(content)
            file.chmod(0o644)
        found = search(postfix, path, 1, name)
        path.chmod(0o600)
        shut = search(postfix, path, 0, name)
    finally:
        for file in files:
            file.unlink(missing_ok=True)
    assert found["failure"] is None, found
    assert numbers(found["text"].splitlines(), name) == numbers(real.read_text().splitlines(), name)
    assert abs(found["clock"]["ahead"]) < 30
    assert "may not read" in shut["failure"]["sentence"]
    assert shut["text"] == ""


def search(gateway: Gateway, path: Path, older: int, name: str) -> dict[str, Any]:
    arguments = ["postfix", str(gateway.key), gateway.pins[0], str(path), str(older), name]
    answer: dict[str, Any] = json.loads(gateway.namespace.run([sys.executable, str(HERE / "logs_here.py"), *arguments]))
    return answer


def numbers(lines: list[str], name: str) -> dict[str, int]:
    """What lines prove of the destination: kinds and how often."""
    tally = Tally()
    tally.add(LogReader(Context(does_dane=lambda _node, _domain, _at: True)).read(lines))
    assert tally.destinations[name].proven
    return dict(tally.destinations[name].proven)
