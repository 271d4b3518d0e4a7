"""AsyncOS destination controls: which entry decides each field for a domain.

The domain's own entry, else the longest ``.suffix`` entry (assumed), else the Default entry; a field an entry leaves
out ("Default") is the Default entry's, field by field.

May import ``fleet.model`` and modules of this package.
"""

from collections.abc import Iterable
from typing import Any

from fleet.layout.decided import Decided
from fleet.layout.names import DomainTable
from fleet.model.control import DEFAULT, BounceProfile, DaneSupport, DestinationControl
from fleet.model.fleet import Settings
from fleet.model.policy import TlsLevel

DEFAULT_BOUNCE_PROFILE = "Default"
"""The bounce profile of a destination that names none (seed, the profile's screen)."""


class Controls:
    """The destination controls of one node, ready for lookups."""

    def __init__(self, entries: Iterable[DestinationControl], bounce_profiles: Iterable[BounceProfile] = ()) -> None:
        self._table = DomainTable(((entry.domain, entry) for entry in entries), DEFAULT)
        self._timers = {profile.name: profile.seconds for profile in bounce_profiles}

    @property
    def default(self) -> DestinationControl | None:
        """The Default entry."""
        found = self._table.everybody
        return found[1] if found else None

    def entries(self) -> Iterable[DestinationControl]:
        """Every entry, in the order given."""
        return self._table.values()

    def entry(self, domain: str) -> DestinationControl | None:
        """The entry that stands for ``domain``: its own, a suffix entry, or the Default entry."""
        found = self._table.find(domain)
        return found[1] if found else None

    def field(self, domain: str, name: str) -> Decided[Any]:
        """The value of the field ``name`` of ``DestinationControl`` for ``domain``."""
        return self.field_of(self.entry(domain), name)

    def field_of(self, entry: DestinationControl | None, name: str) -> Decided[Any]:
        """The value of the field ``name`` where ``entry`` stands for the domain."""
        for candidate in (entry, self.default):
            value = getattr(candidate, name) if candidate else None
            if candidate is not None and value is not None:
                path = ("destination_controls", candidate.domain, name)
                return Decided(value, path, assumed=candidate.domain.startswith("."))
        return Decided(None)

    def dane(self, entry: DestinationControl | None) -> Decided[DaneSupport]:
        """DANE Support where ``entry`` stands for the domain."""
        return self.field_of(entry, "dane")

    def tls(self, entry: DestinationControl | None) -> Decided[TlsLevel]:
        """TLS Support where ``entry`` stands for the domain."""
        return self.field_of(entry, "tls")

    def bounce_seconds(self, domain: str) -> Decided[int]:
        """How long mail to ``domain`` is retried before it is returned."""
        named = self.field(domain, "bounce_profile")
        name = named.value or DEFAULT_BOUNCE_PROFILE
        if name not in self._timers:
            return Decided(None, named.path, f"bounce profile {name} is not declared")
        return Decided(self._timers[name], ("bounce_profiles", name), assumed=not named.value)


def controls_of(settings: Settings) -> Controls | None:
    """The destination controls of ``settings``; None: not declared."""
    return None if settings.controls is None else Controls(settings.controls, settings.bounce_profiles or ())
