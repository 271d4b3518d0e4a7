"""Start the lab as a child process and hold on to it, with the standard library alone, so that importing is cheap.

It exists for tests, demos and commands that need an Internet for a while.  May import the standard library and
``fleet.errors``.
"""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fleet.lab.child import Child, LabError, run_module

__all__ = ["LabDestination", "LabError", "LabHandle", "spawn"]

READY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class LabDestination:
    """One mail domain of the lab: its story, expected outcomes (policy -> mode -> outcome), its hosts' addresses."""

    name: str
    summary: str
    expect: Mapping[str, Mapping[str, str]]
    addresses: Mapping[str, tuple[str, ...]]


@dataclass(slots=True)
class LabHandle:
    """A running lab: the files it wrote, and its ``resolvers``, kind -> virtual address (port 53)."""

    network: Path
    trust_anchor: Path
    roots: Path
    destination_list: Path
    resolvers: Mapping[str, str]
    references: Mapping[str, tuple[str, ...]]
    destinations: tuple[LabDestination, ...]
    _child: Child = field(repr=False)

    @property
    def pid(self) -> int:
        """Process id of the lab."""
        return self._child.pid

    def destination(self, name: str) -> LabDestination:
        """The destination called ``name``; raises KeyError."""
        for found in self.destinations:
            if found.name == name:
                return found
        raise KeyError(name)

    def fault(self, **order: object) -> None:
        """Order a fault and wait until it is in force, as in ``fault(fault="drop", resolver="192.0.2.53")``.

        The faults are ``delay``, ``drop`` and ``servfail`` of a ``resolver``, ``smtp`` of an ``address`` with a
        ``kind`` (``timeout``, ``reset``, ``drip``, ``none``), and ``clear``.  Raises UsageError if the lab does not
        know the order, LabError if it is gone.
        """
        self._child.order(order)

    def asked(self) -> dict[str, dict[str, int]]:
        """How many questions each resolver got so far: address -> ``udp``, ``tcp`` -> number."""
        told: dict[str, dict[str, int]] = self._child.order({"tell": "asked"})["asked"]
        return told

    def wait(self, timeout: float | None = None) -> int:
        """Wait until the lab ends by itself and return its exit code; raises ``subprocess.TimeoutExpired``."""
        return self._child.wait(timeout)

    def close(self) -> None:
        """Stop the lab and wait for it; harmless when it is already gone."""
        self._child.stop()


@contextlib.contextmanager
def spawn(directory: str | Path | None = None) -> Iterator[LabHandle]:
    """Run a lab in a child process for the length of a ``with`` block; it is stopped by closing its standard input.

    ``directory`` is where its files go (made if missing); None: a temporary one that goes with the lab.  Raises
    LabError if it is not ready within a minute.
    """
    with run_module("fleet.lab", ["--directory", str(directory)] if directory else []) as child:
        yield _handle(child.read(READY_SECONDS), child)


def _handle(ready: dict[str, Any], child: Child) -> LabHandle:
    return LabHandle(
        network=Path(ready["network"]),
        trust_anchor=Path(ready["trust_anchor"]),
        roots=Path(ready["roots"]),
        destination_list=Path(ready["destination_list"]),
        resolvers=ready["resolvers"],
        references={kind: tuple(names) for kind, names in ready["references"].items()},
        destinations=tuple(
            LabDestination(
                row["name"],
                row["summary"],
                row["expect"],
                {host: tuple(addresses) for host, addresses in row["addresses"].items()},
            )
            for row in ready["destinations"]
        ),
        _child=child,
    )
