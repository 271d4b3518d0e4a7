"""What appliances said themselves of destinations, beside ours: for people, and as JSON.

May import ``fleet.vantage.own_check``, ``fleet.views``, ``fleet.plain``, ``fleet.model`` and ``fleet.text``.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from fleet.decision import Agreement, ExitCode
from fleet.model.finding import Finding
from fleet.plain import Json, to_plain
from fleet.text import show
from fleet.vantage.own_check import OwnVerdict, Said
from fleet.views import Detail, Mark
from fleet.views.vantages import beside_of

_RAW_LINES = 20


@dataclass(frozen=True, slots=True)
class OwnFindings:
    """An appliance's own check, and the findings that follow from it and ours."""

    own: OwnVerdict
    findings: tuple[Finding, ...]

    @property
    def code(self) -> ExitCode:
        """What it does to the exit code: asked for and not had is incomplete, and so is what we see otherwise."""
        if self.findings:
            return ExitCode.FINDINGS
        parted = any(step.agreement in (Agreement.DIFFERS, Agreement.UNSURE) for step in self.own.steps)
        return ExitCode.INCOMPLETE if parted or self.own.said is not Said.SAID else ExitCode.CLEAN


def own_document(one: OwnFindings) -> dict[str, Json]:
    """As JSON; true values, the raw text among them."""
    own = one.own
    return {
        "node": own.check.node,
        "domain": own.check.domain,
        "at": own.check.at.isoformat(),
        "state": str(own.said),
        "says": None if own.says is None else str(own.says),
        "why": own.why,
        "text": own.check.text,
        "unread": list(own.unread),
        "through": [list(each.resolvers) for each in own.ours],
        "steps": to_plain(own.steps),
        "findings": [{"code": found.code, "sentence": found.sentence, "hint": found.hint} for found in one.findings],
    }


def own_details(one: OwnFindings) -> Iterator[Detail]:
    """One appliance's word, its steps beside ours, and what follows."""
    own = one.own
    who = f"{show(own.check.node, 80)}, {show(own.check.domain, 255)}"
    if own.said is not Said.SAID:
        state = "could not be asked" if own.said is Said.NOT_ASKED else "printed what cannot be read"
        yield Detail(0, f"{who}: {state}: {show(own.why, 500)}", Mark.UNKNOWN)
        lines = own.check.text.splitlines()
        yield from (Detail(1, show(line, 200), None) for line in lines[:_RAW_LINES] if line.strip())
        return
    yield Detail(0, f"{who}: DANE {own.says.upper() if own.says else 'without a last word'}", None)
    if len(own.ours) > 1:
        first = " or ".join(dict.fromkeys(each.resolvers[0] for each in own.ours if each.resolvers))
        yield Detail(1, f"which resolver it asked is not known ({first}): it agrees where all of ours do", None)
    yield from map(beside_of, own.steps)
    yield from (Detail(2, f"line not understood: {show(line, 200)}", Mark.UNKNOWN) for line in own.unread[:_RAW_LINES])
    for found in one.findings:
        yield Detail(1, f"{found.code}: {show(found.sentence, 1000)} {show(found.hint, 500)}", Mark.FAIL)
