"""What changes between two fleets on paper, told as what mail meets rather than as lines that differ.

Destination controls and routes are compared by what they come to: for each destination that either fleet has a word
for, and for all others, the effective TLS level, DANE mode, route, bounce time and whether mail is held.  A change of
the Default entry is one change, not one for each destination that inherits it.  Everything else is compared leaf by
leaf.  Computed once per pair of settings; what all nodes of a tier share is said of the tier.

May import ``fleet.layout``, ``fleet.model`` and ``fleet.views.policy_words``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from fleet.layout import Decided, Interner, canonical, dane_places, resolver_key, route_table
from fleet.layout.effective import EffectivePolicy, effective
from fleet.layout.leaves import leaves
from fleet.model.control import DEFAULT
from fleet.model.fleet import Fleet, Node, ObjectPath, Platform, Settings
from fleet.model.flow import FlowAction
from fleet.model.route import ALL
from fleet.text import show
from fleet.views.policy_words import ABSENT, NOT_DECLARED, decided_words, duration, leaf_name, leaf_words, words


@dataclass(frozen=True, slots=True)
class Change:
    """One change, safe to show.  ``nodes``: whom it concerns where that is nodes; ``object`` says it in words."""

    object: str
    nodes: tuple[str, ...]
    what: str
    before: str
    after: str

    @property
    def sentence(self) -> str:
        """All of it in a line."""
        return f"{self.object}: {self.what}: {self.before} -> {self.after}"


_EVERYBODY = "elsewhere.invalid"
"""Stands for all destinations neither fleet has a word for; RFC 6761 keeps anybody from having it."""
_POLICY = (
    ("dane", "DANE"),
    ("tls", "TLS"),
    ("route", "route"),
    ("bounce_seconds", "time until mail is returned"),
    ("ip_preference", "IP preference"),
)
_HELD = {True: "yes, whatever the destination publishes", False: "no", None: "not to be told"}
_LEAVES = (
    "platform",
    "version",
    "root_servers",
    "resolvers",
    "outbound_certificate",
    "controls",
    "listeners",
    "logs",
    "postfix",
    "exim",
)
_DECIDE = ("platform", "controls", "routes", "bounce_profiles", "postfix", "exim")
"""What the effective policy is made of."""
_TOLD_AS_POLICY = frozenset({"tls", "dane", "ip_preference", "bounce_profile"})

Said = tuple[str, str, str]
"""What changes, before, after."""


def policy_changes(before: Fleet, after: Fleet) -> tuple[Change, ...]:
    """Every change from ``before`` to ``after``: the fleet's, then tier by tier, then destinations watched."""
    return (*_of_fleet(before, after), *_of_tiers(before, after), *_of_nodes(before, after), *_watched(before, after))


def _of_fleet(before: Fleet, after: Fleet) -> Iterator[Change]:
    old, new = (frozenset(map(canonical, fleet.own_domains)) for fleet in (before, after))
    if old != new:
        yield Change("fleet", (), "own domains", show(words(old)), show(words(new)))


def _of_tiers(before: Fleet, after: Fleet) -> Iterator[Change]:
    for name, old, new in _pairs(before.tiers, after.tiers):
        about = f"tier {show(name)}"
        if old is None or new is None:
            yield Change(about, (), "the tier", *_existence(old, new))
            continue
        for what, was, now in (
            ("delivers to", old.delivers_to, new.delivers_to),
            ("receives from", old.receives_from, new.receives_from),
        ):
            if frozenset(was) != frozenset(now):
                yield Change(about, (), what, show(words(was)), show(words(now)))


