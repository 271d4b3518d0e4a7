"""Node by resolver: what each is asked for, what audits saw it do, and what failing over to it would do to mail.

A cell nobody tested is unknown, and a declared kind is a declaration.  Audits see a resolver from a vantage over a
transport: through an SSH tunnel only TCP is seen, so UDP stays *not observed* there.

May import ``fleet.forecast``, ``fleet.layout``, ``fleet.model`` and its own package.
"""

from fleet.forecast import turns
from fleet.layout import resolver_key
from fleet.model.event import ResolverJudged
from fleet.model.fleet import Fleet, Node, Platform, Settings
from fleet.model.resolver import Resolver, ResolverKind
from fleet.text import show
from fleet.views.board.fleet_rows import dane_of, kind_mark
from fleet.views.board.known import known_fleet, was_seen
from fleet.views.board.outlook import bare_address
from fleet.views.board.picture import Picture
from fleet.views.board.words import minutes_since, rough_age
from fleet.views.marks import Mark, badness
from fleet.views.rows import Column, Row, Table, TableCell

COLUMNS = (
    Column("node", "Node", 9, flexible=True, help="who asks"),
    Column("resolver", "Resolver", 15, help="who is asked"),
    Column("priority", "Turn", 10, help="when it is asked: priority, secondary, alternate for some domains"),
    Column("kind", "Kind", 21, help="what an audit saw it do to DNSSEC, else what is declared"),
    Column("udp", "UDP", 14, least=100, help="as seen over UDP"),
    Column("tcp", "TCP", 14, least=100, help="as seen over TCP"),
    Column("vantage", "Seen from", 14, least=120, help="whence it was audited"),
    Column("failover", "If it must answer", 19, flexible=True, help="what failing over to it does", least=78),
    Column("age", "Age", 8, right=True, help="how old the audit is", least=90),
    Column("tier", "Tier", 10, optional=True),
)


def resolvers_table(picture: Picture) -> Table:
    """Every resolver of every node."""
    fleet = known_fleet(picture)
    if fleet is None:
        return Table(COLUMNS)
    audits = audits_by_address(picture)
    rows = [
        _row(picture, fleet, node, resolver, audits.get(bare_address(resolver_key(resolver)), ()))
        for node in fleet.nodes.values()
        for resolver in node.settings.resolvers or ()
    ]
    rows += [_without(fleet, node) for node in fleet.nodes.values() if not node.settings.resolvers]
    return Table(COLUMNS, rows)


def audits_by_address(picture: Picture) -> dict[str, tuple[ResolverJudged, ...]]:
    """Audits by the bare address of the resolver."""

    def make() -> dict[str, tuple[ResolverJudged, ...]]:
        found: dict[str, list[ResolverJudged]] = {}
        for (resolver, _, _), judged in picture.state.resolvers.items():
            found.setdefault(bare_address(resolver), []).append(judged)
        return {address: tuple(judged) for address, judged in found.items()}

    return picture.memo.get("audits by address", tuple(picture.state.resolvers.values()), make)


def _row(picture: Picture, fleet: Fleet, node: Node, resolver: Resolver, audits: tuple[ResolverJudged, ...]) -> Row:
    mine = tuple(one for one in audits if one.vantage == node.name) or audits
    newest = max((one.at for one in mine), default=None)
    age = minutes_since(newest, picture.now) if newest is not None else -1
    entry = picture.state.nodes.get(node.name)
    key = f"{node.name} {resolver_key(resolver)}"

    def make() -> Row:
        dane = dane_of(node, fleet.tiers.get(node.tier), entry)
        kinds = [one.kind for one in mine if one.kind is not ResolverKind.UNKNOWN]
        kind = min(kinds, key=_WORST.index) if kinds else ResolverKind.UNKNOWN
        mark = kind_mark(kind, node.settings.platform, dane.on)
        where = ", ".join(dict.fromkeys(show(one.vantage, 40) for one in mine))
        cells = (
            TableCell(show(node.name, 64)),
            TableCell(show(resolver_key(resolver), 64)),
            TableCell(turn_words(resolver), sort=float(resolver.priority + 1000 * resolver.secondary)),
            TableCell(_kind_words(kind, resolver), mark),
            _transport(mine, "udp"),
            _transport(mine, "tcp"),
            TableCell(where or "nowhere"),
            TableCell(consequence(kind, node.settings, dane.on), mark),
            TableCell(rough_age(newest, picture.now), sort=float(age * 60))
            if newest
            else TableCell("never", sort=1e12),
            TableCell(show(node.tier, 64)),
        )
        return Row(key, cells, (-badness(mark),), mark is not Mark.OK)

    seen = was_seen(entry, "resolvers")
    return picture.memo.get(("resolver", key, resolver.domains), (node, resolver, mine, age, seen), make)


