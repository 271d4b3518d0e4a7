"""The fleet: tiers as lanes from inside to the Internet, and their nodes with what is known of each.

Nothing is called good that nobody saw: a node that was never polled is unknown, a declared value says that it is
declared, a value that no poll confirmed for three intervals is stale and says how old it is.  DANE on a lane that does
not face outside loses mail, so that is said in capitals, with a glyph, and in the colour of failure.

May import ``fleet.layout``, ``fleet.model``, ``fleet.monitor`` and its own package.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fleet.layout import dane_places, resolver_key, tier_graph
from fleet.model import Mode
from fleet.model.finding import Severity
from fleet.model.fleet import INSIDE, INTERNET, Fleet, Node, Platform, Settings, Tier
from fleet.model.resolver import ResolverKind
from fleet.monitor import Freshness, NodeEntry, freshness_of_node
from fleet.text import show
from fleet.views.board.audits import met_by
from fleet.views.board.known import known_fleet, was_seen
from fleet.views.board.outlook import Outlook, Tally, outlook
from fleet.views.board.picture import Picture
from fleet.views.board.words import counted, minutes_since, rough, rough_age
from fleet.views.failures import FAILURE_WORDS
from fleet.views.findings import SEVERITIES, SEVERITY_MARKS, FindingRow, finding_rows, severity_words
from fleet.views.marks import OUTCOME_MARKS, OUTCOME_WORDS, Mark, badness, worst
from fleet.views.resolvers import kind_mark
from fleet.views.rows import Column, Head, Row, Table, TableCell

COLUMNS = (
    Column("node", "Node", 10, flexible=True, help="the gateway"),
    Column("tier", "Tier", 10, optional=True, help="its lane"),
    Column("platform", "Platform", 9, least=89, help="what software it runs"),
    Column("version", "Version", 12, least=102, help="as it says itself, else as declared"),
    Column("reach", "Reached", 19, help="when it was last seen, or why it was not"),
    Column("resolvers", "Resolvers", 20, least=133, help="what its resolvers do to DNSSEC"),
    Column("dane", "DANE", 23, help="what it is told to do: off, on for some destinations, or by default"),
    Column("outcome", "Worst mail", 16, help="the worst that happens to any mail of it", least=74),
    Column("recipients", "Held/day", 9, right=True, least=112, help="recipients a day of mail that is held"),
    Column("findings", "Find", 5, right=True, least=79, help="findings of the node itself"),
    Column("polls", "Poll time", 16, least=170, help="how long polls took; gaps are failures"),
    Column("addresses", "Addresses", 18, optional=True),
)


DECLARED = ", declared"
"""What a state ends with that no poll has seen."""


def fleet_table(picture: Picture) -> Table:
    """Every declared node, a lane a tier."""
    fleet = known_fleet(picture)
    if fleet is None:
        return Table(COLUMNS, headed="tier")
    seen = outlook(picture)
    touched = _touched(fleet, seen)
    found = findings_by_object(picture)
    lanes = lanes_of(fleet)
    rows = [
        _row(picture, fleet, node, touched.get(node.name), found, lanes.index(node.tier) if node.tier in lanes else 0)
        for node in fleet.nodes.values()
    ]
    at = next(at for at, column in enumerate(COLUMNS) if column.key == "dane")
    told: dict[str, list[TableCell]] = {}
    for node, row in zip(fleet.nodes.values(), rows, strict=True):
        told.setdefault(node.tier, []).append(row.cells[at])
    heads = {show(name, 64): _lane(fleet.tiers[name], told.get(name, []), found) for name in lanes}
    return Table(COLUMNS, rows, "tier", heads, partial=bool(seen.behind))


def lanes_of(fleet: Fleet) -> list[str]:
    """The tiers from inside to the Internet: each before those it hands mail to, the external ones last."""
    graph = tier_graph(fleet)
    depth: dict[str, int] = {}

    def measure(tier: Tier, above: frozenset[str]) -> int:
        if tier.name in above:
            return 0  # a circle of tiers has no inside
        if tier.name not in depth:
            before = [measure(one, above | {tier.name}) for one in graph.previous(tier)]
            depth[tier.name] = max(before, default=-1) + 1
        return depth[tier.name]

    tiers = list(fleet.tiers.values())
    return [tier.name for tier in sorted(tiers, key=lambda tier: (measure(tier, frozenset()), tier.external))]


# ----------------------------------------------------------------------------------------------------- effective DANE
@dataclass(frozen=True, slots=True)
class DaneState:
    """What a node is told to do about DANE, in words; ``forbidden``: it is on where it must not be."""

    mark: Mark
    text: str
    on: bool | None
    forbidden: bool = False


def dane_state(settings: Settings, external: bool, declared: bool) -> DaneState:
    """Effective DANE: off, on for some entries, on by default, unknown; ``declared``: no poll has seen it."""
    places = dane_places(settings)
    suffix = DECLARED if declared else ""
    if places is None:
        return DaneState(Mark.UNKNOWN, "unknown", None)
    active = [place for place in places if not place.why_off]
    if not active:
        idle = " (set, but idle)" if places else ""
        mark = Mark.NONE if external else (Mark.STALE if declared else Mark.OK)
        return DaneState(mark, f"off{idle}{suffix}", False)
    everyone = next((place for place in active if place.for_all), None)
    entries = "1 entry" if len(active) == 1 else f"{len(active):,} entries"
    strict = ", mandatory" if everyone is not None and everyone.mode is Mode.MANDATORY else ""
    text = f"Default on{strict}" if everyone else f"on for {entries}"
    if not external:
        return DaneState(Mark.FAIL, f"ON, MUST BE OFF: {text}", True, forbidden=True)
    return DaneState(Mark.STALE if declared else Mark.OK, f"{text}{suffix}", True)


def dane_of(node: Node, tier: Tier | None, entry: NodeEntry | None) -> DaneState:
    """Effective DANE of a node."""
    unit = {Platform.POSTFIX: "postfix", Platform.EXIM: "exim"}.get(
        node.settings.platform or Platform.ASYNCOS, "controls"
    )
    return dane_state(node.settings, tier is not None and tier.external, not was_seen(entry, unit))


# ------------------------------------------------------------------------------------------------------------ the rows
def _row(
    picture: Picture,
    fleet: Fleet,
    node: Node,
    touched: "Touch | None",
    found: Mapping[str, tuple[FindingRow, ...]],
    lane: int,
) -> Row:
    state, entry = picture.state, picture.state.nodes.get(node.name)
    own = found.get(f"node {node.name}", ())
    fresh = freshness_of_node(state, node.name, picture.now)
    age = minutes_since(entry.seen_at, picture.now) if entry is not None and entry.seen_at is not None else -1
    failing = (
        minutes_since(entry.failing_since, picture.now) if entry is not None and entry.failing_since is not None else -1
    )
    tier = fleet.tiers.get(node.tier)
    kinds = met_by(picture, node).kinds

    def make() -> tuple[Mark, tuple[TableCell, ...]]:
        reach = reach_cell(entry, fresh, picture)
        dane = dane_of(node, tier, entry)
        if fresh is Freshness.STALE and badness(dane.mark) < badness(Mark.STALE):
            dane = replace(dane, mark=Mark.STALE, text=f"{dane.text}, {rough(age * 60)} old")
        resolvers = resolver_cell(node, dane, kinds)
        findings = _findings_cell(own, picture)
        mark = worst(reach.mark or Mark.NONE, dane.mark, resolvers.mark or Mark.NONE, findings.mark or Mark.NONE)
        cells = (
            TableCell(show(node.tier, 64)),
            TableCell(str(node.settings.platform or "unknown")),
            _version(node, entry),
            reach,
            resolvers,
            TableCell(dane.text, dane.mark),
            findings,
            TableCell("", history=_poll_times(entry)),
            TableCell(show(", ".join(node.addresses), 64)),
        )
        return mark, cells

    basis = (node, entry, own, fresh, age, failing, tier, kinds, picture.validation is None)
    own_mark, own_cells = picture.memo.get(("node", node.name), basis, make)

    def with_mail() -> Row:
        # What becomes of mail changes all day, and is the same for a whole class of nodes.
        outcome = _outcome_cell(touched, tier)
        mark = worst(own_mark, outcome.mark or Mark.NONE)
        name = TableCell(show(node.name, 64), mark, sort=node.name)
        cells = (name, *own_cells[:6], outcome, _held_cell(touched), *own_cells[6:])
        return Row(node.name, cells, (lane, -badness(mark), -len(own)), mark not in (Mark.OK, Mark.NONE))

    return picture.memo.get(("node row", node.name), (own_cells, own_mark, touched, lane), with_mail)


def reach_cell(entry: NodeEntry | None, fresh: Freshness, picture: Picture) -> TableCell:
    """Whether the node answers: what failed and since when, or how old what was seen is."""
    if entry is None or (entry.observation is None and entry.failure is None):
        running = entry is not None and entry.running_since is not None
        return TableCell("first poll runs", Mark.RUNNING) if running else TableCell("never polled", Mark.UNKNOWN)
    now = picture.now
    if entry.failure is not None:
        since = f" {rough_age(entry.failing_since, now)}" if entry.failing_since else ""
        known = "" if entry.seen_at else ", seen in part" if entry.observation else ", never seen"
        return TableCell(f"{FAILURE_WORDS[entry.failure.kind]}{since}{known}", Mark.FAIL, sort=float(10**9))
    age = minutes_since(entry.seen_at, now) if entry.seen_at else 0
    text = rough_age(entry.seen_at, now) if entry.seen_at else "unknown"
    if fresh is Freshness.STALE:
        return TableCell(f"stale, {text} old", Mark.STALE, sort=float(age * 60))
    return TableCell(f"{text} ago", Mark.OK, sort=float(age * 60))


def _version(node: Node, entry: NodeEntry | None) -> TableCell:
    version = node.settings.version
    if version is None:
        return TableCell("unknown", Mark.UNKNOWN)
    if was_seen(entry, "version"):
        return TableCell(show(version, 40))
    return TableCell(show(version, 40), Mark.STALE)


def resolver_cell(node: Node, dane: DaneState, kinds: Mapping[str, ResolverKind]) -> TableCell:
    """The worst of the node's resolvers, and how many are so."""
    settings = node.settings
    if settings.root_servers:
        return TableCell("root servers", Mark.NONE)
    if settings.resolvers is None:
        return TableCell("unknown", Mark.UNKNOWN)
    if not settings.resolvers:
        return TableCell("none", Mark.FAIL)
    audited = [kinds.get(resolver_key(one), ResolverKind.UNKNOWN) for one in settings.resolvers]
    marks = [kind_mark(kind, settings.platform, dane.on) for kind in audited]
    bad = max(marks, key=badness)
    worst_kinds = [kind for kind, mark in zip(audited, marks, strict=True) if mark is bad]
    words = "not audited" if worst_kinds[0] is ResolverKind.UNKNOWN else str(worst_kinds[0])
    of = f" of {len(audited)}" if len(worst_kinds) < len(audited) else ""
    return TableCell(f"{len(worst_kinds)}{of} {words}", bad)


