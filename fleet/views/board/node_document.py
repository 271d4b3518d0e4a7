"""One node at length: whether it answers, what it is told to do, with the evidence, and where it drifts.

May import ``fleet.layout``, ``fleet.model``, ``fleet.monitor`` and its own package.
"""

from collections.abc import Iterator

from fleet.forecast.moves import flow_name
from fleet.layout import dane_places, groups, spelled
from fleet.layout.leaves import leaves
from fleet.model.fleet import Fleet, Node, Settings
from fleet.model.observation import Sight, Unit
from fleet.monitor import Freshness, NodeEntry, freshness_of_node
from fleet.text import show
from fleet.views.board.audits import met_by
from fleet.views.board.destination_rows import fate_mark, fate_words
from fleet.views.board.document import Document, Section, section
from fleet.views.board.drift_rows import STATE_MARKS, drift_of, side, sides
from fleet.views.board.fleet_rows import dane_of, findings_by_object, reach_cell
from fleet.views.board.known import known_fleet, node_of_key
from fleet.views.board.outlook import domains_of, outlook
from fleet.views.board.picture import Picture
from fleet.views.board.resolver_rows import order_of
from fleet.views.board.words import counted, rough_age
from fleet.views.explanation import Detail
from fleet.views.marks import Mark, badness, worst
from fleet.views.names import both_names, duration, moment
from fleet.views.policy_words import leaf_name, leaf_words

_LONG = 400
_RAW_LINES = 40
"""Lines of a node's answer that are shown as evidence."""
_DESTINATIONS = 12
"""Destinations named under one flow."""
_LEAVES = 60
"""Leaves of one field that are listed."""


def node_document(picture: Picture, name: str) -> Document | None:
    """All that is known of the node ``name``; None where there is none."""
    fleet = known_fleet(picture)
    node = fleet.nodes.get(name) if fleet is not None else None
    if fleet is None or node is None:
        return None
    entry = picture.state.nodes.get(name)
    fresh = freshness_of_node(picture.state, name, picture.now)
    dane = dane_of(node, fleet.tiers.get(node.tier), entry)
    reach = reach_cell(entry, fresh, picture)
    own = findings_by_object(picture).get(f"node {name}", ())
    sections = (
        section("State", _state(picture, fleet, node, entry, fresh)),
        section("DANE", _dane(fleet, node, entry, fresh)),
        section("Mail", _mail(picture, node)),
        section("Resolvers", _resolvers(picture, node, dane.on)),
        section(
            "Findings",
            [Detail(0, f"{row.code} {row.sentence}", row.mark) for row in own] or ["None of this node by itself."],
        ),
        section("Drift", _drift(picture, name, entry)),
        *_settings(node, entry),
        section("Evidence", _evidence(entry), verbatim=True),
    )
    mark = worst(reach.mark or Mark.NONE, dane.mark, *(row.mark for row in own))
    return Document(f"node {show(name, 64)} of tier {show(node.tier, 64)}", mark, sections)


def _state(picture: Picture, fleet: Fleet, node: Node, entry: NodeEntry | None, fresh: Freshness) -> Iterator[Detail]:
    cell = reach_cell(entry, fresh, picture)
    yield Detail(0, f"reached: {cell.text}", cell.mark)
    if entry is not None and entry.failure is not None:
        yield Detail(1, show(entry.failure.sentence, _LONG), Mark.FAIL)
        if entry.failure.hint:
            yield Detail(1, show(entry.failure.hint, _LONG))
        yield Detail(1, f"{counted(entry.failures, 'poll')} failed in a row")
        if entry.retry_at is not None:
            yield Detail(1, f"tried again at {moment(entry.retry_at)}")
    if entry is not None and entry.observation is not None:
        if fresh is not Freshness.FRESH:
            yield Detail(0, "what follows was true once; nothing has confirmed it since", Mark.STALE)
        offset = entry.observation.clock_offset
        if offset is not None:
            yield Detail(0, f"its clock is {abs(offset):.1f} s {'ahead' if offset > 0 else 'behind'}")
    elif entry is None or entry.observation is None:
        yield Detail(0, "no poll has seen it: what follows is what the profile declares", Mark.UNKNOWN)
    yield Detail(0, f"addresses: {show(', '.join(node.addresses), _LONG) or 'none declared'}")
    version, platform = node.settings.version, node.settings.platform
    yield Detail(0, f"{platform or 'platform unknown'} {show(version, 60) if version else 'version unknown'}")
    yield Detail(0, f"polled every {duration(picture.state.poll_seconds(node.name))}")


