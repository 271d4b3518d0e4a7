"""What ``fleet check`` prints, in each of its forms; nothing partial is presented as complete.

Results go to stdout in the order the destinations were named, with ``--jsonl`` as they finish.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from fleet.clock import now
from fleet.dane.transcript import render, text
from fleet.decision import ExitCode, exit_code, judge_all
from fleet.faces.cli.asked import Asked, Format
from fleet.faces.cli.terminal import look
from fleet.faces.export.json import check_document, dumps
from fleet.faces.export.text import check_block, check_table
from fleet.model import Verdict
from fleet.text import show
from fleet.views import CheckRow, check_row, explanation, ladder

T = TypeVar("T")
JSON_FORMAT = "fleet-checks/1"


@dataclass(slots=True)
class Results:
    """Exit codes and finished pieces of output, by destination."""

    codes: dict[str, ExitCode] = field(default_factory=dict)
    rows: dict[str, CheckRow] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)


def take(verdict: Verdict, form: Format, asked: Asked, results: Results) -> None:
    """Judge ``verdict`` and keep its piece of output; ``--jsonl`` prints it at once."""
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


def write(results: Results, domains: Sequence[str], form: Format, interrupted: bool) -> None:
    """Print what was kept, in the order of ``domains``."""
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
