"""Running ``fleet probe`` and ``fleet login``: a line per node, or one JSON document, and the exit code."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from fleet.decision import ExitCode, worst_code
from fleet.errors import Failure, FailureKind
from fleet.faces.cli.given_fleet import readable_fleet
from fleet.faces.cli.progress import progress
from fleet.faces.cli.terminal import look
from fleet.faces.export.look import Look, fold
from fleet.layout import select
from fleet.plain import Json, dumps, to_plain
from fleet.text import show
from fleet.views import Mark

if TYPE_CHECKING:
    from fleet.faces.live.doors import Probed, Tried

_FINDINGS = frozenset(
    {
        FailureKind.HOST_KEY_CHANGED,
        FailureKind.HOST_KEY_UNKNOWN,
        FailureKind.AUTHENTICATION,
        FailureKind.ALGORITHMS,
    }
)
"""The node has answered, and the answer is no.  Whatever else happened says nothing about its door."""


def write_probe(profile: str, nodes: Sequence[str], limits: Sequence[str], *, as_json: bool) -> ExitCode:
    """Try, print, and return the exit code."""
    from fleet.faces.live.doors import probe_each

    fleet = readable_fleet(profile)
    names = select(fleet, nodes, limits)
    with progress(len(names), "probing") as advance:
        found = probe_each(fleet, names, advance)
    code = worst_code(_code(_failure_of(one), _proved(one.found)) for one in found)
    if as_json:
        print(dumps({"format": "fleet-probe/1", "exit_code": int(code), "nodes": [_probe_plain(one) for one in found]}))
        return code
    for one in found:
        failure, said = _failure_of(one), ""
        if one.found is not None:
            said = f"{show(one.found.peer, 120)} answers after {one.found.milliseconds:.0f} ms"
            if one.found.presented is not None and failure is None:
                said += f" with {_words(one.found)}"
        for line in _lines(one.node.name, failure, said, look(), proved=_proved(one.found)):
            print(line)
    return code


def write_login(profile: str, nodes: Sequence[str], limits: Sequence[str], *, as_json: bool) -> ExitCode:
    """Log in, print, and return the exit code."""
    from fleet.faces.live.doors import log_in_to_each

    fleet = readable_fleet(profile)
    names = select(fleet, nodes, limits)
    with progress(len(names), "logging in") as advance:
        found = log_in_to_each(fleet, names, advance)
    code = worst_code(_code(one.failure, proved=True) for one in found)
    if as_json:
        print(dumps({"format": "fleet-login/1", "exit_code": int(code), "nodes": [_login_plain(one) for one in found]}))
        return code
    for one in found:
        said = f"let '{show(one.found, 60)}' in after {one.milliseconds:.0f} ms" if one.found is not None else ""
        for line in _lines(one.node.name, one.failure, said, look(), proved=True):
            print(line)
    return code


def _failure_of(one: "Tried[Probed]") -> Failure | None:
    if one.found is None:
        return one.failure
    return one.found.failure or (one.found.presented.problem if one.found.presented else None)


def _proved(found: "Probed | None") -> bool:
    """Whether the key is one on record: known_hosts may trust an authority, whose word only a login hears."""
    return bool(found and found.presented and found.presented.standing in ("pinned", "known"))


def _code(failure: Failure | None, proved: bool) -> ExitCode:
    if failure is None:
        return ExitCode.CLEAN if proved else ExitCode.INCOMPLETE
    return ExitCode.FINDINGS if failure.kind in _FINDINGS else ExitCode.INCOMPLETE


_STANDING_WORDS = {
    "pinned": "the pinned host key",
    "known": "a host key that known_hosts holds",
    "by-authority": "a host key that fleet login must prove: known_hosts trusts an authority for it",
}


def _words(found: "Probed") -> str:
    if found.presented is None:
        return ""
    key = found.presented.keys[-1]
    return f"{_STANDING_WORDS[found.presented.standing]} ({show(key.algorithm, 60)} {show(key.fingerprint, 100)})"


def _lines(node: str, failure: Failure | None, said: str, style: Look, *, proved: bool) -> Iterator[str]:
    mark = Mark.FAIL if failure is not None else Mark.OK if proved else Mark.UNKNOWN
    told = "; but ".join(filter(None, (said, show(failure.sentence, 500) if failure is not None else "")))
    first, *rest = fold(f"{show(node, 80)}: {told}", style.width - 2, hang=2)
    yield style.painted(f"{style.sign(mark)} {first}", mark)
    yield from (f"  {line}" for line in rest)
    if failure is not None and failure.hint:
        yield from (f"    {line}" for line in fold(f"hint: {show(failure.hint, 500)}", style.width - 4, hang=2))


def _probe_plain(one: "Tried[Probed]") -> dict[str, Json]:
    probed = one.found
    presented = probed.presented if probed else None
    return {
        "node": one.node.name,
        "reached": probed is not None,
        "milliseconds": round(probed.milliseconds if probed else one.milliseconds, 1),
        "host_key": str(presented.standing) if presented else None,
        "keys": to_plain(presented.keys) if presented else [],
        "failure": to_plain(_failure_of(one)),
    }


def _login_plain(one: "Tried[str]") -> dict[str, Json]:
    return {
        "node": one.node.name,
        "logged_in": one.found is not None,
        "user": one.found,
        "milliseconds": round(one.milliseconds, 1),
        "failure": to_plain(one.failure),
    }
