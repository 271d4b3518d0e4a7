"""SMTP replies out of a stream of bytes (RFC 5321 section 4.2): pure, bounded, and calm about odd input.

A reply is lines of ``code-text`` ended by one of ``code text``.  Real servers send 8-bit text, bare line feeds and
lines beyond 512 octets, so those pass; what is no reply, or has no end, is an error that names itself.

May import nothing of the project but ``fleet.errors``.
"""

from dataclasses import dataclass, field

from fleet.errors import FailureKind


@dataclass(frozen=True, slots=True)
class ReplyLimits:
    """How much one reply may hold (RFC 5321 4.5.3.1.5 allows 512 octets a line; Postfix reads 2048)."""

    line_octets: int = 2048
    lines: int = 100
    octets: int = 64 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """One whole reply: the code of its last line, its lines without line ends, undecodable octets as in PEP 383."""

    code: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The reply as received, lines joined by line feeds."""
        return "\n".join(self.lines)

    @property
    def keywords(self) -> frozenset[str]:
        """The extensions an EHLO reply offers (RFC 5321 4.1.1.1): first words of the later lines, upper case."""
        texts = (line[4:].split() for line in self.lines[1:])
        return frozenset(words[0].upper() for words in texts if words)


class ReplyError(Exception):
    """What arrived is no reply, or more than a reply may hold."""

    def __init__(self, kind: FailureKind, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


@dataclass(slots=True)
class ReplyParser:
    """Collects bytes and gives back replies one at a time."""

    limits: ReplyLimits = field(default_factory=ReplyLimits)
    _buffer: bytearray = field(default_factory=bytearray)
    _lines: list[str] = field(default_factory=list)
    _octets: int = 0

    @property
    def surplus(self) -> bytes:
        """Bytes that arrived behind the last reply given back."""
        return bytes(self._buffer)

    @property
    def partial(self) -> str:
        """What has come of a reply that has not ended, its last line cut at the limit of a line."""
        begun = bytes(self._buffer[: self.limits.line_octets]).decode("utf-8", "surrogateescape")
        return "\n".join([*self._lines, begun]).rstrip("\n")

    def feed(self, data: bytes) -> None:
        """Take bytes that arrived."""
        self._buffer += data

    def next(self) -> Reply | None:
        """The next whole reply, or None where more bytes are needed.  Raises ReplyError (malformed, limit)."""
        while (end := self._buffer.find(b"\n")) >= 0:
            raw = bytes(self._buffer[: end + 1])
            del self._buffer[: end + 1]
            self._count(raw)
            line = raw.rstrip(b"\r\n")
            code, last = _read_line(line)
            self._lines.append(line.decode("utf-8", "surrogateescape"))
            if last:
                return self._finish(code)
            if len(self._lines) >= self.limits.lines:
                raise ReplyError(FailureKind.LIMIT, f"a reply of more than {self.limits.lines} lines")
        if len(self._buffer) > self.limits.line_octets:
            raise ReplyError(FailureKind.LIMIT, f"a reply line of more than {self.limits.line_octets} octets")
        return None

    def _count(self, raw: bytes) -> None:
        self._octets += len(raw)
        if len(raw) > self.limits.line_octets:
            raise ReplyError(FailureKind.LIMIT, f"a reply line of more than {self.limits.line_octets} octets")
        if self._octets > self.limits.octets:
            raise ReplyError(FailureKind.LIMIT, f"a reply of more than {self.limits.octets} octets")

    def _finish(self, code: int) -> Reply:
        reply = Reply(code, tuple(self._lines))
        self._lines.clear()
        self._octets = 0
        return reply


def _read_line(line: bytes) -> tuple[int, bool]:
    """The code of a reply line and whether it is the last of its reply."""
    digits, separator = line[:3], line[3:4]
    if not (len(digits) == 3 and digits.isdigit() and 200 <= int(digits) <= 599) or separator not in (b"", b" ", b"-"):
        raise ReplyError(FailureKind.MALFORMED, "a line that is no SMTP reply")
    return int(digits), separator != b"-"
