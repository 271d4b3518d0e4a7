"""Running ``fleet adopt``."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fleet.decision import ExitCode, worst_code
from fleet.errors import UsageError
from fleet.faces.cli.given import read_observation_file, read_profile_file, replace_file
from fleet.faces.cli.progress import progress
from fleet.faces.export.changes import unified
from fleet.faces.live.adopting import adoption
from fleet.layout import select
from fleet.model.fleet import Fleet
from fleet.model.observation import Observation
from fleet.profile import edit, read_profile
from fleet.text import show


@dataclass(frozen=True, slots=True)
class AdoptAsked:
    """Options, as given."""

    profile: Path
    nodes: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    write: bool = False
    observations: Path | None = None


def write_adoption(asked: AdoptAsked) -> ExitCode:
    """Show the change, or make it; returns the exit code."""
    given = read_profile_file(str(asked.profile))
    reading = read_profile(given.content, given.name)
    if reading.fleet is None or reading.diagnostics:
        raise UsageError(f"{show(given.name)} has mistakes, so it is not edited: fleet validate says where")
    fleet = reading.fleet
    seen = _observed(asked, fleet)
    found = adoption(fleet, {name: one for name, one in seen.items() if one.failure is None})
    after = edit(given.content.decode("utf-8"), found.edits).encode("utf-8")
    for sentence in found.left:
        print(f"fleet: left: {sentence}", file=sys.stderr)
    missing = [name for name, one in seen.items() if one.failure is not None]
    for name in missing:
        failure = seen[name].failure
        print(
            f"fleet: {show(name, 80)} was not seen: {show(failure.sentence if failure else '', 300)}", file=sys.stderr
        )
    code = ExitCode.INCOMPLETE if missing else ExitCode.CLEAN
    if after == given.content:
        print("fleet: the profile says what was seen: nothing to change", file=sys.stderr)
        return code
    if read_profile(after, given.name).diagnostics:
        raise UsageError("what was seen makes no sound profile: it is left to a person")
    if asked.write:
        replace_file(asked.profile, after)
        print(f"fleet: {show(given.name)}: {len(found.edits)} values adopted", file=sys.stderr)
        return code
    for line in unified(show(given.name), given.content, after):
        print(line)
    print(f"fleet: {len(found.edits)} values would be adopted; --write does it", file=sys.stderr)
    return worst_code([code, ExitCode.FINDINGS])


def _observed(asked: AdoptAsked, fleet: Fleet) -> Mapping[str, Observation]:
    names = select(fleet, asked.nodes, asked.limits)
    if asked.observations is not None:
        found = read_observation_file(asked.observations)
        return {name: found[name] for name in names if name in found}
    from fleet.faces.live.observing import poll_once

    with progress(len(names), "polling") as advance:
        seen = poll_once(fleet, names, lambda _one: advance())
    return {one.node: one for one in seen}
