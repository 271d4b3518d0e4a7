"""Running ``fleet adopt``."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fleet.decision import ExitCode, worst_code
from fleet.errors import Failure, UsageError
from fleet.faces.cli.given import read_observation_file, read_profile_file, replace_file
from fleet.faces.cli.progress import progress
from fleet.faces.export.changes import unified
from fleet.faces.live.adopting import Adoption, adoption
from fleet.layout import select
from fleet.model.fleet import Fleet
from fleet.model.observation import Observation
from fleet.plain import Json, dumps, to_plain
from fleet.profile import edit, read_profile
from fleet.text import show
from fleet.views.findings import pointer

FORMAT = "fleet-adopt/1"


@dataclass(frozen=True, slots=True)
class AdoptAsked:
    """Options, as given."""

    profile: Path
    nodes: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    write: bool = False
    observations: Path | None = None
    as_json: bool = False


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
    if after != given.content and read_profile(after, given.name).diagnostics:
        raise UsageError("what was seen makes no sound profile: it is left to a person")
    change = Change(given.name, given.content, after, found, {n: one.failure for n, one in seen.items() if one.failure})
    if change.there_is_one and asked.write:
        replace_file(asked.profile, after)
    if asked.as_json:
        print(dumps(_document(change, asked.write), indent=1))
    else:
        _say(change, asked.write)
    code = ExitCode.INCOMPLETE if change.not_seen else ExitCode.CLEAN
    return worst_code([code, ExitCode.FINDINGS]) if change.there_is_one and not asked.write else code


@dataclass(frozen=True, slots=True)
class Change:
    """A profile before and after, why, and the nodes that could not be asked."""

    name: str
    before: bytes
    after: bytes
    found: Adoption
    not_seen: Mapping[str, Failure]

    @property
    def there_is_one(self) -> bool:
        """Whether anything changes."""
        return self.before != self.after


def _document(change: Change, written: bool) -> dict[str, Json]:
    edits: list[Json] = [{"path": pointer(one.path), "value": to_plain(one.value)} for one in change.found.edits]
    return {
        "format": FORMAT,
        "profile": change.name,
        "written": written and change.there_is_one,
        "edits": edits if change.there_is_one else [],
        "left": list(change.found.left),
        "not_seen": [{"node": name, "sentence": failure.sentence} for name, failure in change.not_seen.items()],
        "diff": list(unified(show(change.name), change.before, change.after)),
    }


def _say(change: Change, written: bool) -> None:
    """The diff on stdout, all else on stderr."""
    for sentence in change.found.left:
        print(f"fleet: left: {sentence}", file=sys.stderr)
    for name, failure in change.not_seen.items():
        print(f"fleet: {show(name, 80)} was not seen: {show(failure.sentence, 300)}", file=sys.stderr)
    if not change.there_is_one:
        print("fleet: the profile says what was seen: nothing to change", file=sys.stderr)
        return
    if written:
        print(f"fleet: {show(change.name)}: {len(change.found.edits)} values adopted", file=sys.stderr)
        return
    for line in unified(show(change.name), change.before, change.after):
        print(line)
    print(f"fleet: {len(change.found.edits)} values would be adopted; --write does it", file=sys.stderr)


def _observed(asked: AdoptAsked, fleet: Fleet) -> Mapping[str, Observation]:
    names = select(fleet, asked.nodes, asked.limits)
    if asked.observations is not None:
        found = read_observation_file(asked.observations)
        return {name: found[name] for name in names if name in found}
    from fleet.faces.live.observing import poll_once

    with progress(len(names), "polling") as advance:
        seen = poll_once(fleet, names, lambda _one: advance())
    return {one.node: one for one in seen}
