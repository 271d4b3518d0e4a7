"""Mail servers that mean harm: every session ends as a contact that says what happened, in time."""

import asyncio
import base64
import itertools
import random
import ssl
from collections.abc import Awaitable
from pathlib import Path

import pytest
from adversary import (
    BYE,
    EHLO,
    GREETING,
    READY,
    Script,
    Server,
    World,
)
from chains import issue, private_der, server
from effort import endure
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleet.dane.smtp import contact
from fleet.errors import Failure, FailureKind, RemoteError
from fleet.model import Contact
from fleet.network import Network

ADDRESS = "198.51.100.1"
SECONDS = 0.4
"""Patience of sessions that only a deadline ends."""
GRACE = 3.0
"""What a session may take beyond its patience: the farewell, and this machine's other work."""
MEMORY = 4 << 20
BEFORE_TLS = {FailureKind.TLS, FailureKind.LIMIT, FailureKind.TIMEOUT}


async def session(network: Network, patience: float = SECONDS) -> Contact:
    return await contact(network, "mx.example.org", ADDRESS, 25, "mx.example.org", ehlo="p.example", timeout=patience)


def seen(world: World, script: Script, patience: float = 5.0) -> Contact:
    """The contact with a server of that script; sessions that only a deadline ends cost no second one for memory."""
    world.smtp(ADDRESS, script)
    octets = MEMORY if patience > SECONDS else None
    found = endure(lambda: session(world.network, patience), within=patience + GRACE, octets=octets)
    assert found.failure
    assert found.failure.sentence
    assert found.chain == ()
    return found


def endless(data: bytes, *before: bytes) -> Script:
    """Say ``before`` as one should, then ``data`` without end."""

    async def script(server: Server) -> None:
        for reply in before:
            await server.say(reply)
            await server.hear()
        while True:
            await server.say(data)

    return script


def slow(data: bytes, *before: bytes) -> Script:
    """Say ``before`` as one should, then ``data`` an octet at a time, far too slowly."""

    async def script(server: Server) -> None:
        for reply in before:
            await server.say(reply)
            await server.hear()
        for octet in itertools.cycle(data):
            await server.say(bytes([octet]))
            await asyncio.sleep(SECONDS / 8)

    return script


BABBLE = [b"220-hello\r\n" * 50, b"2" * 4096, b"220 " + b"x" * 5000, b"\x00" * 4096, b"\r\n" * 500, b"\xff\xfe" * 999]


@pytest.mark.parametrize("data", BABBLE)
@pytest.mark.parametrize("before", [(), (GREETING,), (GREETING, EHLO)], ids=["banner", "EHLO", "STARTTLS"])
def test_an_endless_reply_ends_at_its_limit(world: World, before: tuple[bytes, ...], data: bytes) -> None:
    found = seen(world, endless(data.replace(b"220", b"250") if before else data, *before))
    assert found.failure
    # A single whole line is a reply, and what follows it in clear counts for nothing.
    ended = {FailureKind.LIMIT, FailureKind.MALFORMED}
    assert found.failure.kind in ended, found.failure.sentence
    assert len(found.banner) <= 64 * 1024 + 2048


STAGES = {
    "greeting": (b"220-a very long story\r\n", ()),
    "answer to EHLO": (b"250-a very long story\r\n", (GREETING,)),
    "answer to STARTTLS": (b"220-a very long story\r\n", (GREETING, EHLO)),
    "end of the TLS handshake": (b"\x16\x03\x03\x40\x00" + bytes(99), (GREETING, EHLO, READY)),
}


@pytest.mark.parametrize("missing", STAGES)
def test_a_server_that_sends_one_octet_at_a_time_ends_at_the_deadline(world: World, missing: str) -> None:
    data, before = STAGES[missing]
    found = seen(world, slow(data, *before), SECONDS)
    assert found.failure
    assert found.failure.kind is FailureKind.TIMEOUT
    assert f"no {missing} within {SECONDS:g} s" in found.failure.sentence


@pytest.mark.parametrize("injected", [b"220 more\r\n", b"\x16\x03\x01", b"\x00", READY * 100])
def test_data_before_the_handshake_fails_it(world: World, injected: bytes) -> None:
    async def script(server: Server) -> None:
        await server.dialogue(GREETING, EHLO, READY + injected)
        await server.reader.read()

    found = seen(world, script)
    assert found.failure
    assert found.failure.kind is FailureKind.TLS
    assert "in clear" in found.failure.sentence


ALERTS = [0, 10, 20, 40, 42, 48, 49, 50, 70, 71, 80, 86, 90, 109, 112, 116, 120, 255]


@pytest.mark.parametrize("alert", ALERTS)
@pytest.mark.parametrize("level", [1, 2], ids=["warning", "fatal"])
def test_an_alert_ends_the_handshake_with_a_reason(world: World, level: int, alert: int) -> None:
    async def script(server: Server) -> None:
        await server.dialogue(GREETING, EHLO, READY)
        await server.reader.read(5)
        await server.say(b"\x15\x03\x03\x00\x02" + bytes([level, alert]))

    world.smtp(ADDRESS, script)
    found = endure(lambda: session(world.network), within=SECONDS + GRACE)
    assert found.failure
    assert found.failure.kind in BEFORE_TLS
    assert found.failure.sentence
    assert found.chain == ()


