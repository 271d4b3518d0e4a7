"""FLOW: which sender meets which policy; on AsyncOS only mail taken in under RELAY is delivered under DANE.

Postfix and Exim do DANE whoever sends; there the question is only who may relay (mynetworks, relay_from_hosts).

May import ``fleet.model``, ``fleet.layout`` and modules of this room.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from fleet.layout.classes import NodeClass
from fleet.layout.controls import controls_of
from fleet.layout.dane import mode_of
from fleet.layout.flows import (
    Admission,
    Flow,
    Match,
    accepted_domains,
    matches,
    network,
    relay_networks,
    relays,
    sender_group,
    shadowed,
)
from fleet.layout.names import canonical, sample
from fleet.model.finding import Label, Severity
from fleet.model.fleet import Node, ObjectPath, Platform, Tier
from fleet.model.flow import FlowAction, Listener
from fleet.model.route import ALL
from fleet.rules.examples import delivery, edge
from fleet.rules.question import Question
from fleet.rules.rule import Example, Family, Problem, Unobserved
from fleet.rules.tier import undeclared
from fleet.rules.words import named

FAMILY = Family()
rule = FAMILY.rule

Answers = Iterator[Problem | Unobserved]

_LISTENER = """[tiers.edge.listeners.mail]
policies = {{ RELAYED = "RELAY", ACCEPTED = "ACCEPT", BLOCKED = "REJECT" }}
sender_groups = [
  {{ name = "RELAYLIST", members = ["{members}"], policy = "RELAYED" }},
  {{ name = "ALL", members = ["ALL"], policy = "{last}" }},
]
rat = {{ "example.com" = "ACCEPT", ALL = "{rat}" }}
"""
_DANE = '[tiers.edge.destination_controls.default]\ntls = "preferred"\ndane = "opportunistic"\n'


def _listener(members: str = "10.0.1.0/24", last: str = "BLOCKED", rat: str = "REJECT") -> str:
    return _LISTENER.format(members=members, last=last, rat=rat)


_FIRST: ObjectPath = ("tiers", "edge", "listeners", "mail")
_ALL: ObjectPath = (*_FIRST, "sender_groups", 1)


@dataclass(frozen=True, slots=True)
class Crossing:
    """What becomes of the nodes of one tier at the next: the nodes that meet one flow there (None: no group)."""

    one: NodeClass
    source: Tier
    flow: Flow | None
    senders: tuple[str, ...]
    """Node and address of each."""
    everybody: bool
    """Whether these are all the addresses of the tier."""


def _crossings(question: Question) -> Iterator[Crossing | Unobserved]:
    """Every tier's addresses at each listener of the next tier, as AsyncOS's sender groups decide."""
    for one in question.each("listeners", platform=Platform.ASYNCOS):
        for source in question.graph.previous(one.tier):
            listeners = one.settings.listeners
            if listeners is None:
                yield undeclared(question, one, "listeners and their sender groups")
                continue
            yield from _at(question, one, source, _entrance(question, one, source, listeners))


def _entrance(question: Question, one: NodeClass, source: Tier, listeners: tuple[Listener, ...]) -> list[Listener]:
    """The listeners ``source`` connects to: those with the port its route names, else on port 25, else all."""
    ports: set[int] = set()
    for sender in question.each("routes", "postfix", "exim"):
        table = question.routes(sender) if sender.tier is source else None
        for routed in table.values() if table is not None else ():
            ports.update(host.port for host in routed.route.hosts if question.graph.belongs(host.name, (one.tier,)))
    return [found for found in listeners if found.port in (ports or {25})] or list(listeners)


def _at(question: Question, one: NodeClass, source: Tier, listeners: list[Listener]) -> Iterator[Crossing | Unobserved]:
    sources = question.graph.sources(source)
    met: dict[Flow | None, list[str]] = {}
    unclear: list[str] = []
    for node, sender in sources:
        answers = [sender_group(listener, sender, question.graph.names_of(sender)) for listener in listeners]
        if any(answer.always(FlowAction.RELAY) for answer in answers):
            continue
        if any(answer.ever(FlowAction.RELAY) for answer in answers):
            unclear.append(_named(node, sender))
        else:
            met.setdefault(_first(answers), []).append(_named(node, sender))
    if unclear:
        where = question.place(one, ("listeners", listeners[0].name))
        why = f"{named(unclear)}: a host-name member may match, and the profile does not hold reverse names"
        yield Unobserved(where.object, where.path, f"whether tier {source.name} is taken in under RELAY", why)
    for flow, senders in met.items():
        yield Crossing(one, source, flow, tuple(senders), len(senders) == len(sources))


def _first(answers: list[Admission]) -> Flow | None:
    """The best flow a sender meets: one that takes the mail, else one that refuses it, else none."""
    found = [flow for answer in answers for flow in answer.flows]
    return next((flow for flow in found if flow.action is FlowAction.ACCEPT), found[0] if found else None)


def _named(node: Node, sender: str) -> str:
    return f"{node.name} ({sender})"


def _crossing_place(question: Question, crossing: Crossing) -> tuple[str, ObjectPath]:
    flow = crossing.flow
    first = (crossing.one.settings.listeners or ())[:1]
    setting = flow.path if flow is not None else ("listeners", first[0].name) if first else ("listeners",)
    where = question.place(crossing.one, setting)
    whom = f"tier {crossing.source.name}" if crossing.everybody else f"node {crossing.senders[0].split(' ')[0]}"
    return where.about(f"from {whom}").object, where.path


@rule(
    "FLOW401",
    Severity.LOSES_MAIL,
    "A tier that refuses the tier before it",
    rationale="""The source addresses of the tier before match a sender group that rejects (or none at all; Postfix:
    they are not in mynetworks, Exim: not in relay_from_hosts). All outbound mail is refused at the door: it waits in
    the tier before and goes back to its senders.""",
    source="vendor document: mail direction; postconf: mynetworks; Exim: relay_from_hosts",
    bad=(
        Example(delivery(_listener(members="10.0.9.0/24")), _ALL),
        Example(
            delivery('[tiers.edge.postfix]\nmynetworks = ["127.0.0.0/8"]', "postfix"),
            ("tiers", "edge", "postfix", "mynetworks"),
        ),
        Example(
            delivery('[tiers.edge.exim]\nrelay_from_hosts = ["127.0.0.1"]', "exim"),
            ("tiers", "edge", "exim", "relay_from_hosts"),
        ),
    ),
    good=(
        Example(delivery(_listener())),
        Example(delivery('[tiers.edge.postfix]\nmynetworks = ["10.0.1.0/24"]', "postfix")),
        Example(delivery('[tiers.edge.exim]\nrelay_from_hosts = ["10.0.1.0/24"]', "exim")),
    ),
)
def refused(question: Question) -> Answers:
    """Nodes of a tier that the next tier does not take mail from."""
    for crossing in question.once("crossings", _crossings):
        if isinstance(crossing, Unobserved):
            yield crossing
        elif crossing.flow is None or crossing.flow.action in (FlowAction.REJECT, FlowAction.TCPREFUSE):
            about, path = _crossing_place(question, crossing)
            meets = f"sender group {crossing.flow.group}" if crossing.flow else "no sender group"
            yield Problem(
                about,
                path,
                f"{named(crossing.senders)} of tier {crossing.source.name} match {meets}: tier "
                f"{crossing.one.tier.name} "
                "refuses their mail, which waits there and goes back to its senders.",
                "Put these addresses into a sender group with a RELAY policy, before any that takes them.",
            )
    yield from _relay_networks(question)


def _relay_networks(question: Question) -> Answers:
    for one in question.each("postfix", "exim"):
        if one.settings.platform in (None, Platform.ASYNCOS):
            continue
        members, setting = relay_networks(one.settings)
        for source in question.graph.previous(one.tier):
            if members is None:
                yield undeclared(question, one, f"who may relay ({setting[-1]})")
                continue
            sources = question.graph.sources(source)
            out = [_named(node, sender) for node, sender in sources if not _any(question, members, sender)]
            if out:
                where = question.place(one, setting)
                whom = f"tier {source.name}" if len(out) == len(sources) else f"node {out[0].split(' ')[0]}"
                yield Problem(
                    where.about(f"from {whom}").object,
                    where.path,
                    f"{named(out)} of tier {source.name} may not relay through tier {one.tier.name} ({setting[-1]}): "
                    f"their "
                    "mail is refused and goes back to its senders.",
                    f"Add these addresses to {setting[-1]}.",
                )


def _any(question: Question, members: tuple[str, ...], sender: str) -> bool:
    """Whether some member may be the sender; a name or a lookup table may."""
    names = question.graph.names_of(sender)
    known = [member for member in members if member.strip()]
    return any(member == "*" or matches(member, sender, names) is not Match.NO for member in known)


@rule(
    "FLOW402",
    Severity.ERROR,
    "A delivery tier that accepts the tier before it instead of relaying it",
    rationale="""AsyncOS does DANE only for mail taken in under a RELAY policy. Where the scanning tier's addresses
    match an ACCEPT policy, DANE never runs although it is configured; and recipients outside the RAT are refused, so
    their mail goes back to its senders.""",
    source="vendor document: mail direction",
    bad=(Example(delivery(_listener(members="10.0.9.0/24", last="ACCEPTED")), _ALL),),
    good=(Example(delivery(_listener(last="ACCEPTED"))),),
)
def accepted_not_relayed(question: Question) -> Answers:
    """Nodes of a tier that meet ACCEPT, or a policy nobody declared, at a tier that faces outside."""
    for crossing in question.once("crossings", _crossings):
        if isinstance(crossing, Unobserved):
            yield crossing
            continue
        flow = crossing.flow
        if not crossing.one.tier.external or flow is None or flow.action is not FlowAction.ACCEPT:
            continue
        about, path = _crossing_place(question, crossing)
        yield Problem(
            about,
            path,
            f"{named(crossing.senders)} of tier {crossing.source.name} match sender group {flow.group} with ACCEPT: "
            f"DANE "
            "is never done for their mail, and recipients outside the RAT are refused.",
            "Put these addresses into a sender group with a RELAY policy, before any that takes them.",
        )


def _listening(question: Question) -> Iterator[NodeClass]:
    """External AsyncOS classes that turn DANE on, with listeners declared."""
    for one in question.each("listeners", "controls", external=True, platform=Platform.ASYNCOS):
        if question.dane_on(one) and one.settings.listeners is not None:
            yield one


@rule(
    "FLOW403",
    Severity.ERROR,
    "DANE configured where no RELAY policy leads",
    rationale="""Destination controls turn DANE on, but no sender can reach a RELAY policy: there is none, or every
    group with one stands behind a group that takes its senders first. All mail goes out without DANE, and nothing says
    so.""",
    source="vendor document: mail direction",
    bad=(
        Example(
            edge(_DANE + _listener().replace('RELAYED = "RELAY"', 'RELAYED = "ACCEPT"')),
            ("tiers", "edge", "destination_controls", "default", "dane"),
        ),
        Example(
            edge(_DANE + _listener(members="10.0.1.0/24").replace('"RELAYED" }', '"ACCEPTED" }')),
            ("tiers", "edge", "destination_controls", "default", "dane"),
        ),
    ),
    good=(Example(edge(_DANE + _listener())),),
)
def never_relayed(question: Question) -> Answers:
    """DANE on a class where no flow can be RELAY."""
    for one in question.each("listeners", "controls", external=True, platform=Platform.ASYNCOS):
        if one.settings.listeners is None and question.dane_on(one):
            yield undeclared(question, one, "listeners and their sender groups")
    for one in _listening(question):
        places = question.dane(one) or ()
        if relays(one.settings) is False:
            where = question.place(one, places[0].path)
            listeners = question.place(one, ("listeners",))
            yield Problem(
                where.object,
                where.path,
                f"DANE is configured on tier {one.tier.name} and no sender can reach a RELAY policy: it is never "
                f"done, and "
                "all mail goes out without it.",
                "Give the senders whose mail goes outside a sender group with a RELAY policy.",
                (Label(listeners.path, "no RELAY policy is reached here"),),
            )


@rule(
    "FLOW404",
    Severity.WARNING,
    "A RAT domain that no RELAY group reaches",
    rationale="""The domain is taken in by the RAT and DANE is on for it, but mail to it only ever arrives under ACCEPT:
    what is sent on to it is never delivered under DANE.""",
    source="vendor document: mail direction",
    bad=(
        Example(
            edge(_DANE + _listener(last="ACCEPTED").replace('RELAYED = "RELAY"', 'RELAYED = "ACCEPT"')),
            (*_FIRST, "rat", "example.com"),
        ),
    ),
    good=(Example(edge(_DANE + _listener(last="ACCEPTED"))),),
)
def rat_without_relay(question: Question) -> Answers:
    """RAT domains with DANE on a class where no flow can be RELAY."""
    for one in _listening(question):
        controls = controls_of(one.settings)
        if relays(one.settings) is not False or controls is None:
            continue
        for domain, setting in accepted_domains(one.settings):
            dane = controls.field(sample(domain), "dane")
            if mode_of(dane.value) is None:
                continue
            where = question.place(one, setting)
            yield Problem(
                where.about(f"RAT {domain}").object,
                where.path,
                f"Mail to {domain} arrives under ACCEPT only: DANE is on for it and never done.",
                "Relay this domain's mail through a RELAY policy, or set DANE to none for it.",
                (Label(question.place(one, dane.path).path, "DANE is on here"),),
            )


@rule(
    "FLOW405",
    Severity.ERROR,
    "Everybody may send everywhere",
    rationale="""A RAT with ALL = ACCEPT behind an ACCEPT policy takes mail for any domain from anybody (Postfix:
    relay_domains or mynetworks for everybody; Exim: relay_to_domains or relay_from_hosts). An open relay is found
    within hours, sends other people's spam, is listed, and its own mail is refused everywhere.""",
    source="vendor document: mail direction (RAT); RFC 5321 section 7.1; postconf: mynetworks; Exim: relay_from_hosts",
    bad=(
        Example(edge(_listener(last="ACCEPTED", rat="ACCEPT")), (*_FIRST, "rat", "ALL")),
        Example(
            edge('[tiers.edge.postfix]\nmynetworks = ["0.0.0.0/0"]', "postfix"),
            ("tiers", "edge", "postfix", "mynetworks"),
        ),
        Example(
            edge('[tiers.edge.exim]\nhosts_try_dane = ""\nrelay_to_domains = ["*"]', "exim"),
            ("tiers", "edge", "exim", "relay_to_domains"),
        ),
    ),
    good=(
        Example(edge(_listener(last="ACCEPTED"))),
        Example(edge(_listener(last="BLOCKED", rat="ACCEPT"))),
        Example(edge('[tiers.edge.postfix]\nmynetworks = ["127.0.0.0/8", "10.0.0.0/8"]', "postfix")),
    ),
)
def open_relay(question: Question) -> Answers:
    """A RAT for everybody where a flow accepts; relay settings that are for everybody."""
    for one in question.each("listeners", platform=Platform.ASYNCOS):
        for listener in one.settings.listeners or ():
            entry = next((item for item in listener.rat if canonical(item.address) == canonical(ALL)), None)
            if entry is None or not entry.accept or not _accepts(listener):
                continue
            where = question.place(one, ("listeners", listener.name, "rat", entry.address))
            yield Problem(
                where.about(f"listener {listener.name}").object,
                where.path,
                f"Listener {listener.name} takes mail for any domain under ACCEPT: it is an open relay, and none of "
                "that mail is delivered under DANE.",
                "Reject ALL in the RAT and list the domains that are yours.",
            )
    for one in question.each("postfix", "exim"):
        for setting, members in _open_settings(one):
            where = question.place(one, setting)
            yield Problem(
                where.about(str(setting[-1])).object,
                where.path,
                f"{setting[-1]} is for everybody ({named(members)}): anybody may relay anywhere through this tier.",
                "List the networks and domains that are yours.",
            )


