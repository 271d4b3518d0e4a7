"""Who may hand mail to a gateway under which policy: ordered sender groups, first match, and what cannot be told.

On AsyncOS the sender decides, never the destination: the same domain may arrive through RELAY (DANE is done) and
through ACCEPT (it is not).  A member that is a host name is compared with the sender's reverse name, which a profile
does not hold: for an address the fleet knows no name of, such a member *may* match, and everything below it is then
only possible.  ``CONTINUE`` goes on to the next group (assumed: no source says more than its name).

Postfix and Exim do not tell senders apart when they do DANE; who may relay is ``mynetworks`` and ``relay_from_hosts``.

May import ``fleet.model`` and ``fleet.layout.names``.
"""

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from fleet.layout.names import DomainTable, address, below, canonical
from fleet.model.fleet import ObjectPath, Platform, Settings
from fleet.model.flow import FlowAction, FlowPolicy, Listener, RatEntry, SenderGroup
from fleet.model.route import ALL

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Match(Enum):
    """Whether a member is the sender."""

    YES = "yes"
    NO = "no"
    MAYBE = "maybe"


@dataclass(frozen=True, slots=True)
class Flow:
    """One way mail comes in: a listener, the sender group that took it, and what its policy does.

    ``action`` None: the policy is not declared.  ``path``: the setting path of the group.
    """

    listener: str
    group: str
    action: FlowAction | None
    path: ObjectPath = ()


@dataclass(frozen=True, slots=True)
class Admission:
    """What becomes of one sender: the flows that may take it, in order.  ``certain``: the last one surely does.

    Not certain: no group is known to match, so the sender may also be taken by none.
    """

    flows: tuple[Flow, ...]
    certain: bool
    assumed: bool = False

    def always(self, action: FlowAction) -> bool:
        """Whether the sender surely meets ``action``."""
        return self.certain and all(flow.action is action for flow in self.flows)

    def ever(self, action: FlowAction) -> bool:
        """Whether the sender may meet ``action``."""
        return any(flow.action in (action, None) for flow in self.flows)


@lru_cache(maxsize=65536)
def network(member: str) -> Network | None:
    """A member that is an address or a CIDR range, or None."""
    try:
        return ipaddress.ip_network(member.strip().strip("[]"), strict=False)
    except ValueError:
        return None


def matches(member: str, sender: str, names: Iterable[str] = ()) -> Match:
    """Whether ``member`` is the sender with the address ``sender``, known by ``names`` (none: not known)."""
    if canonical(member) == canonical(ALL):
        return Match.YES
    found, where = network(member), address(sender)
    if found is not None:
        inside = where is not None and where.version == found.version and where in found
        return Match.YES if inside else Match.NO
    known = tuple(names)
    if not known:
        return Match.MAYBE
    hit = any(below(member, name) if member.startswith(".") else canonical(member) == name for name in known)
    return Match.YES if hit else Match.NO


def sender_group(listener: Listener, sender: str, names: Iterable[str] = ()) -> Admission:
    """Which groups of ``listener`` may take ``sender``: the first that surely matches ends the search."""
    policies = {policy.name: policy.action for policy in listener.policies}
    known, possible, assumed = tuple(names), [], False
    denied: set[str] = set()  # name members of groups passed by: where we come this far, none of them is the sender
    for number, group in enumerate(listener.sender_groups):
        match, names_left = _group(group, sender, known, denied)
        if match is Match.NO:
            continue
        action = policies.get(group.policy)
        if action is FlowAction.CONTINUE:
            assumed = True
            continue
        possible.append(_flow(listener, number, group, action))
        if match is Match.YES:
            return Admission(tuple(possible), True, assumed)
        denied.update(names_left)
    return Admission(tuple(possible), False, assumed)


def flows(settings: Settings) -> tuple[Flow, ...] | None:
    """Every flow some sender can take on AsyncOS; a group that can never match is none.  None: not declared."""
    if settings.platform is not Platform.ASYNCOS or settings.listeners is None:
        return None
    return tuple(flow for listener in settings.listeners for flow in _flows(listener))


