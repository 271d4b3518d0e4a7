"""Standard streams as scripts and odd terminals give them: stdout is data, whatever stderr is and whoever has gone."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-c", "from fleet.faces.cli import main; main()"]


def in_shell(redirection: str, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """The command with its streams as ``sh`` redirects them."""
    return subprocess.run(
        ["sh", "-c", f'"$@" {redirection}', "sh", *COMMAND, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
    )


def test_results_stay_on_stdout_while_a_terminal_shows_the_progress_bar(lab_options) -> None:
    terminal, its_end = pty.openpty()
    arguments = ["check", *lab_options, "--no-smtp", "--jsonl", "good.lab", "no-tlsa.lab"]
    with subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=its_end) as process:
        os.close(its_end)
        out, _ = process.communicate(timeout=60)
    os.close(terminal)
    assert {json.loads(line)["domain"] for line in out.splitlines()} == {"good.lab", "no-tlsa.lab"}


@pytest.mark.parametrize("form", ["--jsonl", "--json"])
def test_a_reader_that_has_gone_makes_the_run_incomplete_not_mail_held(lab_options, form: str) -> None:
    arguments = ["check", *lab_options, "--no-smtp", "--require", "dns-ready", form, "good.lab", "hoster.lab"]
    with subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        told = process.stderr.read()
        assert process.wait(60) == 3
    assert told == b""


def test_output_that_cannot_be_written_is_incomplete_and_said(lab_options) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    for form in ("--jsonl", "--explain"):
        done = in_shell(">/dev/full", "check", *lab_options, form, "good.lab")
        assert done.returncode == 3
        assert done.stderr == "fleet: No space left on device: what was asked is not done\n"


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_change_neither_the_exit_code_nor_what_else_is_said(lab_options, closed: str) -> None:
    done = in_shell(closed, "check", *lab_options, "good.lab")
    assert (done.returncode, done.stderr) == (0, "")
    assert ("good.lab" in done.stdout) is (">&-" not in closed.replace("2>&-", ""))
    done = in_shell(closed, "check", *lab_options, "bad..name")
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.parametrize("form", [["xn--bcher-kva.lab"], ["xn--bcher-kva.lab", "--explain"], ["--self-test"]])
def test_a_terminal_without_unicode_gets_escapes(fleet, lab_options, lab, form: list[str]) -> None:
    references = [f"--reference={kind}={name}" for kind, names in lab.references.items() for name in names]
    more = references if "--self-test" in form else []
    done = fleet("check", *lab_options, *form, *more, PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()
    assert "+" in done.stdout


def test_every_list_of_destinations_named_is_read(fleet, lab_options, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text("\ufeff# saved by an editor that writes a byte order mark\r\ngood.lab\r\n", encoding="utf-8")
    second.write_text("hoster.lab\n")
    files = ["-f", str(first), "-f", str(second)]
    done = fleet("check", *lab_options, "--no-smtp", "--jsonl", "-", *files, stdin="no-tlsa.lab\n")
    names = {json.loads(line)["domain"] for line in done.stdout.splitlines()}
    assert names == {"good.lab", "hoster.lab", "no-tlsa.lab"}, done.stderr


def test_standard_input_that_is_no_text_is_one_sentence(tmp_path: Path) -> None:
    listed = tmp_path / "list"
    listed.write_bytes(b"good.lab\n\xff\n")
    done = in_shell(f"<{listed}", "check", "--resolver", "192.0.2.53", "-")
    assert (done.returncode, done.stderr) == (2, "fleet: standard input is not UTF-8 text (byte 9)\n")


def test_an_endless_list_is_refused() -> None:
    if not Path("/dev/zero").exists():
        pytest.skip("needs /dev/zero")
    done = in_shell("", "check", "--resolver", "192.0.2.53", "-f", "/dev/zero")
    assert done.returncode == 2
    assert "larger than 16 MiB" in done.stderr