def _of_nodes(before: Fleet, after: Fleet) -> Iterator[Change]:
    compared: dict[str, list[str]] = {}
    found: dict[tuple[str, Said], list[str]] = {}
    pairs = _SettingsPairs(before, after)
    for name, old, new in _pairs(before.nodes, after.nodes):
        if old is None or new is None:
            yield Change(f"node {show(name)}", (show(name),), "the node", *_node_existence(old, new))
            continue
        compared.setdefault(new.tier, []).append(name)
        for said in (*_of_node(old, new), *pairs.changes(old.settings, new.settings)):
            found.setdefault((new.tier, said), []).append(name)
    for name, old_tier, new_tier in _pairs(before.tiers, after.tiers):
        if name not in compared and old_tier is not None and new_tier is not None:
            for said in pairs.changes(old_tier.settings, new_tier.settings):
                found[name, said] = []
    for (tier, (what, was, now)), nodes in found.items():
        yield Change(_named(tier, nodes, compared.get(tier, [])), tuple(map(show, nodes)), what, was, now)


def _named(tier: str, nodes: list[str], compared: list[str]) -> str:
    if len(nodes) == 1 and len(compared) > 1:
        return f"node {show(nodes[0])}"
    if nodes == compared:
        return f"tier {show(tier)}"
    named = ", ".join(show(name) for name in nodes[:5]) + (f" and {len(nodes) - 5:,} more" if len(nodes) > 5 else "")
    return f"{len(nodes)} of {len(compared)} nodes of tier {show(tier)} ({named})"


def _of_node(old: Node, new: Node) -> Iterator[Said]:
    if old.tier != new.tier:
        yield "tier", show(old.tier), show(new.tier)
    if old.addresses != new.addresses:
        yield "addresses", show(words(old.addresses)), show(words(new.addresses))


class _SettingsPairs:
    """What changes from one settings to another, each part computed once for equal values.

    A node that declares one value of its own has settings of its own, but shares all else with its tier.
    """

    def __init__(self, before: Fleet, after: Fleet) -> None:
        self.before, self.after = before, after
        self.watched = tuple(dict.fromkeys((*before.destinations, *after.destinations)))
        self._interner = Interner()
        self._whole: dict[tuple[int, int], tuple[Said, ...]] = {}
        self._parts: dict[tuple[str, tuple[int, ...]], tuple[Said, ...]] = {}

    def changes(self, old: Settings, new: Settings) -> tuple[Said, ...]:
        """Everything that changes."""
        pair = (id(old), id(new))
        if pair not in self._whole:
            self._whole[pair] = () if old == new else tuple(self._changes(old, new))
        return self._whole[pair]

    def _changes(self, old: Settings, new: Settings) -> Iterator[Said]:
        policies = partial(_policies, self.before, self.after, old, new, self.watched)
        yield from self._part("", _DECIDE, old, new, policies)
        for name in _LEAVES:
            yield from self._part(name, (name,), old, new, partial(_leaf_changes, old, new, name))
        yield from _of_kinds(old, new)

    def _part(
        self, part: str, fields: tuple[str, ...], old: Settings, new: Settings, compute: Callable[[], Iterable[Said]]
    ) -> tuple[Said, ...]:
        values = (getattr(settings, field) for settings in (old, new) for field in fields)
        key = part, tuple(map(self._interner.number, values))
        if key not in self._parts:
            self._parts[key] = tuple(compute())
        return self._parts[key]


def _policies(before: Fleet, after: Fleet, old: Settings, new: Settings, watched: Iterable[str]) -> Iterator[Said]:
    def both(domain: str) -> tuple[EffectivePolicy, EffectivePolicy]:
        # RELAY: in ACCEPT flows AsyncOS does no DANE, so a change of policy is one of what RELAY mail meets.
        return effective(before, old, FlowAction.RELAY, domain), effective(after, new, FlowAction.RELAY, domain)

    others = both(_EVERYBODY)
    yield from _differences(others, "every other destination")
    for key in _keys(old, new, watched):
        pair = both(f"any{key}" if key.startswith(".") else key)
        yield from _differences(pair, f"below {show(key)}" if key.startswith(".") else show(key), others)


