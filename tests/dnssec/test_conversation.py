"""Many questions over one connection: every answer finds its question, and every end of the connection has a name."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import dns.flags
import dns.message
import pytest

from fleet.dnssec.conversation import Conversation
from fleet.errors import FailureKind, RemoteError
from fleet.network.endpoint import Endpoint
from fleet.network.host import HostNetwork

Script = Callable[["Talk"], Awaitable[None]]
NAMES = [f"name{number}.example" for number in range(20)]


class Talk:
    """One connection to a scripted resolver."""

    def __init__(self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.number = number
        self.reader = reader
        self.writer = writer

    async def hear(self) -> dns.message.Message:
        length = int.from_bytes(await self.reader.readexactly(2), "big")
        return dns.message.from_wire(await self.reader.readexactly(length))

    def say(self, query: dns.message.Message, flags: int = 0) -> None:
        answer = dns.message.make_response(query)
        answer.flags |= flags
        self.send(answer.to_wire())

    def send(self, wire: bytes) -> None:
        self.writer.write(len(wire).to_bytes(2, "big") + wire)


@asynccontextmanager
async def conversing(script: Script, **options: float) -> AsyncIterator[tuple[Conversation, list[Talk]]]:
    talks: list[Talk] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = Talk(len(talks), reader, writer)
        talks.append(talk)
        try:
            await script(talk)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    endpoint = Endpoint("127.0.0.1", server.sockets[0].getsockname()[1])
    conversation = Conversation(HostNetwork(), endpoint, **{"timeout": 2.0, **options})  # type: ignore[arg-type]
    try:
        yield conversation, talks
    finally:
        await conversation.close()
        server.close()


async def ask(conversation: Conversation, *names: str) -> list[str]:
    answers = await asyncio.gather(*(conversation(dns.message.make_query(name, "SOA")) for name in names))
    return [answer.question[0].name.to_text(omit_final_dot=True) for answer in answers]


async def failure(conversation: Conversation, name: str = "lost.example") -> FailureKind:
    with pytest.raises(RemoteError) as raised:
        await ask(conversation, name)
    return raised.value.failure.kind


async def test_answers_in_any_order_find_their_questions_over_one_connection() -> None:
    async def backwards(talk: Talk) -> None:
        queries = [await talk.hear() for _ in NAMES]
        assert len({query.id for query in queries}) == len(NAMES)
        for query in reversed(queries):
            talk.say(query)

    async with conversing(backwards, at_once=len(NAMES)) as (conversation, talks):
        assert await ask(conversation, *NAMES) == NAMES
        assert len(talks) == 1


async def test_no_more_than_so_many_questions_wait_at_a_time() -> None:
    async def slow(talk: Talk) -> None:
        while True:
            queries = [await talk.hear() for _ in range(4)]
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await talk.hear()
            for query in queries:
                talk.say(query)

    async with conversing(slow, at_once=4) as (conversation, talks):
        assert await ask(conversation, *NAMES) == NAMES
        assert len(talks) == 1


async def test_what_waits_when_the_connection_ends_is_asked_again_each_over_its_own() -> None:
    async def one_answer_each(talk: Talk) -> None:
        talk.say(await talk.hear())

    async with conversing(one_answer_each, at_once=5) as (conversation, talks):
        assert await ask(conversation, *NAMES) == NAMES
        assert len(talks) == len(NAMES)
        assert await ask(conversation, "later.example") == ["later.example"]


async def test_a_connection_that_ended_while_nobody_asked_is_noticed_before_the_next_question() -> None:
    async with conversing(_answer_once_then_hang_up) as (conversation, talks):
        assert await ask(conversation, "first.example") == ["first.example"]
        await asyncio.sleep(0.05)
        assert await ask(conversation, "second.example") == ["second.example"]
        assert len(talks) == 2


async def _answer_once_then_hang_up(talk: Talk) -> None:
    talk.say(await talk.hear())


async def test_a_resolver_that_hangs_up_on_every_question_is_closed() -> None:
    async def hang_up(talk: Talk) -> None:
        await talk.hear()

    async with conversing(hang_up) as (conversation, talks):
        assert await failure(conversation) is FailureKind.CLOSED
        assert len(talks) == 2


async def test_silence_ends_at_the_deadline_and_others_are_answered_meanwhile() -> None:
    async def all_but_lost(talk: Talk) -> None:
        while True:
            query = await talk.hear()
            if not query.question[0].name.to_text().startswith("lost"):
                talk.say(query)

    async with conversing(all_but_lost, timeout=0.3) as (conversation, talks):
        lost, answered = await asyncio.gather(failure(conversation), ask(conversation, *NAMES))
        assert (lost, answered, len(talks)) == (FailureKind.TIMEOUT, NAMES, 1)


async def test_an_opening_that_fails_is_told_to_all_who_wait_at_once() -> None:
    silent = Conversation(HostNetwork(), Endpoint("127.0.0.1", 9), timeout=0.5)
    loop = asyncio.get_running_loop()
    began = loop.time()
    kinds = await asyncio.gather(*(failure(silent, name) for name in NAMES))
    assert set(kinds) == {FailureKind.CONNECTION_REFUSED}
    assert loop.time() - began < 2
    await silent.close()


async def test_an_answer_truncated_over_tcp_is_malformed_and_strays_are_ignored_up_to_a_limit() -> None:
    async def truncate(talk: Talk) -> None:
        query = await talk.hear()
        talk.send(b"\0\0 nobody asked for this")
        talk.say(query, dns.flags.TC)
        await talk.hear()
        for _ in range(1000):
            talk.send(b"\0\0 nobody asked for this")

    async with conversing(truncate) as (conversation, _talks):
        assert await failure(conversation) is FailureKind.MALFORMED
        assert await failure(conversation) is FailureKind.LIMIT


async def test_closing_leaves_nobody_waiting() -> None:
    async def silent(talk: Talk) -> None:
        await talk.hear()
        await talk.hear()

    async with conversing(silent, timeout=30.0) as (conversation, _talks):
        waiting = asyncio.ensure_future(failure(conversation))
        await asyncio.sleep(0.05)
        await conversation.close()
        async with asyncio.timeout(5):
            assert await waiting in {FailureKind.CLOSED, FailureKind.TIMEOUT}
