"""Evidence added up per destination, in bounded memory: what a million lines come to.

May import modules of this room.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from fleet.maillog.evidence import Evidence
from fleet.maillog.forms import Form, Kind, Sure

DESTINATIONS, HOSTS, RESOLVERS = 50_000, 50_000, 1_000
"""The most of each that are told apart; evidence about others is counted as ``beyond``."""


@dataclass(slots=True)
class Witnessed:
    """What was seen of one destination, one mail host, or one resolver.

    ``proven``: by kind, without what is weak; ``weak``: by kind.  ``kept``, ``answered``: by question type and DNSSEC
    state, from lines of either kind.  ``resolvers``: that answered badly.  ``examples``: of each kind, the last one.
    """

    proven: Counter[Kind] = field(default_factory=Counter)
    weak: Counter[Kind] = field(default_factory=Counter)
    kept: Counter[tuple[str, str]] = field(default_factory=Counter)
    answered: Counter[tuple[str, str]] = field(default_factory=Counter)
    resolvers: Counter[str] = field(default_factory=Counter)
    details: Counter[str] = field(default_factory=Counter)
    first: datetime | None = None
    last: datetime | None = None
    examples: dict[Kind, Evidence] = field(default_factory=dict)
    latest: dict[Kind, datetime] = field(default_factory=dict)
    """When each kind was proven last; lines need not be in the order of their times."""

    def add(self, one: Evidence) -> None:
        """Count ``one`` in."""
        (self.weak if one.sure is Sure.WEAK else self.proven)[one.kind] += 1
        if one.state is not None and one.kind is Kind.DNSSEC:
            counter = self.kept if one.form is Form.ASYNCOS_ENCACHE else self.answered
            counter[(one.qtype, str(one.state))] += 1
        if one.kind is Kind.RESOLVER_BAD and one.resolver and len(self.resolvers) < RESOLVERS:
            self.resolvers[one.resolver] += 1
        if one.detail and (one.detail in self.details or len(self.details) < _DETAILS):
            self.details[one.detail] += 1
        if one.at is not None:
            if one.sure is not Sure.WEAK and self.latest.get(one.kind, one.at) <= one.at:
                self.latest[one.kind] = one.at
            self.first = one.at if self.first is None else min(self.first, one.at)
            self.last = one.at if self.last is None else max(self.last, one.at)
        self.examples[one.kind] = one

    @property
    def states(self) -> dict[tuple[str, str], int]:
        """How often an answer of that type had that state.  One that is kept is logged twice."""
        return {key: max(self.kept[key], self.answered[key]) for key in sorted({*self.kept, *self.answered})}


_DETAILS = 32


class Tally:
    """Adds up evidence; the destination "" is mail of which the lines do not say where it went."""

    def __init__(self, *, destinations: int = DESTINATIONS, hosts: int = HOSTS) -> None:
        self.destinations: dict[str, Witnessed] = {}
        self.hosts: dict[str, Witnessed] = {}
        self.resolvers: dict[str, Witnessed] = {}
        self.total = Witnessed()
        self.beyond = 0
        self._room = destinations, hosts

    def add(self, evidence: Iterable[Evidence]) -> None:
        """Count ``evidence`` in."""
        for one in evidence:
            self.total.add(one)
            if one.kind in OF_DNS and not one.domain:
                self._count(self.hosts, one.host, one, self._room[1])
            else:
                self._count(self.destinations, one.domain, one, self._room[0])
            if one.kind is Kind.RESOLVER_BAD and one.resolver:
                self._count(self.resolvers, one.resolver, one, RESOLVERS)

    def _count(self, table: dict[str, Witnessed], key: str, one: Evidence, room: int) -> None:
        known = table.get(key)
        if known is None:
            if len(table) >= room:
                self.beyond += 1
                return
            known = table[key] = Witnessed()
        known.add(one)


OF_DNS = frozenset({Kind.DNSSEC, Kind.RESOLVER_BAD})
"""Kinds that say nothing about mail by themselves."""
