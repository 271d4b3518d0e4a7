"""A forecast as a list: destinations with one outcome on some nodes and flows, the worst and the heaviest first.

May import ``fleet.model`` and modules of this package.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from fleet.forecast.classed import Forecast, Ingress, MailClass
from fleet.forecast.outcome import BADNESS, Core
from fleet.model.fleet import Destination, Platform

Place = tuple[MailClass, Ingress]


@dataclass(frozen=True, slots=True)
class Entry:
    """One destination and one outcome, with all the classes and flows where it is so."""

    destination: Destination
    core: Core
    places: tuple[Place, ...]

    @property
    def nodes(self) -> tuple[str, ...]:
        """The nodes it is so on."""
        return tuple(dict.fromkeys(name for group, _ in self.places for name in group.names))


@dataclass(frozen=True, slots=True)
class Total:
    """How many destinations come to an outcome on any node and flow, and their recipients a day where known."""

    core: Core
    destinations: int
    recipients: int
    unweighed: int


def entries(forecast: Forecast, *, node: str = "") -> tuple[Entry, ...]:
    """Every destination and outcome, worst first, then by recipients; ``node``: of this node alone."""
    found = [Entry(destination, core, places) for destination, core, places in _gathered(forecast, node)]
    return tuple(sorted(found, key=_order))


def totals(found: tuple[Entry, ...]) -> tuple[Total, ...]:
    """The entries counted by outcome, worst first; a destination counts once for each outcome it has somewhere."""
    by_label: dict[str, tuple[Core, dict[str, Destination]]] = {}
    for entry in found:
        by_label.setdefault(entry.core.label, (entry.core, {}))[1][entry.destination.domain] = entry.destination
    listed = [
        Total(
            core,
            len(named),
            sum(one.recipients_per_day or 0 for one in named.values()),
            sum(one.recipients_per_day is None for one in named.values()),
        )
        for core, named in by_label.values()
    ]
    return tuple(sorted(listed, key=lambda total: -BADNESS.index(total.core.outcome)))


def _order(entry: Entry) -> tuple[int, int, str]:
    return (
        -BADNESS.index(entry.core.outcome),
        -(entry.destination.recipients_per_day or 0),
        entry.destination.domain,
    )


def _gathered(forecast: Forecast, node: str) -> Iterator[tuple[Destination, Core, tuple[Place, ...]]]:
    groups = [group for group in forecast.classes if not node or node in group.names]
    columns = [(group.cells[way.action], (group, way)) for group in groups for way in group.ingresses]
    for place, destination in enumerate(forecast.destinations):
        alike: dict[tuple[Core, Platform | None], list[Place]] = {}
        for row, where in columns:
            # Each platform has reasons of its own for the same outcome.
            alike.setdefault((row[place], where[0].settings.platform), []).append(where)
        for (core, _), places in alike.items():
            yield destination, core, tuple(places)
