"""One question to a list of resolvers, the answer as a plain ``Lookup``.

Gateways hold several resolvers and move to the next when one fails; SERVFAIL counts as a failure too (seed: the debug
log shows SERVER FAILED from one resolver followed by the same question to the other).  A *bogus* answer is an answer:
it never moves on.  This module is where dnspython's objects end: what leaves is ``fleet.model``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import dns.rdatatype

from fleet.clock import monotonic
from fleet.dnssec.answer import Answer
from fleet.dnssec.validator import Validator
from fleet.dnssec.wording import name_text
from fleet.errors import Failure, FailureKind
from fleet.model import Lookup, ResolverAttempt


@dataclass(frozen=True, slots=True)
class ValidatedResolver:
    """A resolver (``address:port``) with the validator that fetches through it and nothing else.

    ``secondary``: asked only where those before it could not be reached, not where one of them answered SERVFAIL.
    """

    resolver: str
    validator: Validator
    secondary: bool = False


_SPOKE = frozenset({FailureKind.SERVFAIL, FailureKind.REFUSED, FailureKind.MALFORMED, FailureKind.LIMIT})
"""Failures of a resolver that was reached."""


async def look_up(resolvers: Sequence[ValidatedResolver], name: str, rdtype: str, *, believing: bool = False) -> Lookup:
    """Ask ``resolvers`` in order until one answers; the failures on the way are recorded as attempts.

    Where none answers, the lookup carries the last failure: it is a failed lookup, never "no records".  ``believing``:
    as the C library does for clients that believe their resolver, also go on where a resolver's own word is SERVFAIL
    or another refusal, whatever it hands out with CD; where no other answers, what the first handed out stands.
    """
    if not resolvers:
        raise ValueError("a lookup needs at least one resolver")
    started = monotonic()
    attempts: list[ResolverAttempt] = []
    withheld: tuple[str, Answer] | None = None
    left = list(resolvers)
    while left:
        entry = left.pop(0)
        resolver, answer = entry.resolver, await entry.validator.resolve(name, rdtype)
        refusal = answer.failure or (_refusal(answer, resolver) if believing else None)
        if refusal is not None:
            if refusal.kind in _SPOKE:
                left = [one for one in left if not one.secondary]
            if answer.failure is None and withheld is None:
                withheld = resolver, answer
            if left or withheld is not None:
                attempts.append(ResolverAttempt(resolver, refusal))
            if left:
                continue
            if withheld is not None:
                resolver, answer = withheld
        failed = tuple(one for one in attempts if one.resolver != resolver)
        return _lookup(answer, name, rdtype, resolver, failed, (monotonic() - started) * 1000)
    raise AssertionError("unreachable: the last resolver's answer is always returned")


def _refusal(answer: Answer, resolver: str) -> Failure | None:
    """The failure that a client without CD meets where the resolver's own word is no answer."""
    word = answer.word
    if word is None or word.rcode in ("NOERROR", "NXDOMAIN"):
        return None
    return word.failure or Failure(FailureKind.SERVFAIL, f"{resolver} answered {word.rcode}")


def _lookup(
    answer: Answer, name: str, rdtype: str, resolver: str, attempts: tuple[ResolverAttempt, ...], milliseconds: float
) -> Lookup:
    return Lookup(
        name=name,
        rdtype=rdtype,
        resolver=resolver,
        security=answer.security,
        existence=answer.existence,
        rcode=answer.rcode.name if answer.rcode is not None else "",
        canonical=name_text(answer.canonical),
        records=_records(answer),
        ttl=answer.ttl,
        expires=answer.expires,
        inception=answer.inception,
        expiring=answer.expiring,
        reason=answer.why,
        failure=answer.failure,
        hops=answer.hops,
        chain=answer.chain,
        word=answer.word,
        attempts=attempts,
        milliseconds=milliseconds,
    )


def _records(answer: Answer) -> tuple[str, ...]:
    if answer.rrset is None:
        return ()
    if answer.rrset.rdtype == dns.rdatatype.TLSA:
        return tuple(rdata.to_wire().hex() for rdata in answer.rrset)
    return tuple(rdata.to_text() for rdata in answer.rrset)
