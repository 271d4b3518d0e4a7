"""Deeds that do something: check, poll, cancel, acknowledge, silence, intervals.  Each answers with what it started.

May import ``fleet.monitor``, ``fleet.model``, ``fleet.dane.domain`` (when needed) and the modules beside.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from fleet.errors import UsageError
from fleet.faces.tui.engine import Deed, Reply, Request
from fleet.model.event import HERE, Act, Activity, OperatorActed, Target
from fleet.text import show
from fleet.views import Mark

if TYPE_CHECKING:
    from fleet.faces.live.live import LiveEngine
    from fleet.monitor import Engine

Handler = Callable[[Request], Awaitable[Reply]]
FACTOR = 2
SHORTEST, LONGEST = 10, 86_400
"""Seconds between two polls: an appliance is no place to ask oftener."""
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_LONGEST_SILENCE = timedelta(days=366)


def deeds(live: "LiveEngine", engine: "Engine") -> Mapping[Deed, Handler]:
    """What an engine that polls and checks does."""

    async def check(request: Request) -> Reply:
        targets, unknown = targets_of(live, request.targets)
        if not targets:
            return _none(unknown, "There is no destination to check: name one (:check example.org).")
        live.checks.afresh(targets)
        return _began(engine.check(targets), "check", "checks", unknown)

    async def poll(request: Request) -> Reply:
        nodes, unknown = nodes_of(live, request.targets)
        if not nodes:
            return _none(unknown, "There is no node to poll here: polls are of nodes and tiers.")
        return _began(engine.poll(nodes), "poll", "polls", unknown)

    async def cancel(request: Request) -> Reply:
        nodes, _ = nodes_of(live, [key for key in request.targets if not key.startswith("tier ")])
        targets = [target for key in request.targets for target in live.state.targets.get(key, ())]
        ended = engine.cancel([*nodes, *targets])
        return Reply(_count(ended, "run cancelled", "runs cancelled") if ended else "Nothing runs for this.")

    async def acknowledge(request: Request) -> Reply:
        return _noted(live, request, Act.ACKNOWLEDGED)

    async def silence(request: Request) -> Reply:
        return _noted(live, request, Act.SILENCED)

    async def faster(_request: Request) -> Reply:
        return _interval(live, engine, max(SHORTEST, _poll_seconds(live) // FACTOR))

    async def slower(_request: Request) -> Reply:
        return _interval(live, engine, min(LONGEST, _poll_seconds(live) * FACTOR))

    async def interval(request: Request) -> Reply:
        given = request.arguments[0] if request.arguments else ""
        if not (given.isascii() and given.isdigit() and SHORTEST <= int(given[:9]) <= LONGEST):
            return Reply(f"An interval is {SHORTEST} to {LONGEST:,} seconds, not {show(given, 40)}.", Mark.WARN)
        return _interval(live, engine, int(given))

    return {
        Deed.CHECK: check,
        Deed.POLL: poll,
        Deed.CANCEL: cancel,
        Deed.ACKNOWLEDGE: acknowledge,
        Deed.SILENCE: silence,
        Deed.FASTER: faster,
        Deed.SLOWER: slower,
        Deed.INTERVAL: interval,
    }


def targets_of(live: "LiveEngine", keys: Iterable[str]) -> tuple[list[Target], list[str]]:
    """The targets meant by ``keys``: destinations, nodes (what they send to), other domains; and what is none."""
    users = live.watched.users
    found: dict[Target, None] = {}
    unknown: list[str] = []
    for key in keys:
        known = live.state.targets.get(key, ()) or tuple(one for one in live.watched.targets if one.domain == key)
        if known:
            current = [target for target in known if target in live.watched.targets]
            found.update(dict.fromkeys(current or known))
        elif members := _members(live, key):
            mine = [one for one in live.watched.targets if not members.isdisjoint(users.get(one.resolvers, ()))]
            found.update(dict.fromkeys(mine))
            if not mine:
                unknown.append(f"{show(key, 80)} sends nothing to the Internet")
        else:
            domain = _domain(key)
            if domain is None:
                unknown.append(f"{show(key, 80)} is no destination")
            else:
                lists = list(users) or [()]
                found.update({Target(domain, HERE, resolvers): None for resolvers in lists})
    return list(found), unknown


def _members(live: "LiveEngine", key: str) -> frozenset[str]:
    """The nodes that ``key`` means: itself, or those of a tier."""
    fleet = live.state.fleet
    if fleet is None:
        return frozenset()
    tier = key.removeprefix("tier ")
    return frozenset({key} if key in fleet.nodes else (node.name for node in fleet.nodes.values() if node.tier == tier))


def nodes_of(live: "LiveEngine", keys: Iterable[str]) -> tuple[list[str], list[str]]:
    """The nodes meant by ``keys``: nodes and tiers; and what is neither."""
    fleet = live.state.fleet
    found: dict[str, None] = {}
    unknown: list[str] = []
    for key in keys:
        name = key.removeprefix("node ")
        tier = key.removeprefix("tier ")
        if fleet is not None and name in fleet.nodes:
            found[name] = None
        elif fleet is not None and tier in fleet.tiers:
            found.update({node.name: None for node in fleet.nodes.values() if node.tier == tier})
        else:
            unknown.append(f"{show(key, 80)} is no node")
    return list(found), unknown


def until(text: str, now: datetime) -> datetime | None:
    """When ``7d``, ``12h`` or a date ends; None where it cannot be told, is past or too far away to mean anything."""
    number, unit = text[:-1], text[-1:].lower()
    end = None
    if number.isascii() and number.isdigit() and len(number) < 7 and unit in _UNITS:
        end = now + timedelta(seconds=int(number) * _UNITS[unit])
    else:
        try:
            end = datetime.fromisoformat(text)
        except ValueError:
            return None
        if len(text) <= len("2026-12-31"):  # a day ends at its end
            end = datetime.combine(end, time(23, 59, 59))
        end = end if end.tzinfo is not None else end.replace(tzinfo=UTC)
    return end if now < end <= now + _LONGEST_SILENCE else None


def _noted(live: "LiveEngine", request: Request, act: Act) -> Reply:
    given, reason = (*request.arguments, "", "")[:2]
    now = live.wall()
    end = until(given, now)
    if end is None:
        return Reply(f"Until when?  7d, 12h or a date within a year, not {show(given, 40)}.", Mark.WARN)
    if not reason.strip():
        return Reply("A reason is needed: others will read it.", Mark.WARN)
    if not request.targets:
        return Reply("Nothing is selected.", Mark.WARN)
    for key in request.targets:
        live.publish(OperatorActed(now, live.who, act, live.object_of(key), reason, end))
    what = show(request.targets[0], 80) if len(request.targets) == 1 else f"{len(request.targets):,} objects"
    return Reply(f"{str(act).capitalize()} until {end:%Y-%m-%d %H:%M} UTC: {what}.")


def _domain(text: str) -> str | None:
    from fleet.dane.domain import domain_name  # noqa: PLC0415  start-up stays light

    try:
        domain = domain_name(text)
    except UsageError:
        return None
    return domain if "." in domain else None


def _poll_seconds(live: "LiveEngine") -> int:
    return live.state.poll_seconds("")


def _interval(live: "LiveEngine", engine: "Engine", seconds: int) -> Reply:
    engine.set_interval(Activity.POLL, seconds)
    return Reply(f"Nodes are polled every {seconds:,} seconds from now on.")


def _began(number: int, one: str, many: str, unknown: Sequence[str]) -> Reply:
    said = f"{_count(number, one, many)} started" if number else f"the {many} run already"
    rest = f"; {'; '.join(unknown)}" if unknown else ""
    return Reply(f"{said[:1].upper()}{said[1:]}{rest}.", Mark.WARN if unknown else Mark.OK)


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _none(unknown: Sequence[str], otherwise: str) -> Reply:
    return Reply(f"{'; '.join(unknown)}." if unknown else otherwise, Mark.WARN)