def _poll_times(entry: NodeEntry | None) -> tuple[float | None, ...]:
    return tuple(None if mark.failed else mark.milliseconds for mark in entry.marks) if entry is not None else ()


# --------------------------------------------------------------------------------------------------------- the findings
def findings_of(picture: Picture) -> tuple[FindingRow, ...]:
    """What the rules found, the worst first; excerpts are made only for the one that is read."""
    validation = picture.validation
    if validation is None:
        return ()
    return picture.memo.get("findings", (id(validation),), lambda: finding_rows(validation))


def findings_by_object(picture: Picture) -> Mapping[str, tuple[FindingRow, ...]]:
    """Findings by what they are about: the first two words of the object, such as ``tier edge``."""

    def make() -> Mapping[str, tuple[FindingRow, ...]]:
        found: dict[str, list[FindingRow]] = {}
        for row in findings_of(picture):
            words = row.finding.object.split(" ")
            found.setdefault(" ".join(words[:2]), []).append(row)
        return {name: tuple(rows) for name, rows in found.items()}

    return picture.memo.get("findings by object", (findings_of(picture),), make)


def worst_severity(rows: tuple[FindingRow, ...]) -> Severity | None:
    """The worst of them."""
    return min((row.severity for row in rows), key=SEVERITIES.index, default=None)


