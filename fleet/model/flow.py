"""Who may hand mail to a gateway, and under which flow policy: listeners, their ordered sender groups, their RAT.

On AsyncOS the sender decides (listener, sender groups in order, first match): mail taken in under a RELAY policy gets
DANE, mail taken in under ACCEPT does not (seed, "Mail direction").
"""

from dataclasses import dataclass
from enum import StrEnum


class FlowAction(StrEnum):
    """Connection behaviour of a mail flow policy."""

    RELAY = "RELAY"
    ACCEPT = "ACCEPT"
    REJECT = "REJECT"
    TCPREFUSE = "TCPREFUSE"
    CONTINUE = "CONTINUE"


@dataclass(frozen=True, slots=True)
class FlowPolicy:
    """A named mail flow policy."""

    name: str
    action: FlowAction


@dataclass(frozen=True, slots=True)
class SenderGroup:
    """Senders that share a policy.  Members: address, CIDR range, host name, ``.domain``, ``ALL``."""

    name: str
    members: tuple[str, ...]
    policy: str


@dataclass(frozen=True, slots=True)
class RatEntry:
    """One entry of the Recipient Access Table: a domain, ``.domain`` or ``ALL``, accepted or not."""

    address: str
    accept: bool


@dataclass(frozen=True, slots=True)
class Listener:
    """One listener.  Sender groups are tried in order, the first with a matching member decides."""

    name: str
    port: int = 25
    public: bool = True
    policies: tuple[FlowPolicy, ...] = ()
    sender_groups: tuple[SenderGroup, ...] = ()
    rat: tuple[RatEntry, ...] = ()
