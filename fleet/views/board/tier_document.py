"""One tier at length: where its mail comes from and goes to, what its nodes do about DANE, and what is wrong with it.

May import ``fleet.model``, ``fleet.monitor`` and its own package.
"""

from collections.abc import Iterator

from fleet.model.fleet import Node, Tier
from fleet.monitor import freshness_of_node
from fleet.text import show
from fleet.views.board.document import Document, section
from fleet.views.board.fleet_rows import dane_of, ends, findings_by_object, fleet_table, reach_cell
from fleet.views.board.known import known_fleet
from fleet.views.board.picture import Picture
from fleet.views.board.words import counted, listed
from fleet.views.explanation import Detail
from fleet.views.marks import Mark, badness, worst

PREFIX = "tier "
_NAMED = 12
"""Nodes named on one line."""


def tier_document(picture: Picture, key: str) -> Document | None:
    """All that is known of the tier that ``key`` (``tier edge``) names; None where there is none."""
    fleet = known_fleet(picture)
    if fleet is None:
        return None
    title = key.removeprefix(PREFIX)
    tier = next((one for one in fleet.tiers.values() if title in (one.name, show(one.name, 64))), None)
    if tier is None:
        return None
    nodes = [node for node in fleet.nodes.values() if node.tier == tier.name]
    head = fleet_table(picture).heads.get(show(tier.name, 64))
    own = findings_by_object(picture).get(f"tier {tier.name}", ())
    found = [Detail(0, f"{row.code} {row.sentence}", row.mark) for row in own]
    sections = (
        section("Way of mail", list(_way(tier))),
        section("DANE", list(_dane(picture, tier, nodes))),
        section("Nodes", list(_nodes(picture, nodes))),
        section("Findings", found or ["None of this tier."]),
    )
    mark = worst(head.mark if head is not None and head.mark is not None else Mark.NONE, *(row.mark for row in own))
    return Document(f"tier {show(tier.name, 64)}", mark, sections)


def _way(tier: Tier) -> Iterator[Detail]:
    yield Detail(0, f"takes mail from {ends(tier.receives_from)}")
    yield Detail(0, f"hands it to {ends(tier.delivers_to)}")
    if tier.external:
        yield Detail(0, "connects to external destinations itself: here, and only here, DANE can protect mail")
    else:
        yield Detail(0, "does not connect to external destinations: DANE must be off, or mail stays in the queue here")


def _dane(picture: Picture, tier: Tier, nodes: list[Node]) -> Iterator[Detail]:
    """The nodes by what they are told to do, the worst first."""
    alike: dict[tuple[str, Mark], list[str]] = {}
    for node in nodes:
        told = dane_of(node, tier, picture.state.nodes.get(node.name))
        alike.setdefault((told.text, told.mark), []).append(node.name)
    if not nodes:
        yield Detail(0, "no node stands in this tier", Mark.UNKNOWN)
    for (text, mark), names in sorted(alike.items(), key=lambda item: -badness(item[0][1])):
        yield Detail(0, f"{text}: {listed(names, _NAMED)}", mark)


def _nodes(picture: Picture, nodes: list[Node]) -> Iterator[Detail]:
    """Whether they answer, the worst first."""
    alike: dict[tuple[str, Mark], list[str]] = {}
    for node in nodes:
        entry = picture.state.nodes.get(node.name)
        cell = reach_cell(entry, freshness_of_node(picture.state, node.name, picture.now), picture)
        alike.setdefault((cell.text, cell.mark or Mark.NONE), []).append(node.name)
    yield Detail(0, counted(len(nodes), "node"))
    for (text, mark), names in sorted(alike.items(), key=lambda item: -badness(item[0][1])):
        yield Detail(1, f"reached: {text}: {listed(names, _NAMED)}", mark)
