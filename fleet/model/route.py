"""SMTP routes: where mail goes instead of where DNS says."""

from dataclasses import dataclass
from enum import StrEnum

ALL = "ALL"
"""The key of the default route, and of the sender-group member and RAT entry that stand for everybody."""


class RouteKind(StrEnum):
    """What a route does with mail."""

    USEDNS = "usedns"
    """The normal MX lookup: the only route behind which AsyncOS does DANE (seed, "SMTP routes")."""
    DISCARD = "discard"
    """``/dev/null``: mail is thrown away."""
    HOSTS = "hosts"
    """Mail goes to the listed hosts, without an MX lookup of the destination."""


@dataclass(frozen=True, slots=True)
class RouteHost:
    """One host of a route: a name or an address literal; lower ``priority`` first.

    ``direct``: written in brackets, its own address is used and no MX of it.
    """

    name: str
    port: int = 25
    priority: int = 0
    direct: bool = False


@dataclass(frozen=True, slots=True)
class SmtpRoute:
    """One route.  ``domain``: a domain, ``.domain`` (what lies below, not the domain itself) or ``ALL``."""

    domain: str
    kind: RouteKind
    hosts: tuple[RouteHost, ...] = ()
