"""What ``fleet check`` prints, in each of its forms; nothing partial is presented as complete.

stdout gets the results, in the order the destinations were named (``--jsonl``: as they finish), stderr the progress and
what cut a run short.
"""

import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from fleet.clock import now
from fleet.dane.transcript import render, text
from fleet.decision import ExitCode, Require, exit_code, judge_all, worst_code
from fleet.faces.cli.progress import progress
from fleet.faces.cli.run import RunSettings, run_checks
from fleet.faces.cli.world import World
from fleet.faces.export.json import check_document, dumps
from fleet.faces.export.text import Look, check_block, check_table
from fleet.model import Mode, Policy, Verdict
from fleet.text import show
from fleet.views import CheckRow, check_row, explanation, ladder

T = TypeVar("T")
JSON_FORMAT = "fleet-checks/1"


class Format(StrEnum):
    """The forms of output; their values are the options' names."""

    TABLE = "table"
    TRANSCRIPT = "transcript"
    EXPLAIN = "explain"
    JSON = "json"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose rules and which mode the exit code speaks for, and what is required."""

    policy: Policy = Policy.ASYNCOS
    mode: Mode = Mode.OPPORTUNISTIC
    require: Require | None = None


@dataclass(slots=True)
class _Results:
    """Exit codes and finished pieces of output, by destination."""

    codes: dict[str, ExitCode] = field(default_factory=dict)
    rows: dict[str, CheckRow] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)


def write_checks(world: World, domains: Sequence[str], settings: RunSettings, form: Format, asked: Asked) -> ExitCode:
    """Check ``domains``, print them as ``form`` and return the exit code.

    On Ctrl-C what had finished is printed, stderr says how much is missing, and the code is that of an interruption.
    """
    results = _Results()
    interrupted = False
    with progress(len(domains), "checking", streaming=form is Format.JSONL) as advance:

        def take(verdict: Verdict) -> None:
            _take(verdict, form, asked, results)
            advance()

        try:
            run_checks(world, domains, settings, take)
        except KeyboardInterrupt:
            interrupted = True
    _write(results, domains, form, interrupted)
    codes = list(results.codes.values())
    if interrupted:
        print(f"fleet: interrupted: {len(codes)} of {len(domains)} destinations were checked", file=sys.stderr)
        codes.append(ExitCode.INTERRUPTED)
    return worst_code(codes)


def _take(verdict: Verdict, form: Format, asked: Asked, results: _Results) -> None:
    judgements = judge_all(verdict)
    results.codes[verdict.domain] = exit_code([judgements[asked.policy, asked.mode]], asked.require)
    if form in (Format.JSON, Format.JSONL):
        document = check_document(verdict, judgements, policy=asked.policy, mode=asked.mode)
        line = dumps(document)
        if form is Format.JSONL:
            print(line, flush=True)
        else:
            results.texts[verdict.domain] = line
        return
    if form is Format.TRANSCRIPT:
        results.texts[verdict.domain] = f"> daneverify {show(verdict.domain)}\n{text(render(verdict, asked.mode))}"
        return
    row = check_row(verdict, judgements, policy=asked.policy, mode=asked.mode, now=now())
    if form is Format.EXPLAIN:
        results.texts[verdict.domain] = check_block(row, ladder(verdict), explanation(verdict, judgements), look())
    else:
        results.rows[verdict.domain] = row


def _write(results: _Results, domains: Sequence[str], form: Format, interrupted: bool) -> None:
    match form:
        case Format.TABLE:
            print(check_table(_in_order(domains, results.rows), look()), end="")
        case Format.JSON:
            state = dumps({"asked": len(domains), "checked": len(results.texts), "interrupted": interrupted})[1:-1]
            documents = ",\n".join(_in_order(domains, results.texts))
            print(f'{{"format": "{JSON_FORMAT}", {state}, "destinations": [\n{documents}\n]}}')
        case Format.TRANSCRIPT | Format.EXPLAIN:
            print("\n".join(part.rstrip("\n") + "\n" for part in _in_order(domains, results.texts)), end="")


def _in_order(domains: Iterable[str], found: dict[str, T]) -> list[T]:
    return [found[domain] for domain in domains if domain in found]


def look() -> Look:
    """How to write on this stdout: its width, its character set, colour only on a terminal and without NO_COLOR."""
    terminal = sys.stdout.isatty()
    encoding = (sys.stdout.encoding or "ascii").lower()
    return Look(
        width=shutil.get_terminal_size((100, 24)).columns if terminal else 100,
        ascii_only=not encoding.startswith("utf"),
        colour=terminal and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb",
    )
