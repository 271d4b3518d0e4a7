"""``fleet logs`` as people and scripts meet it."""

import gzip
import io
import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest

from fleet.errors import UsageError
from fleet.faces.cli.log_lines import LONGEST, Splitter, growing
from fleet.faces.export.logs_json import LogsDocument
from fleet.faces.export.schema import document_schema

LOGS = Path(__file__).parents[1] / "maillog"
POSTFIX = LOGS / "postfix.log"
INFO = "Nov 24 14:22:57 dlv1 mail_logs: Info: DCID 1 TLS success protocol TLSv1.2 cipher C for {}\n"
NOW = datetime.now(UTC).isoformat(timespec="seconds")
PROFILE = """
[fleet]
name = "one"
platform = "asyncos"
version = "{version}"
[fleet.destination_controls.default]
tls = "preferred"
dane = "none"
[fleet.destination_controls."good.example"]
dane = "opportunistic"
[tiers.delivery]
delivers_to = ["internet"]
[tiers.delivery.smtp_routes]
[nodes."dlv1.example.com"]
tier = "delivery"
addresses = ["192.0.2.1"]
"""


def document(done) -> dict:
    found = json.loads(done.stdout)
    jsonschema.validate(found, document_schema(LogsDocument))
    assert found["format"] == "fleet-logs/1"
    assert found["exit_code"] == done.returncode
    return found


def kinds(done, domain: str) -> dict[str, tuple[int, int]]:
    seen = {one["name"]: one for one in document(done)["destinations"]}[domain]
    return {one["kind"]: (one["proven"], one["weak"]) for one in seen["kinds"]}


def test_a_real_log_by_destination(here) -> None:
    done = here("logs", str(POSTFIX))
    assert done.returncode == 1
    assert "agility.dlab" in done.stdout
    assert "not delivered, DANE failed" in done.stdout
    assert "someone" not in done.stdout
    assert kinds(here("logs", "--json", str(POSTFIX)), "bogusdenial.dlab") == {"dane-failure": (4, 0)}


def test_plain_compressed_and_standard_input_say_the_same(here, tmp_path: Path) -> None:
    packed = tmp_path / "mail.log.1"  # told by its octets, not its name
    packed.write_bytes(gzip.compress(POSTFIX.read_bytes()))
    said = [
        document(here("logs", "--json", str(POSTFIX))),
        document(here("logs", "--json", str(packed))),
        document(here("logs", "--json", "-", stdin=POSTFIX.read_text())),
    ]
    assert said[0] | {"files": []} == said[1] | {"files": []} == said[2] | {"files": []}


@pytest.mark.parametrize(
    ("version", "more", "expected"),
    [
        ("15.0.0-104", (), {"dane-success": (1, 0)}),
        ("11.1.2-023", (), {"dane-success": (0, 1)}),
        ("15.0.0-104", ("--since", NOW), {"dane-success": (0, 1)}),
    ],
    ids=["effective", "too old for DANE", "before the profile held"],
)
def test_a_profile_tells_who_did_dane(here, tmp_path: Path, version: str, more: tuple[str, ...], expected) -> None:
    profile, log = tmp_path / "fleet.toml", tmp_path / "log"
    profile.write_text(PROFILE.format(version=version))
    log.write_text(INFO.format("good.example") + INFO.format("other.example"))
    done = here("logs", "--json", "--profile", str(profile), *more, str(log))
    assert kinds(done, "good.example") == expected
    assert kinds(done, "other.example") == {"dane-success": (0, 1)}
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("text", "code", "why"),
    [
        (INFO.format("good.example"), 0, ""),
        ("nothing that a mail system writes\n", 3, "no line has a format that is known"),
        ("", 3, "no line has a format that is known"),
        (INFO.format("good.example") + INFO.format("not a domain"), 3, "could not be read"),
        (INFO.format("good.example") + "x" * (LONGEST + 1) + "\n", 3, "too long"),
        ("Nov 24 14:22:57 dlv1 mail_logs: Info: DCID 1 close\n", 3, "no line says what became of mail"),
    ],
)
def test_exit_codes(here, tmp_path: Path, text: str, code: int, why: str) -> None:
    log = tmp_path / "log"
    log.write_text(text)
    done = here("logs", str(log))
    assert done.returncode == code, done.stdout
    assert why in done.stdout


