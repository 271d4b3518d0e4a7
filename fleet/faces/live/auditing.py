"""Audits of resolvers: a round for a command, and rounds without end beside the polls and checks of ``fleet watch``.

May import ``fleet.nodes``, ``fleet.vantage``, ``fleet.network`` (when needed), ``fleet.monitor`` and
``fleet.model``.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from fleet.errors import Failure
from fleet.faces.live.checking import Checks
from fleet.model.event import Event, ResolverJudged
from fleet.model.fleet import Fleet, Node
from fleet.model.observation import Sight
from fleet.model.resolver import References
from fleet.monitor import NodeEntry

if TYPE_CHECKING:
    from fleet.dnssec.zone import TrustAnchors
    from fleet.network import Network
    from fleet.vantage.audit import Through

EVERY = 1800.0
FIRST = 1.0
"""Seconds after the start: checks come first."""
_LOOK_SECONDS = 2.0


def audit_once(
    fleet: Fleet,
    names: Sequence[str],
    here: "Network",
    anchors: "TrustAnchors",
    *,
    from_here: bool,
    on_node: Callable[[], None],
) -> tuple[ResolverJudged, ...]:
    """Audit the resolvers of the nodes called ``names``, each from its own network unless ``from_here``."""
    from fleet.nodes import Dialer, Vantages  # noqa: PLC0415  asyncssh is not needed where nothing is dialled
    from fleet.vantage.audit import Audit  # noqa: PLC0415

    found: list[ResolverJudged] = []

    async def run() -> None:
        dialer = Dialer()
        try:
            through = None if from_here else Vantages(dialer).through
            audit = Audit(here, through, anchors, fleet.references, found.append)
            await audit.run([fleet.nodes[name] for name in names], on_node)
        finally:
            await dialer.close()

    asyncio.run(run())
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Known:
    """A node with the resolvers it is known to ask; ``failure``: why the last poll could not log in, if so."""

    node: Node
    failure: Failure | None = None

    @classmethod
    def of(cls, node: Node, entry: NodeEntry) -> "Known":
        """``node`` as polls saw it."""
        seen, settings = entry.known, node.settings
        if seen is not None and seen.unit("resolvers").sight is Sight.SEEN:
            settings = replace(settings, resolvers=seen.settings.resolvers)
        if seen is not None and seen.unit("root_servers").sight is Sight.SEEN:
            settings = replace(settings, root_servers=seen.settings.root_servers)
        return cls(node if settings is node.settings else replace(node, settings=settings), entry.failure)

    def differs(self, before: "Known") -> bool:
        """Whether another audit is worth while before its time: others are asked, or the node lets us in again."""
        return self._told != before._told or (self.failure is None and before.failure is not None)

    @property
    def _told(self) -> tuple[object, ...]:
        settings, ssh = self.node.settings, self.node.ssh
        return settings.resolvers, settings.root_servers, ssh


async def keep_auditing(
    checks: Checks,
    references: Callable[[], References],
    known: Callable[[], Sequence[Known]],
    through: "Through",
    publish: Callable[[Event], None],
) -> None:
    """Until cancelled: each node that polls were made of, every half hour, and within seconds when it becomes another.

    Nobody knocks for it where the last poll failed: that node's resolvers are asked from here, if it is their turn.
    """
    clock = asyncio.get_running_loop().time
    audited: dict[str, tuple[Known, float]] = {}
    await asyncio.sleep(FIRST)
    while True:
        failing: dict[str, Failure] = {}
        wanted: list[Node] = []
        for one in known():
            before, at = audited.get(one.node.name, (None, 0.0))
            if before is None or one.differs(before) or clock() - at >= EVERY:
                audited[one.node.name] = (one, clock())
                wanted.append(one.node)
                if one.failure is not None:
                    failing[one.node.name] = one.failure
        if wanted:
            here, anchors = await checks.open()
            audits = await asyncio.to_thread(import_module, "fleet.vantage.audit")
            polled = partial(_unless_failing, through, failing)
            await audits.Audit(here, polled, anchors, references(), publish).run(wanted)
        await asyncio.sleep(_LOOK_SECONDS)


def _unless_failing(
    through: "Through", failing: Mapping[str, Failure], node: Node
) -> "AbstractAsyncContextManager[Network | Failure]":
    failure = failing.get(node.name)
    return through(node) if failure is None else nullcontext(failure)
