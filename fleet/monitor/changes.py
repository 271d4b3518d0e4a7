"""What became another than it was: at destinations, at resolvers, at nodes, in the profile.

Derived while events are folded, from a value and the one it replaces, and kept in State like the marks of a sparkline:
the last ``KEPT`` of them.  Only what was seen on both sides can change.  May import ``fleet.decision``,
``fleet.layout`` and ``fleet.model``.
"""

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from fleet.decision import Change, ChangeKind, Effect, Published, changes
from fleet.layout import spelled
from fleet.layout.leaves import leaves
from fleet.model.event import ResolverJudged, Target
from fleet.model.fleet import Fleet, Settings
from fleet.model.observation import Observation, Sight
from fleet.model.resolver import ResolverKind

KEPT = 1000
"""Changes that State holds."""
_EACH = 20
"""Leaves told of one pair of settings: a node that was set up anew is one event, not a thousand."""
_TOLD = "what it does to mail, fleet compare says"


@dataclass(frozen=True, slots=True)
class Changed:
    """One change, and when it was noticed.

    ``about``: ``destination ietf.org``, ``node dlv1``, ``tier edge``, ``resolver 192.0.2.53:53``; ``seen_from``: the
    vantage, and the transport of a resolver.
    """

    at: datetime
    about: str
    change: Change
    seen_from: str = ""


_AS_KINDS: dict[tuple[ResolverKind, ResolverKind], tuple[Effect, str]] = {
    (ResolverKind.VALIDATES, ResolverKind.PASSES): (
        Effect.ENDS,
        "AsyncOS goes on; Postfix and Exim behind it do DANE no more, without a word",
    ),
    (ResolverKind.PASSES, ResolverKind.VALIDATES): (Effect.BEGINS, "Postfix and Exim behind it can do DANE now"),
}
_STRIPS = "it takes signatures away: AsyncOS behind it keeps mail, Postfix and Exim do DANE no more"


def of_check(old: Published | None, new: Published, at: datetime, target: Target) -> Iterator[Changed]:
    """What a destination publishes or presents otherwise."""
    if old is None or old == new:
        return
    asked = f" through {', '.join(target.resolvers)}" if target.resolvers else ""
    for change in changes(old, new):
        yield Changed(at, f"destination {target.domain}", change, f"{target.vantage}{asked}")


def of_resolver(old: ResolverJudged | None, new: ResolverJudged) -> Iterator[Changed]:
    """Another kind than before."""
    if old is None or old.kind is new.kind or ResolverKind.UNKNOWN in (old.kind, new.kind):
        return
    if new.kind is ResolverKind.STRIPS:
        effect, sentence = Effect.BREAKS, _STRIPS
    elif old.kind is ResolverKind.STRIPS:
        effect, sentence = Effect.MENDS, "signatures arrive again"
    else:
        effect, sentence = _AS_KINDS[old.kind, new.kind]
    change = Change(ChangeKind.RESOLVER, new.resolver, str(old.kind), str(new.kind), effect, sentence)
    yield Changed(new.at, f"resolver {new.resolver}", change, f"{new.vantage}, {new.transport}")


def of_node(old: Observation | None, new: Observation) -> Iterator[Changed]:
    """Settings that were seen before and now, and differ."""
    if old is None or old.settings == new.settings:
        return
    both = [name for name in _FIELDS if Sight.SEEN is old.unit(name).sight is new.unit(name).sight]
    for change in _of_settings(old.settings, new.settings, both):
        yield Changed(new.at, f"node {new.node}", change)


def of_profile(old: Fleet | None, new: Fleet, at: datetime) -> Iterator[Changed]:
    """What the profile declares otherwise for tiers, and for nodes beside their tier."""
    if old is None or old == new:
        return
    for name, tier in new.tiers.items():
        if (before := old.tiers.get(name)) is not None and before.settings != tier.settings:
            for change in _of_settings(before.settings, tier.settings, _FIELDS):
                yield Changed(at, f"tier {name}", change)
    for name, node in new.nodes.items():
        was = old.nodes.get(name)
        if was is None or not (node.own or was.own) or was.tier != node.tier:
            continue
        own = {str(path[0]) for path in (*node.own, *was.own)}
        for change in _of_settings(was.settings, node.settings, [name for name in _FIELDS if spelled(name) in own]):
            yield Changed(at, f"node {name}", change)


_FIELDS = tuple(field.name for field in fields(Settings))


def _of_settings(old: Settings, new: Settings, names: Iterable[str]) -> Iterator[Change]:
    """Leaf by leaf; what was not declared, or not seen, on one side is no change."""
    told = 0
    for name in names:
        was, becomes = leaves(old, name), leaves(new, name)
        if was is None or becomes is None or was == becomes:
            continue
        for path in dict.fromkeys((*was, *becomes)):
            if was.get(path) == becomes.get(path) or told >= _EACH:
                continue
            told += 1
            kind = ChangeKind.RESOLVER if name == "resolvers" else ChangeKind.POLICY
            yield Change(
                kind, " ".join(map(str, path)), _said(was.get(path)), _said(becomes.get(path)), Effect.UNKNOWN, _TOLD
            )


def _said(value: Any) -> str:
    """A value of a setting in true words; views make them safe to show."""
    if value is None:
        return "absent"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Set):
        return ", ".join(sorted(map(_said, value))) or "none"
    if isinstance(value, tuple):
        return ", ".join(map(_said, value)) or "none"
    if is_dataclass(value):
        return " ".join(_said(getattr(value, field.name)) for field in fields(value))
    return str(value)
