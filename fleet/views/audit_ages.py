"""How old what audits found is, and what it puts in place of what is declared, in sentences.

May import ``fleet.forecast``, ``fleet.layout``, ``fleet.model``, ``fleet.text`` and ``fleet.views.names``.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from fleet.forecast import Audited, Audits, in_use
from fleet.forecast.audited import FRESH
from fleet.layout import resolver_key
from fleet.model.event import HERE, ResolverJudged
from fleet.model.fleet import Fleet
from fleet.model.resolver import Resolver, ResolverKind
from fleet.text import show
from fleet.views.names import age

MOST = 10
"""Resolvers that are named; of the others it is said how many there are."""


def audit_ages(judged: Sequence[ResolverJudged], now: datetime) -> str:
    """Of what was found out by asking: how old the newest and the oldest is, and what is too old to count."""
    known = [one for one in judged if one.kind is not ResolverKind.UNKNOWN]
    if not known:
        return "audits found out nothing about any resolver: what they do is unknown"
    oldest, newest = (pick(one.at for one in known) for pick in (min, max))
    between = age(oldest, now) if age(oldest, now) == age(newest, now) else f"{age(newest, now)} to {age(oldest, now)}"
    said = f"resolvers are as audited {between}"
    stale = sum(now - one.at > FRESH for one in known)
    return f"{said}; {stale:,} of {len(known):,} audits are more than a day old and count as unknown" if stale else said


def met_in_place_of_declared(
    fleet: Fleet, audits: Audits, judged: Sequence[ResolverJudged], now: datetime
) -> Iterator[str]:
    """What a forecast of ``fleet``, as declared, takes from ``audits`` in place of it; who was never audited."""
    if judged:
        yield audit_ages(judged, now)
    never: set[str] = set()
    others: dict[tuple[str, str], list[str]] = {}
    for node in fleet.nodes.values():
        if not fleet.tiers[node.tier].external:
            continue
        for resolver in in_use(node.settings):
            found = audits.of(node.name, resolver)
            if not found.tried:
                never.add(resolver_key(resolver))
            elif found.kind is not resolver.kind or found.kind is ResolverKind.UNKNOWN:
                others.setdefault((resolver_key(resolver), _taken(resolver, found, now)), []).append(node.name)
    for (resolver_name, taken), names in list(others.items())[:MOST]:
        more = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
        yield f"resolver {resolver_name} of {show(names[0], 80)}{more}: {taken}"
    if len(others) > MOST:
        yield f"and {len(others) - MOST:,} more resolvers that are not as declared"
    if never:
        yield f"resolvers never audited: {len(never):,}; their kinds are the declared ones (fleet resolvers)"


def _taken(resolver: Resolver, found: Audited, now: datetime) -> str:
    """What counts, why, and what does not."""
    instead = "" if resolver.kind is ResolverKind.UNKNOWN else f", not {resolver.kind} as declared"
    when = f"audited {age(found.at, now)}" if found.at is not None else "audited"
    if found.kind is ResolverKind.UNKNOWN:
        return f"what it does is unknown{instead}: {when}, {show(found.why, 300)}"
    whence = f", from this host: {show(found.why, 300)}" if found.vantage == HERE and found.why else ""
    return f"{found.kind}{instead}: {when}{whence}"
