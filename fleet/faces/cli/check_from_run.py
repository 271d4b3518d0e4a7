"""Running ``fleet check --from``: the same checks from where mail leaves, beside each other, and why they differ."""

import asyncio
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from fleet.decision import Comparison, ExitCode, View, compare_views, judge, worst_code
from fleet.errors import UsageError
from fleet.faces.cli.asked import Asked, Format
from fleet.faces.cli.given_fleet import default_history, keep, readable_fleet
from fleet.faces.cli.progress import progress
from fleet.faces.cli.run import RunSettings, question_seconds
from fleet.faces.cli.terminal import look
from fleet.faces.cli.world import read_anchors, read_destinations
from fleet.forecast import POLICIES
from fleet.forecast.through import with_silence_believed
from fleet.layout import overlay_observed
from fleet.model import Mode, Policy, Require
from fleet.model.fleet import Fleet, Node, Platform
from fleet.model.resolver import Resolver
from fleet.network.endpoint import parse_endpoint
from fleet.plain import dumps, to_plain
from fleet.text import show
from fleet.views.names import age
from fleet.views.vantages import differences_of

if TYPE_CHECKING:
    from fleet.faces.cli.check_forms import Results
    from fleet.faces.export.own_checks import OwnFindings
    from fleet.model import Verdict
    from fleet.model.observation import Observation
    from fleet.nodes import OwnCheck
    from fleet.vantage.from_node import Seen

VANTAGES_FORMAT = "fleet-vantages/1"


@dataclass(frozen=True, slots=True)
class FromAsked:
    """Options, as given.  ``smtp``: also from nodes whose profile does not say so."""

    profile: str
    senders: tuple[str, ...]
    domains: tuple[str, ...]
    files: tuple[str, ...]
    anchors: tuple[Path, ...]
    settings: RunSettings
    form: Format
    policy: Policy | None
    mode: Mode
    require: Require | None
    smtp: bool = False
    daneverify: bool = False


@dataclass(slots=True)
class _Taken:
    """What has come so far from ``nodes``, and the results by who saw it."""

    nodes: tuple[Node, ...]
    seen: list["Seen"] = field(default_factory=list)
    own: list["OwnCheck"] = field(default_factory=list)
    results: dict[str, "Results"] = field(default_factory=dict)


def write_checks_from(asked: FromAsked) -> ExitCode:
    """Check from every node named, print, write down, and return the exit code."""
    from fleet.faces.cli import check_forms
    from fleet.faces.live.from_nodes import Round, check_from, events_of
    from fleet.faces.live.last_known import last_known_of
    from fleet.network.own_name import own_name

    declared = readable_fleet(asked.profile)
    known = last_known_of(asked.profile).observations
    fleet = overlay_observed(declared, known)
    nodes = tuple(fleet.nodes[name] for name in _named(fleet, asked.senders))
    domains = _destinations(asked, fleet)
    wanted = Round(
        nodes,
        domains,
        read_anchors(asked.anchors),
        fleet.ehlo or own_name(),
        asked.settings.timeout,
        question_seconds(asked.settings.timeout),
        asked.settings.jobs,
        smtp=asked.smtp,
        no_smtp=not asked.settings.smtp,
        own=asked.daneverify,
    )
    taken = _Taken(nodes)
    if asked.settings.smtp and (silent := [node.name for node in nodes if not wanted.may_talk(node)]):
        names = show(", ".join(silent), 300)
        print(f"fleet: mail servers are not talked to from {names}: --smtp allows it, or ssh.smtp", file=sys.stderr)
    interrupted = False
    with progress(len(nodes) * len(domains), "checking", streaming=asked.form is Format.JSONL) as advance:

        def take(one: "Seen") -> None:
            taken.seen.append(one)
            results = taken.results.setdefault(one.label, check_forms.Results())
            rules = Asked(_policy(asked, one.node), asked.mode, asked.require)
            check_forms.take(one.verdict, asked.form, rules, results)
            advance()

        try:
            asyncio.run(check_from(wanted, take, taken.own.append))
        except KeyboardInterrupt:
            interrupted = True
    own = [_beside(check, taken, declared, known) for check in taken.own]
    keep(default_history(asked.profile), events_of(taken.seen, [one.own for one in own]))
    _write(asked, taken, own, domains, known, interrupted)
    codes = [code for results in taken.results.values() for code in results.codes.values()]
    codes += [one.code for one in own]
    if interrupted:
        print("fleet: interrupted: not every destination was checked from every node", file=sys.stderr)
        codes.append(ExitCode.INTERRUPTED)
    return worst_code(codes)


def _beside(check: "OwnCheck", taken: _Taken, fleet: Fleet, known: Mapping[str, "Observation"]) -> "OwnFindings":
    """``check`` beside ours from the same node; the rule says what a disagreement over "bogus" means.

    It must hold for every resolver that the appliance may have asked: the rule is asked once for each, as if it were
    the only one.
    """
    from fleet.faces.export.own_checks import OwnFindings
    from fleet.rules import Question, run
    from fleet.vantage.own_check import read_own_check

    ours = [one.verdict for one in taken.seen if (one.node.name, one.verdict.domain) == (check.node, check.domain)]
    own = read_own_check(check, ours)
    if own.verdict is None:
        return OwnFindings(own, ())
    found = []
    for mine in own.ours:
        question = Question(
            _asking_only(fleet, check.node, mine),
            observations=known,
            verdicts={check.domain: mine},
            node_verdicts={(check.node, check.domain): own.verdict},
        )
        found.append(run(question, select=("VER602",)).findings)
    return OwnFindings(own, found[0] if found and all(found) else ())


