"""What a poll saw of one node: each unit of ``Settings`` by itself, with its evidence.

A unit that was asked for and could not be read is ``UNPARSED``, one that was not asked for (or whose command the role
may not run) is ``NOT_OBSERVED``; neither ever counts as "off" or "none".
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from fleet.errors import Failure
from fleet.model.fleet import Platform, Settings


class Sight(StrEnum):
    """How a unit of settings was seen."""

    SEEN = "seen"
    UNPARSED = "unparsed"
    NOT_OBSERVED = "not-observed"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a value comes from: ``raw`` is the node's answer with secrets masked; ``sha256`` is of the unmasked one."""

    command: str
    at: datetime
    raw: str
    sha256: str
    parser: str
    milliseconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Unit:
    """One field of ``Settings`` as seen, or a part of one (``postfix.tls_policy``) that stands or falls by itself.

    ``why``: the sentence for anything but SEEN; ``evidence`` may be absent.
    """

    name: str
    sight: Sight
    why: str = ""
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """One poll of one node.  ``settings`` holds the values of the units that are SEEN; the others are None there.

    ``failure`` is set where the node could not be asked, or where something ended the poll early; units that were SEEN
    before stay so.  ``clock_offset``: its clock minus ours in seconds.
    """

    node: str
    at: datetime
    settings: Settings = field(default_factory=Settings)
    units: tuple[Unit, ...] = ()
    failure: Failure | None = None
    clock_offset: float | None = None

    @property
    def asked(self) -> tuple[Unit, ...]:
        """The units that such a node can have: what belongs to another platform was not left out, it is not there."""
        platform = self.settings.platform
        strange = {str(one) for one in Platform if one is not platform} if platform is not None else set()
        return tuple(unit for unit in self.units if unit.name.partition(".")[0] not in strange)

    @property
    def saw_something(self) -> bool:
        """Whether any unit was seen, also where something ended the poll afterwards."""
        return any(unit.sight is Sight.SEEN for unit in self.units)

    def unit(self, name: str) -> Unit:
        """How the field ``name`` of ``Settings`` was seen."""
        found = (unit for unit in self.units if unit.name == name)
        return next(found, Unit(name, Sight.NOT_OBSERVED, self.failure.sentence if self.failure else "not asked for"))
