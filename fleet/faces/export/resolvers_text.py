"""The resolvers of nodes as plain text: a row each, and below it what happens without it.

May import ``fleet.views`` and ``fleet.text``.
"""

from collections.abc import Iterator, Sequence

from fleet.faces.export.look import Look, fold
from fleet.model.event import HERE
from fleet.model.fleet import Node
from fleet.model.resolver import ResolverKind
from fleet.text import cell_width, show
from fleet.views.marks import Mark, worst
from fleet.views.resolvers import NodeResolvers, ResolverRow, cell_words, loss_words, turn_words

_TITLES = ("", "Turn", "Resolver", "TCP", "UDP", "Seen from", "Where it answers")
_MOST = (1, 20, 26, 12, 12, 16, 0)
"""Cells that a column may take; what is longer is shown on a line of its own."""


def resolvers_text(nodes: Sequence[NodeResolvers], style: Look) -> Iterator[str]:
    """A block for each node."""
    for number, one in enumerate(nodes):
        if number:
            yield ""
        yield from _node(one, style)


def _node(one: NodeResolvers, style: Look) -> Iterator[str]:
    node = one.node
    mark = worst(*(row.mark for row in one.rows)) if one.rows else Mark.UNKNOWN if one.note else Mark.NONE
    dane = {True: "does DANE", False: "no DANE", None: "DANE not declared"}[one.dane]
    platform = node.settings.platform or "platform not declared"
    head = f"{style.sign(mark)} {show(node.name, 80)} (tier {show(node.tier, 80)}, {platform}, {dane})"
    yield style.painted(style.drawn(head), mark)
    if node.settings.root_servers:
        yield "  asks the root servers itself: no resolver stands between that could lose anything"
    if one.note:
        yield from _below(one.note, style)
    if one.rows:
        table = [_TITLES, *(_cells(row, style) for row in one.rows)]
        widths = [
            min(most, max(cell_width(line[at]) for line in table)) if most else 0 for at, most in enumerate(_MOST)
        ]
        for line, row in zip(table, [None, *one.rows], strict=True):
            text = "  ".join(_padded(cell, width) for cell, width in zip(line, widths, strict=True)).rstrip()
            yield style.painted(f"  {text}", row.mark) if row is not None else f"  {text}"
            yield from _explained(row, node, style) if row is not None else ()
    for name in one.idle:
        yield from _below(f"{name} is never asked: the C library reads three nameservers only", style)
    if one.held:
        yield from _below(f"held as it is, whoever answers: {show(', '.join(one.held), 400)}", style)


def _cells(row: ResolverRow, style: Look) -> tuple[str, ...]:
    return (
        style.sign(row.mark),
        turn_words(row.resolver),
        show(row.name, 64),
        cell_words(row.audited, "tcp"),
        cell_words(row.audited, "udp"),
        show(row.audited.vantage or "nowhere", 40),
        row.mail,
    )


def _padded(cell: str, width: int) -> str:
    return cell + " " * max(0, width - cell_width(cell))


def _explained(row: ResolverRow, node: Node, style: Look) -> Iterator[str]:
    audited = row.audited
    if audited.why:
        whence = f"not from {show(node.name, 80)}: " if audited.vantage == HERE else ""
        yield from _below(f"{whence}{show(audited.why, 400)}", style)
    elif audited.kind is ResolverKind.UNKNOWN:
        yield from _below("; ".join(show(line, 200) for cell in audited.cells for line in cell.evidence[:1]), style)
    yield from _below(f"down: {loss_words(row.loss)}", style)


def _below(text: str, style: Look) -> Iterator[str]:
    return (f"     {line}" for line in fold(style.drawn(text), style.width - 5, hang=2))