def test_a_damaged_archive_is_read_as_far_as_it_goes(here, tmp_path: Path) -> None:
    log = tmp_path / "log.gz"
    lines = "".join(INFO.format(f"d{number}.example") for number in range(20_000))
    log.write_bytes(gzip.compress(lines.encode())[:-2000])
    done = here("logs", "--json", str(log))
    found = document(done)
    assert done.returncode == 3
    assert "breaks off" in found["incomplete"][0]
    assert 100 < len(found["destinations"]) < 20_000


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("/nonexistent/log",), "no such file"),
        (("/",), "it is a folder: name a file in it"),
        (("-", "-"), "can be read once"),
        (("--follow", "-"), "--follow needs a file"),
        (("--follow", str(POSTFIX), str(POSTFIX)), "--follow takes one FILE"),
        (("--zone", "Nowhere/City", str(POSTFIX)), "no such time zone"),
        (("--since", "2026-01-01", str(POSTFIX)), "it needs --profile"),
        (("--since", "2999-01-01", "--profile", "-", str(POSTFIX)), "--since 2999-01-01: this is yet to come"),
        (("--since", "noon", "--profile", "-", str(POSTFIX)), "--since noon: write a time such as"),
    ],
)
def test_what_cannot_be_used_is_said_before_anything_is_read(here, arguments: tuple[str, ...], why: str) -> None:
    done = here("logs", *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("fleet: ")
    assert why in done.stderr


def test_hostile_lines_reach_no_terminal(here, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(
        b"\x1b]52;c;AAAA\x07\xff\xfe\n"
        b"Nov 24 14:22:57 \x1b[31m mail_logs: Info: DCID 1 TLS success protocol a cipher b for x\x1b.example\n"
        + INFO.format("good.example").encode()
    )
    done = here("logs", str(log))
    assert "\x1b" not in done.stdout + done.stderr
    assert "good.example" in done.stdout


def test_lines_come_out_whole_however_the_octets_come() -> None:
    text = "eins\nzwei ü\n\ndrei".encode()
    for size in range(1, len(text) + 1):
        splitter, lines = Splitter(), []
        for start in range(0, len(text), size):
            lines += splitter.feed(text[start : start + size])
        assert [*lines, *splitter.end()] == ["eins", "zwei ü", "", "drei"]


def test_a_line_without_end_takes_no_memory() -> None:
    splitter = Splitter()
    lines = splitter.feed(b"x" * (LONGEST + 1))
    for _ in range(100):
        lines += splitter.feed(b"x" * 100_000)
    lines += splitter.feed(b"x\nnext\n")
    assert [len(line) for line in lines] == [LONGEST, 4]
    assert splitter.overlong == 1


def test_following_survives_rotation_and_truncation(tmp_path: Path) -> None:
    log, told, steps = tmp_path / "log", [], iter(range(100))
    log.write_bytes(b"one\n")

    def wait(seconds: float) -> None:
        step = next(steps)
        if step == 0:
            with log.open("ab") as file:
                file.write(b"two\n")
        elif step == 1:
            os.rename(log, tmp_path / "log.1")
        elif step == 2:
            with (tmp_path / "log.1").open("ab") as file:
                file.write(b"cut")
            log.write_bytes(b"three is longer\n")
        elif step == 3:
            log.write_bytes(b"four\n")
        else:
            raise KeyboardInterrupt

    got = io.BytesIO()
    with pytest.raises(KeyboardInterrupt):
        got.writelines(growing(str(log), told.append, wait))
    assert got.getvalue() == b"one\ntwo\ncut\nthree is longer\nfour\n"
    assert ["replaced" in text or "shorter" in text for text in told] == [True, True]


def test_a_file_that_is_gone_before_it_is_opened() -> None:
    with pytest.raises(UsageError):
        next(growing("/nonexistent/log", lambda text: None))


def test_following_says_each_proof_and_ends_with_the_sum(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(INFO.format("good.example"))
    program = [sys.executable, "-c", "from fleet.faces.cli import main; main()", "logs", "--follow", str(log)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert "good.example" in running.stdout.readline()
        with log.open("a") as file:
            file.write(INFO.format("second.example"))
        assert "second.example" in running.stdout.readline()
        time.sleep(0.1)
        running.send_signal(signal.SIGINT)
        rest, errors = running.communicate(timeout=30)
    assert "2 lines: 2 of a known format" in rest
    assert "Traceback" not in errors
    assert running.returncode == 130
