"""The page for Prometheus: what it answers, and what slow, hostile and many clients cost it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from fleet.errors import UsageError
from fleet.faces.live.metrics_server import Bounds, MetricsServer, parse_listen

BODY = b"fleet_monitor_up 1.0\n" * 20_000
QUICK = Bounds(request_seconds=0.3, answer_seconds=0.3, connections=4, fresh_seconds=0.2)


class Answers:
    """Counts how often it was asked."""

    def __init__(self) -> None:
        self.times = 0

    async def __call__(self, accept: str) -> tuple[bytes, str]:
        self.times += 1
        if accept == "break":
            raise ZeroDivisionError
        return BODY, "text/plain"


@asynccontextmanager
async def serving(answers: Answers, bounds: Bounds = QUICK) -> AsyncIterator[tuple[MetricsServer, int]]:
    server = MetricsServer(answers, bounds)
    port = await server.open("127.0.0.1", 0)
    try:
        yield server, port
    finally:
        await server.close()


async def ask(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    try:
        return await asyncio.wait_for(reader.read(), 5)
    finally:
        writer.close()


def get(path: str = "/metrics", host: str = "127.0.0.1:9801", method: str = "GET", more: str = "") -> bytes:
    return f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n{more}\r\n".encode()


async def test_metrics_are_answered_whole() -> None:
    async with serving(Answers()) as (_, port):
        head, _, body = (await ask(port, get())).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 OK")
        assert f"Content-Length: {len(BODY)}".encode() in head
        assert body == BODY


async def test_head_has_the_length_and_no_body() -> None:
    async with serving(Answers()) as (_, port):
        head, _, body = (await ask(port, get(method="HEAD"))).partition(b"\r\n\r\n")
        assert f"Content-Length: {len(BODY)}".encode() in head
        assert body == b""


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (get("/"), b"200"),
        (get("/metrics?name=x"), b"200"),
        (get("/etc/passwd"), b"404"),
        (get("/../metrics"), b"404"),
        (get(method="POST"), b"405"),
        (get(host="evil.example"), b"403"),
        (get(host="evil.example:9801"), b"403"),
        (get(host="localhost:9801"), b"200"),
        (get(host="[::1]:9801"), b"200"),
        (get(host="[::1]"), b"200"),
        (b"GET /metrics HTTP/1.0\r\n\r\n", b"200"),
        (b"\r\n\r\n", b"400"),
        (b"GET /metrics\r\n\r\n", b"400"),
        (b"\x16\x03\x01\x02\x00\x01\r\n\r\n", b"400"),
        (get(more="X: " + "y" * 20_000 + "\r\n"), b"400"),
        (get(more="Accept: break\r\n"), b"500"),
    ],
)
async def test_every_request_gets_a_fit_answer(request_: bytes, status: bytes) -> None:
    async with serving(Answers()) as (_, port):
        assert (await ask(port, request_)).split(b" ")[1] == status


async def test_many_who_ask_at_once_are_given_one_answer() -> None:
    answers = Answers()
    async with serving(answers, Bounds(connections=50)) as (_, port):
        found = await asyncio.gather(*(ask(port, get()) for _ in range(30)))
        assert all(one.endswith(BODY) for one in found)
    assert answers.times == 1


async def test_an_answer_is_of_this_second_and_no_older() -> None:
    answers = Answers()
    async with serving(answers, Bounds(fresh_seconds=0.0)) as (_, port):
        for _ in range(3):
            await ask(port, get())
    assert answers.times == 3


async def test_who_says_nothing_or_reads_nothing_is_hung_up_on_and_others_are_served() -> None:
    async with serving(Answers()) as (server, port):
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        deaf = await asyncio.open_connection("127.0.0.1", port)
        deaf[1].write(get())
        assert (await ask(port, get())).endswith(BODY)
        await asyncio.sleep(0.8)
        assert not server._open
        for _, writer in (*silent, deaf):
            writer.close()


async def test_connections_beyond_the_bound_are_refused_and_the_page_recovers() -> None:
    async with serving(Answers()) as (server, port):
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(4)]
        await asyncio.sleep(0.05)
        with contextlib.suppress(OSError):
            assert await ask(port, get()) == b""
        assert server.refused == 1
        await asyncio.sleep(0.5)
        assert (await ask(port, get())).endswith(BODY)
        for _, writer in held:
            writer.close()


async def test_closing_hangs_up_at_once() -> None:
    async with serving(Answers(), Bounds()) as (server, port):
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        await asyncio.sleep(0.05)
        began = asyncio.get_running_loop().time()
        await server.close()
        assert asyncio.get_running_loop().time() - began < 0.5
        for reader, writer in held:
            assert await reader.read() == b""
            writer.close()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("127.0.0.1:9801", ("127.0.0.1", 9801)),
        (":9801", ("127.0.0.1", 9801)),
        ("[::1]:0", ("::1", 0)),
        ("0.0.0.0:80", ("0.0.0.0", 80)),
    ],
)
def test_where_to_listen_is_an_address_and_a_port(text: str, found: tuple[str, int]) -> None:
    assert parse_listen(text) == found


@pytest.mark.parametrize(
    "text", ["", "9801", "127.0.0.1", "host.example:9801", "127.0.0.1:99999", "127.0.0.1:x", "[:1"]
)
def test_anything_else_is_said_to_be_none(text: str) -> None:
    with pytest.raises(UsageError, match="nothing to listen on"):
        parse_listen(text)