def _findings_cell(rows: tuple[FindingRow, ...], picture: Picture) -> TableCell:
    severity = worst_severity(rows)
    if severity is not None:
        return TableCell(str(len(rows)), SEVERITY_MARKS[severity], sort=float(len(rows)))
    return TableCell("?", Mark.UNKNOWN) if picture.validation is None else TableCell("0", sort=0.0)


# ------------------------------------------------------------------------------------------------------------- outcomes
@dataclass(frozen=True, slots=True)
class Touch:
    """What the mail of a class of nodes comes to: the worst, how many destinations are held, and their recipients."""

    words: str
    mark: Mark
    held: int
    recipients: int
    unweighed: int
    open: int


def _touched(fleet: Fleet, seen: Outlook) -> Mapping[str, Touch]:
    found: dict[str, Touch] = {}
    for first, tally in seen.tallies.items():
        touch = _touch(fleet, tally, seen.behind)
        found.update(dict.fromkeys(seen.ways[first].group.names, touch))
    return found


def _touch(fleet: Fleet, tally: Tally, open_: int) -> Touch:
    there = [core for core, count in tally.cores.items() if count > 0]
    core = max(there, key=lambda one: badness(OUTCOME_MARKS[one.outcome]), default=None)
    weights = [_weight(fleet, domain) for domain in tally.stopped]
    return Touch(
        OUTCOME_WORDS[core.outcome] if core is not None else "",
        OUTCOME_MARKS[core.outcome] if core is not None else Mark.NONE,
        len(weights),
        sum(weight or 0 for weight in weights),
        weights.count(None),
        open_ if core is None else 0,
    )


