"""The lab is one child process: it says when it is ready, obeys orders, and never outlives whoever started it."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from fleet.errors import UsageError
from fleet.lab import LabError, spawn


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@contextlib.contextmanager
def started() -> Iterator[subprocess.Popen]:
    command = [sys.executable, "-m", "fleet.lab"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def test_it_writes_its_files_where_it_is_told_and_ends_with_the_block(tmp_path):
    with spawn(tmp_path / "new") as lab:
        files = {lab.network, lab.trust_anchor, lab.roots, lab.destination_list}
        assert set((tmp_path / "new").iterdir()) == files
        assert lab.destination_list.read_text().splitlines() == [row.name for row in lab.destinations]
        assert alive(lab.pid)
    assert not alive(lab.pid)


def test_a_lab_that_cannot_start_says_why(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LabError, match="file"), spawn(tmp_path / "file"):
        pass


def test_a_lab_that_died_is_noticed_when_it_is_given_an_order():
    with spawn() as lab:
        os.kill(lab.pid, signal.SIGTERM)
        assert lab.wait(10) == 0
        with pytest.raises(LabError):
            lab.fault(fault="clear")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_nothing_stays_on_disk_when_it_is_ended_from_outside(name):
    with spawn() as lab:
        assert lab.network.parent.exists()
        os.kill(lab.pid, getattr(signal, name))
        lab.wait(10)
        assert not lab.network.parent.exists()


def test_it_ends_with_the_block_even_when_the_block_fails():
    with pytest.raises(RuntimeError, match="oops"), spawn() as lab:
        raise RuntimeError("oops")
    assert not alive(lab.pid)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_and_its_temporary_files_go(number):
    with started() as process:
        ready = json.loads(process.stdout.readline())
        process.send_signal(number)
        assert process.wait(10) == 0
    assert not os.path.exists(ready["network"])


def test_closing_standard_input_ends_it():
    with started() as process:
        assert json.loads(process.stdout.readline())["ready"] is True
        process.stdin.close()
        assert process.wait(10) == 0


def test_the_network_file_maps_every_resolver_and_mail_host_to_loopback(lab):
    network = json.loads(lab.network.read_text())
    assert network["format"] == "fleet-network/1"
    assert {row[0] for row in network["udp"]} == set(lab.resolvers.values())
    hosts = {address for row in lab.destinations for addresses in row.addresses.values() for address in addresses}
    assert {row[0] for row in network["tcp"] if row[1] == 25} == hosts
    assert {row[2] for row in network["udp"] + network["tcp"]} == {"127.0.0.1"}


@pytest.mark.parametrize(
    "order",
    [
        {"fault": "earthquake"},
        {"fault": ["delay"]},
        {"fault": "delay", "resolver": "192.0.2.53"},
        {"fault": "drop", "resolver": "8.8.8.8"},
        {"fault": "smtp", "address": "198.51.100.1", "kind": "explode"},
    ],
)
def test_an_order_the_lab_does_not_know_is_refused_with_a_sentence(lab, order):
    with pytest.raises(UsageError):
        lab.fault(**order)
    lab.fault(fault="clear")


def test_importing_the_lab_loads_no_dns_and_no_certificate_library():
    program = "import sys, fleet.lab; print({'dns', 'cryptography', 'ssl'} & set(sys.modules))"
    assert (
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "set()\n"
    )