def _dane(fleet: Fleet, node: Node, entry: NodeEntry | None, fresh: Freshness) -> Iterator[Detail]:
    dane = dane_of(node, fleet.tiers.get(node.tier), entry)
    stale = fresh is Freshness.STALE and dane.mark in (Mark.OK, Mark.NONE)
    yield Detail(0, f"{dane.text}, when it was last seen" if stale else dane.text, Mark.STALE if stale else dane.mark)
    if dane.forbidden:
        yield Detail(
            1,
            "This tier does not connect to external destinations: mail to the next tier meets DANE there, fails it and "
            "stays in the queue.",
            Mark.FAIL,
        )
    for place in dane_places(node.settings) or ():
        idle = f", but idle: {show(place.why_off, 200)}" if place.why_off else ""
        yield Detail(1, f"{show(place.key, 255)}: {place.mode}{idle}", Mark.WARN if idle else None)


def _mail(picture: Picture, node: Node) -> Iterator[Detail]:
    """Its flows, and the destinations whose mail by each of them is not known to go well: the worst first."""
    found = outlook(picture)
    ways = [(at, way) for at, way in enumerate(found.ways) if node.name in way.group.names]
    if not ways:
        yield Detail(0, "hands all mail to the next tier: what becomes of it is told of that tier's nodes", Mark.NONE)
    for at, way in ways:
        more = f" and {way.flows - 1} more" if way.flows > 1 else ""
        yield Detail(0, f"by {show(flow_name(way.ingress), 200)}{more}")
        bad: list[tuple[int, str, str, Mark]] = []
        for domain in domains_of(picture.state):
            fate = found.fate(domain)
            if fate is not None and (mark := fate_mark(fate.cores[at])) is not Mark.OK:
                bad.append((-badness(mark), domain, fate_words(fate.cores[at]), mark))
        for _, domain, words, mark in sorted(bad)[:_DESTINATIONS]:
            yield Detail(1, f"{both_names(domain)}: {words}", mark)
        if len(bad) > _DESTINATIONS:
            yield Detail(1, f"and {len(bad) - _DESTINATIONS:,} more")
        if not bad and not found.behind:
            yield Detail(1, "all of it is delivered under DANE, as far as it was checked", Mark.OK)


def _resolvers(picture: Picture, node: Node, dane_on: bool | None) -> list[Detail]:
    settings = node.settings
    if settings.root_servers:
        return [Detail(0, "asks the root servers itself")]
    if settings.resolvers is None:
        return [Detail(0, "neither declared nor seen", Mark.UNKNOWN)]
    order = order_of(settings, met_by(picture, node).kinds, dane_on)
    return [Detail(0, text, mark) for text, mark in order] or [Detail(0, "none: no name is resolved", Mark.FAIL)]


def _drift(picture: Picture, name: str, entry: NodeEntry | None) -> Iterator[Detail]:
    declared = picture.state.fleet.nodes.get(name) if picture.state.fleet is not None else None
    found = drift_of(picture, declared, entry) if declared is not None else None
    if found is None:
        yield Detail(0, "no poll has seen it: whether it is as declared is unknown", Mark.UNKNOWN)
        return
    for one in found:
        _, observed = sides(one)
        why = f": {observed}" if one.why else ""
        yield Detail(0, f"{spelled(one.field).replace('_', ' ')}: {one.state}{why}", STATE_MARKS[one.state])
        for difference in one.differences[:_LEAVES]:
            yield Detail(
                1,
                f"{leaf_name(difference.path)}: declared {side(difference, difference.declared)}, "
                f"observed {side(difference, difference.observed)}",
            )


_FIELDS = ("controls", "routes", "listeners", "bounce_profiles", "logs", "postfix", "exim")


def _settings(node: Node, entry: NodeEntry | None) -> Iterator[Section]:
    known = entry.known if entry is not None else None
    for field in _FIELDS:
        found = leaves(node.settings, field)
        if found is None:
            continue
        unit = known.unit(field) if known is not None else None
        lines = [_origin(unit)]
        for path, value in list(found.items())[:_LEAVES]:
            entry_itself = value is True and len(path) == 2 and path[0] not in ("postfix", "exim")
            of_entry = len(path) > 2  # its entry stands above it
            name = show(" ".join(str(part).replace("_", " ") for part in path[2:])) if of_entry else leaf_name(path)
            lines.append(Detail(int(of_entry), name if entry_itself else f"{name}: {leaf_words(path, value)}"))
        if len(found) > _LEAVES:
            lines.append(Detail(0, f"and {len(found) - _LEAVES} more"))
        if not found:
            lines.append(Detail(0, "none"))
        yield section(field.replace("_", " ").capitalize(), lines)


