"""What a profile knows about the nodes that wrote a log: which of them did DANE for which destination.

A profile is how things are now, so ``since`` says from when on it holds.  On AsyncOS the flow policy decides too and no
log line names it: mail is taken to have come in by RELAY, without which there is no DANE and no ``for DOMAIN`` either.
May import ``fleet.layout``, ``fleet.rules``, ``fleet.model`` and ``fleet.maillog``.
"""

from datetime import datetime
from functools import lru_cache

from fleet.layout import effective
from fleet.maillog import DaneKnown
from fleet.model.fleet import Fleet, Node
from fleet.model.flow import FlowAction
from fleet.rules.ver import FIRST_WITH_DANE, version_number


def dane_known(fleet: Fleet, since: datetime | None = None) -> DaneKnown:
    """Whether a node of ``fleet`` did DANE for a domain at a time; None for nodes that are not in it."""
    nodes = _by_name(fleet)

    @lru_cache(maxsize=65_536)
    def now(name: str, domain: str) -> bool | None:
        node = nodes.get(name.lower())
        return None if node is None else _does(fleet, node, domain)

    def known(name: str, domain: str, at: datetime | None) -> bool | None:
        if since is not None and (at is None or at < since):
            return None
        return now(name, domain)

    return known


def _does(fleet: Fleet, node: Node, domain: str) -> bool | None:
    version = version_number(node.settings.version) if node.settings.version else None
    first = FIRST_WITH_DANE.get(node.settings.platform)
    if version is None or first is None:
        return None
    policy = effective(fleet, node, FlowAction.RELAY, domain)
    if policy.held:  # a route stands in the way: DANE never succeeds there
        return False
    return version >= first and policy.attempted


def _by_name(fleet: Fleet) -> dict[str, Node]:
    """Nodes by their name, its first label, their SSH host and addresses: what a log may call them."""
    found: dict[str, Node | None] = {}
    for node in fleet.nodes.values():
        called = {node.name, node.ssh.host, *node.addresses}
        for name in {word.lower() for word in called if word}:
            found[name] = node if name not in found else None
    for node in fleet.nodes.values():
        for host in {node.name.lower(), node.ssh.host.lower()} - {""}:
            label = host.partition(".")[0]
            if label != host and not label.isdigit():
                found[label] = node if found.get(label, node) is node else None
    return {name: node for name, node in found.items() if node is not None}
