"""Running ``fleet poll``: a round of polls, a line per node, where it differs, and the exit code."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from fleet.decision import ExitCode, worst_code
from fleet.faces.cli.given_fleet import default_history, keep, readable_fleet
from fleet.faces.cli.progress import progress
from fleet.faces.cli.terminal import look
from fleet.faces.export.look import Look, fold
from fleet.layout import Comparer, Drift, DriftState, select
from fleet.model.fleet import Fleet, ObjectPath
from fleet.model.observation import Observation, Sight
from fleet.plain import Json, dumps, to_plain
from fleet.text import show
from fleet.views import Mark
from fleet.views.policy_words import leaf_name, leaf_words


class Form(StrEnum):
    """The forms of output."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True)
class PollAsked:
    """Options, as given."""

    profile: str
    nodes: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    form: Form = Form.TEXT
    history: Path | None = None
    document: bool = False
    """Ask appliances for their whole configuration as well."""


def write_poll(asked: PollAsked) -> ExitCode:
    """Poll, print, write down; returns the exit code."""
    fleet = readable_fleet(asked.profile)
    names = select(fleet, asked.nodes, asked.limits)

    def take(seen: Observation) -> None:
        if asked.form is Form.JSONL:
            print(dumps(to_plain(seen)), flush=True)

    history = asked.history or default_history(asked.profile)
    observations = _poll_and_write_down(fleet, names, history, take, document=asked.document)
    comparer = Comparer()
    drifts = {one.node: comparer.drift(fleet.nodes[one.node].settings, one) for one in observations}
    code = worst_code(_code(one, drifts[one.node]) for one in observations)
    if asked.form is Form.JSON:
        print(dumps(_document(observations, drifts, code)))
    elif asked.form is Form.TEXT:
        for one in observations:
            for line in drift_lines(one, drifts[one.node], look()):
                print(line)
    return code


def polled(profile: str) -> None:
    """Poll every node of ``profile`` and write down what was seen."""
    fleet = readable_fleet(profile)
    _poll_and_write_down(fleet, tuple(fleet.nodes), default_history(profile), lambda _seen: None)


def _poll_and_write_down(
    fleet: Fleet,
    names: Sequence[str],
    history: Path | None,
    take: Callable[[Observation], None],
    *,
    document: bool = False,
) -> tuple[Observation, ...]:
    """One round; what was seen before somebody interrupted it is written down as well."""
    from fleet.faces.live.observing import events_of, poll_once

    came: list[Observation] = []
    try:
        with progress(len(names), "polling") as advance:

            def seen(observation: Observation) -> None:
                came.append(observation)
                advance()
                take(observation)

            return poll_once(fleet, names, seen, document=document)
    finally:
        if came and keep(history, events_of(fleet, came)) and len(came) < len(names):
            kept = f"{len(came)} of {len(names)} nodes had answered, which is written down"
            print(f"fleet: {kept}", file=sys.stderr)


def unseen(one: Observation, drifts: Sequence[Drift]) -> tuple[str, ...]:
    """What the profile declares and the poll did not see, and what it saw and could not read."""
    declared = {drift.field for drift in drifts if drift.state is DriftState.NOT_OBSERVED}
    unparsed = [unit.name for unit in one.units if unit.sight is Sight.UNPARSED]
    return tuple(dict.fromkeys([*unparsed, *sorted(declared)]))


def differing(drifts: Sequence[Drift]) -> tuple[Drift, ...]:
    """The fields that were seen and are not as declared."""
    return tuple(one for one in drifts if one.state in (DriftState.DIFFERS, DriftState.MISSING))


def _code(one: Observation, drifts: Sequence[Drift]) -> ExitCode:
    incomplete = one.failure is not None or unseen(one, drifts)
    return worst_code(
        [
            ExitCode.INCOMPLETE if incomplete else ExitCode.CLEAN,
            ExitCode.FINDINGS if differing(drifts) else ExitCode.CLEAN,
        ]
    )


def drift_lines(one: Observation, drifts: Sequence[Drift], style: Look, when: str = "") -> Iterator[str]:
    """One node: how it stands to the profile, and each leaf that differs; ``when`` it was seen."""
    missing, differs = unseen(one, drifts), differing(drifts)
    if one.failure is not None:
        mark, said = Mark.FAIL, show(one.failure.sentence, 500)
    elif differs:
        mark, said = Mark.WARN, f"differs from the profile in {len(differs)} of {len(drifts)} fields"
    elif missing:
        mark, said = Mark.UNKNOWN, f"{len(missing)} of {len(one.units)} units not seen"
    else:
        mark, said = Mark.OK, f"as declared, {len(one.units)} units seen"
    first, *rest = fold(f"{show(one.node, 80)}{when}: {said}", style.width - 2, hang=2)
    yield style.painted(f"{style.sign(mark)} {first}", mark)
    yield from (f"  {line}" for line in rest)
    if one.failure is not None and one.failure.hint:
        yield from _indented(f"hint: {show(one.failure.hint, 500)}", style)
    for drift in differs:
        for found in drift.differences or ():
            declared, observed = (_said(found.path, value) for value in (found.declared, found.observed))
            yield from _indented(f"{leaf_name(found.path)}: declared {declared}, observed {observed}", style)
    for name in missing if one.failure is None else ():
        unit = one.unit(name)
        yield from _indented(f"{show(name, 80)} {unit.sight}: {show(unit.why, 300)}", style)


def _said(path: ObjectPath, value: object) -> str:
    return "nothing" if value is None else leaf_words(path, value)


def _indented(text: str, style: Look) -> Iterator[str]:
    return (f"    {line}" for line in fold(text, style.width - 4, hang=2))


def _document(
    observations: Sequence[Observation], drifts: Mapping[str, Sequence[Drift]], code: ExitCode
) -> dict[str, Json]:
    return {
        "format": "fleet-poll/1",
        "exit_code": int(code),
        "nodes": [
            {
                "node": one.node,
                "observed": one.failure is None,
                "not_seen": list(unseen(one, drifts[one.node])),
                "drift": [drift_document(drift) for drift in drifts[one.node]],
                "observation": to_plain(one),
            }
            for one in observations
        ],
    }


def drift_document(drift: Drift) -> dict[str, Json]:
    """One field as plain data."""
    return {
        "field": drift.field,
        "state": str(drift.state),
        "why": drift.why,
        "differences": [
            {
                "path": [str(part) for part in found.path],
                "declared": None if found.declared is None else leaf_words(found.path, found.declared),
                "observed": None if found.observed is None else leaf_words(found.path, found.observed),
            }
            for found in drift.differences
        ],
    }
