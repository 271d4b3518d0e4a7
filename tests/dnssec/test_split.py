"""Each question to the resolvers of its own name, one after the other until one answers."""

import asyncio

import dns.message
import dns.rcode
import pytest

from fleet.dnssec.split import split
from fleet.errors import Failure, FailureKind, RemoteError

QUERY = dns.message.make_query("example.", "DNSKEY")
SILENT = Failure(FailureKind.TIMEOUT, "nobody there")


def says(rcode: dns.rcode.Rcode | None):
    async def ask(query: dns.message.Message) -> dns.message.Message:
        if rcode is None:
            raise RemoteError(SILENT)
        answer = dns.message.make_response(query)
        answer.set_rcode(rcode)
        return answer

    return ask


@pytest.mark.parametrize(
    ("rcodes", "rcode"),
    [
        ([dns.rcode.NOERROR, dns.rcode.NXDOMAIN], dns.rcode.NOERROR),
        ([dns.rcode.SERVFAIL, dns.rcode.NXDOMAIN], dns.rcode.NXDOMAIN),
        ([None, dns.rcode.NOERROR], dns.rcode.NOERROR),
        ([dns.rcode.REFUSED, None], dns.rcode.REFUSED),
    ],
)
def test_the_first_that_answers_counts_and_a_refusal_where_none_does(rcodes, rcode) -> None:
    asked: list[str] = []

    def whom(name: str):
        asked.append(name)
        return [says(one) for one in rcodes]

    answer = asyncio.run(split(whom, "nobody")(QUERY))  # type: ignore[arg-type]
    assert (answer.rcode(), asked) == (rcode, ["example"])


@pytest.mark.parametrize(
    ("rcodes", "failure"),
    [([], Failure(FailureKind.NOT_OBSERVED, "it asks the root servers itself")), ([None, None], SILENT)],
)
def test_where_nobody_answers_that_is_a_failure_and_never_an_answer(rcodes, failure: Failure) -> None:
    ask = split(lambda _: [says(one) for one in rcodes], "it asks the root servers itself")
    with pytest.raises(RemoteError) as raised:
        asyncio.run(ask(QUERY))  # type: ignore[arg-type]
    assert raised.value.failure == failure
