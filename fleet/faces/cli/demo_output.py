"""The demo without a screen: its fleet after one round, then every destination of the lab with its story."""

import sys
import textwrap
from collections.abc import Mapping

from fleet.decision import ExitCode, Judgement, judge_all
from fleet.faces.cli.demo_fleet_output import fleet_document, fleet_lines, look_once
from fleet.faces.cli.progress import progress
from fleet.faces.cli.run import RunSettings, run_checks
from fleet.faces.cli.terminal import look
from fleet.faces.cli.world import open_world
from fleet.faces.export.json import check_document, dumps
from fleet.faces.export.look import Look
from fleet.faces.live.demo import demo_fleet
from fleet.lab import LabDestination
from fleet.model import Mode, Policy, Verdict
from fleet.views import CheckRow, check_row

Judgements = Mapping[tuple[Policy, Mode], Judgement]


def write_demo(*, as_json: bool) -> ExitCode:
    """Start the lab, look at its fleet, check all its destinations, print both, and stop the lab."""
    print("fleet: starting the lab", file=sys.stderr)
    with demo_fleet() as demo:
        lab = demo.lab
        picture = look_once(demo)
        world = open_world(lab.network, [lab.resolvers["validating"]], [lab.trust_anchor])
        names = [destination.name for destination in lab.destinations]
        verdicts: dict[str, Verdict] = {}
        with progress(len(names), "checking the lab") as advance:

            def take(verdict: Verdict) -> None:
                verdicts[verdict.domain] = verdict
                advance()

            run_checks(world, names, RunSettings(timeout=20, roots=lab.roots), take)
    judged = {name: judge_all(verdict) for name, verdict in verdicts.items()}
    wrong = [found.name for found in lab.destinations if surprises(found, judged[found.name])]
    if as_json:
        entries = ",\n".join(
            dumps(_document(found, verdicts[found.name], judged[found.name])) for found in lab.destinations
        )
        fleet = dumps(fleet_document(picture))
        head = f'{{"format": "fleet-demo/1", "unexpected": {dumps(wrong)}, "fleet": {fleet}'
        print(f'{head}, "destinations": [\n{entries}\n]}}')
    else:
        for line in fleet_lines(picture):
            print(line)
        print()
        for found in lab.destinations:
            print("\n".join(_entry(check_row(verdicts[found.name], judged[found.name]), found.summary, look())))
        print(f"\n{len(names)} destinations checked; {len(names) - len(wrong)} came out as the lab was built to give.")
    for name in wrong:
        print(
            f"fleet: {name} did not come out as built: {'; '.join(surprises(lab.destination(name), judged[name]))}",
            file=sys.stderr,
        )
    return ExitCode.FINDINGS if wrong else ExitCode.CLEAN


def surprises(destination: LabDestination, judgements: Judgements) -> list[str]:
    """Where the engine's outcome is not the one the lab's builder wrote down, one sentence each."""
    return [
        f"{policy} {mode}: expected {outcome}, got {got}"
        for policy, modes in destination.expect.items()
        for mode, outcome in modes.items()
        if (got := judgements[Policy(policy), Mode(mode)].outcome) != outcome
    ]


def _entry(row: CheckRow, story: str, style: Look) -> list[str]:
    """One destination: name, both outcomes, the story it was built for, and why the engine decided as it did."""
    modes = ", ".join(
        f"{outcome.mode} {style.painted(f'{style.sign(outcome.mark)} {outcome.word}', outcome.mark)}"
        for outcome in (row.opportunistic, row.mandatory)
    )
    told = [("story", story), ("why", row.reason)]
    return [f"{row.name}: {modes}", *(line for label, words in told for line in _folded(label, words, style.width))]


def _folded(label: str, words: str, width: int) -> list[str]:
    return textwrap.wrap(words, width, initial_indent=f"    {label:<6}", subsequent_indent=" " * 10)


def _document(destination: LabDestination, verdict: Verdict, judgements: Judgements) -> dict[str, object]:
    return {"summary": destination.summary, "expect": destination.expect, "check": check_document(verdict, judgements)}
