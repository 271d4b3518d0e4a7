"""Every walk there is, found where they are defined: whoever adds one has it tested."""

import inspect
from collections.abc import Callable, Iterator
from typing import get_type_hints

from fleet.nodes.asyncos import walks
from fleet.nodes.asyncos.session import Walk
from fleet.nodes.slots import Subscription

GOOD = {str: "example.com", int: 1, Subscription: "mail_logs"}
"""What a walk that is made for something is made for."""


def fixed() -> tuple[Walk, ...]:
    """Walks that are always the same."""
    return tuple(value for value in vars(walks).values() if isinstance(value, Walk))


def made() -> Iterator[tuple[Callable[..., Walk], tuple[type, ...]]]:
    """What makes a walk for a domain, a number: the function and the types of what it takes."""
    for make in vars(walks).values():
        if inspect.isfunction(make) and make.__module__ == walks.__name__:
            hints = get_type_hints(make)
            if hints.pop("return", None) is Walk:
                yield make, tuple(hints.values())


def every_walk() -> tuple[Walk, ...]:
    """All of them, made for something good."""
    return (*fixed(), *(make(*(GOOD[kind] for kind in kinds)) for make, kinds in made()))
