"""One SMTP session with one address, as far as its certificate: greeting, EHLO, STARTTLS, handshake, QUIT.

No mail transaction is ever begun.  The session takes whatever certificate comes (matching it is another module's work)
and whatever cipher comes, because a delivering client of opportunistic TLS does so too; only TLS below 1.2 is refused.
Sessions are never resumed: a resumed one presents no chain.

May import ``fleet.network`` and everything below it.
"""

import asyncio
import re
import ssl
from dataclasses import dataclass, field
from functools import cache

from fleet.clock import monotonic
from fleet.dane.smtp_reply import Reply, ReplyError, ReplyLimits, ReplyParser
from fleet.errors import Failure, FailureKind, RemoteError, UsageError
from fleet.model import Contact
from fleet.network import Network, Stream, TlsSession

_CHUNK = 4096
_FAREWELL_SECONDS = 2.0
"""How long the answer to QUIT is waited for; whoever is in trouble already gets a quarter of it to take the command."""


@dataclass(frozen=True, slots=True)
class SmtpLimits:
    """How much a server may send: in one reply, and in the TLS handshake (octets)."""

    reply: ReplyLimits = field(default_factory=ReplyLimits)
    handshake_octets: int = 256 * 1024


async def contact(
    network: Network,
    host: str,
    address: str,
    port: int,
    sni: str,
    *,
    ehlo: str,
    timeout: float,
    limits: SmtpLimits = SmtpLimits(),
) -> Contact:
    """Hold one session with ``address`` and say what it presented; everything remote that fails is in the result.

    ``host``: the MX host that ``address`` belongs to; ``sni``: the name sent in the handshake (RFC 7672 section 8.1),
    left out, and recorded as empty, where it is none that TLS can carry (RFC 6066 section 3); ``ehlo``: our own name;
    ``timeout``: seconds for all of it.  Raises UsageError for an ``ehlo`` that is no host name or address literal.
    """
    if not _EHLO_NAME.fullmatch(ehlo):
        raise UsageError("the EHLO name must be a host name or an address literal such as [192.0.2.1]")
    started = monotonic()
    session = _Session(network, address, port, ehlo, limits)
    name = sni.rstrip(".") if _SNI_NAME.fullmatch(sni.rstrip(".")) and not _looks_numeric(sni) else ""
    try:
        failure = await session.run(name, timeout)
    finally:
        await session.close()
    tls = session.tls
    return Contact(
        host=host,
        address=address,
        port=port,
        sni=name,
        failure=failure,
        banner=session.banner,
        starttls=session.starttls,
        tls_version=tls.version if tls else "",
        cipher=tls.cipher if tls else "",
        chain=tls.chain if tls else (),
        local_address=session.local_address,
        milliseconds=(monotonic() - started) * 1000,
    )


_EHLO_NAME = re.compile(r"[A-Za-z0-9_.-]{1,255}|\[[A-Za-z0-9:.]{1,80}\]")
_LABEL = r"[A-Za-z0-9_-]{1,63}"
_SNI_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(\.{_LABEL})*")


def _looks_numeric(name: str) -> bool:
    """Whether ``name`` is an IPv4 address or something that resolvers take for one: SNI carries host names only."""
    return name.rstrip(".").rpartition(".")[2].isdigit()


