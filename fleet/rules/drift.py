"""DRIFT: what a profile declares and what polls saw of it, field by field.

A plan that is not what runs says nothing about mail.  What was not observed is said, never taken for a match.

May import ``fleet.model``, ``fleet.layout`` and modules of this room.
"""

from collections.abc import Iterator

from fleet.layout.declared import nearest, spelled
from fleet.layout.drift import Comparer, Difference, Drift, DriftState
from fleet.model.finding import Severity
from fleet.model.fleet import Node, ObjectPath
from fleet.model.observation import Observation
from fleet.rules.examples import edge
from fleet.rules.question import Question
from fleet.rules.rule import Example, Family, Problem, Unobserved
from fleet.rules.words import count, named

FAMILY = Family()
rule = FAMILY.rule

Answers = Iterator[Problem | Unobserved]

_DEFAULT = '[tiers.edge.destination_controls.default]\ntls = "preferred"\ndane = "opportunistic"\n'
_PATH = ("tiers", "edge", "destination_controls", "default", "dane")
_ROUTED = '[tiers.edge.smtp_routes]\n"example.com" = "10.0.3.5"\n'


_Found = tuple[Node, Observation, Drift]


def _compared(question: Question) -> Iterator[_Found]:
    compare = Comparer()
    for name, seen in question.observations.items():
        node = question.fleet.nodes.get(name)
        if node is not None and seen.failure is None:
            yield from ((node, seen, one) for one in compare.drift(node.settings, seen))


def _drifts(question: Question, state: DriftState) -> Iterator[_Found]:
    return (found for found in question.once("drift", _compared) if found[2].state is state)


def _unpolled(question: Question) -> Answers:
    """Nodes nobody polled, by tier."""
    missing: dict[str, list[str]] = {}
    for node in question.fleet.nodes.values():
        if node.name not in question.observations:
            missing.setdefault(node.tier, []).append(node.name)
    for tier, names in missing.items():
        what = f"what {count(len(names), 'node')} really do" + ("es" if len(names) == 1 else "")
        yield Unobserved(f"tier {tier}", ("tiers", tier), what, f"not polled: {named(names)}")


def _named(field: str) -> str:
    """A field as a sentence names it."""
    return spelled(field).replace("_", " ")


def _path(question: Question, node: Node, found: Drift) -> ObjectPath:
    """Where the first differing value is declared, else the field, else the node."""
    for difference in found.differences:
        if difference.declared is not None:
            return nearest(question.fleet, node, _setting(difference))
    path = nearest(question.fleet, node, (spelled(found.field),))
    return path if spelled(found.field) in path else ("nodes", node.name)


def _setting(difference: Difference) -> ObjectPath:
    """Resolvers are keyed by address in a comparison, and stand in an array in a profile."""
    return difference.path[:1] if difference.path[0] == "resolvers" else difference.path


def _say(difference: Difference) -> str:
    name = ".".join(map(str, difference.path))
    if difference.declared is None:
        return f"{name} is there and not declared"
    if difference.observed is None:
        return f"{name} is declared and not there"
    if any(isinstance(value, (frozenset, tuple)) for value in (difference.declared, difference.observed)):
        return f"{name} differs"
    return f"{name} is {difference.observed}, declared {difference.declared}"


