"""Start simulated nodes as a child process and hold on to them; importing this is cheap.

May import the standard library, ``fleet.lab.child`` and ``fleet.errors``.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from fleet.lab.child import Child, run_module

READY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Door:
    """Where a simulated node is reached: a port of 127.0.0.1, and the fingerprint of its host key."""

    port: int
    host_key: str


@dataclass(slots=True)
class NodesHandle:
    """Running nodes: the client ``key`` file that lets its users in, and the door of each."""

    key: Path
    doors: Mapping[str, Door]
    _child: Child = field(repr=False)

    @property
    def pid(self) -> int:
        """Their process id."""
        return self._child.pid

    def fault(self, node: str, fault: str) -> None:
        """From now on ``node`` has ``fault`` (``none``: no more); returns when it is in force."""
        self._child.order({"node": node, "fault": fault})

    def change(self, node: str, settings: object) -> None:
        """From now on ``node`` is told ``settings`` (plain data)."""
        self._child.order({"node": node, "settings": settings})

    def vary(self, node: str, variant: int) -> None:
        """From now on ``node`` uses this variant of every wording that is not known."""
        self._child.order({"node": node, "variant": variant})

    def queue(self, node: str, held: Sequence[Mapping[str, object]]) -> None:
        """From now on this waits on ``node`` (``fleet.lab.nodes.waiting.Held.read``)."""
        self._child.order({"node": node, "queue": [dict(one) for one in held]})

    def log(self, node: str, logs: Mapping[str, str]) -> None:
        """From now on these are ``node``'s mail logs, by the name of a subscription or a file."""
        self._child.order({"node": node, "logs": dict(logs)})

    def move(self, node: str, place: Mapping[str, object]) -> None:
        """From now on ``node`` stands at ``place`` (``fleet.lab.nodes.place``)."""
        self._child.order({"node": node, "place": dict(place)})


@dataclass(frozen=True, slots=True)
class Simulated:
    """One node to serve: who may log in, what it is told to do (``Settings`` as plain data), and where it stands.

    ``place`` is as ``fleet.lab.nodes.place`` reads it; None: nowhere, and it forwards nothing.
    """

    user: str
    settings: object
    place: Mapping[str, object] | None = None


@contextlib.contextmanager
def spawn_nodes(directory: Path, nodes: Mapping[str, Simulated]) -> Iterator[NodesHandle]:
    """Serve ``nodes``, by name, for the length of a ``with`` block; their client key goes into ``directory``."""
    with run_module("fleet.lab.nodes.simulated", ["--directory", str(directory)]) as child:
        child.say({"nodes": {name: asdict(one) for name, one in nodes.items()}})
        ready = child.read(READY_SECONDS)
        doors = {name: Door(found["port"], found["host_key"]) for name, found in ready["nodes"].items()}
        yield NodesHandle(Path(ready["key"]), doors, child)