def _accepts(listener: Listener) -> bool:
    policies = {policy.name: policy.action for policy in listener.policies}
    never = {number for number, _, _ in shadowed(listener)}
    groups = [group for number, group in enumerate(listener.sender_groups) if number not in never]
    return any(policies.get(group.policy) is FlowAction.ACCEPT for group in groups)


def _open_settings(one: NodeClass) -> Iterator[tuple[ObjectPath, tuple[str, ...]]]:
    postfix, exim = one.settings.postfix, one.settings.exim
    candidates: list[tuple[ObjectPath, tuple[str, ...] | None]] = []
    if one.settings.platform is Platform.POSTFIX and postfix is not None:
        candidates.append((("postfix", "mynetworks"), postfix.mynetworks))
        candidates.append((("postfix", "relay_domains"), postfix.relay_domains))
    if one.settings.platform is Platform.EXIM and exim is not None:
        candidates.append((("exim", "relay_from_hosts"), exim.relay_from_hosts))
        candidates.append((("exim", "relay_to_domains"), exim.relay_to_domains))
    for setting, members in candidates:
        wide = tuple(member for member in members or () if _everybody(member))
        if wide:
            yield setting, wide


def _everybody(member: str) -> bool:
    found = network(member)
    return member.strip() in ("*", "static:all") or (found is not None and found.prefixlen == 0)


