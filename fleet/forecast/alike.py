"""When two checks come to the same: their *shape* is all that a policy reads of them, without a name or an address.

Thousands of destinations are published in a few dozen ways.  Judging one check of each shape, and reading the others'
outcomes off it, is what makes a forecast of a large fleet a matter of seconds.  Equal shapes must give equal outcomes
under every policy, mode and level; the tests hold that against checks of every kind.

May import ``fleet.decision`` and ``fleet.model``.
"""

from collections.abc import Hashable

from fleet.decision.reading import usable, usable_for_exim
from fleet.model import AddressStep, ContactStep, Lookup, MxStep, Step, TlsaStep, Verdict

Shape = tuple[Hashable, ...]


class _Names:
    """Names in the order they appear, as numbers."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def __call__(self, name: str) -> int:
        return self._numbers.setdefault(name, len(self._numbers))


def shape(verdict: Verdict) -> Shape:
    """What decides of ``verdict``, names and addresses told apart but not kept."""
    names = _Names()
    names(verdict.domain)
    steps = tuple(_step(step, verdict, names) for step in verdict.steps)
    return (verdict.smtp, verdict.port, bool(verdict.unknown), *steps)


def _step(step: Step, verdict: Verdict, names: _Names) -> Shape:
    match step:
        case MxStep():
            hosts = tuple((host.preference, names(host.name)) for host in step.hosts)
            return ("mx", step.meaning, _lookup(step.lookup, names), hosts, bool(step.truncated))
        case AddressStep():
            lookups = tuple(_lookup(one, names) if one else None for one in (step.a, step.aaaa, step.cname))
            addresses = tuple((names(one), ":" in one) for one in step.addresses)
            return ("address", names(step.host), *lookups, addresses)
        case TlsaStep():
            records = frozenset((usable(record), usable_for_exim(record)) for record in step.records)
            return ("tlsa", names(step.host), names(step.base), _lookup(step.lookup, names), records)
        case ContactStep():
            return _contact(step, verdict, names)


def _contact(step: ContactStep, verdict: Verdict, names: _Names) -> Shape:
    contact, pkix = step.contact, step.pkix
    wanted = {contact.host.lower(), verdict.domain.lower()}
    trusted = None
    if pkix is not None:
        trusted = (pkix.verifies, any(name.lower() in wanted for name in pkix.names))
    matches = tuple((names(one.base), one.rules, one.match.matched, one.match.report) for one in step.matches)
    failure = contact.failure.kind if contact.failure else None
    return ("contact", names(contact.host), names(contact.address), names(contact.sni), failure, trusted, matches)


def _lookup(lookup: Lookup, names: _Names) -> Shape:
    word = lookup.word
    said = (word.rcode, word.ad, word.existence, word.failure is not None) if word else None
    hops = tuple(hop.security for hop in lookup.hops)
    known = (lookup.security, lookup.existence, lookup.failure is not None, lookup.reason is not None)
    return (lookup.resolver, known, said, hops, names(lookup.canonical) if hops else -1)