def _differences(
    pair: tuple[EffectivePolicy, EffectivePolicy],
    domain: str,
    others: tuple[EffectivePolicy, EffectivePolicy] | None = None,
) -> Iterator[Said]:
    """What differs in ``pair``; what is merely inherited from the entry for all ``others`` is said there."""
    for field, what in _POLICY:
        was, now = (getattr(policy, field) for policy in pair)
        told = decided_words(was, field), decided_words(now, field)
        if was.value == now.value or told[0] == told[1]:
            continue
        if others and all(
            _same(getattr(mine, field), getattr(its, field)) for mine, its in zip(pair, others, strict=True)
        ):
            continue
        yield f"{what} for {domain}", *told
    held = pair[0].held, pair[1].held
    if True in held and held[0] is not held[1] and not (others and held == (others[0].held, others[1].held)):
        mail = "RELAY mail" if pair[1].platform is Platform.ASYNCOS else "mail"
        yield f"{mail} held for {domain}", _HELD[held[0]], _HELD[held[1]]


def _same(one: Decided[Any], other: Decided[Any]) -> bool:
    return one.value == other.value and one.path == other.path


def _keys(old: Settings, new: Settings, watched: Iterable[str]) -> tuple[str, ...]:
    """Every destination one of the settings has a word for, and the watched ones, in order."""
    found: dict[str, None] = {}
    for settings in (old, new):
        for control in settings.controls or ():
            found[canonical(control.domain)] = None
        table = route_table(settings)
        for routed in table.values() if table is not None else ():
            found[canonical(routed.route.domain)] = None
        for place in dane_places(settings) or ():
            found[canonical(place.key)] = None
    for domain in watched:
        found[canonical(domain)] = None
    everybody = {DEFAULT, canonical(ALL), "", "*"}
    return tuple(key for key in found if key not in everybody and " " not in key)


def _of_kinds(old: Settings, new: Settings) -> Iterator[Said]:
    """What resolvers are declared to do to DNSSEC: no leaf, because no node can be asked."""
    was, now = ({resolver_key(one): one.kind for one in settings.resolvers or ()} for settings in (old, new))
    for key in was:
        if key in now and was[key] is not now[key]:
            yield f"resolver {show(key)} kind", str(was[key]), str(now[key])


def _leaf_changes(old_settings: Settings, new_settings: Settings, name: str) -> Iterator[Said]:
    old, new = leaves(old_settings, name), leaves(new_settings, name)
    if old is None and new is None:
        return
    paths = dict.fromkeys((*(old or ()), *(new or ())))
    for path in paths:
        if name == "controls" and (len(path) < 3 or path[2] in _TOLD_AS_POLICY):
            continue
        if old is not None and new is not None and len(path) > 2 and (path[:2] in old) != (path[:2] in new):
            continue  # the whole entry came or went, which is said once
        was, now = _leaf(old, path), _leaf(new, path)
        if was != now:
            yield leaf_name(path), was, now


def _leaf(of: Mapping[ObjectPath, Any] | None, path: ObjectPath) -> str:
    if of is None:
        return NOT_DECLARED
    if path not in of:
        return ABSENT if len(path) < 3 else NOT_DECLARED
    return "declared" if of[path] is True and len(path) == 2 and path[0] != "postfix" else leaf_words(path, of[path])


def _watched(before: Fleet, after: Fleet) -> Iterator[Change]:
    for name, old, new in _pairs(before.destinations, after.destinations):
        about = f"destination {show(name)}"
        if old is None or new is None:
            yield Change(about, (), "watched", "no" if old is None else "yes", "no" if new is None else "yes")
        elif old.seconds != new.seconds:
            yield Change(about, (), "checked every", duration(old.seconds), duration(new.seconds))


def _pairs(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for name in dict.fromkeys((*old, *new)):
        yield name, old.get(name), new.get(name)


def _existence(old: object, new: object) -> tuple[str, str]:
    return ABSENT if old is None else "declared", ABSENT if new is None else "declared"


def _node_existence(old: Node | None, new: Node | None) -> tuple[str, str]:
    was = ABSENT if old is None else f"in tier {show(old.tier)}"
    return was, ABSENT if new is None else f"in tier {show(new.tier)}"