def _weight(fleet: Fleet, domain: str) -> int | None:
    declared = fleet.destinations.get(domain)
    return declared.recipients_per_day if declared is not None else None


def _outcome_cell(touched: Touch | None, tier: Tier | None) -> TableCell:
    if tier is not None and not tier.external:
        return TableCell("next tier", Mark.NONE)
    if touched is None or (not touched.words and not touched.open):
        return TableCell("no destination", Mark.NONE)
    if not touched.words:
        return TableCell("working it out", Mark.RUNNING)
    count = f" {counted(touched.held, 'dest')}" if touched.held else ""
    return TableCell(f"{touched.words}{count}", touched.mark)


def _held_cell(touched: Touch | None) -> TableCell:
    if touched is None or not touched.held:
        return TableCell("")
    if touched.unweighed == touched.held:
        return TableCell("unknown", Mark.UNKNOWN)
    more = "+?" if touched.unweighed else ""
    return TableCell(f"{touched.recipients:,}{more}", Mark.FAIL, sort=float(touched.recipients))


# ---------------------------------------------------------------------------------------------------------------- lanes
def _lane(tier: Tier, told: Sequence[TableCell], found: Mapping[str, tuple[FindingRow, ...]]) -> Head:
    """The lane in words: whether DANE is where it must be, as its nodes say, and from where to where mail goes."""
    if not told:  # nobody can say otherwise, and nobody has seen it
        alone = dane_state(tier.settings, tier.external, declared=True)
        told = [TableCell(alone.text, alone.mark)]
    kinds = Counter((cell.text.removesuffix(DECLARED), cell.mark or Mark.NONE) for cell in told)
    (text, mark), _ = max(kinds.items(), key=lambda item: (badness(item[0][1]), item[1]))
    words = Counter(cell.text.removesuffix(DECLARED) for cell in told)
    if len(words) > 1 and mark is not Mark.FAIL:
        text = "differs: " + ", ".join(f"{count:,} {one}" for one, count in words.most_common(3))
    unseen = sum(cell.text.endswith(DECLARED) for cell in told)
    seen = f" ({unseen:,} not seen)" if unseen else ""
    own = found.get(f"tier {tier.name}", ())
    severity = worst_severity(own)
    about = f"; {counted(len(own), 'finding')}, worst {severity_words(severity)}" if severity is not None else ""
    return Head(f"DANE {text}{seen}{about}; {ends(tier.receives_from)} -> {ends(tier.delivers_to)}", mark)


_ENDS = {INTERNET: "Internet", INSIDE: "inside"}


def ends(names: tuple[str, ...]) -> str:
    """Tiers and the outside, as a way of mail begins and ends there."""
    return ", ".join(_ENDS.get(name, show(name, 64)) for name in names) or "nowhere"
