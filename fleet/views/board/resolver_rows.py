"""Node by resolver: what each is asked for, what audits saw it do, and what failing over to it would do to mail.

A cell nobody tested is unknown, and a declared kind is a declaration.  Audits see a resolver from a vantage over a
transport: through an SSH tunnel only TCP is seen, so UDP stays *not observed* there.

May import ``fleet.forecast``, ``fleet.layout``, ``fleet.model``, ``fleet.views.resolvers`` and its own package.
"""

from collections.abc import Mapping

from fleet.forecast import Audited, answering, in_use, turns
from fleet.layout import resolver_key
from fleet.model.fleet import Fleet, Node, Platform, Settings
from fleet.model.resolver import Resolver, ResolverKind
from fleet.text import show
from fleet.views.board.audits import met_by
from fleet.views.board.fleet_rows import dane_of
from fleet.views.board.known import known_fleet, was_seen
from fleet.views.board.picture import Picture
from fleet.views.board.words import minutes_since, rough_age
from fleet.views.marks import Mark, badness
from fleet.views.resolvers import consequence, kind_mark, turn_words
from fleet.views.rows import Column, Row, Table, TableCell

COLUMNS = (
    Column("node", "Node", 8, flexible=True, help="who asks"),
    Column("resolver", "Resolver", 15, help="who is asked"),
    Column("priority", "Turn", 10, help="when it is asked: priority, secondary, alternate for some domains"),
    Column("kind", "Kind", 21, help="what an audit saw it do to DNSSEC, else what is declared"),
    Column("udp", "UDP", 14, least=118, help="as seen over UDP"),
    Column("tcp", "TCP", 14, least=118, help="as seen over TCP"),
    Column("vantage", "Seen from", 14, least=133, help="whence it was audited"),
    Column("failover", "If it must answer", 19, flexible=True, help="what failing over to it does", least=79),
    Column("down", "While it is down", 26, flexible=True, help="who is asked then, and what that does", least=160),
    Column("age", "Age", 8, right=True, help="how old the audit is", least=90),
    Column("tier", "Tier", 10, optional=True),
)


def resolvers_table(picture: Picture) -> Table:
    """Every resolver of every node."""
    fleet = known_fleet(picture)
    if fleet is None:
        return Table(COLUMNS)
    rows = [
        _row(picture, fleet, node, resolver, found)
        for node in fleet.nodes.values()
        for resolver, found in zip(node.settings.resolvers or (), met_by(picture, node).audited, strict=True)
    ]
    rows += [_without(fleet, node) for node in fleet.nodes.values() if not node.settings.resolvers]
    return Table(COLUMNS, rows)


def _row(picture: Picture, fleet: Fleet, node: Node, resolver: Resolver, found: Audited) -> Row:
    age = minutes_since(found.at, picture.now) if found.at is not None else -1
    entry = picture.state.nodes.get(node.name)
    key = f"{node.name} {resolver_key(resolver)}"
    kinds = met_by(picture, node).kinds

    def make() -> Row:
        dane = dane_of(node, fleet.tiers.get(node.tier), entry)
        mark = Mark.STALE if found.stale else kind_mark(found.kind, node.settings.platform, dane.on)
        down, down_mark = while_down(resolver, node.settings, kinds, dane.on)
        cells = (
            TableCell(show(node.name, 64)),
            TableCell(show(resolver_key(resolver), 64)),
            TableCell(turn_words(resolver), sort=float(resolver.priority + 1000 * resolver.secondary)),
            TableCell(_kind_words(found, resolver), mark),
            _transport(found, "udp"),
            _transport(found, "tcp"),
            TableCell(show(found.vantage, 40) or "nowhere"),
            TableCell(consequence(found.kind, node.settings, dane.on, ad=found.ad), mark),
            TableCell(down, down_mark),
            TableCell(rough_age(found.at, picture.now), sort=float(age * 60))
            if found.at is not None
            else TableCell("never", sort=1e12),
            TableCell(show(node.tier, 64)),
        )
        return Row(key, cells, (-badness(mark),), mark is not Mark.OK)

    seen = was_seen(entry, "resolvers")
    return picture.memo.get(("resolver", key, resolver.domains), (node, resolver, found, kinds, age, seen), make)


def while_down(
    resolver: Resolver, settings: Settings, kinds: Mapping[str, ResolverKind], dane_on: bool | None
) -> tuple[str, Mark]:
    """Who is asked while ``resolver`` is silent, and what the worst of them does to mail."""
    if resolver not in in_use(settings):
        return "it is never asked", Mark.NONE
    name = resolver.domains[0] if resolver.domains else ""
    platform = settings.platform or Platform.ASYNCOS
    then = answering(platform, settings.resolvers or (), {resolver.address}, name).resolvers
    if not then:
        return "nobody answers: mail waits", Mark.FAIL
    told = [(kind_mark(kind, platform, dane_on), kind) for kind in (kinds[resolver_key(one)] for one in then)]
    mark, kind = max(told, key=lambda one: badness(one[0]))
    who = show(" or ".join(resolver_key(one) for one in then), 80)
    return f"{who}: {consequence(kind, settings, dane_on)}", mark


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
    cells[7], cells[10] = TableCell(then, mark), TableCell(show(node.tier, 64))
    return Row(f"{node.name} -", tuple(cells), (-badness(mark),), mark is not Mark.OK)


def _kind_words(found: Audited, resolver: Resolver) -> str:
    if found.kind is not ResolverKind.UNKNOWN:
        return str(found.kind)
    if found.stale:
        return "stale"
    return "not audited" if resolver.kind is ResolverKind.UNKNOWN else f"{resolver.kind}, declared"


def _transport(found: Audited, transport: str) -> TableCell:
    cell = found.over(transport)
    if cell is None or not cell.asked:
        return TableCell("not observed", Mark.UNKNOWN)
    marks = {ResolverKind.STRIPS: Mark.FAIL, ResolverKind.UNKNOWN: Mark.UNKNOWN}
    return TableCell(str(cell.kind), marks.get(cell.kind, Mark.OK))


def order_of(settings: Settings, kinds: Mapping[str, ResolverKind], dane_on: bool | None) -> list[tuple[str, Mark]]:
    """Who is asked in which order, and what each answer would do, a line each."""
    if settings.platform is None or not settings.resolvers:
        return []
    lines: list[tuple[str, Mark]] = []
    for number, turn in enumerate(turns(settings.platform, settings.resolvers), 1):
        after = "where those before are silent" if turn.secondary else ("first" if number == 1 else "then")
        for one in turn.resolvers:
            kind = kinds.get(resolver_key(one), ResolverKind.UNKNOWN)
            said = f"{after}: {show(resolver_key(one), 64)}, {kind}; within {turn.seconds:g} s"
            lines.append(
                (f"{said}: {consequence(kind, settings, dane_on)}", kind_mark(kind, settings.platform, dane_on))
            )
    return lines