def _without(fleet: Fleet, node: Node) -> Row:
    """A node that has none, or of which none is known."""
    settings = node.settings
    if settings.root_servers:
        mark, text, then = Mark.NONE, "root servers", "asks the Internet itself"
    elif settings.resolvers is None:
        mark, text, then = Mark.UNKNOWN, "unknown", "neither declared nor seen by a poll"
    else:
        mark, text, then = Mark.FAIL, "none", "no name is resolved: mail stays in the queue"
    cells = [TableCell("") for _ in COLUMNS]
    cells[0], cells[1], cells[3] = TableCell(show(node.name, 64)), TableCell(text), TableCell(text, mark)
    cells[7], cells[9] = TableCell(then, mark), TableCell(show(node.tier, 64))
    return Row(f"{node.name} -", tuple(cells), (-badness(mark),), mark is not Mark.OK)


_WORST = (ResolverKind.STRIPS, ResolverKind.PASSES, ResolverKind.VALIDATES, ResolverKind.UNKNOWN)


def turn_words(resolver: Resolver) -> str:
    """When a resolver is asked."""
    if resolver.domains:
        return f"for {show(', '.join(resolver.domains), 60)}"
    return "secondary" if resolver.secondary else f"priority {resolver.priority}"


def _kind_words(kind: ResolverKind, resolver: Resolver) -> str:
    if kind is not ResolverKind.UNKNOWN:
        return str(kind)
    declared = resolver.kind
    return "not audited" if declared is ResolverKind.UNKNOWN else f"{declared}, declared"


def _transport(audits: tuple[ResolverJudged, ...], transport: str) -> TableCell:
    found = [one for one in audits if one.transport == transport]
    if not found:
        return TableCell("not observed", Mark.UNKNOWN)
    kind = min((one.kind for one in found), key=_WORST.index)
    marks = {ResolverKind.STRIPS: Mark.FAIL, ResolverKind.UNKNOWN: Mark.UNKNOWN}
    return TableCell(str(kind), marks.get(kind, Mark.OK))


def consequence(kind: ResolverKind, settings: Settings, dane_on: bool | None) -> str:
    """What becomes of mail where this resolver is the one that answers."""
    if kind is ResolverKind.UNKNOWN:
        return "unknown: audit it"
    if dane_on is False:
        return "nothing, DANE off"
    asyncos = settings.platform is Platform.ASYNCOS
    if kind is ResolverKind.STRIPS:
        return "holds DANE mail" if asyncos else "leaves DANE out"
    if kind is ResolverKind.PASSES and not asyncos:
        return "leaves DANE out"
    return "DANE goes on"


def order_of(settings: Settings, kinds: dict[str, ResolverKind], dane_on: bool | None) -> list[tuple[str, Mark]]:
    """Who is asked in which order, and what each answer would do, a line each."""
    if settings.platform is None or not settings.resolvers:
        return []
    lines: list[tuple[str, Mark]] = []
    for number, turn in enumerate(turns(settings.platform, settings.resolvers), 1):
        after = "where those before are silent" if turn.secondary else ("first" if number == 1 else "then")
        for one in turn.resolvers:
            kind = kinds.get(bare_address(resolver_key(one)), ResolverKind.UNKNOWN)
            said = f"{after}: {show(resolver_key(one), 64)}, {kind}; within {turn.seconds:g} s"
            lines.append(
                (f"{said}: {consequence(kind, settings, dane_on)}", kind_mark(kind, settings.platform, dane_on))
            )
    return lines
