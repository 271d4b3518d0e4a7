"""From answers to an Observation: every unit of settings with how it was seen and its evidence.

A ``Gathering`` is filled by a platform's poll; what is never filled stays "not observed" with the reason given.
May import ``fleet.model``, ``fleet.errors``, ``fleet.clock`` and this package.
"""

from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any

from fleet.clock import WallClock
from fleet.errors import Failure
from fleet.model.fleet import Settings
from fleet.model.observation import Evidence, Observation, Sight, Unit
from fleet.nodes.masking import mask
from fleet.nodes.reading import Unparsed

MAX_EVIDENCE = 64 * 1024
"""Characters of raw text kept with a unit; the digest is of everything."""
_MARGIN = 2048
"""More than any secret is long."""
UNITS = tuple(field.name for field in fields(Settings))
CLOCK = "clock"
DOCUMENT = "showconfig"
"""Units that are no settings: how the node's own time was seen, and the configuration as a document."""


class Gathering:
    """The units of one poll."""

    def __init__(self, node: str, clock: WallClock, secrets: Callable[[], Iterable[str]]) -> None:
        self._node = node
        self._clock = clock
        self._secrets = secrets
        self._at = clock()
        self._values: dict[str, Any] = {}
        self._units: dict[str, Unit] = {}
        self._offset: float | None = None

    def evidence(self, command: str, raw: str, sha256: str, parser: str, milliseconds: float) -> Evidence:
        """Evidence of now, masked and cut."""
        masked = mask(raw[: MAX_EVIDENCE + _MARGIN], self._secrets())
        if len(raw) > MAX_EVIDENCE:  # the margin goes: it may end in the middle of a secret that nobody recognised
            masked = masked[:-_MARGIN] + f"\n… cut after {MAX_EVIDENCE} characters"
        return Evidence(command, self._clock(), masked, sha256, parser, round(milliseconds, 1))

    def masked(self, text: str) -> str:
        """``text`` without secrets."""
        return mask(text, self._secrets())

    def seen(self, name: str, value: object, evidence: Evidence) -> None:
        """The unit ``name`` (a field of Settings, or ``field.part`` for a part of one) was read."""
        if name in UNITS:
            self._values[name] = value
        self._units[name] = Unit(name, Sight.SEEN, "", evidence)

    def unparsed(self, name: str, why: str, evidence: Evidence) -> None:
        """The unit was asked for and its answer is not understood."""
        self._values.pop(name, None)
        self._units[name] = Unit(name, Sight.UNPARSED, mask(why, self._secrets()), evidence)

    def not_observed(self, name: str, why: str, evidence: Evidence | None = None) -> None:
        """The unit could not be asked for."""
        self._values.pop(name, None)
        self._units[name] = Unit(name, Sight.NOT_OBSERVED, mask(why, self._secrets()), evidence)

    def read(self, name: str, parse: Callable[[], object], evidence: Evidence) -> bool:
        """Try ``parse``: seen if it returns, unparsed if it raises Unparsed.  Whether it was seen."""
        try:
            value = parse()
        except Unparsed as problem:
            self.unparsed(name, str(problem), evidence)
            return False
        self.seen(name, value, evidence)
        return True

    def doubt(self, why: str) -> None:
        """What was seen may not be what the node does: only its platform, version and clock stand."""
        for name, unit in [*self._units.items()]:
            if unit.sight is Sight.SEEN and name not in {"platform", "version", CLOCK, DOCUMENT}:
                self.not_observed(name, why, unit.evidence)

    def sight(self, name: str) -> Sight:
        """How the unit stands so far."""
        unit = self._units.get(name)
        return Sight.NOT_OBSERVED if unit is None else unit.sight

    def value(self, name: str) -> Any:
        """The value of a unit that was seen, else None."""
        return self._values.get(name)

    def clock(self, parse: Callable[[], datetime | None], evidence: Evidence) -> None:
        """The node's own time (``parse`` None: its zone is not said), compared with the middle of its answer's way."""
        try:
            moment = parse()
        except Unparsed as problem:
            self.unparsed(CLOCK, str(problem), evidence)
            return
        if moment is None:
            self.not_observed(CLOCK, "the node shows its time without a zone that means one thing", evidence)
            return
        self.seen(CLOCK, None, evidence)
        ours = evidence.at - timedelta(milliseconds=evidence.milliseconds / 2)
        self._offset = round((moment - ours).total_seconds(), 1)

    def observation(self, failure: Failure | None = None) -> Observation:
        """What has been gathered; ``failure``: what ended the poll, or kept it from starting."""
        masked = None
        if failure is not None:
            secrets = tuple(self._secrets())
            masked = replace(failure, sentence=mask(failure.sentence, secrets), hint=mask(failure.hint, secrets))
            for name in UNITS:
                if name not in self._units:
                    self._units[name] = Unit(name, Sight.NOT_OBSERVED, masked.sentence)
        return Observation(
            self._node, self._at, Settings(**self._values), tuple(self._units.values()), masked, self._offset
        )
