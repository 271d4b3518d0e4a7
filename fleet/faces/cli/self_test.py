"""``fleet check --self-test``: what each resolver does to DNSSEC, and what that does to mail on each platform."""

import asyncio
import json
from collections.abc import Sequence

from fleet.errors import UsageError
from fleet.faces.cli.terminal import look
from fleet.faces.cli.world import World
from fleet.faces.export.look import Look
from fleet.model import Policy
from fleet.model.resolver import References, ResolverKind
from fleet.text import show
from fleet.vantage.resolver_kind import consequence, fit_for
from fleet.vantage.self_test import ResolverJudgement, judge_resolvers
from fleet.views import Mark

_GROUPS = ("good", "bogus", "unsigned")
_MARKS = {True: Mark.OK, False: Mark.FAIL, None: Mark.UNKNOWN}


def read_references(options: Sequence[str]) -> References:
    """Reference names from ``group=name`` options; a group that is named replaces the built-in names of that group."""
    from fleet.dane.domain import domain_name

    named: dict[str, list[str]] = {}
    for option in options:
        group, _, name = option.partition("=")
        if group not in _GROUPS:
            raise UsageError(f"--reference '{show(option, 80)}': say good=NAME, bogus=NAME or unsigned=NAME")
        named.setdefault(group, []).append(domain_name(name))
    for group, names in named.items():
        if len(set(names)) < 3:
            raise UsageError(f"--reference: a quorum needs at least three {group} names, {len(set(names))} given")
    return References(**{group: tuple(names) for group, names in named.items()})


def write_self_test(world: World, references: References, policy: Policy, *, timeout: float, as_json: bool) -> int:
    """Judge, print, and return the exit code for ``policy``: 1 a resolver does not serve it, 3 one is unknown."""
    cells = asyncio.run(
        judge_resolvers(world.network, world.resolvers, world.trust_anchors, references, timeout=timeout)
    )
    if as_json:
        print(
            json.dumps(
                {"format": "fleet-resolvers/1", "policy": policy, "resolvers": [_document(cell) for cell in cells]},
                indent=2,
            )
        )
    else:
        for cell in cells:
            print("\n".join(_lines(cell, policy, look())))
    fits = [fit_for(cell.kind, policy) for cell in cells]
    return 1 if False in fits else 3 if None in fits else 0


def _lines(cell: ResolverJudgement, policy: Policy, style: Look) -> list[str]:
    mark = _MARKS[fit_for(cell.kind, policy)]
    head = f"{style.sign(mark)} {mark}  {cell.resolver} over {cell.transport.upper()}: {cell.kind}"
    platforms = (Policy.ASYNCOS, Policy.POSTFIX, Policy.EXIM)
    effects = [f"    {platform:<8} {consequence(cell.judgement, platform)}" for platform in platforms]
    seen = [f"    seen     {show(line, 300)}" for line in cell.judgement.evidence]
    return [f"{head}  (from {show(cell.vantage, 80)}, {cell.at:%Y-%m-%d %H:%M:%SZ})", *effects, *seen]


def _document(cell: ResolverJudgement) -> dict[str, object]:
    return {
        "resolver": cell.resolver,
        "transport": cell.transport,
        "vantage": cell.vantage,
        "at": cell.at.isoformat(),
        "kind": cell.kind,
        "serves": {platform: fit_for(cell.kind, platform) for platform in Policy},
        "consequence": {
            platform: consequence(cell.judgement, platform) for platform in Policy if platform is not Policy.RFC7672
        },
        "evidence": list(cell.judgement.evidence),
        "unknown": cell.kind is ResolverKind.UNKNOWN,
    }
