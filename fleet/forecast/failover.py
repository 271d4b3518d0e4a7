"""Which resolver answers: each platform's order, its waits, and what a dead or refusing resolver leads to.

AsyncOS asks the group of the lowest priority number first.  Within a group it picks at random, anew for every query.
How long a group may take depends on how many groups there are (one: 60 s; two: 15, 45; three: 5, 10, 45; more: 1, 3,
11, 45 and 1 s each), and all resolvers of a group share that time.  Secondary servers come last, and only when the
others cannot be reached.  An alternate server (split DNS) is asked instead of all others for the domains it has.
SERVFAIL is no answer to AsyncOS: the next resolver of the group is asked, then the next group.

Postfix and Exim ask through the C library: the nameservers of ``resolv.conf`` in their order, three at most, 5 s each;
SERVFAIL goes on to the next one there too.

Pure; the audit of resolvers uses it as well.  May import ``fleet.layout.names`` and ``fleet.model``.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from fleet.layout.names import below, canonical
from fleet.model.fleet import Platform, Settings
from fleet.model.resolver import Resolver

GROUP_SECONDS: dict[int, tuple[float, ...]] = {1: (60,), 2: (15, 45), 3: (5, 10, 45)}
"""Seconds each priority group may take, by the number of groups."""
_MANY_GROUPS = (1.0, 3.0, 11.0, 45.0)
_LATE_GROUP = 1.0
LIBC_SERVERS = 3
"""How many nameservers the C library reads from resolv.conf."""
LIBC_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Turn:
    """Resolvers that are asked at the same place in the order, in random order, within ``seconds`` for all of them.

    ``secondary``: asked only where those before could not be reached (not after SERVFAIL).
    """

    resolvers: tuple[Resolver, ...]
    seconds: float
    secondary: bool = False


@dataclass(frozen=True, slots=True)
class Answering:
    """Who answers a query while some resolvers are down.

    ``resolvers``: any of them may be the one, the choice is new for every query; empty: nobody answers.
    ``seconds``: how long a query may wait for those that are down.  ``next``: who is asked where these answer SERVFAIL.
    """

    resolvers: tuple[Resolver, ...]
    seconds: float = 0.0
    next: tuple[Resolver, ...] = ()


def turns(platform: Platform, resolvers: Sequence[Resolver], name: str = "") -> tuple[Turn, ...]:
    """The order in which ``platform`` asks for ``name``; without a name, for one that no alternate server has."""
    mine = alternates(resolvers, name) or tuple(one for one in resolvers if not one.domains)
    if platform is not Platform.ASYNCOS:
        listed = sorted(mine, key=lambda one: (one.secondary, one.priority))  # stable: equal ones as they are listed
        return tuple(Turn((one,), LIBC_SECONDS) for one in listed[:LIBC_SERVERS])
    groups = [
        Turn(members, seconds, secondary)
        for secondary in (False, True)
        for members, seconds in _groups([one for one in mine if one.secondary is secondary])
    ]
    return tuple(groups)


def answering(
    platform: Platform, resolvers: Sequence[Resolver], down: Collection[str] = (), name: str = ""
) -> Answering:
    """Who answers for ``name`` while the addresses in ``down`` are silent."""
    order = turns(platform, resolvers, name)
    waited = 0.0
    for number, turn in enumerate(order):
        alive = tuple(one for one in turn.resolvers if one.address not in down)
        if len(alive) < len(turn.resolvers):
            waited += turn.seconds
        if alive:
            later = (one for other in order[number + 1 :] if not other.secondary for one in other.resolvers)
            beside = alive if len(alive) > 1 else ()
            return Answering(alive, waited, (*beside, *(one for one in later if one.address not in down)))
    return Answering((), waited)


def never_asked(platform: Platform, resolvers: Sequence[Resolver]) -> tuple[Resolver, ...]:
    """Resolvers that no query of ``platform`` ever reaches: behind the third in resolv.conf."""
    if platform is Platform.ASYNCOS:
        return ()
    asked = {one for turn in turns(platform, resolvers) for one in turn.resolvers}
    return tuple(one for one in resolvers if not one.domains and one not in asked)


def in_use(settings: Settings) -> tuple[Resolver, ...]:
    """The resolvers that some query of a node with ``settings`` may reach: every turn, secondaries, alternates."""
    listed = settings.resolvers or ()
    if settings.root_servers:
        return tuple(one for one in listed if one.domains)
    idle = never_asked(settings.platform or Platform.ASYNCOS, listed)
    return tuple(one for one in listed if one not in idle)


def _groups(resolvers: Sequence[Resolver]) -> list[tuple[tuple[Resolver, ...], float]]:
    priorities = sorted({one.priority for one in resolvers})
    seconds = GROUP_SECONDS.get(len(priorities)) or (*_MANY_GROUPS, *(_LATE_GROUP for _ in priorities[4:]))
    return [
        (tuple(one for one in resolvers if one.priority == priority), allowed)
        for priority, allowed in zip(priorities, seconds, strict=False)
    ]


def alternates(resolvers: Sequence[Resolver], name: str) -> tuple[Resolver, ...]:
    """The alternate servers of the longest domain that ``name`` is or lies below."""
    if not name:
        return ()
    wanted, best = canonical(name), ""
    found: list[Resolver] = []
    for one in resolvers:
        for domain in map(canonical, one.domains):
            if (wanted == domain or below(f".{domain}", wanted)) and len(domain) >= len(best):
                found = [*found, one] if domain == best else [one]
                best = domain
    return tuple(found)
