"""Running ``fleet hostkeys``."""

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from fleet.decision import ExitCode, worst_code
from fleet.faces.cli.given_fleet import readable_fleet
from fleet.faces.cli.progress import progress
from fleet.layout import select
from fleet.plain import dumps, to_plain
from fleet.profile.writing import key_text
from fleet.text import show

if TYPE_CHECKING:
    from fleet.faces.live.doors import Tried
    from fleet.nodes import HostKey

    Shown = Tried[tuple[HostKey, ...]]


def write_hostkeys(profile: str, nodes: Sequence[str], limits: Sequence[str], *, as_json: bool) -> ExitCode:
    """Ask, print, and return the exit code."""
    from fleet.faces.live.doors import host_keys

    fleet = readable_fleet(profile)
    names = select(fleet, nodes, limits)
    with progress(len(names), "asking for host keys") as advance:
        found = host_keys(fleet, names, advance)
    code = worst_code(_code(one) for one in found)
    if as_json:
        print(dumps({"format": "fleet-hostkeys/1", "exit_code": int(code), "nodes": [_plain(one) for one in found]}))
        return code
    for one in found:
        for line in _lines(one):
            print(line)
    if any(one.found and not one.node.ssh.host_key for one in found):
        print("fleet: compare each with the node's own console before it goes into the profile", file=sys.stderr)
    return code


def _differs(one: "Shown") -> bool:
    """Whether it shows keys, and the one on record is not among them."""
    pin = one.node.ssh.host_key
    return bool(pin and one.found) and pin not in {key.fingerprint for key in one.found or ()}


def _code(one: "Shown") -> ExitCode:
    if not one.found:
        return ExitCode.INCOMPLETE
    return ExitCode.FINDINGS if _differs(one) else ExitCode.CLEAN


def _lines(one: "Shown") -> Iterator[str]:
    """Lines of TOML: what is to be read only is a comment."""
    name = show(one.node.name, 80)
    if one.failure is not None:
        yield f"# {name}: {show(one.failure.sentence, 300)}"
        return
    pin = one.node.ssh.host_key
    if _differs(one):
        yield f"# {name} shows ANOTHER key than the pinned {show(pin, 80)}: rebuilt, or somebody in between"
    path = key_text(("nodes", one.node.name, "ssh", "host_key"))
    for number, key in enumerate(one.found or ()):
        pinned = "  # pinned" if key.fingerprint == pin else ""
        comment = "" if number == 0 else "# or "
        yield f'{comment}{path} = "{show(key.fingerprint, 100)}"  # {show(key.algorithm, 60)}{pinned}'


def _plain(one: "Shown") -> dict[str, object]:
    keys = one.found or ()
    return {
        "node": one.node.name,
        "pinned": one.node.ssh.host_key,
        "differs": _differs(one),
        "keys": [{"algorithm": key.algorithm, "fingerprint": key.fingerprint, "line": key.line} for key in keys],
        "failure": to_plain(one.failure),
    }
