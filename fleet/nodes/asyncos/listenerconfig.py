"""``listenerconfig``: the list of listeners, the Host Access Table (also the ``<hat>`` of the XML), the RAT.

The HAT's grammar is documented; list and RAT are reported.  Sender groups keep their order, the first match decides on
the appliance.  May import ``fleet.model`` and ``fleet.nodes.reading``.
"""

import re
from dataclasses import dataclass

from fleet.model.flow import FlowAction, FlowPolicy, Listener, RatEntry, SenderGroup
from fleet.model.route import ALL
from fleet.nodes.reading import Unparsed, above_menu, quoted

PARSER = "asyncos.listenerconfig/1"
_LISTENER = re.compile(
    r"(?im)^[ \t]*(\d+)\.\s+(\S+)\s+\(on ([^)]*)\)\s*,?\s*(SMTP|QMQP|ESMTP)\b,?\s*(?:TCP )?Port\s+(\d+),?\s*(.*?)\s*$"
)
_ANY_NUMBERED = re.compile(r"(?m)^[ \t]*\d+\.\s+\S")
_TYPES = {"public": True, "private": False, "blackhole": False}
_COUNTED_POLICIES = re.compile(r"(?i)there (?:are|is) (?:currently )?(\d+) polic")
_COUNTED_GROUPS = re.compile(r"(?i)there (?:are|is) (?:currently )?(\d+) sender group")
_POLICY = re.compile(r"^\$([\w.-]+)\s*$")
_BEHAVIOUR = re.compile(r"^(RELAY|ACCEPT|REJECT|TCPREFUSE|CONTINUE)\b(.*)$")
_GROUP = re.compile(r"^([\w.-]+):\s*$")
_REFERENCE = re.compile(r"^\$([\w.-]+)\s*(?:\(.*)?$")
_RAT_HEADING = re.compile(r"(?i)recipient access table")
_RAT_ENTRY = re.compile(r"^\s*(\S+)\s+.*?\b(ACCEPT|REJECT)\s*$|^\s*(\S+)\s+(ACCEPT|REJECT)\b.*$")
_END_OF_TABLE = re.compile(r"(?i)^default policy parameters")
_SENTENCE = re.compile(r"(?i)^[ \t]*(?:there (?:are|is)|default|currently|this could take|choose|recipient access)\b")


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list of listeners."""

    number: int
    name: str
    smtp: bool
    port: int
    public: bool


def parse_listeners(text: str) -> tuple[Listed, ...]:
    """The list before the menu.  Raises Unparsed."""
    above = above_menu(text)
    found = tuple(
        Listed(int(number), name, protocol.upper().endswith("SMTP"), int(port), _public(kind, name))
        for number, name, _where, protocol, port, kind in _LISTENER.findall(above)
    )
    if len(found) != len(_ANY_NUMBERED.findall(above)):
        raise Unparsed("a line of the list of listeners has a form that is not known")
    if not found and not re.search(r"(?i)no listeners?\b.*(?:configured|defined)", above):
        raise Unparsed("no listener is shown and nothing says that there are none")
    return found


def _public(kind: str, name: str) -> bool:
    word = re.sub(r"[^a-z]", "", kind.lower())
    if word not in _TYPES:
        raise Unparsed(f"the listener {quoted(name)} is of the type {quoted(kind)}, which is not known")
    return _TYPES[word]


def parse_hat(text: str, counts: str = "") -> tuple[tuple[FlowPolicy, ...], tuple[SenderGroup, ...]]:
    """Policies and sender groups of a HAT as PRINT shows it.  ``counts``: text that says how many there are."""
    policies: list[FlowPolicy] = []
    groups: list[SenderGroup] = []
    waiting: str | None = None  # a policy whose behaviour comes next
    group: str | None = None
    members: list[str] = []
    depth = 0
    for raw in above_menu(text).split("\n"):
        line = raw.strip()
        if _END_OF_TABLE.match(line):
            break
        if depth:
            depth += line.count("{") - line.count("}")
            continue
        if not line or _SENTENCE.match(line):
            continue
        behaviour = _BEHAVIOUR.match(line)
        reference = _REFERENCE.match(line)
        if waiting is not None and behaviour:
            policies.append(FlowPolicy(waiting, FlowAction(behaviour[1])))
            waiting = None
            depth = behaviour[2].count("{") - behaviour[2].count("}")
        elif group is not None and (reference or behaviour):
            policy = reference[1] if reference else _inline(policies, FlowAction(behaviour[1]) if behaviour else None)
            groups.append(SenderGroup(group, tuple(members), policy))
            group, members = None, []
            depth = behaviour[2].count("{") - behaviour[2].count("}") if behaviour else 0
        elif group is None and (policy := _POLICY.match(line)):
            waiting = policy[1]
        elif header := _GROUP.match(line):
            if group is not None:
                raise Unparsed(f"the sender group {quoted(group)} has no policy")
            group = header[1]
        elif group is None and behaviour and not groups:
            raise Unparsed(f"the line {quoted(line)} belongs to no policy")
        elif group is None and (reference or behaviour or _last_word(line)):
            groups.append(_default_group(line, policies))
        elif group is not None:
            members.append(_member(line))
        else:
            # Members may stand before any group header: the documented sample shows one behaviour per sender.
            group, members = f"unnamed-{len(groups) + 1}", [_member(line)]
    if waiting is not None or group is not None or depth:
        raise Unparsed("the Host Access Table ends in the middle of an entry")
    _checked(policies, groups, counts)
    return tuple(policies), tuple(groups)


def _inline(policies: list[FlowPolicy], action: FlowAction | None) -> str:
    """A behaviour given directly instead of by a policy's name."""
    assert action is not None
    name = f"(inline {action.value})"
    if all(policy.name != name for policy in policies):
        policies.append(FlowPolicy(name, action))
    return name


