"""Why one destination is not the same from everywhere, ready to show.

May import ``fleet.decision``, ``fleet.model``, ``fleet.text`` and its own package.
"""

from collections.abc import Iterator

from fleet.decision import Agreement, Beside, Comparison, Differing, Parting
from fleet.text import show
from fleet.views.explanation import Detail
from fleet.views.marks import OUTCOME_MARKS, OUTCOME_WORDS, Mark
from fleet.views.names import both_names

_LONG = 600

DIFFERING_WORDS: dict[Differing, str] = {
    Differing.NOT_SEEN: "one could not look",
    Differing.RESOLVER: "resolvers differ",
    Differing.ANSWER: "answers differ",
    Differing.REACH: "reachability differs",
    Differing.SESSION: "the mail server differs",
    Differing.PLATFORM: "software differs",
}


def differences_of(found: Comparison) -> Iterator[Detail]:
    """Who comes to what, and the first step in which they part."""
    yield Detail(0, f"{both_names(found.domain)} in {found.mode} mode:", None)
    for group in found.groups:
        labels = ", ".join(show(label, 120) for label in group.labels)
        yield Detail(1, f"{OUTCOME_WORDS[group.outcome]}: {labels}", OUTCOME_MARKS[group.outcome])
    for parting in found.partings:
        yield Detail(1, f"why: {why(parting)}", Mark.NONE)


def why(parting: Parting) -> str:
    """Where two of them part."""
    return show(f"{DIFFERING_WORDS[parting.differing]}: {parting.sentence}", _LONG)


_AGREEMENT_MARKS: dict[Agreement, Mark] = {
    Agreement.AGREES: Mark.OK,
    Agreement.DIFFERS: Mark.FAIL,
    Agreement.NOT_SAID: Mark.UNKNOWN,
    Agreement.NOT_SEEN: Mark.UNKNOWN,
    Agreement.UNSURE: Mark.UNKNOWN,
}


def beside_of(step: Beside) -> Detail:
    """One step of an appliance's own check beside ours."""
    told = f"{step.step}: both {step.ours}" if step.agreement is Agreement.AGREES else ""
    text = told or f"{step.step}: appliance {step.theirs}, ours {step.ours}"
    return Detail(2, show(text, _LONG), _AGREEMENT_MARKS[step.agreement])
