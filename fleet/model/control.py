"""Destination controls: what a gateway is told to do for one destination, and the bounce profiles they name.

Terms, values and ranges are those of the seed ("Configuration", the profile's screen).
"""

from dataclasses import dataclass
from enum import StrEnum

from fleet.model.policy import TlsLevel

DEFAULT = "default"
"""The name of the Default entry, which stands for every destination that has no entry of its own."""


class DaneSupport(StrEnum):
    """DANE Support of a destination control."""

    NONE = "none"
    OPPORTUNISTIC = "opportunistic"
    MANDATORY = "mandatory"


class IpPreference(StrEnum):
    """IP Address Preference of a destination control."""

    PREFER_IPV4 = "prefer-ipv4"
    PREFER_IPV6 = "prefer-ipv6"
    REQUIRE_IPV4 = "require-ipv4"
    REQUIRE_IPV6 = "require-ipv6"


class LimitScope(StrEnum):
    """To what limits apply."""

    SYSTEM = "system-wide"
    VIRTUAL_GATEWAY = "virtual-gateway"


@dataclass(frozen=True, slots=True)
class DestinationControl:
    """One entry.  None in a field: "Default", inherited from the Default entry; there: not declared.

    ``domain`` is ``default``, a domain in A-labels, or ``.domain`` for what lies below it (assumed: no source says how
    the appliance treats it).  Ranges: connections and messages 1 to 1,000; recipients 0 to 1,000,000,000 per 1 to 60
    minutes.
    """

    domain: str
    tls: TlsLevel | None = None
    dane: DaneSupport | None = None
    ip_preference: IpPreference | None = None
    concurrent_connections: int | None = None
    messages_per_connection: int | None = None
    recipients: int | None = None
    recipient_minutes: int | None = None
    limits_apply: LimitScope | None = None
    bounce_verification: bool | None = None
    bounce_profile: str | None = None


@dataclass(frozen=True, slots=True)
class BounceProfile:
    """How long mail is retried: ``seconds`` until it is returned to its sender."""

    name: str
    seconds: int