def test_endless_warning_alerts_end(world: World) -> None:
    found = seen(world, endless(b"\x15\x03\x03\x00\x02\x01\x00" * 100, GREETING, EHLO, READY))
    assert found.failure
    assert found.failure.kind in BEFORE_TLS


def test_an_endless_stream_of_handshake_octets_ends(world: World) -> None:
    record = b"\x16\x03\x03\x3f\xff" + b"\x02\x00\xff\xff" + bytes(0x3FFF - 4)
    found = seen(world, endless(record, GREETING, EHLO, READY))
    assert found.failure
    assert found.failure.kind in BEFORE_TLS


LINES = [GREETING, EHLO, READY, BYE]


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))), ids=str)
def test_lines_in_every_wrong_order_end_as_a_contact(world: World, order: tuple[int, ...]) -> None:
    async def script(server: Server) -> None:
        await server.dialogue(*(LINES[number] for number in order))
        await server.reader.read()

    world.smtp(ADDRESS, script)
    found = endure(lambda: session(world.network), within=SECONDS + GRACE)
    assert found.failure
    assert found.chain == ()
    # What offers STARTTLS is an answer to EHLO, behind a line that greets.
    assert (found.starttls is True) is (order[0] in (0, 2) and order[1] == 1)


def test_all_lines_at_once_are_no_session(world: World) -> None:
    found = seen(world, endless(GREETING + EHLO + READY))
    assert found.failure


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    path: Path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_text(ssl.DER_cert_to_PEM_cert(issue(server()).der) + pem_key("ec-0"))
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(path)
    return made


def pem_key(name: str) -> str:
    text = base64.encodebytes(private_der(name)).decode()
    return f"-----BEGIN PRIVATE KEY-----\n{text}-----END PRIVATE KEY-----\n"


def test_what_follows_the_handshake_takes_nothing_away_from_it(world: World, context: ssl.SSLContext) -> None:
    async def script(server: Server) -> None:
        await server.dialogue(GREETING, EHLO, READY)
        await server.writer.start_tls(context)
        while True:
            await server.say(b"250-\xff\x1b[2J endless\r\n" * 100)

    world.smtp(ADDRESS, script)
    found = endure(lambda: session(world.network, 5.0), within=5.0 + GRACE)
    assert found.failure is None
    assert len(found.chain) == 1


class Memory:
    """A server in memory that says each of ``parts`` when it is read from, and then ends or stalls."""

    name, has_udp, local_address = "memory", False, ""

    def __init__(self, parts: list[bytes], stalls: bool) -> None:
        self._parts, self._stalls = list(parts), stalls

    async def open_tcp(self, address: str, port: int, timeout: float) -> "Memory":
        return self

    async def ask_udp(self, *arguments: object) -> object:
        raise AssertionError("SMTP never asks over UDP")

    async def read(self, limit: int) -> bytes:
        if self._parts:
            part = self._parts.pop(0)
            if part[limit:]:
                self._parts.insert(0, part[limit:])
            return part[:limit]
        if self._stalls:
            await asyncio.sleep(3600)
        return b""

    async def write(self, data: bytes) -> None:
        assert data.endswith(b"\r\n")
        assert data.split()[0] in {b"EHLO", b"HELO", b"STARTTLS", b"QUIT"}

    async def start_tls(self, *arguments: object) -> Awaitable[object]:
        raise RemoteError(Failure(FailureKind.TLS, "the TLS handshake failed"))

    async def close(self) -> None:
        pass


codes = st.one_of(st.sampled_from([220, 221, 250, 354, 421, 454, 500, 502, 550]), st.integers(0, 999))
texts = st.one_of(
    st.sampled_from([b"", b"STARTTLS", b"starttls now", b"mx.example.org", b"\x1b]52;c;AA\x07", b"[bold]"]),
    st.binary(max_size=30),
)
lines = st.builds(
    lambda code, separator, text, end: b"%03d" % code + separator + text + end,
    codes,
    st.sampled_from([b" ", b"-", b"", b"+"]),
    texts,
    st.sampled_from([b"\r\n", b"\n", b"\r", b"", b"\r\r\n", b"\x00\r\n"]),
)
dialogues = st.lists(
    st.one_of(st.sampled_from([GREETING, EHLO, READY, BYE]), lines, st.binary(min_size=1, max_size=50)), max_size=12
).map(lambda parts: [part for part in parts if part])


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(dialogues, st.booleans(), st.randoms(use_true_random=False))
def test_whatever_a_server_says_the_session_is_a_contact(parts: list[bytes], stalls: bool, dice: random.Random) -> None:
    if dice.random() < 0.5:  # as it may arrive: in other pieces than it was said
        whole = b"".join(parts)
        cuts = sorted(dice.randrange(len(whole) + 1) for _ in range(3)) if whole else []
        parts = [whole[begin:end] for begin, end in itertools.pairwise([0, *cuts, len(whole)]) if whole[begin:end]]
    network = Memory(parts, stalls)

    async def hold() -> Contact:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("fleet.dane.smtp._FAREWELL_SECONDS", 0.02)
            return await asyncio.wait_for(session(network, 0.01), 10)  # type: ignore[arg-type]

    found = asyncio.run(hold())
    assert found.failure
    assert found.failure.sentence.isprintable()
    assert found.chain == ()
    if found.failure.kind in (FailureKind.NO_STARTTLS, FailureKind.TLS):
        assert found.starttls is not None
