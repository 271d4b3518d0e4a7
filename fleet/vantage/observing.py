"""What a vantage cannot see is told apart from what a resolver does.

Through an SSH tunnel there is TCP only, while the node itself asks over UDP first.  So where a resolver gives no answer
through a tunnel, that is no fact about what the node gets: it is *not observed*.  The same goes for a tunnel that was
refused or died.  Answers, good or bad (SERVFAIL, REFUSED, a lie), are the resolver's own and stay what they are.

May import ``fleet.network`` and ``fleet.errors``.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from fleet.errors import Failure, FailureKind, RemoteError
from fleet.network import T
from fleet.network.stream import CarriedStream

Query = TypeVar("Query")
Answer = TypeVar("Answer")

_OF_THE_WAY = frozenset(
    {FailureKind.TIMEOUT, FailureKind.CONNECTION_REFUSED, FailureKind.UNREACHABLE, FailureKind.CLOSED}
)
"""Failures that over TCP alone say nothing about an answer over UDP."""


def observing(ask: Callable[[Query], Awaitable[Answer]]) -> Callable[[Query], Awaitable[Answer]]:
    """``ask``, over a tunnel, with every failure of the way as *not observed*."""

    async def asked(query: Query) -> Answer:
        try:
            return await ask(query)
        except RemoteError as error:
            raise RemoteError(_not_observed(error.failure)) from error

    return asked


def _not_observed(failure: Failure) -> Failure:
    if failure.kind is FailureKind.CHANNEL:
        return Failure(FailureKind.NOT_OBSERVED, failure.sentence, failure.hint)
    if failure.kind not in _OF_THE_WAY:
        return failure
    sentence = f"{failure.sentence}; whether it answers the node over UDP is not observed (a tunnel carries TCP only)"
    return Failure(FailureKind.NOT_OBSERVED, sentence, failure.hint)


class NoWay:
    """The network of a node that cannot be looked through: nothing leaves, and everything says ``why``."""

    has_udp = False

    def __init__(self, node: str, why: Failure) -> None:
        self.name = f"through {node}"
        self._why = why

    async def open_tcp(self, address: str, port: int, timeout: float) -> CarriedStream:
        """See ``Network``."""
        raise RemoteError(Failure(FailureKind.CHANNEL, self._why.sentence, self._why.hint))

    async def ask_udp(
        self, address: str, port: int, payload: bytes, accept: Callable[[bytes], T | None], timeout: float
    ) -> T:
        """See ``Network``."""
        raise RemoteError(Failure(FailureKind.CHANNEL, self._why.sentence, self._why.hint))
