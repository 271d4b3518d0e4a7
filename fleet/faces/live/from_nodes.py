"""One round of checks from nodes for a command: dialled, walked, and what it comes to in the history.

May import ``fleet.nodes``, ``fleet.vantage``, ``fleet.model`` and the modules beside.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fleet.dane import WalkLimits
from fleet.dnssec.zone import TrustAnchors
from fleet.model.event import CheckFinished, Event, Target, own_check_of
from fleet.model.fleet import Node
from fleet.nodes import Dialer, Vantages, own_checks
from fleet.nodes.asyncos.daneverify import OnChecked
from fleet.vantage.from_node import NodeChecks, OnSeen, Seen
from fleet.vantage.own_check import OwnVerdict


@dataclass(frozen=True, slots=True)
class Round:
    """What is checked from where, and how.

    ``smtp``: nodes whose profile does not allow it may be used all the same; ``no_smtp``: none may.  ``own``:
    appliances are asked for their own checks as well, which talk to mail servers by themselves.
    """

    nodes: tuple[Node, ...]
    domains: tuple[str, ...]
    anchors: TrustAnchors
    ehlo: str
    seconds: float
    question: float
    jobs: int
    smtp: bool = False
    no_smtp: bool = False
    own: bool = False

    def may_talk(self, node: Node) -> bool:
        """Whether mail servers may be talked to from ``node``."""
        return not self.no_smtp and (self.smtp or node.ssh.smtp)


async def check_from(wanted: Round, on_seen: OnSeen, on_checked: OnChecked) -> None:
    """Check every destination from every node; ``on_seen`` is told as they come, ``on_checked`` what appliances say."""
    dialer = Dialer()
    checks = NodeChecks(
        Vantages(dialer).through,
        wanted.anchors,
        wanted.may_talk,
        ehlo=wanted.ehlo,
        limits=WalkLimits(seconds=wanted.seconds, smtp_seconds=min(20.0, wanted.seconds / 2)),
        question=wanted.question,
        jobs=wanted.jobs,
    )
    try:
        await checks.run(wanted.nodes, wanted.domains, on_seen)
        if wanted.own:
            # One appliance after the other: destinations share mail servers, and each run is a connection of its own.
            for node in wanted.nodes:
                await own_checks(node, dialer, wanted.domains, on_checked)
    finally:
        await dialer.close()


def events_of(seen: Iterable[Seen], own: Iterable[OwnVerdict]) -> Iterator[Event]:
    """The verdicts as the history has them, each with its vantage."""
    ours = [(one.node.name, one.verdict) for one in seen]
    theirs = [(own_check_of(one.check.node), one.verdict) for one in own if one.verdict is not None]
    for vantage, verdict in (*ours, *theirs):
        yield CheckFinished(verdict.at, Target(verdict.domain, vantage, verdict.resolvers), verdict)