@cache
def tls_context() -> ssl.SSLContext:
    """What handshakes are held with.  It keeps no sessions, so all of them can share it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Python's own list leaves out what many mail servers still offer, and mail clients of opportunistic TLS accept.
    context.set_ciphers("DEFAULT:!aNULL:!eNULL:@SECLEVEL=0")
    return context


class _Session:
    """The conversation, and what has been learnt of the server so far."""

    def __init__(self, network: Network, address: str, port: int, ehlo: str, limits: SmtpLimits) -> None:
        self.banner = ""
        self.starttls: bool | None = None
        self.tls: TlsSession | None = None
        self.local_address = ""
        self._network = network
        self._address = address
        self._port = port
        self._ehlo = ehlo
        self._limits = limits
        self._stream: Stream | None = None
        self._parser = ReplyParser(limits.reply)
        self._missing = _NO_CONNECTION
        self._hears_commands = False

    async def run(self, sni: str, timeout: float) -> Failure | None:
        """Climb to the certificate and take leave; the failure that ended the climb, None where it was reached."""
        deadline = monotonic() + timeout
        failure = None
        try:
            async with asyncio.timeout(timeout):
                stream = await self._connect(timeout)
                await self._introduce(stream)
                await self._upgrade(stream, sni)
        except TimeoutError:
            failure = self._failed(FailureKind.TIMEOUT, f"{self._missing} within {timeout:g} s").failure
        except RemoteError as error:
            failure = error.failure
        await self._take_leave(min(_FAREWELL_SECONDS, max(_FAREWELL_SECONDS / 4, deadline - monotonic())))
        return self._with_hint(failure) if failure else None

    async def close(self) -> None:
        if self._stream is not None:
            await self._stream.close()

    async def _connect(self, timeout: float) -> Stream:
        stream = self._stream = await self._network.open_tcp(self._address, self._port, timeout)
        self._hears_commands = True
        self.local_address = stream.local_address
        self._missing = "no greeting"
        try:
            greeting = await self._reply(stream)
        except BaseException:
            self.banner = self._parser.partial
            raise
        self.banner = greeting.text
        if greeting.code != 220:
            raise self._failed(FailureKind.GREETING, f"the server greeted with {_quoted(greeting)}")
        return stream

    async def _introduce(self, stream: Stream) -> None:
        reply = await self._ask(stream, "EHLO", self._ehlo)
        if reply.code in _UNKNOWN_COMMAND:  # RFC 5321 section 3.2: a server of the time before extensions
            reply = await self._ask(stream, "HELO", self._ehlo)
        elif reply.code == 250:
            self.starttls = "STARTTLS" in reply.keywords
        if reply.code != 250:
            raise self._failed(FailureKind.GREETING, f"the server refused our EHLO with {_quoted(reply)}")
        if not self.starttls:
            self.starttls = False
            raise self._failed(FailureKind.NO_STARTTLS, "the server does not offer STARTTLS")

    async def _upgrade(self, stream: Stream, sni: str) -> None:
        reply = await self._ask(stream, "STARTTLS")
        if reply.code != 220:
            raise self._failed(FailureKind.NO_STARTTLS, f"the server answered STARTTLS with {_quoted(reply)}")
        self._hears_commands = False
        if self._parser.surplus:  # RFC 3207 section 4.2: nothing said in clear may count behind the handshake
            raise self._failed(FailureKind.TLS, "data came in clear behind the answer to STARTTLS (an injection?)")
        self._missing = "no end of the TLS handshake"
        try:
            self.tls = await stream.start_tls(tls_context(), sni, self._limits.handshake_octets)
        except RemoteError as error:
            failure = error.failure
            kind = FailureKind.TLS if failure.kind is FailureKind.CLOSED else failure.kind
            raise RemoteError(Failure(kind, failure.sentence, failure.hint)) from error
        self._hears_commands = True

    async def _ask(self, stream: Stream, verb: str, argument: str = "") -> Reply:
        self._missing = f"no answer to {verb}"
        await stream.write(f"{verb} {argument}".rstrip().encode("ascii") + b"\r\n")
        return await self._reply(stream)

    async def _reply(self, stream: Stream) -> Reply:
        try:
            while (reply := self._parser.next()) is None:
                data = await stream.read(_CHUNK)
                if not data:
                    raise self._failed(FailureKind.CLOSED, f"the connection was closed, {self._missing}")
                self._parser.feed(data)
        except ReplyError as error:
            raise self._failed(error.kind, f"{self._missing}, but {error}") from error
        return reply

    async def _take_leave(self, patience: float) -> None:
        """QUIT, and wait a moment for its answer: whoever drops connections without a word ends on block lists."""
        if self._stream is None or not self._hears_commands:
            return
        try:
            async with asyncio.timeout(patience):
                await self._ask(self._stream, "QUIT")
        except (RemoteError, TimeoutError):  # nothing was to be learnt any more
            return

    def _failed(self, kind: FailureKind, sentence: str) -> RemoteError:
        return RemoteError(Failure(kind, f"{self._address} port {self._port}: {sentence}"))

    def _with_hint(self, failure: Failure) -> Failure:
        if self._stream is None and failure.kind is FailureKind.TIMEOUT and self._port == 25:
            return Failure(failure.kind, failure.sentence, _PORT_25_HINT)
        return failure


_NO_CONNECTION = "no connection"
_UNKNOWN_COMMAND = (500, 502)
_PORT_25_HINT = "Many networks block outgoing port 25: try from a host that may send mail."


def _quoted(reply: Reply) -> str:
    """The last line of a reply, fit for a sentence: one line, short, nothing but printable characters."""
    line = "".join(character if character.isprintable() else "?" for character in reply.lines[-1])
    return f"'{line[:160]}'"
