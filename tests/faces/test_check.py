"""``fleet check`` as operators and scripts meet it: exit codes, forms of output, and sentences for everything wrong."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest


def test_delivery_under_dane_is_exit_0(fleet, lab_options) -> None:
    done = fleet("check", *lab_options, "good.lab", "--mode", "mandatory", "--require", "dane")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "good.lab" in done.stdout
    assert "OK" in done.stdout


def test_held_mail_is_exit_1_and_says_why(fleet, lab_options, lab) -> None:
    held = next(found.name for found in lab.destinations if found.expect["asyncos"]["opportunistic"] == "held")
    done = fleet("check", *lab_options, held)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "held" in done.stdout


def test_a_fallback_is_exit_0_unless_dane_is_required(fleet, lab_options, lab) -> None:
    name = next(
        found.name
        for found in lab.destinations
        if found.expect["asyncos"] == {"opportunistic": "tls", "mandatory": "held"}
    )
    assert fleet("check", *lab_options, name).returncode == 0
    assert fleet("check", *lab_options, name, "--require", "dane").returncode == 1
    assert fleet("check", *lab_options, name, "--mode", "mandatory").returncode == 1


def test_without_smtp_only_dns_readiness_can_be_said(fleet, lab_options) -> None:
    done = fleet("check", *lab_options, "good.lab", "--no-smtp")
    assert done.returncode == 3
    assert "DNS ready" in done.stdout
    assert fleet("check", *lab_options, "good.lab", "--no-smtp", "--require", "dns-ready").returncode == 0


def test_the_worst_destination_decides_and_incomplete_is_never_0(fleet, lab_options, lab) -> None:
    untested = next(f.name for f in lab.destinations if f.expect["asyncos"]["opportunistic"] == "not-tested")
    assert fleet("check", *lab_options, "good.lab", untested, "--timeout", "8").returncode == 3


def test_json_is_one_document_and_jsonl_one_a_line(fleet, lab_options) -> None:
    done = fleet("check", *lab_options, "good.lab", "bücher.lab", "--json")
    document = json.loads(done.stdout)
    assert document["format"] == "fleet-checks/1"
    assert document["asked"] == document["checked"] == 2
    assert not document["interrupted"]
    assert [entry["domain"] for entry in document["destinations"]] == ["good.lab", "xn--bcher-kva.lab"]
    assert done.stdout.isascii()
    lines = fleet("check", *lab_options, "good.lab", "bücher.lab", "--jsonl").stdout.splitlines()
    assert {json.loads(line)["domain"] for line in lines} == {"good.lab", "xn--bcher-kva.lab"}


def test_the_transcript_is_the_appliances(fleet, lab_options) -> None:
    lines = fleet("check", *lab_options, "good.lab", "--transcript").stdout.splitlines()
    assert lines[0] == "> daneverify good.lab"
    assert lines[1].startswith("SECURE MX record(")
    assert "DANE SUCCESS for good.lab" in lines


def test_explain_shows_the_chain_from_the_root_down(fleet, lab_options) -> None:
    text = fleet("check", *lab_options, "good.lab", "--explain").stdout
    for word in ("trust anchor", "DS", "DNSKEY", "TLSA", "3 1 1", "asyncos", "postfix", "exim", "rfc7672"):
        assert word in text, word


def test_destinations_come_from_files_and_standard_input_each_once(fleet, lab_options, tmp_path: Path) -> None:
    listed = tmp_path / "destinations"
    listed.write_text("# ours\ngood.lab\n\nGOOD.lab.  # again\n")
    done = fleet("check", *lab_options, "-f", str(listed), "--jsonl")
    assert len(done.stdout.splitlines()) == 1
    done = fleet("check", *lab_options, "-", "--jsonl", stdin="good.lab\n")
    assert len(done.stdout.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check"], "no destination given"),
        (["check", "-f", "/nonexistent"], "/nonexistent cannot be read"),
        (["check", "user@example.org", "--resolver", "192.0.2.53"], "is an e-mail address"),
        (["check", "example.org", "--resolver", "resolver.example"], "is no IP address"),
        (
            ["check", "example.org", "--network", "/nonexistent", "--resolver", "192.0.2.53"],
            "network file /nonexistent",
        ),
        (["check", "example.org", "--trust-anchor", "/nonexistent", "--resolver", "192.0.2.53"], "/nonexistent"),
        (["check", "example.org", "--json", "--explain"], "exclude each other"),
        (["check", "example.org", "--mode", "sometimes"], "sometimes"),
        (["check", "example.org", "--jobs", "0"], "jobs"),
        (["check", "--self-test", "example.org", "--resolver", "192.0.2.53"], "takes no destinations"),
        (["check", "--self-test", "--reference", "good=a.example", "--resolver", "192.0.2.53"], "at least three"),
        (["check", "example.org", "--reference", "good=a.example"], "goes with --self-test"),
        (["check", "example.org", "--require", "dns-ready"], "goes with --no-smtp"),
        (["frobnicate"], "frobnicate"),
    ],
)
def test_whatever_is_wrong_is_one_sentence_and_exit_2(fleet, arguments: list[str], words: str) -> None:
    done = fleet(*arguments)
    assert done.returncode == 2, done.stdout + done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_resolver_outside_the_mapped_network_is_refused(fleet, lab_options) -> None:
    done = fleet("check", *lab_options, "--resolver", "192.0.2.99", "good.lab")
    assert done.returncode == 2
    assert "192.0.2.99:53 is not in the network" in done.stderr


def test_a_trust_anchor_of_another_zone_does_not_make_everything_unsigned(fleet, lab, tmp_path: Path) -> None:
    other = tmp_path / "other.key"
    other.write_text(lab.trust_anchor.read_text().replace(". ", "other.example. ", 1))
    options = ["--network", str(lab.network), "--resolver", lab.resolvers["validating"]]
    done = fleet("check", *options, "--trust-anchor", str(other), "good.lab")
    assert done.returncode == 1, done.stdout + done.stderr  # the lab's root is not the shipped one: bogus, no fallback
    assert "held" in done.stdout


def test_a_bad_line_of_a_file_is_named(fleet, lab_options, tmp_path: Path) -> None:
    listed = tmp_path / "destinations"
    listed.write_text("good.lab\nbad..name\n")
    done = fleet("check", *lab_options, "-f", str(listed))
    assert done.returncode == 2
    assert f"{listed}:2:" in done.stderr


def test_a_dead_resolver_is_never_good_news(fleet, lab_options, lab) -> None:
    options = ["--network", str(lab.network), "--resolver", lab.resolvers["dead"], "--timeout", "6"]
    done = fleet("check", *options, "good.lab")
    assert done.returncode in (1, 3), done.stdout


def test_the_self_test_tells_the_kinds_of_resolvers_apart(fleet, lab) -> None:
    references = [f"--reference={kind}={name}" for kind, names in lab.references.items() for name in names]
    options = ["--network", str(lab.network), "--trust-anchor", str(lab.trust_anchor), *references]
    kinds = {}
    for kind in ("validating", "passing", "stripping", "dead", "tcp-only"):
        done = fleet("check", "--self-test", *options, "--resolver", lab.resolvers[kind], "--json")
        cells = json.loads(done.stdout)["resolvers"]
        kinds[kind] = ({cell["transport"]: cell["kind"] for cell in cells}, done.returncode)
    assert kinds["validating"] == ({"udp": "validates", "tcp": "validates"}, 0)
    assert kinds["passing"] == ({"udp": "passes", "tcp": "passes"}, 0)
    assert kinds["stripping"] == ({"udp": "strips", "tcp": "strips"}, 1)
    assert kinds["dead"][1] == 3
    assert kinds["tcp-only"][0]["tcp"] == "validates"
    passing = fleet("check", "--self-test", *options, "--resolver", lab.resolvers["passing"], "--policy", "postfix")
    assert passing.returncode == 1
    assert "DANE is never done" in passing.stdout


def test_ctrl_c_shows_what_was_done_and_says_what_is_missing(lab_options, lab) -> None:
    slow = next(found.name for found in lab.destinations if "timeout" in found.name)
    with subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from fleet.faces.cli import main; main()",
            "check",
            *lab_options,
            "good.lab",
            slow,
            "--json",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            process.wait(3)
        except subprocess.TimeoutExpired:
            process.send_signal(2)
        out, err = process.communicate(timeout=20)
    document = json.loads(out)
    assert document["interrupted"] is True
    assert document["checked"] == 1
    assert process.returncode == 130
    assert "1 of 2 destinations were checked" in err


def test_nothing_remote_reaches_a_terminal_raw(lab_options) -> None:
    """On a real pty: no control byte but newline and our own SGR colours."""
    main, other = pty.openpty()
    code = "from fleet.faces.cli import main; main()"
    arguments = ["check", *lab_options, "good.lab", "--explain"]
    with subprocess.Popen([sys.executable, "-c", code, *arguments], stdout=other, stderr=subprocess.DEVNULL) as process:
        os.close(other)
        received = b""
        while True:
            try:
                part = os.read(main, 65536)
            except OSError:
                break
            if not part:
                break
            received += part
        process.wait(60)
    os.close(main)
    import re

    rest = re.sub(rb"\x1b\[[0-9;]*m", b"", received)
    assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", rest)
    assert b"good.lab" in rest
