"""The resolvers of nodes, ready to show: what each was found to be, what it does to mail there, and without it.

May import ``fleet.forecast``, ``fleet.layout``, ``fleet.model``, ``fleet.text`` and ``fleet.views.marks``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fleet.forecast import Audited, Audits, Loss, Losses
from fleet.forecast.failover import in_use, never_asked
from fleet.layout import dane_places, resolver_key
from fleet.model.fleet import Fleet, Node, Platform, Settings
from fleet.model.policy import Mode
from fleet.model.resolver import Resolver, ResolverKind
from fleet.text import show
from fleet.views.marks import Mark

_KIND_MARKS = {
    ResolverKind.VALIDATES: Mark.OK,
    ResolverKind.PASSES: Mark.OK,
    ResolverKind.STRIPS: Mark.FAIL,
    ResolverKind.UNKNOWN: Mark.UNKNOWN,
}
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class ResolverRow:
    """One resolver of one node.  ``mark`` is how good its kind is there; ``mail`` what it does where it answers."""

    resolver: Resolver
    audited: Audited
    loss: Loss
    mark: Mark
    mail: str

    @property
    def name(self) -> str:
        """What it is called."""
        return resolver_key(self.resolver)


@dataclass(frozen=True, slots=True)
class NodeResolvers:
    """One node and the resolvers it uses.  ``dane``: whether it does DANE; ``note``: why it has no rows, if so.

    ``held``: destinations whose mail is held while all of them answer; ``idle``: resolvers that are never asked.
    """

    node: Node
    dane: bool | None
    rows: tuple[ResolverRow, ...]
    held: tuple[str, ...] = ()
    idle: tuple[str, ...] = ()
    note: str = ""

    @property
    def harmed(self) -> bool:
        """Whether a resolver in use holds mail of this node, or takes DANE away from it."""
        return self.dane is True and any(row.mark is Mark.FAIL for row in self.rows)

    @property
    def unknown(self) -> bool:
        """Whether anything about them is not known."""
        return bool(self.note) or any(row.mark is Mark.UNKNOWN for row in self.rows)


def node_resolvers(fleet: Fleet, node: Node, audits: Audits, losses: Losses) -> NodeResolvers:
    """The resolvers of ``node`` as it meets them."""
    settings = node.settings
    dane = does_dane(settings) and fleet.tiers[node.tier].external
    rows = []
    for resolver, loss in zip(in_use(settings), losses.of(node), strict=True):
        found = audits.of(node.name, resolver)
        mark = kind_mark(found.kind, settings.platform, dane)
        rows.append(ResolverRow(resolver, found, loss, mark, consequence(found.kind, settings, dane, ad=found.ad)))
    idle = never_asked(settings.platform or Platform.ASYNCOS, settings.resolvers or ())
    note = "" if rows or settings.root_servers else _NONE[settings.resolvers is None]
    held = tuple(sorted(losses.fates(node).held)) if fleet.tiers[node.tier].external else ()
    return NodeResolvers(node, dane, tuple(rows), held, tuple(map(resolver_key, idle)), note)


_NONE = {
    True: "which resolvers it asks is not known: neither declared nor seen by a poll",
    False: "it has none: no name is resolved, and mail stays in the queue",
}


def does_dane(settings: Settings) -> bool | None:
    """Whether anything turns DANE on there; None: not declared."""
    places = dane_places(settings)
    return None if places is None else any(not place.why_off for place in places)


def kind_mark(kind: ResolverKind, platform: Platform | None, dane_on: bool | None) -> Mark:
    """How good a kind of resolver is for a node: what strips holds mail on AsyncOS and disables DANE elsewhere."""
    if dane_on is False and kind in (ResolverKind.STRIPS, ResolverKind.PASSES):
        return Mark.WARN if kind is ResolverKind.STRIPS else Mark.OK
    if kind is ResolverKind.PASSES and platform is not Platform.ASYNCOS:
        return Mark.FAIL  # no AD bit: Postfix and Exim leave DANE out without a word
    return _KIND_MARKS[kind]


def consequence(kind: ResolverKind, settings: Settings, dane_on: bool | None, *, ad: bool = False) -> str:
    """What becomes of mail where this resolver is the one that answers; ``ad``: it sets the AD bit."""
    if kind is ResolverKind.UNKNOWN:
        return "unknown: audit it"
    if dane_on is False:
        return "nothing, DANE off"
    asyncos = settings.platform is Platform.ASYNCOS
    if asyncos:
        return "holds DANE mail" if kind is ResolverKind.STRIPS else "DANE goes on"
    if kind is ResolverKind.VALIDATES:
        return "DANE goes on"
    if ad:
        return "forgeries pass for DANE"
    strict = any(place.mode is Mode.MANDATORY and not place.why_off for place in dane_places(settings) or ())
    return "leaves DANE out, holds mandatory" if strict else "leaves DANE out"


def loss_words(loss: Loss) -> str:
    """What happens while the resolver is down, in a sentence without its name."""
    then = loss.then
    if not then.resolvers:
        return "nobody answers: all mail waits in the queue"
    chance = ", by chance" if len(then.resolvers) > 1 else ""
    who = " or ".join(resolver_key(one) for one in then.resolvers)
    late = f", up to {then.seconds:g} s later" if then.seconds else ""
    return f"asks {who}{chance}{late}; {_fate_words(loss)}"


def _fate_words(loss: Loss) -> str:
    several = len(loss.concerned)
    if not several:
        return "no watched destination is affected"
    said = []
    if loss.held:
        said.append(f"mail to {len(loss.held):,} of {several:,} destinations is held: {_named(loss.held)}")
    if loss.dane_lost:
        said.append(f"DANE is left out for {len(loss.dane_lost):,} of {several:,}: {_named(loss.dane_lost)}")
    if loss.unknown:
        said.append(f"what becomes of mail to {len(loss.unknown):,} of {several:,} is not known")
    return "; ".join(said) or "mail goes on as it does"


def _named(names: Sequence[str]) -> str:
    listed = ", ".join(show(name, 100) for name in names[:_MOST_NAMED])
    return f"{listed} and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else listed


def turn_words(resolver: Resolver) -> str:
    """When a resolver is asked."""
    if resolver.domains:
        return f"for {show(', '.join(resolver.domains), 60)}"
    return "secondary" if resolver.secondary else f"priority {resolver.priority}"


def cell_words(audited: Audited, transport: str) -> str:
    """What was seen over one transport."""
    cell = audited.over(transport)
    if cell is None or not cell.asked:
        return "not observed"
    return str(cell.kind)
