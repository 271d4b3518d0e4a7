"""Domains as table keys: one spelling for all, and the lookup that destination controls, routes and RATs share.

A key is a domain, ``.domain`` (what lies below it, never the domain itself) or the name of the entry that stands for
everybody.  The exact key wins, then the longest ``.suffix``, then everybody.

May import the standard library and ``fleet.domains``.
"""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from typing import Generic, TypeVar

from fleet.domains import DomainError, a_labels

T = TypeVar("T")


@lru_cache(maxsize=65536)
def canonical(text: str) -> str:
    """``text`` in lower case, as A-labels, without final dots; a leading dot stays.  Never raises."""
    name = text.strip().rstrip(".").lower()
    if name.isascii():
        return name
    dot, rest = (".", name[1:]) if name.startswith(".") else ("", name)
    try:
        return dot + a_labels(rest).lower()
    except DomainError:
        return name


def suffixes(domain: str) -> Iterable[str]:
    """The ``.suffix`` keys under which the canonical ``domain`` lies, longest first; never one for itself."""
    at = domain.find(".", 1)
    while at > 0:
        yield domain[at:]
        at = domain.find(".", at + 1)


def below(key: str, domain: str) -> bool:
    """Whether the ``.suffix`` ``key`` covers ``domain`` (a domain or another ``.suffix``)."""
    key, domain = canonical(key), canonical(domain)
    return len(domain) > len(key) and domain.endswith(key)


ANYBODY = "*.invalid"
"""A name that no key is for but the one for everybody."""


def sample(key: str) -> str:
    """A domain that ``key`` is for: itself, a name below a suffix, or (ALL, default, ``*``) one no other key is for."""
    name = canonical(key)
    if name in ("all", "default", "*"):
        return ANYBODY
    return f"*{name}" if name.startswith(".") else name


@lru_cache(maxsize=65536)
def address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """``text`` as an address (brackets and ``IPv6:`` allowed), or None where it is none."""
    try:
        return ipaddress.ip_address(text.strip().strip("[]").lower().removeprefix("ipv6:"))
    except ValueError:
        return None


class DomainTable(Generic[T]):
    """Values by domain key.  Of two keys that mean the same domain, the first counts."""

    def __init__(self, entries: Iterable[tuple[str, T]], everybody: str) -> None:
        self._entries: dict[str, tuple[str, T]] = {}
        self._has_suffixes = False
        self._everybody = canonical(everybody)
        for key, value in entries:
            name = canonical(key)
            self._entries.setdefault(name, (key, value))
            self._has_suffixes |= name.startswith(".")

    def find(self, domain: str) -> tuple[str, T] | None:
        """The key as it was spelled and its value: exact, longest suffix, everybody; None where nothing fits."""
        return self.find_own(domain) or self._entries.get(self._everybody)

    def find_own(self, domain: str) -> tuple[str, T] | None:
        """As ``find``, without the entry for everybody."""
        name = canonical(domain)
        if name == self._everybody:
            return None
        found = self._entries.get(name)
        if found is None and self._has_suffixes:
            found = next((self._entries[suffix] for suffix in suffixes(name) if suffix in self._entries), None)
        return found

    def values(self) -> Iterable[T]:
        """Every value, in the order given."""
        return (value for _, value in self._entries.values())

    @property
    def everybody(self) -> tuple[str, T] | None:
        """The entry that stands for everybody."""
        return self._entries.get(self._everybody)