def _asking_only(fleet: Fleet, name: str, mine: "Verdict") -> Fleet:
    """``fleet`` where the node called ``name`` has the one resolver through which ``mine`` begins."""
    node = fleet.nodes[name]
    first = tuple(parse_endpoint(one, 53) for one in mine.resolvers[:1])
    settings = replace(node.settings, resolvers=tuple(Resolver(one.address, one.port) for one in first))
    return replace(fleet, nodes={**fleet.nodes, name: replace(node, settings=settings)})


def _named(fleet: Fleet, senders: Sequence[str]) -> tuple[str, ...]:
    """The nodes that ``senders`` name, by themselves or by their tier, each once."""
    found: dict[str, None] = {}
    for sender in senders:
        members = [name for name, node in fleet.nodes.items() if node.tier == sender]
        if sender in fleet.nodes:
            found[sender] = None
        elif sender not in fleet.tiers:
            close = get_close_matches(sender, [*fleet.nodes, *fleet.tiers], 1)
            hint = f"; did you mean {show(close[0], 80)}?" if close else ""
            raise UsageError(f"--from {show(sender, 80)}: there is no such node or tier{hint}")
        elif not members:
            raise UsageError(f"--from {show(sender, 80)}: this tier has no nodes")
        else:
            found.update(dict.fromkeys(members))
    return tuple(found)


def _destinations(asked: FromAsked, fleet: Fleet) -> tuple[str, ...]:
    if not asked.domains and not asked.files and fleet.destinations:
        return tuple(fleet.destinations)
    return read_destinations(asked.domains, asked.files, sys.stdin.buffer)


def _policy(asked: FromAsked, node: Node) -> Policy:
    return asked.policy or POLICIES[node.settings.platform or Platform.ASYNCOS]


def _write(
    asked: FromAsked,
    taken: _Taken,
    own: Sequence["OwnFindings"],
    domains: Sequence[str],
    known: Mapping[str, "Observation"],
    interrupted: bool,
) -> None:
    from fleet.faces.cli import check_forms
    from fleet.faces.export.own_checks import own_details, own_document
    from fleet.faces.export.text import detail_text

    compared = list(_compared(asked, taken, domains))
    labels = tuple(dict.fromkeys(one.label for one in _in_order(taken)))
    if asked.form is Format.JSONL:
        for found in compared:
            print(dumps({"format": VANTAGES_FORMAT, "differs": to_plain(found)}))
        for one in own:
            print(dumps({"format": VANTAGES_FORMAT, "daneverify": own_document(one)}))
        return
    if asked.form is Format.JSON:
        by_label = [taken.results[label].texts for label in labels]
        texts = [found[name] for found in by_label for name in domains if name in found]
        head = {"format": check_forms.JSON_FORMAT, "asked": len(domains) * len(labels), "checked": len(texts)}
        head |= {"interrupted": interrupted, "differs": [to_plain(found) for found in compared]}
        head["daneverify"] = [own_document(one) for one in own]
        documents = ",\n".join(texts)
        print(f'{dumps(head)[:-1]}, "destinations": [\n{documents}\n]}}')
        return
    for label in labels:
        mine = [one for one in taken.seen if one.label == label]
        print(_heading(label, mine, known))
        check_forms.write(taken.results[label], domains, asked.form, interrupted)
        for line in _supposed(asked, mine):
            print(line)
        print()
    if own:
        print("What appliances say themselves (daneverify):")
        print(detail_text([detail for one in own for detail in own_details(one)], look()))
    if compared:
        print("Not the same from everywhere:")
        print(detail_text([detail for found in compared for detail in differences_of(found)], look()), end="")


def _in_order(taken: _Taken) -> list["Seen"]:
    """What came, by node as they were named, and then by the resolver that came first."""
    order = [node.name for node in taken.nodes]
    return sorted(taken.seen, key=lambda one: (order.index(one.node.name), one.first))


def _compared(asked: FromAsked, taken: _Taken, domains: Sequence[str]) -> Iterator[Comparison]:
    for domain in domains:
        views = [
            View(one.label, _policy(asked, one.node), one.verdict)
            for one in _in_order(taken)
            if one.verdict.domain == domain
        ]
        found = compare_views(views, asked.mode) if len(views) > 1 else None
        if found is not None:
            yield found


def _heading(label: str, mine: Sequence["Seen"], known: Mapping[str, "Observation"]) -> str:
    """Who saw it, asking whom, and how we know whom to ask."""
    from fleet.clock import now
    from fleet.model.observation import Sight

    node = mine[0].node
    asked = max((one.verdict.resolvers for one in mine), key=len, default=())
    seen = known.get(node.name)
    polled = seen is not None and seen.unit("resolvers").sight is Sight.SEEN
    basis = f"as polled {age(seen.at, now())}" if polled and seen is not None else "as declared, not polled"
    whom = f"asking {', then '.join(asked)} ({basis})" if asked else "asking nobody"
    return f"From {label} ({node.settings.platform or 'platform unknown'}, tier {show(node.tier, 80)}), {whom}:"


def _supposed(asked: FromAsked, mine: Sequence["Seen"]) -> Iterator[str]:
    """What would follow if resolvers that could not be observed were silent for the node too."""
    for one in mine:
        supposed = with_silence_believed(one.verdict)
        if supposed is not None:
            judged = judge(supposed, _policy(asked, one.node), asked.mode)
            yield f"    {show(one.verdict.domain, 255)}: if they are silent for the node too, {judged.headline}"