def _last_word(line: str) -> bool:
    return re.match(r"^ALL\s+\S", line) is not None


def _default_group(line: str, policies: list[FlowPolicy]) -> SenderGroup:
    """``ALL $POLICY``: everybody else."""
    found = re.match(r"^ALL\s+\$([\w.-]+)", line)
    if found:
        return SenderGroup(ALL, (ALL,), found[1])
    found = re.match(r"^ALL\s+(RELAY|ACCEPT|REJECT|TCPREFUSE|CONTINUE)\b", line)
    if found:
        return SenderGroup(ALL, (ALL,), _inline(policies, FlowAction(found[1])))
    raise Unparsed(f"the line {quoted(line)} of the Host Access Table is not known")


def _member(line: str) -> str:
    return re.sub(r"\s+\(.*$", "", line).rstrip(",")


def _checked(policies: list[FlowPolicy], groups: list[SenderGroup], counts: str) -> None:
    names = {policy.name for policy in policies}
    if not policies or not groups:
        raise Unparsed("the Host Access Table shows no policy or no sender group")
    for group in groups:
        if group.policy not in names:
            raise Unparsed(f"the sender group {quoted(group.name)} names the policy {quoted(group.policy)}, not shown")
    for pattern, items, what in ((_COUNTED_POLICIES, policies, "policies"), (_COUNTED_GROUPS, groups, "sender groups")):
        counted = pattern.search(counts)
        if counted and int(counted[1]) > len(items):
            raise Unparsed(f"the menu counts {counted[1]} {what}, {len(items)} were read")


def parse_rat(text: str) -> tuple[RatEntry, ...]:
    """Entries below the heading ``Recipient Access Table``.  Raises Unparsed."""
    above = above_menu(text)
    heading = _RAT_HEADING.search(above)
    if heading is None:
        raise Unparsed("no heading 'Recipient Access Table' in the answer")
    entries: list[RatEntry] = []
    for line in above[heading.end() :].split("\n"):
        if not line.strip() or set(line.strip()) <= set("=-:. ") or _SENTENCE.match(line):
            continue
        found = _RAT_ENTRY.match(line)
        if found is None:
            raise Unparsed(f"the line {quoted(line)} of the Recipient Access Table is not known")
        address, action = (found[1], found[2]) if found[1] else (found[3], found[4])
        entries.append(RatEntry(ALL if address.upper() == ALL else address.lower(), action == "ACCEPT"))
    if not entries:
        raise Unparsed("the Recipient Access Table shows no entry, not even ALL")
    return tuple(entries)


def built(listed: Listed, hat: str, counts: str, rat: str | None) -> Listener:
    """One listener from its pieces; ``rat`` None: a private listener has none."""
    policies, groups = parse_hat(hat, counts)
    entries = () if rat is None else parse_rat(rat)
    return Listener(listed.name, listed.port, listed.public, policies, groups, entries)
