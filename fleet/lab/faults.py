"""Faults on demand: what is going wrong in the lab right now, by order of whoever runs it.

It exists apart from the servers so that an order is checked once, before anything changes, and so that resolvers and
mail servers only ever read.  An order is one JSON object a line, such as ``{"fault": "delay", "resolver":
"192.0.2.53", "milliseconds": 50}``. May import the standard library, ``fleet.errors`` and the lab's own nouns.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from fleet.errors import UsageError
from fleet.lab.scenario import Behaviour


class ResolverFault(StrEnum):
    """What a resolver does instead of answering."""

    DROP = "drop"
    SERVFAIL = "servfail"


SMTP_FAULTS: Mapping[str, Behaviour | None] = {
    "timeout": Behaviour.TIMEOUT,
    "reset": Behaviour.RESET,
    "drip": Behaviour.DRIP,
    "none": None,
}


@dataclass(slots=True)
class Faults:
    """The faults in force, by virtual address."""

    resolvers: frozenset[str]
    mail_hosts: frozenset[str]
    delays: dict[str, float] = field(default_factory=dict)
    """Seconds each answer of a resolver is held back."""
    failing: dict[str, ResolverFault] = field(default_factory=dict)
    smtp: dict[str, Behaviour] = field(default_factory=dict)

    def obey(self, order: object) -> str:
        """Carry out one order and return its name.  Raises UsageError; then nothing has changed."""
        if not isinstance(order, dict):
            raise UsageError("an order to the lab is one JSON object on one line")
        name = order.get("fault")
        act = _ORDERS.get(name) if isinstance(name, str) else None
        if act is None:
            raise UsageError(f"the lab knows no such fault; it knows {', '.join(_ORDERS)}")
        act(self, order)
        return str(name)

    def _delay(self, order: dict[str, object]) -> None:
        milliseconds = order.get("milliseconds")
        if not isinstance(milliseconds, int | float) or not 0 <= milliseconds <= 60_000:
            raise UsageError("a delay needs milliseconds between 0 and 60000")
        self.delays[_address(order, "resolver", self.resolvers)] = milliseconds / 1000

    def _drop(self, order: dict[str, object]) -> None:
        self.failing[_address(order, "resolver", self.resolvers)] = ResolverFault.DROP

    def _servfail(self, order: dict[str, object]) -> None:
        self.failing[_address(order, "resolver", self.resolvers)] = ResolverFault.SERVFAIL

    def _smtp(self, order: dict[str, object]) -> None:
        kind = order.get("kind")
        if not isinstance(kind, str) or kind not in SMTP_FAULTS:
            raise UsageError(f"an smtp fault needs a kind: {', '.join(SMTP_FAULTS)}")
        address = _address(order, "address", self.mail_hosts)
        behaviour = SMTP_FAULTS[kind]
        if behaviour is None:
            self.smtp.pop(address, None)
        else:
            self.smtp[address] = behaviour

    def _clear(self, _order: dict[str, object]) -> None:
        for faults in (self.delays, self.failing, self.smtp):
            faults.clear()


def _address(order: dict[str, object], key: str, known: frozenset[str]) -> str:
    address = order.get(key)
    if not isinstance(address, str) or address not in known:
        raise UsageError(f"this fault needs {key}, an address of the lab")
    return address


_ORDERS: Mapping[str, Callable[[Faults, dict[str, object]], None]] = {
    "delay": Faults._delay,
    "drop": Faults._drop,
    "servfail": Faults._servfail,
    "smtp": Faults._smtp,
    "clear": Faults._clear,
}