def _age(question: Question, seen: Observation) -> str:
    minutes = max(0, int((question.now - seen.at).total_seconds() // 60))
    return f"{minutes} min ago" if minutes < 120 else f"{minutes // 60} h ago"


@rule(
    "DRIFT801",
    Severity.ERROR,
    "A node that does not do what the profile says",
    rationale="""The node is told something else than the plan says. Every judgement of the plan is about a gateway that
    does not exist: DANE may be on where it is planned off, and hold mail, or off where it is planned on.""",
    source="this program: declared beside observed",
    bad=(Example(edge(_DEFAULT), _PATH, "gw1 was seen with DANE mandatory"),),
    good=(Example(edge(_DEFAULT), given="gw1 was seen as declared"),),
)
def differs(question: Question) -> Answers:
    """Fields whose observed value is another than the declared one."""
    yield from _unpolled(question)
    for node, seen, found in _drifts(question, DriftState.DIFFERS):
        yield Problem(
            f"node {node.name} {spelled(found.field)}",
            _path(question, node, found),
            f"Node {node.name} differs from the profile (seen {_age(question, seen)}): "
            f"{named([_say(one) for one in found.differences])}; what is judged by the profile is not what mail meets.",
            "Change the node, or the profile.",
        )


@rule(
    "DRIFT802",
    Severity.ERROR,
    "Declared, and not on the node",
    rationale="""The profile declares something that the node does not have at all: routes, controls, resolvers. Its
    mail goes where nobody planned.""",
    source="this program: declared beside observed",
    bad=(Example(edge(_ROUTED), ("tiers", "edge", "smtp_routes", "example.com"), "gw1 was seen without routes"),),
    good=(Example(edge("[tiers.edge.smtp_routes]"), given="gw1 was seen without routes"),),
)
def missing(question: Question) -> Answers:
    """Fields that are declared and empty on the node."""
    yield from _unpolled(question)
    for node, seen, found in _drifts(question, DriftState.MISSING):
        yield Problem(
            f"node {node.name} {spelled(found.field)}",
            _path(question, node, found),
            f"Node {node.name} has no {_named(found.field)} (seen {_age(question, seen)}), the profile declares: "
            f"{named(['.'.join(map(str, one.path)) for one in found.differences])}; its mail goes where nobody "
            f"planned.",
            "Configure it on the node, or remove it from the profile.",
        )


@rule(
    "DRIFT803",
    Severity.NOTE,
    "On the node, and not declared",
    rationale="""The node has settings the profile says nothing about. No rule judged them: a route or a destination
    control there may hold mail without a finding.""",
    source="this program: declared beside observed",
    bad=(Example(edge(_DEFAULT), ("nodes", "gw1"), "gw1 was seen with a route"),),
    good=(Example(edge(_DEFAULT), given="gw1 was seen as declared"),),
)
def not_declared(question: Question) -> Answers:
    """Fields the profile does not declare and the node has."""
    yield from _unpolled(question)
    for node, seen, found in _drifts(question, DriftState.UNDECLARED):
        yield Problem(
            f"node {node.name} {spelled(found.field)}",
            ("nodes", node.name),
            f"Node {node.name} has {_named(found.field)} that the profile says nothing about (seen "
            f"{_age(question, seen)}): no rule has judged what they do to mail.",
            "Declare it.",
        )


@rule(
    "DRIFT804",
    Severity.WARNING,
    "Declared, and not observed",
    rationale="""The node was polled, but this was not seen: it could not be read, or the login may not ask for it.
    Whether mail meets what the profile says is not known; it is not "as declared".""",
    source="this program: no data is never good news",
    bad=(
        Example(edge(_DEFAULT), ("tiers", "edge", "destination_controls"), "gw1 answered something unreadable"),
        Example(edge(""), ("nodes", "gw1"), "gw1 did not answer"),
    ),
    good=(Example(edge(_DEFAULT), given="gw1 was seen as declared"),),
)
def not_observed(question: Question) -> Answers:
    """Declared fields a poll did not see, and nodes that could not be asked."""
    yield from _unpolled(question)
    for name, seen in question.observations.items():
        if seen.failure is not None and name in question.fleet.nodes:
            sentence = f"Node {name} could not be asked ({seen.failure.sentence.rstrip('.')}): what it does to mail is "
            yield Problem(f"node {name}", ("nodes", name), f"{sentence}not known.", seen.failure.hint)
    for node, _, found in _drifts(question, DriftState.NOT_OBSERVED):
        yield Problem(
            f"node {node.name} {spelled(found.field)}",
            nearest(question.fleet, node, (spelled(found.field),)),
            f"The {_named(found.field)} of node {node.name} was not observed ({found.why or 'not asked for'}): whether "
            "mail meets what the profile says is not known.",
            "Do what the reason says: another role for the monitor's login, ssh.showconfig = true where only the whole "
            "configuration shows it, or the raw answer sent to us (fleet record).",
        )
