"""Running ``fleet drift``."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fleet.clock import now
from fleet.decision import ExitCode, worst_code
from fleet.faces.cli.given import read_observation_file
from fleet.faces.cli.given_fleet import readable_fleet
from fleet.faces.cli.poll_run import differing, drift_document, drift_lines, unseen
from fleet.faces.cli.terminal import look
from fleet.faces.export.look import Look, fold
from fleet.faces.live.grouping import Fact, facts, leaves_apart
from fleet.faces.live.last_known import last_known_of
from fleet.layout import Comparer, Drift, select
from fleet.model.fleet import Fleet
from fleet.model.observation import Observation
from fleet.plain import Json, dumps
from fleet.text import show
from fleet.views import Mark
from fleet.views.names import age
from fleet.views.policy_words import leaf_name, leaf_words


@dataclass(frozen=True, slots=True)
class DriftAsked:
    """Options, as given."""

    profile: str
    nodes: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    observations: Path | None = None
    as_json: bool = False


def write_drift(asked: DriftAsked) -> ExitCode:
    """Print, and return the exit code."""
    fleet = readable_fleet(asked.profile)
    names = select(fleet, asked.nodes, asked.limits)
    known = (
        read_observation_file(asked.observations) if asked.observations else last_known_of(asked.profile).observations
    )
    seen = {name: known[name] for name in names if name in known}
    comparer = Comparer()
    drifts = {name: comparer.drift(fleet.nodes[name].settings, one) for name, one in seen.items()}
    apart = [fact for fact in facts(fleet, seen) if fact.apart]
    code = worst_code(
        [
            *(_code(seen.get(name), drifts.get(name, ())) for name in names),
            *([ExitCode.FINDINGS] if any(_undue(fleet, fact) for fact in apart) else []),
        ]
    )
    if asked.as_json:
        print(dumps(_document(names, seen, drifts, apart, code)))
        return code
    style = look()
    for name in names:
        for line in _node_lines(name, seen.get(name), drifts.get(name, ()), style):
            print(line)
    for fact in apart:
        for line in _fact_lines(fleet, fact, style):
            print(line)
    return code


def _undue(fleet: Fleet, fact: Fact) -> bool:
    """Whether nodes must not differ there."""
    return fact.field not in fleet.tiers[fact.tier].may_differ


def _code(seen: Observation | None, drifts: Sequence[Drift]) -> ExitCode:
    if seen is None:
        return ExitCode.INCOMPLETE
    codes = [ExitCode.FINDINGS] if differing(drifts) else []
    return worst_code([*codes, ExitCode.INCOMPLETE if unseen(seen, drifts) else ExitCode.CLEAN])


def _node_lines(name: str, seen: Observation | None, drifts: Sequence[Drift], style: Look) -> Iterator[str]:
    if seen is None:
        yield style.painted(f"{style.sign(Mark.UNKNOWN)} {show(name, 80)}: never seen", Mark.UNKNOWN)
        return
    yield from drift_lines(seen, drifts, style, f" (seen {age(seen.at, now())})")


def _fact_lines(fleet: Fleet, fact: Fact, style: Look) -> Iterator[str]:
    reference = fact.reference
    if reference is None:
        return
    mark = Mark.WARN if _undue(fleet, fact) else Mark.NONE
    may = "" if _undue(fleet, fact) else " (may differ)"
    alike = ", ".join(show(name, 64) for name in reference.nodes)
    text = f"tier {show(fact.tier, 64)}, {show(fact.field, 40)}{may}: {len(reference.nodes)} alike ({alike})"
    first, *rest = fold(text, style.width - 2, hang=2)
    yield style.painted(f"{style.sign(mark)} {first}", mark)
    yield from (f"  {line}" for line in rest)
    for group in fact.apart:
        names = ", ".join(show(name, 64) for name in group.nodes)
        theirs, common = dict(group.value), dict(reference.value)
        for path in leaves_apart(reference, group):
            has, others = _said(path, theirs.get(path)), _said(path, common.get(path))
            said = f"{names}: {leaf_name(path)} {has}, the others {others}"
            yield from (f"    {line}" for line in fold(said, style.width - 4, hang=2))


def _said(path: tuple[str | int, ...], value: object) -> str:
    return "nothing" if value is None else leaf_words(path, value)


def _document(
    names: Sequence[str],
    seen: Mapping[str, Observation],
    drifts: Mapping[str, Sequence[Drift]],
    apart: Sequence[Fact],
    code: ExitCode,
) -> dict[str, Json]:
    return {
        "format": "fleet-drift/1",
        "exit_code": int(code),
        "nodes": [
            {
                "node": name,
                "seen_at": seen[name].at.isoformat() if name in seen else None,
                "not_seen": list(unseen(seen[name], drifts[name])) if name in seen else [],
                "drift": [drift_document(one) for one in drifts.get(name, ())],
            }
            for name in names
        ],
        "apart": [
            {
                "tier": fact.tier,
                "field": fact.field,
                "groups": [list(group.nodes) for group in fact.groups],
                "not_seen": list(fact.unseen),
            }
            for fact in apart
        ],
    }
