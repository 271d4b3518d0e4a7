"""``fleet validate`` as operators and scripts meet it: exit codes, streams, options, and what hides findings."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-c", "from fleet.faces.cli import main; main()"]
GOOD = """[fleet]
name = "good"
[tiers.edge]
delivers_to = ["internet"]
receives_from = ["inside"]
platform = "postfix"
[nodes.gw1]
tier = "edge"
addresses = ["192.0.2.1"]
ssh = { host_key = "SHA256:1OGBnGWTgzrtgoSvFvZmJ4bFoYYkm1rB0kYbZ6eJ5r0", user = "fleet" }
"""
DEBUG_LOG = """[tiers.edge.logs.mail_logs_d]
kind = "mail"
level = "debug"   # while we look at partner.example
files = 20        # too many
until = 2027-12-01
"""
LOSES = """[tiers.edge.destination_controls.default]
tls = "preferred"
dane = "mandatory"
"""
WARNS = GOOD.replace("postfix", "asyncos") + DEBUG_LOG
LOSES_MAIL = GOOD.replace("postfix", "asyncos") + LOSES


@pytest.fixture
def write(tmp_path: Path):
    def write(text: str | bytes, name: str = "fleet.toml") -> str:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return str(path)

    return write


def test_a_clean_profile_is_exit_0_and_says_what_was_looked_at(fleet, write) -> None:
    done = fleet("validate", write(GOOD))
    assert (done.returncode, done.stderr) == (0, "")
    assert "no findings in 1 profile" in done.stdout
    assert "rules clean" in done.stdout
    assert "1 node not observed" in done.stdout


def test_a_finding_that_loses_mail_is_exit_1(fleet, write) -> None:
    done = fleet("validate", write(LOSES_MAIL))
    assert done.returncode == 1
    assert "DEST202" in done.stdout
    assert '13 | dane = "mandatory"' in done.stdout
    assert "^^^^^^^^^^^" in done.stdout


def test_a_warning_is_exit_0_unless_warnings_are_to_fail(here, write) -> None:
    path = write(WARNS)
    assert here("validate", path).returncode == 0
    assert here("validate", path, "--fail-on", "warning").returncode == 1
    assert here("validate", write(LOSES_MAIL), "--fail-on", "loses-mail").returncode == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[",
        b"\xff\xfe[\x00",
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.encode("utf-16"),
        GOOD.encode() + b"# \xff\n",
        b"a = " + b"[" * 5_000,
        b"a = " + b"9" * 20_000,
        b"x" * 10_000_000,
        GOOD.encode() + b"plattform = 'x'\n",
        GOOD.replace("postfix", "postfixx").encode(),
        GOOD.replace('["internet"]', "7").encode(),
        b"\x00",
        b"[[[[",
        b'a = "\\ud800"',
    ],
)
def test_what_cannot_be_read_as_written_is_exit_2_with_a_place_and_without_a_traceback(here, write, content) -> None:
    done = here("validate", write(content), "--format", "concise")
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    first = done.stdout.splitlines()[0]
    assert "fleet.toml:" in first
    assert ": PROFILE" in first
    assert "no rule is called clean" in done.stderr


def test_line_ends_of_windows_are_as_good_as_any(here, write) -> None:
    done = here("validate", write(LOSES_MAIL.replace("\n", "\r\n")), "--format", "concise")
    assert done.returncode == 1
    assert ":13:8: DEST202 " in done.stdout


def test_a_profile_that_cannot_be_read_outweighs_findings_and_they_are_still_shown(here, write) -> None:
    done = here("validate", write(LOSES_MAIL, "a.toml"), write("[", "b.toml"), "--format", "concise")
    assert done.returncode == 2
    assert "a.toml:13:8: DEST202" in done.stdout
    assert "b.toml:1:" in done.stdout
    assert "in 2 profiles" in done.stderr


@pytest.mark.parametrize("name", ["absent.toml", ".", "a\x1b[2Jb.toml"])
def test_a_file_that_cannot_be_opened_is_a_sentence(here, tmp_path: Path, name: str) -> None:
    done = here("validate", str(tmp_path / name))
    assert done.returncode == 2
    assert done.stderr.startswith("fleet: ")
    assert done.stderr.count("\n") == 1
    assert "\x1b" not in done.stderr


def test_standard_input_is_a_profile_too(fleet) -> None:
    done = fleet("validate", "-", "--format", "concise", stdin=LOSES_MAIL)
    assert done.returncode == 1
    assert done.stdout.startswith("<stdin>:13:8: DEST202 loses-mail ")
    assert fleet("validate", "-", "-", stdin=GOOD).returncode == 2


@pytest.mark.parametrize("form", ["full", "concise", "json", "sarif", "markdown"])
def test_findings_go_to_stdout_and_the_summary_is_never_lost(here, write, form: str) -> None:
    done = here("validate", write(WARNS), "--format", form)
    assert "LOG904" in done.stdout
    assert "warning" in done.stdout + done.stderr
    if form in ("json", "sarif"):
        json.loads(done.stdout)
        assert done.stderr.startswith("fleet: ")
    if form in ("full", "markdown"):
        assert done.stderr == ""


def test_select_and_ignore_take_prefixes_and_never_hide_what_loses_mail(here, write) -> None:
    path = write(LOSES_MAIL + DEBUG_LOG)
    codes = ("validate", path, "--format", "concise")
    assert "LOG904" not in here(*codes, "--ignore", "LOG").stdout
    chosen = here(*codes, "--select", "log,VER").stdout
    assert "LOG904" in chosen
    assert "DEST202" not in chosen
    ignoring = here(*codes, "--ignore", "DEST,LOG")
    assert "DEST202" in ignoring.stdout
    assert "does not hide what cannot be read or loses mail: DEST202" in ignoring.stderr
    assert ignoring.returncode == 1


def test_a_prefix_of_no_code_is_a_usage_error_with_the_nearest(here, write) -> None:
    done = here("validate", write(GOOD), "--select", "TIRE101")
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean TIER101?" in done.stderr


def test_observed_makes_what_was_not_seen_incomplete_and_names_it(here, write) -> None:
    done = here("validate", write(GOOD), "--observed")
    assert done.returncode == 3
    assert "not observed: gw1" in done.stderr
    assert "not known: " in here("validate", write(GOOD), "--observed", "--format", "concise").stderr
    assert here("validate", write(LOSES_MAIL), "--observed").returncode == 1


def test_observations_are_read_and_what_is_no_observation_is_said(here, write) -> None:
    seen = json.dumps({"node": "gw1", "at": "2026-11-23T12:00:00+00:00"})
    document = here("validate", write(GOOD), "--observations", write(seen, "o.jsonl"), "--format", "json").stdout
    assert json.loads(document)["summary"]["not_observed_nodes"] == 0
    done = here("validate", write(GOOD), "--observations", write("{}", "o.jsonl"))
    assert done.returncode == 2
    assert "line 1 is no observation" in done.stderr


def test_verdicts_of_a_check_count(fleet, write, lab_options) -> None:
    checked = fleet("check", *lab_options, "good.lab", "--jsonl")
    assert checked.returncode == 0
    text = LOSES_MAIL.replace('"mandatory"', '"opportunistic"') + '[destinations."good.lab"]\n'
    path = write(text)
    without = fleet("validate", path, "--format", "concise").stdout
    assert "good.lab" in without
    beside = fleet("validate", path, "--format", "concise", "--verdicts", write(checked.stdout, "v.jsonl"))
    assert "good.lab" not in beside.stdout
    assert fleet("validate", path, "--verdicts", write("no json", "v.jsonl")).returncode == 2


def test_fix_keeps_comments_and_is_done_once(here, write) -> None:
    path = write(WARNS)
    shown = here("validate", path, "--fix", "--diff")
    assert shown.returncode == 0
    assert "-files = 20        # too many\n+files = 4        # too many\n" in shown.stdout
    assert Path(path).read_text() == WARNS
    done = here("validate", path, "--fix")
    assert "mended" in done.stderr
    assert "LOG904" not in done.stdout
    fixed = Path(path).read_text()
    assert fixed == WARNS.replace("files = 20 ", "files = 4 ")
    again = here("validate", path, "--fix")
    assert again.stderr == ""
    assert Path(path).read_text() == fixed


def test_the_diff_fits_the_file(here, write, tmp_path: Path) -> None:
    path = write(WARNS)
    shown = here("validate", path, "--fix", "--diff").stdout
    subprocess.run(["patch", "-s", path], input=shown, text=True, check=True, cwd=tmp_path)
    patched = Path(path).read_text()
    Path(path).write_text(WARNS)
    here("validate", path, "--fix")
    assert patched == Path(path).read_text()


def test_nothing_is_changed_in_a_profile_that_cannot_be_read(here, write) -> None:
    path = write(WARNS + "x = 1\n")
    done = here("validate", path, "--fix")
    assert done.returncode == 2
    assert "nothing is changed" in done.stderr
    assert Path(path).read_text() == WARNS + "x = 1\n"


def test_fix_keeps_the_mode_of_a_file_and_follows_links(here, write, tmp_path: Path) -> None:
    path = Path(write(WARNS))
    path.chmod(0o640)
    link = tmp_path / "link.toml"
    link.symlink_to(path)
    here("validate", str(link), "--fix")
    assert link.is_symlink()
    assert "files = 4" in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o640
    assert sorted(one.name for one in tmp_path.iterdir()) == ["fleet.toml", "link.toml"]


@pytest.mark.parametrize(
    "options",
    [
        ["--diff"],
        ["--write-baseline"],
        ["--watch", "--fix"],
        ["--baseline", "absent.json"],
        ["--fail-on", "nothing"],
        ["--format", "xml"],
    ],
)
def test_options_that_cannot_be_meant_so_are_exit_2(here, write, options: list[str]) -> None:
    assert here("validate", write(GOOD), *options).returncode == 2


def test_standard_input_cannot_be_fixed_or_watched(here) -> None:
    assert here("validate", "-", "--fix", stdin=WARNS).returncode == 2
    assert here("validate", "-", "--watch", stdin=WARNS).returncode == 2
    assert "+files = 4" in here("validate", "-", "--fix", "--diff", stdin=WARNS).stdout


def test_a_baseline_hides_what_is_known_and_shrinks_by_itself(here, write, tmp_path: Path) -> None:
    baseline = str(tmp_path / "baseline.json")
    options = ("--baseline", baseline, "--fail-on", "warning", "--format", "concise")
    path = write(WARNS)
    assert here("validate", path, *options, "--write-baseline").returncode == 0
    known = here("validate", path, *options)
    assert (known.returncode, known.stdout) == (0, "")
    assert "in the baseline" in known.stderr
    worse = here("validate", write(WARNS + DEBUG_LOG.replace("mail_logs_d", "mail_logs")), *options)
    assert worse.returncode == 1
    assert "LOG903" in worse.stdout
    assert "mail_logs_d" not in worse.stdout
    write(WARNS.replace("files = 20", "files = 4"))
    mended = here("validate", path, *options)
    assert mended.returncode == 0
    assert "1 known finding mended and taken out" in mended.stderr
    assert "LOG904" not in Path(baseline).read_text()
    assert here("validate", write(WARNS), *options).returncode == 1


def test_what_loses_mail_enters_no_baseline(here, write, tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.json"
    path = write(LOSES_MAIL)
    assert here("validate", path, "--baseline", str(baseline), "--write-baseline").returncode == 1
    assert "DEST202" not in baseline.read_text()
    entry = {"fleet": "good", "code": "DEST202", "object": "tier edge", "since": "2026-01-01"}
    baseline.write_text(json.dumps({"format": "fleet-baseline/1", "findings": [entry]}))
    assert here("validate", path, "--baseline", str(baseline)).returncode == 1


def test_a_rule_that_was_not_asked_says_nothing_about_the_baseline(here, write, tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.json"
    path = write(WARNS)
    here("validate", path, "--baseline", str(baseline), "--write-baseline")
    before = baseline.read_text()
    here("validate", path, "--baseline", str(baseline), "--select", "TIER")
    write(WARNS.replace('"debug"', "5"))
    assert here("validate", path, "--baseline", str(baseline)).returncode == 2
    assert baseline.read_text() == before


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": "fleet-baseline/1", "findings": [1]}', "\x00", "[" * 99999]
)
def test_what_is_no_baseline_is_said(here, write, text: str) -> None:
    done = here("validate", write(GOOD), "--baseline", write(text, "b.json"))
    assert done.returncode == 2
    assert "is no baseline" in done.stderr


def test_a_suppression_of_what_loses_mail_is_counted(here, write) -> None:
    text = LOSES_MAIL + (
        '[[suppressions]]\ncode = "DEST202"\nobject = "tier edge"\nreason = "rehearsal"\nuntil = UNTIL\n'
    )
    soon = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 30 * 86400))
    done = here("validate", write(text.replace("UNTIL", soon)))
    assert done.returncode == 0, done.stdout
    assert "1 of the suppressed loses mail" in done.stdout
    assert here("validate", write(text.replace("UNTIL", "2099-01-01"))).returncode == 1


def test_watching_validates_again_when_a_file_changes_and_ends_with_130(write) -> None:
    path = Path(write(GOOD))
    command = [*COMMAND, "validate", str(path), "--watch", "--format", "concise"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    ) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        wait_for(process.stderr, "watching")
        path.unlink()
        wait_for(process.stderr, "cannot be read")
        wait_for(process.stderr, "watching")
        path.write_text(LOSES_MAIL)
        assert "DEST202" in process.stdout.readline()
        wait_for(process.stderr, "watching")
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130


def wait_for(stream, word: str) -> None:
    for line in stream:
        if word in line:
            return
    raise AssertionError(f"{word} was never said")
