"""What ``fleet logs`` proved, as an event of the history and as a list of destinations: numbers only.

May import ``fleet.maillog`` and ``fleet.model``.
"""

from collections.abc import Iterator

from fleet.clock import now
from fleet.maillog import Kind, Tally, Witnessed
from fleet.maillog.tally import OF_DNS
from fleet.model.event import LogsRead
from fleet.model.proof import Proof

MOST = 5000
"""Destinations of one log that are remembered, those with most mail."""
_DELIVERED = (Kind.DANE_SUCCESS, Kind.FALLBACK, Kind.TLS, Kind.CLEAR, Kind.DELIVERED)
_MEANS_DANE = (Kind.DANE_SUCCESS, Kind.DANE_FAILURE, Kind.FALLBACK)


def proofs(tally: Tally) -> tuple[Proof, ...]:
    """What was proven of each destination that the lines name, those with most mail first."""
    found = [_proof(name, seen) for name, seen in tally.destinations.items() if name and _of_mail(seen)]
    return tuple(sorted(found, key=lambda one: (-one.delivered, one.domain)))


def weights(tally: Tally) -> dict[str, int]:
    """Recipients by destination, delivered or held, the most first."""
    found = {one.domain: one.delivered + one.held + one.failures for one in proofs(tally)}
    return dict(sorted(((name, n) for name, n in found.items() if n), key=lambda item: (-item[1], item[0])))


def read_event(log: str, tally: Tally, complete: bool) -> LogsRead:
    """What the history keeps of a log."""
    found = proofs(tally)
    return LogsRead(now(), log, found[:MOST], complete and len(found) <= MOST)


def _of_mail(seen: Witnessed) -> bool:
    return any(kind not in OF_DNS for kind in _kinds(seen))


def _kinds(seen: Witnessed) -> Iterator[Kind]:
    yield from (kind for kind, number in (*seen.proven.items(), *seen.weak.items()) if number)


def _proof(name: str, seen: Witnessed) -> Proof:
    proven = seen.proven
    return Proof(
        name,
        proven[Kind.DANE_SUCCESS],
        proven[Kind.DANE_FAILURE],
        proven[Kind.FALLBACK],
        proven[Kind.HELD],
        sum(seen.weak[kind] for kind in _MEANS_DANE),
        sum(proven[kind] + seen.weak[kind] for kind in _DELIVERED),
        seen.first,
        seen.last,
        seen.latest.get(Kind.DANE_SUCCESS),
        seen.latest.get(Kind.DANE_FAILURE),
    )
