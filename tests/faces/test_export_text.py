"""Plain text for people: laid out for its width, folded and never cut, readable without colour."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.cells import cell_len

from fleet.dane.transcript import parse
from fleet.decision import judge_all
from fleet.faces.export.look import Look
from fleet.faces.export.text import check_block, check_table, detail_text
from fleet.model import Verdict
from fleet.views import CheckRow, Detail, Mark, check_row, explanation, ladder

HERE = Path(__file__).parent
AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

GOOD = """
SECURE MX record(mx.{0}) found for {0}
SECURE A record (192.0.2.1) found for MX(mx.{0}) in {0}
Connecting to 192.0.2.1 on port 25.
Connected to 192.0.2.1 from interface 198.51.100.7.
SECURE TLSA record found for MX(mx.{0}) in {0}
Checking TLS connection.
TLS connection established: protocol TLSv1.3, cipher TLS_AES_256_GCM_SHA384.
Certificate verification successful
TLS connection succeeded {0}.
DANE SUCCESS for {0}
DANE verification completed.
"""
WRONG = GOOD.replace("successful", "failed (certificate-host-mismatch)").replace("SUCCESS", "FAILED")
INSECURE = """
INSECURE MX record(mx.{0}) found for {0}
INSECURE MX record(mx.{0}) found. The command will still proceed.
INSECURE A record (192.0.2.1) found for MX(mx.{0}) in {0}
DANE FAILED for {0}
DANE verification completed.
"""
BOGUS = "BOGUS MX record found for {0}\nDANE FAILED for {0}\nDANE verification completed.\n"


def verdict(template: str, domain: str) -> Verdict:
    return parse(template.format(domain), AT)


def row(found: Verdict) -> CheckRow:
    return check_row(found, judge_all(found))


VERDICTS = [
    verdict(GOOD, "good.example"),
    verdict(WRONG, "wrong.example"),
    verdict(INSECURE, "insecure.example"),
    verdict(BOGUS, "xn--fiqs8s.xn--bcher-kva.example"),
    verdict(GOOD, "a-rather-long-name-that-no-column-holds.department.university.example"),
]
ROWS = [row(found) for found in VERDICTS]


@pytest.mark.parametrize("width", [80, 120])
def test_the_table_reads_as_agreed(width: int) -> None:
    golden = (HERE / "golden" / f"table-{width}.txt").read_text(encoding="utf-8")
    assert check_table(ROWS, Look(width)) == golden


def test_one_destination_in_full_reads_as_agreed() -> None:
    golden = (HERE / "golden" / "block-80.txt").read_text(encoding="utf-8")
    found = VERDICTS[1]
    assert check_block(ROWS[1], ladder(found), explanation(found, judge_all(found)), Look(80)) == golden


@pytest.mark.parametrize("width", [60, 80, 100, 119, 120, 133, 200])
def test_no_line_is_wider_than_asked_for(width: int) -> None:
    for line in check_table(ROWS, Look(width)).splitlines():
        assert cell_len(line) <= width
    for found, told in zip(VERDICTS, ROWS, strict=True):
        for line in check_block(told, ladder(found), explanation(found, judge_all(found)), Look(width)).splitlines():
            assert cell_len(line) <= width


@pytest.mark.parametrize("width", [80, 120])
def test_a_name_is_folded_at_its_dots_and_never_cut(width: int) -> None:
    header, *lines = check_table([ROWS[-1]], Look(width)).splitlines()
    column = header.index("OPPORTUNISTIC")
    pieces = [line[:column].strip() for line in lines[:4] if not line.startswith(" ")]
    assert "".join(pieces).startswith("a-rather-long-name-that-no-column-holds.department.university.example")
    assert pieces[1].endswith("no-column-holds.")


def test_columns_stay_aligned_behind_wide_characters() -> None:
    lines = check_table([ROWS[3], ROWS[0]], Look(80)).splitlines()
    starts = {
        cell_len(line[: line.index(word)])
        for line, word in ((lines[1], "✗ held"), (lines[5 + 1], "? DANE"))
        if word in line
    }
    assert len(starts) == 1
    assert starts == {lines[0].index("OPPORTUNISTIC")}


def test_ascii_only_is_ascii_only() -> None:
    rows = [told for told in ROWS if not told.label]
    assert check_table(rows, Look(80, ascii_only=True)).isascii()
    found = VERDICTS[1]
    details = [*explanation(found, judge_all(found)), Detail(1, "broken", Mark.FAIL, here=True)]
    block = check_block(ROWS[1], ladder(found), details, Look(80, ascii_only=True))
    assert block.isascii()
    assert "x broken <-- here" in block


def test_the_failing_link_is_marked_in_words() -> None:
    assert detail_text([Detail(1, "bogus dnskey", Mark.FAIL, here=True)]) == "  ✗ bogus dnskey ◀ here\n"


def test_colour_only_repeats_what_is_said() -> None:
    plain, painted = check_table(ROWS, Look(80)), check_table(ROWS, Look(80, colour=True))
    assert "\x1b[" not in plain
    assert "\x1b[31;1m✗ held\x1b[0m" in painted
    for code in ("32", "33", "31;1", "35", "2"):
        painted = painted.replace(f"\x1b[{code}m", "")
    assert painted.replace("\x1b[0m", "") == plain


def test_warnings_are_told_in_full_only_of_a_single_destination() -> None:
    warned = replace(ROWS[0], warnings=("A signature ends soon.",) * 2, warning_codes=("signature-expires",))
    assert "    warning: A signature ends soon.\n" in check_table([warned])
    many = check_table([warned, ROWS[1]])
    assert "    warnings: signature-expires\n" in many
    assert "ends soon" not in many


def test_no_rows_print_nothing() -> None:
    assert check_table([]) == ""


@pytest.mark.parametrize("alone", [True, False])
def test_an_outcome_that_rests_on_an_assumption_says_so_and_names_the_other_reading(alone: bool) -> None:
    assumed = replace(ROWS[1], assumed=True, alternative="delivered under DANE")
    table = check_table([assumed] if alone else [ROWS[0], assumed], Look(200))
    told = " ".join(table.split())
    assert "no source says for certain that asyncos does so" in told
    assert "if it tries the next host after a failure: delivered under DANE" in told
    assert "delivered under DANE" in check_block(assumed, [])
    assert "no source says" not in check_table([ROWS[0]])


def test_a_single_row_tells_what_is_missing() -> None:
    assert "missing: 3 MX hosts were not checked" in check_table(
        [replace(ROWS[0], incomplete=("3 MX hosts were not checked",))]
    )