def _origin(unit: Unit | None) -> Detail:
    if unit is None or unit.sight is not Sight.SEEN:
        why = f": {show(unit.why, 200)}" if unit is not None and unit.why else ""
        return Detail(0, f"as declared; {unit.sight if unit is not None else 'never polled'}{why}", Mark.STALE)
    when = f", {moment(unit.evidence.at)}" if unit.evidence is not None else ""
    return Detail(0, f"as observed{when}", Mark.OK)


def _evidence(entry: NodeEntry | None) -> Iterator[Detail]:
    known = entry.known if entry is not None else None
    if known is None:
        yield Detail(0, "none: no poll has seen this node", Mark.UNKNOWN)
        return
    told: set[str] = set()
    for unit in known.units:
        found = unit.evidence
        if found is None:
            yield Detail(
                0, f"{show(unit.name, 60)}: {unit.sight}, {show(unit.why, 200) or 'no evidence kept'}", Mark.UNKNOWN
            )
            continue
        mark = None if unit.sight is Sight.SEEN else Mark.UNKNOWN
        why = f": {show(unit.why, 200)}" if unit.why else ""
        yield Detail(0, f"{show(unit.name, 60)}: {unit.sight}{why}", mark)
        how = f"{moment(found.at)}, {found.milliseconds:.0f} ms, {show(found.parser, 60)}"
        yield Detail(1, f"$ {show(found.command, 200)}  ({how})")
        if found.sha256 in told:
            yield Detail(1, "(the same answer as above)")
            continue
        told.add(found.sha256)
        lines = found.raw.splitlines()
        for line in lines[:_RAW_LINES]:
            yield Detail(1, show(line.expandtabs(8), 300))
        if len(lines) > _RAW_LINES:
            yield Detail(1, f"and {len(lines) - _RAW_LINES:,} more lines")


def drift_document(picture: Picture, key: str) -> Document | None:
    """One field of one node, and which nodes of its tier have which value: the largest group first."""
    fleet = picture.state.fleet
    meant = node_of_key(fleet, key)
    if fleet is None or meant is None:
        return None
    node, field = meant
    name = node.name
    entry = picture.state.nodes.get(name)
    found = drift_of(picture, node, entry) or ()
    one = next((one for one in found if one.field == field), None)
    if one is None:
        return node_document(picture, name)
    lines = [Detail(0, str(one.state) + (f": {show(one.why, _LONG)}" if one.why else ""), STATE_MARKS[one.state])]
    for difference in one.differences:
        lines.append(Detail(0, leaf_name(difference.path)))
        lines.append(Detail(1, f"declared  {side(difference, difference.declared)}"))
        lines.append(Detail(1, f"observed  {side(difference, difference.observed)}"))
    if entry is not None and entry.seen_at is not None:
        lines.append(Detail(0, f"seen {rough_age(entry.seen_at, picture.now)} ago"))
    title = f"{field.replace('_', ' ')} of node {show(name, 64)}"
    return Document(
        title,
        STATE_MARKS[one.state],
        (
            section("Difference", lines),
            section(f"In tier {show(node.tier, 64)}", _tier_groups(picture, fleet, node, field)),
        ),
    )


def _tier_groups(picture: Picture, fleet: Fleet, node: Node, field: str) -> Iterator[Detail]:
    """Who has the same value: as ``11 same, 1 differs`` says more than twelve rows."""
    facts = []
    unseen = []
    for other in fleet.nodes.values():
        if other.tier != node.tier:
            continue
        entry = picture.state.nodes.get(other.name)
        known = entry.known if entry is not None else None
        if known is None or known.unit(field).sight is not Sight.SEEN:
            unseen.append(other.name)
        else:
            facts.append((other.name, getattr(known.settings, field)))
    for at, group in enumerate(groups(facts)):
        mine = " (this node)" if node.name in group.nodes else ""
        has = "has" if len(group.nodes) == 1 else "have"
        text = f"{has} {'one value' if at == 0 else 'another'}"
        yield Detail(
            0,
            f"{counted(len(group.nodes), 'node')} {text}{mine}: {_named(group.nodes)}",
            Mark.OK if at == 0 else Mark.WARN,
        )
        for line in list(_leaf_lines(field, group.value))[:8]:
            yield Detail(1, line)
    if unseen:
        yield Detail(0, f"{counted(len(unseen), 'node')} not observed: {_named(tuple(unseen))}", Mark.UNKNOWN)


def _named(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return ", ".join(show(name, 64) for name in names[:8]) + more


def _leaf_lines(field: str, value: object) -> Iterator[str]:
    found = leaves(Settings(**{field: value}), field)  # type: ignore[arg-type]
    for path, leaf in (found or {}).items():
        entry_itself = leaf is True and len(path) == 2 and path[0] not in ("postfix", "exim")
        yield leaf_name(path) if entry_itself else f"{leaf_name(path)}: {leaf_words(path, leaf)}"
