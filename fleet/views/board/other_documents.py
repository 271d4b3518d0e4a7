"""A closer look at a resolver, a finding, an event.

May import ``fleet.model``, ``fleet.views.findings`` and its own package.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from fleet.layout import resolver_key
from fleet.model.resolver import ResolverKind
from fleet.text import show
from fleet.views.board.document import Document, Section, section
from fleet.views.board.event_rows import events_table
from fleet.views.board.finding_rows import finding_key
from fleet.views.board.fleet_rows import dane_of, findings_of, kind_mark, kinds_seen
from fleet.views.board.known import known_fleet, node_of_key
from fleet.views.board.node_document import node_document
from fleet.views.board.outlook import bare_address
from fleet.views.board.picture import Picture
from fleet.views.board.resolver_rows import audits_by_address, order_of, turn_words
from fleet.views.board.words import counted, listed, rough_age
from fleet.views.explanation import Detail
from fleet.views.findings import FindingRow, rows_of, unobserved_rows
from fleet.views.marks import Mark
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
    audits = audits_by_address(picture).get(bare_address(which), ())
    kinds = kinds_seen(picture.state, name)
    kind = kinds.get(bare_address(which), ResolverKind.UNKNOWN)
    lines = [Detail(0, f"{turn_words(found)}; declared {found.kind}")]
    for one in sorted(audits, key=lambda one: (one.vantage != name, one.vantage, one.transport)):
        ad = ", sets AD" if one.ad else ", no AD"
        age = rough_age(one.at, picture.now)
        text = f"{show(one.transport, 16)} from {show(one.vantage, 64)}: {one.kind}{ad}, {age} old"
        lines.append(Detail(0, text, kind_mark(one.kind, node.settings.platform, dane.on)))
        lines += [Detail(1, show(text, 400)) for text in one.evidence]
    if not audits:
        lines.append(Detail(0, "never audited: what it does to DNSSEC is unknown", Mark.UNKNOWN))
    order = [Detail(0, text, mark) for text, mark in order_of(node.settings, kinds, dane.on)]
    users = [
        other.name
        for other in fleet.nodes.values()
        if any(resolver_key(one) == which for one in other.settings.resolvers or ())
    ]
    used = f"{counted(len(users), 'node')}: {listed(users, 12)}"
    return Document(
        f"resolver {show(which, 64)} of node {show(name, 64)}",
        kind_mark(kind, node.settings.platform, dane.on),
        (section("Audits", lines), section("Order of asking", order), section("Used by", [used])),
    )


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
    lines.append(Detail(0, f"{row.severity}, {row.finding.source} fleet, {row.place.shown}"))
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
