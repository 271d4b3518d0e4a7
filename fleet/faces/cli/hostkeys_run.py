"""Running ``fleet hostkeys``."""

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from fleet.decision import ExitCode, worst_code
from fleet.faces.cli.poll_run import readable_fleet
from fleet.faces.live.selecting import select
from fleet.plain import dumps
from fleet.profile.writing import key_text
from fleet.text import show

if TYPE_CHECKING:
    from fleet.faces.live.observing import ShownKeys


def write_hostkeys(profile: str, nodes: Sequence[str], limits: Sequence[str], *, as_json: bool) -> ExitCode:
    """Ask, print, and return the exit code."""
    from fleet.faces.live.observing import host_keys

    fleet = readable_fleet(profile)
    found = host_keys(fleet, select(fleet, nodes, limits))
    code = worst_code(_code(one) for one in found)
    if as_json:
        print(dumps({"format": "fleet-hostkeys/1", "exit_code": int(code), "nodes": [_plain(one) for one in found]}))
        return code
    for one in found:
        for line in _lines(one):
            print(line)
    if any(one.keys and not one.pinned for one in found):
        print("fleet: compare each with the node's own console before it goes into the profile", file=sys.stderr)
    return code


def _code(one: "ShownKeys") -> ExitCode:
    if not one.keys:
        return ExitCode.INCOMPLETE
    return ExitCode.FINDINGS if one.differs else ExitCode.CLEAN


def _lines(one: "ShownKeys") -> Iterator[str]:
    """Lines of TOML: what is to be read only is a comment."""
    name = show(one.node.name, 80)
    if one.error is not None:
        yield f"# {name}: {show(one.error.failure.sentence, 300)}"
        return
    if one.differs:
        yield f"# {name} shows ANOTHER key than the pinned {show(one.pinned, 80)}: rebuilt, or somebody in between"
    path = key_text(("nodes", one.node.name, "ssh", "host_key"))
    for number, key in enumerate(one.keys):
        pinned = "  # pinned" if key.fingerprint == one.pinned else ""
        comment = "" if number == 0 else "# or "
        yield f'{comment}{path} = "{show(key.fingerprint, 100)}"  # {show(key.algorithm, 60)}{pinned}'


def _plain(one: "ShownKeys") -> dict[str, object]:
    return {
        "node": one.node.name,
        "pinned": one.pinned,
        "differs": one.differs,
        "keys": [{"algorithm": key.algorithm, "fingerprint": key.fingerprint, "line": key.line} for key in one.keys],
        "failure": None
        if one.error is None
        else {"kind": str(one.error.failure.kind), "sentence": one.error.failure.sentence},
    }
