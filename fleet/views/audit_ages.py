"""How old what audits found is, in a sentence.

May import ``fleet.forecast``, ``fleet.model`` and ``fleet.views.names``.
"""

from collections.abc import Sequence
from datetime import datetime

from fleet.forecast.audited import FRESH
from fleet.model.event import ResolverJudged
from fleet.model.resolver import ResolverKind
from fleet.views.names import age


def audit_ages(judged: Sequence[ResolverJudged], now: datetime) -> str:
    """Of what was found out by asking: how old the newest and the oldest is, and what is too old to count."""
    known = [one for one in judged if one.kind is not ResolverKind.UNKNOWN]
    if not known:
        return "audits found out nothing about any resolver: what is declared counts"
    oldest, newest = (pick(one.at for one in known) for pick in (min, max))
    between = age(oldest, now) if age(oldest, now) == age(newest, now) else f"{age(newest, now)} to {age(oldest, now)}"
    said = f"resolvers are as audited {between}"
    stale = sum(now - one.at > FRESH for one in known)
    return f"{said}; {stale:,} of {len(known):,} audits are more than a day old and count as unknown" if stale else said
