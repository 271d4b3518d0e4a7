"""Nodes asked over SSH, read-only: what every gateway is really configured to do.

The layout in a profile is what people believe; the gateways know.  Each poll logs in once, asks what its platform
shows, and brings home an ``Observation``: every unit of settings as seen, as *unparsed* with the raw text beside it, or
as *not observed* with the reason.  A word this program does not know is never "off".

Nothing here can change a node.  All that may be sent stands in one table (``commands``), slots take typed values that
one encoder refuses rather than repairs (``slots``), sessions accept nothing but its lines.  An appliance's menus are
walked prompt by prompt (``asyncos``): each walk says which prompt gets which entry, any other prompt gets Ctrl-C.

Who is asked is as strict: host keys must be in known_hosts or pinned (``hostkeys``), one credential is offered in one
attempt (``credentials``), then the node waits (``backoff``).  Every step is bounded in time and bytes (``limits``);
few handshakes run at once and many sockets may wait, so that a hanging node costs a socket and delays nobody
(``places``, ``sockets``, ``dial``).

For other rooms::

    async with Poller(fleet.nodes.values()) as poller:
        observations = await poller.round(report=...)      # each node once; or: await poller.run(report)
        poller.standings["dlv1"].good                      # last good facts and, with .at, their age
    await poll_node(node, dialer)                          # one node -> Observation
    await look_at_queue(node, dialer, ["ietf.org"])    # what waits there -> Queue, or the Failure that says why not
    await search_logs(node, dialer, domains, begin)    # the lines of its mail log that name them, opt-in
    await dialer.host_keys(node)                           # the keys it shows, for review; nothing is sent
    await dialer.presents(node)                            # the same, against what is on record
    await dialer.reach(node)                               # its port answers
    async with Vantages(dialer).through(node) as way: ...  # a Network from where the node stands, or a Failure
    await own_checks(node, dialer, domains, on_checked)    # an appliance's own daneverify, opt-in
    poll_node(node, dialer, record=(recording := Recording()))  # then: recording.lines(...), masked
    await replayed(lines, node.name)                       # what a poll sees in such a recording

SSH: RFC 4251-4254; keyboard-interactive RFC 4256.  Layers: above ``network``, beside ``dnssec``, below ``vantage``.
May import asyncssh, defusedxml and ``fleet.model``, ``fleet.network``, ``fleet.clock``, ``fleet.errors``,
``fleet.text``.
"""

from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fleet.nodes.asyncos.daneverify import OwnCheck, own_checks
    from fleet.nodes.backoff import Backoff
    from fleet.nodes.dial import Dialer
    from fleet.nodes.hostkeys import HostKey, KeyStanding, Presented
    from fleet.nodes.limits import Limits
    from fleet.nodes.logs import NodeClock, Searched, search_logs
    from fleet.nodes.poll import Kept, poll_node
    from fleet.nodes.poller import Poller, Standing
    from fleet.nodes.queues import look_at_queue
    from fleet.nodes.recording import Recording
    from fleet.nodes.replaying import replayed
    from fleet.nodes.tunnel import TunnelNetwork
    from fleet.nodes.vantages import Vantages

__all__ = [
    "Backoff",
    "Dialer",
    "HostKey",
    "Kept",
    "KeyStanding",
    "Limits",
    "NodeClock",
    "OwnCheck",
    "Poller",
    "Presented",
    "Recording",
    "Searched",
    "Standing",
    "TunnelNetwork",
    "Vantages",
    "look_at_queue",
    "own_checks",
    "poll_node",
    "replayed",
    "search_logs",
]

_ROOMS: MappingProxyType[str, str] = MappingProxyType(
    {
        "Backoff": "backoff",
        "Dialer": "dial",
        "HostKey": "hostkeys",
        "Kept": "poll",
        "KeyStanding": "hostkeys",
        "Limits": "limits",
        "NodeClock": "logs",
        "OwnCheck": "asyncos.daneverify",
        "Poller": "poller",
        "Presented": "hostkeys",
        "Recording": "recording",
        "Searched": "logs",
        "Standing": "poller",
        "TunnelNetwork": "tunnel",
        "Vantages": "vantages",
        "look_at_queue": "queues",
        "own_checks": "asyncos.daneverify",
        "poll_node": "poll",
        "replayed": "replaying",
        "search_logs": "logs",
    }
)
"""Where each name lives: it is loaded when it is asked for, so that a login does not wait for parsers."""


def __getattr__(name: str) -> object:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
