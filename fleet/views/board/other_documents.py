"""A closer look at a resolver, a finding, an event.

May import ``fleet.model``, ``fleet.views.findings`` and its own package.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from fleet.forecast import Losses
from fleet.forecast.resolving import endpoint
from fleet.layout import resolver_key
from fleet.model.event import HERE
from fleet.model.fleet import Destination, Fleet, Node
from fleet.model.resolver import Resolver
from fleet.text import show
from fleet.views.board.audits import audits_of, met_by
from fleet.views.board.document import Document, Section, section
from fleet.views.board.event_rows import events_table
from fleet.views.board.finding_rows import finding_key
from fleet.views.board.fleet_rows import dane_of, findings_of
from fleet.views.board.known import known_fleet, node_of_key
from fleet.views.board.node_document import node_document
from fleet.views.board.outlook import domains_of, newest_verdict
from fleet.views.board.picture import Picture
from fleet.views.board.resolver_rows import order_of
from fleet.views.board.words import counted, listed, rough_age
from fleet.views.explanation import Detail
from fleet.views.findings import FindingRow, rows_of, severity_words, unobserved_rows
from fleet.views.marks import Mark
from fleet.views.resolvers import kind_mark, loss_words, turn_words
from fleet.views.rule_docs import rule_docs

_LONG = 2000


def resolver_document(picture: Picture, key: str) -> Document | None:
    """One resolver as one node uses it; ``key`` is the node and the resolver."""
    fleet = known_fleet(picture)
    meant = node_of_key(fleet, key)
    if fleet is None or meant is None:
        return None
    node, which = meant
    name = node.name
    found = next((one for one in node.settings.resolvers or () if resolver_key(one) == which), None)
    if found is None:
        return node_document(picture, name)
    dane = dane_of(node, fleet.tiers.get(node.tier), picture.state.nodes.get(name))
    asked = endpoint(found)
    audits = [one for one in picture.state.resolvers.values() if one.resolver == asked and one.vantage in (name, HERE)]
    met = audits_of(picture).of(name, found)
    kinds = met_by(picture, node).kinds
    lines = [Detail(0, f"{turn_words(found)}; declared {found.kind}")]
    for one in sorted(audits, key=lambda one: (one.vantage != name, one.vantage, one.transport)):
        ad = ", sets AD" if one.ad else ", no AD"
        age = rough_age(one.at, picture.now)
        said = f"{one.kind}{ad}" if one.asked else "not observed"
        text = f"{show(one.transport, 16)} from {show(one.vantage, 64)}: {said}, {age} old"
        lines.append(Detail(0, text, kind_mark(one.kind, node.settings.platform, dane.on)))
        lines += [Detail(1, show(text, 400)) for text in one.evidence]
    if not audits:
        lines.append(Detail(0, "never audited: what it does to DNSSEC is unknown", Mark.UNKNOWN))
    if met.vantage == HERE:
        lines.append(Detail(0, f"what counts was seen from {HERE}, not from the node", Mark.WARN))
    order = [Detail(0, text, mark) for text, mark in order_of(node.settings, kinds, dane.on)]
    users = [
        other.name
        for other in fleet.nodes.values()
        if any(resolver_key(one) == which for one in other.settings.resolvers or ())
    ]
    used = f"{counted(len(users), 'node')}: {listed(users, 12)}"
    return Document(
        f"resolver {show(which, 64)} of node {show(name, 64)}",
        Mark.STALE if met.stale else kind_mark(met.kind, node.settings.platform, dane.on),
        (
            section("Audits", lines),
            section("While it is down", [Detail(0, _while_down(picture, fleet, node, found))]),
            section("Order of asking", order),
            section("Used by", [used]),
        ),
    )


def _while_down(picture: Picture, fleet: Fleet, node: Node, resolver: Resolver) -> str:
    """Who is asked then, and what becomes of mail to every destination."""
    state = picture.state
    names = tuple(domains_of(state))
    found = ((name, newest_verdict(state, name)) for name in names)
    verdicts = {name: verdict for name, verdict in found if verdict is not None}
    destinations = tuple(fleet.destinations.get(name) or Destination(name) for name in names)

    def make() -> str:
        losses = Losses(fleet, destinations, verdicts, audits_of(picture)).of(node)
        return next((loss_words(one) for one in losses if one.resolver == resolver), "it is never asked")

    basis = (fleet, tuple(verdicts.values()), destinations, audits_of(picture))
    return picture.memo.get(("while down", node.name, resolver), basis, make)


def finding_document(picture: Picture, key: str) -> Document | None:
    """One finding with the lines of the profile and what its rule says; or what could not be decided."""
    row = next((row for row in findings_of(picture) if finding_key(row) == key), None)
    if row is not None and picture.validation is not None:
        (row,) = rows_of([row.finding], picture.validation.reading.source, excerpts=True)
        return Document(f"{row.code}: {row.object}", row.mark, tuple(_finding(row)))
    validation = picture.validation
    for one in unobserved_rows(validation) if validation is not None else ():
        if f"unknown {one.object} {one.what}" == key:
            docs = [Detail(0, f"{code}: {rule_docs()[code].title}") for code in one.rules if code in rule_docs()]
            lines = [Detail(0, one.sentence, Mark.UNKNOWN), Detail(0, one.place.shown)]
            return Document(
                f"{one.object}: {one.what}", Mark.UNKNOWN, (section("Not decided", lines), section("Rules", docs))
            )
    return None


def _finding(row: FindingRow) -> Iterator[Section]:
    lines = [Detail(0, row.sentence, row.mark)]
    if row.hint:
        lines.append(Detail(0, f"what helps: {row.hint}"))
    lines.append(Detail(0, f"{severity_words(row.severity)}, {row.finding.source} fleet, {row.place.shown}"))
    lines += [Detail(1, f"{label.place.shown}: {label.text}") for label in row.labels]
    yield section("Finding", lines)
    yield section("Profile", list(excerpt_lines(row)), verbatim=True)
    doc = rule_docs()[row.code]
    why = [Detail(0, doc.title), Detail(0, doc.rationale)]
    if doc.source:
        why.append(Detail(0, f"source: {doc.source}"))
    yield section("Why it matters", why)
    for title, texts in (("A profile that has it", doc.bad), ("A profile that has not", doc.good)):
        if texts:
            yield section(
                title, [show(line.expandtabs(4), 200) for line in texts[0].strip("\n").splitlines()], verbatim=True
            )


def excerpt_lines(row: FindingRow) -> Iterator[str]:
    """The lines of the profile with their numbers, and carets below what is meant."""
    width = max((len(str(line.number)) for line in row.excerpt), default=1)
    for line in row.excerpt:
        yield f"{line.number:{width}} | {line.text}"
        for caret in line.carets:
            sign = "^" if caret.main else "-"
            yield f"{'':{width}} | {' ' * caret.before}{sign * min(caret.width, 80)} {caret.text}".rstrip()


def event_document(picture: Picture, key: str) -> Document | None:
    """One event, each of its cells on a line."""
    table = events_table(picture)
    row = next((row for row in table.rows if row.key == key), None)
    if row is None:
        return None
    pairs = zip(table.columns, row.cells, strict=True)
    lines = [Detail(0, f"{column.title}: {cell.text}", cell.mark) for column, cell in pairs if cell.text]
    at = row.cells[0].sort
    if isinstance(at, float):  # here is room for the day
        lines[0] = Detail(0, f"Time: {datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S} UTC")
    return Document(
        f"{row.cells[1].text} {row.cells[2].text}", row.cells[3].mark or Mark.NONE, (section("Event", lines),)
    )