@rule(
    "FLOW406",
    Severity.WARNING,
    "A sender group that never matches",
    rationale="""Sender groups are tried in order and the first match decides. A group whose senders all match an
    earlier group, or that has no members, decides nothing: senders meant for RELAY meet the earlier policy, and their
    mail goes out without DANE or not at all.""",
    source="vendor document: mail direction; AsyncOS user guide: Host Access Table (order of sender groups)",
    bad=(
        Example(
            edge(
                """[tiers.edge.listeners.mail]
policies = { RELAYED = "RELAY", BLOCKED = "REJECT" }
sender_groups = [
  { name = "BLOCKLIST", members = ["10.0.0.0/8"], policy = "BLOCKED" },
  { name = "RELAYLIST", members = ["10.0.1.0/24"], policy = "RELAYED" },
]
"""
            ),
            _ALL,
        ),
    ),
    good=(Example(edge(_listener())),),
)
def never_matches(question: Question) -> Answers:
    """Groups that an earlier group leaves no sender for."""
    for one in question.each("listeners", platform=Platform.ASYNCOS):
        for listener in one.settings.listeners or ():
            for number, group, taker in shadowed(listener):
                where = question.place(one, ("listeners", listener.name, "sender_groups", number))
                why = f"{taker.name} before it takes all its senders" if taker else "it has no members"
                yield Problem(
                    where.about(f"sender group {group.name}").object,
                    where.path,
                    f"Sender group {group.name} of listener {listener.name} never matches: {why}; its policy "
                    f"{group.policy} is never used.",
                    "Move it up, or give it members of its own.",
                )