def relays(settings: Settings) -> bool | None:
    """Whether any sender can reach a RELAY policy; None: not declared.  Postfix and Exim: flows do not decide."""
    found = flows(settings)
    return None if found is None else any(flow.action in (FlowAction.RELAY, None) for flow in found)


def shadowed(listener: Listener) -> tuple[tuple[int, SenderGroup, SenderGroup | None], ...]:
    """Groups that can never match: their position, themselves and the earlier group that takes all their senders.

    A group without members takes nobody: then there is no earlier group.
    """
    policies = {policy.name: policy for policy in listener.policies}
    found: list[tuple[int, SenderGroup, SenderGroup | None]] = []
    for number, group in enumerate(listener.sender_groups):
        if not group.members:
            found.append((number, group, None))
            continue
        earlier = [other for other in listener.sender_groups[:number] if _ends(policies.get(other.policy))]
        takers = [next((one for one in earlier if _covers(one, member)), None) for member in group.members]
        if all(takers):
            found.append((number, group, takers[-1]))
    return tuple(found)


def rat_entry(rat: Iterable[RatEntry], domain: str) -> RatEntry | None:
    """The entry that decides about recipients in ``domain``: exact, longest ``.suffix``, ALL."""
    found = DomainTable(((entry.address, entry) for entry in rat), ALL).find(domain)
    return found[1] if found else None


def accepted_domains(settings: Settings) -> tuple[tuple[str, ObjectPath], ...]:
    """Domains whose mail the listeners take in, with the setting path of the RAT entry; without ALL."""
    return tuple(
        (canonical(entry.address), ("listeners", listener.name, "rat", entry.address))
        for listener in settings.listeners or ()
        for entry in listener.rat
        if entry.accept and canonical(entry.address) != canonical(ALL)
    )


def relay_networks(settings: Settings) -> tuple[tuple[str, ...] | None, ObjectPath]:
    """Postfix and Exim: the hosts that may relay and where they are set; None: not declared."""
    if settings.platform is Platform.POSTFIX:
        return (settings.postfix.mynetworks if settings.postfix else None), ("postfix", "mynetworks")
    return (settings.exim.relay_from_hosts if settings.exim else None), ("exim", "relay_from_hosts")


def _flows(listener: Listener) -> Iterator[Flow]:
    policies = {policy.name: policy.action for policy in listener.policies}
    never = {number for number, _, _ in shadowed(listener)}
    for number, group in enumerate(listener.sender_groups):
        action = policies.get(group.policy)
        if number not in never and action is not FlowAction.CONTINUE:
            yield _flow(listener, number, group, action)


def _flow(listener: Listener, number: int, group: SenderGroup, action: FlowAction | None) -> Flow:
    return Flow(listener.name, group.name, action, ("listeners", listener.name, "sender_groups", number))


def _group(group: SenderGroup, sender: str, names: tuple[str, ...], denied: set[str]) -> tuple[Match, tuple[str, ...]]:
    """Whether some member is the sender, and the members that may be it."""
    open_ = []
    for member in group.members:
        match = matches(member, sender, names)
        if match is Match.YES:
            return match, ()
        if match is Match.MAYBE and not any(_covers_member(wide, member) for wide in denied):
            open_.append(member)
    return (Match.MAYBE if open_ else Match.NO), tuple(open_)


def _ends(policy: FlowPolicy | None) -> bool:
    return policy is None or policy.action is not FlowAction.CONTINUE


def _covers(group: SenderGroup, member: str) -> bool:
    return any(_covers_member(wide, member) for wide in group.members)


def _covers_member(wide: str, member: str) -> bool:
    if canonical(wide) == canonical(ALL):
        return True
    outer, inner = network(wide), network(member)
    if outer is not None and inner is not None:
        return outer.version == inner.version and inner.subnet_of(outer)  # type: ignore[arg-type]
    if outer is not None or inner is not None or canonical(member) == canonical(ALL):
        return False
    return canonical(wide) == canonical(member) or (wide.startswith(".") and below(wide, member))
