"""Whom a question goes on to: a client that validates takes what is handed out, one that believes takes the word."""

import asyncio
from dataclasses import replace

import dns.name
import dns.rcode
import dns.rdatatype
import pytest

from fleet.dnssec.answer import Answer
from fleet.dnssec.lookup import ValidatedResolver, look_up
from fleet.errors import Failure, FailureKind
from fleet.model import Existence, Lookup, ResolverWord, Security

NAME = dns.name.from_text("example.org.")
ANSWERED = Answer(
    name=NAME,
    rdtype=dns.rdatatype.MX,
    security=Security.BOGUS,
    existence=Existence.DATA,
    rcode=dns.rcode.NOERROR,
    canonical=NAME,
    rrset=None,
    why=None,
    failure=None,
    chain=(),
    hops=(),
    ttl=None,
    expires=None,
    inception=None,
    expiring="",
    ad=None,
    word=None,
)
WITHHELD = replace(ANSWERED, word=ResolverWord("SERVFAIL", ad=False, existence=Existence.UNKNOWN))
PASSED = replace(ANSWERED, word=ResolverWord("NOERROR", ad=False, existence=Existence.DATA))
UNSEEN = Failure(FailureKind.NOT_OBSERVED, "no answer over TCP")
SILENT = replace(
    ANSWERED,
    security=Security.INDETERMINATE,
    existence=Existence.UNKNOWN,
    failure=UNSEEN,
    word=ResolverWord("", ad=False, existence=Existence.UNKNOWN, failure=UNSEEN),
)


class Saying:
    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    async def resolve(self, _name: str, _rdtype: str) -> Answer:
        return self._answer


def asked(believing: bool, *answers: Answer) -> Lookup:
    resolvers = [ValidatedResolver(f"r{at}", Saying(one)) for at, one in enumerate(answers)]  # type: ignore[arg-type]
    return asyncio.run(look_up(resolvers, "example.org", "MX", believing=believing))


def attempts(found: Lookup) -> dict[str, FailureKind]:
    return {one.resolver: one.failure.kind for one in found.attempts}


@pytest.mark.parametrize(
    ("believing", "answers", "resolver", "tried"),
    [
        (False, (WITHHELD, PASSED), "r0", {}),
        (True, (WITHHELD, PASSED), "r1", {"r0": FailureKind.SERVFAIL}),
        (True, (WITHHELD,), "r0", {}),
        (True, (WITHHELD, WITHHELD), "r0", {"r1": FailureKind.SERVFAIL}),
        (True, (WITHHELD, SILENT), "r0", {"r1": FailureKind.NOT_OBSERVED}),
        (True, (SILENT, WITHHELD), "r1", {"r0": FailureKind.NOT_OBSERVED}),
        (False, (SILENT, PASSED), "r1", {"r0": FailureKind.NOT_OBSERVED}),
        (False, (SILENT, SILENT), "r1", {"r0": FailureKind.NOT_OBSERVED}),
    ],
)
def test_who_answers_and_who_was_tried(
    believing: bool, answers: tuple[Answer, ...], resolver: str, tried: dict[str, FailureKind]
) -> None:
    found = asked(believing, *answers)
    assert (found.resolver, attempts(found)) == (resolver, tried)


@pytest.mark.parametrize(
    ("first", "who"),
    [
        (SILENT, "r1"),
        (replace(SILENT, failure=Failure(FailureKind.SERVFAIL, "r0 answered SERVFAIL")), "r0"),
        (replace(SILENT, failure=Failure(FailureKind.TIMEOUT, "r0 gave no answer")), "r1"),
        (replace(SILENT, failure=Failure(FailureKind.REFUSED, "r0 answered REFUSED")), "r0"),
        (PASSED, "r0"),
    ],
)
def test_a_secondary_is_asked_only_where_nobody_before_it_was_reached(first: Answer, who: str) -> None:
    resolvers = [ValidatedResolver("r0", Saying(first)), ValidatedResolver("r1", Saying(PASSED), secondary=True)]  # type: ignore[arg-type]
    assert asyncio.run(look_up(resolvers, "example.org", "MX")).resolver == who
