"""How things fail: kinds of remote failure as values, and the few exceptions that may cross a room.

A remote failure (no answer, a reset, a refusal) is a *fact about the world*, so it is a value: ``Failure``, one kind of
one enum with a sentence and a hint.  Exceptions stay inside the transport that raised them, except::

    FleetError
    ├── RemoteError     carries a Failure out of a transport; whoever asked turns it into a value at once
    └── UsageError      what the operator gave us cannot be used: unreadable file, unknown resolver (exit code 2)

May import nothing of the project.
"""

import errno
from dataclasses import dataclass
from enum import StrEnum


class FailureKind(StrEnum):
    """Why something remote gave no usable answer.  Never confuse any of these with an answer that says "none"."""

    TIMEOUT = "timeout"
    """No answer within the deadline."""
    CONNECTION_REFUSED = "connection-refused"
    """The address answered that nothing listens on the port."""
    UNREACHABLE = "unreachable"
    """No route, network down, or the local system refused to send."""
    CLOSED = "closed"
    """The peer reset or closed the connection before it had said what was asked."""
    SERVFAIL = "servfail"
    """The resolver answered SERVFAIL: it failed, or it found the data bogus."""
    REFUSED = "refused"
    """The resolver answered REFUSED, NOTIMP, FORMERR or another rcode that is no answer."""
    MALFORMED = "malformed"
    """Bytes arrived that do not parse as what they should be."""
    GREETING = "greeting"
    """An SMTP server greeted with 4xx or 5xx (RFC 5321 3.1), or refused EHLO."""
    NO_STARTTLS = "no-starttls"
    """The SMTP server does not offer STARTTLS, or answered the command with other than 220 (RFC 3207 4)."""
    TLS = "tls"
    """The TLS handshake failed after STARTTLS was accepted."""
    LIMIT = "limit"
    """A work limit of ours ended the attempt: too many bytes, lines, records or hops."""
    CANCELLED = "cancelled"
    """The operator or a deadline above ended it."""
    NAME = "name"
    """The name of a node could not be resolved to an address."""
    JUMP = "jump"
    """The jump host on the way to a node cannot be used; the node itself was not asked."""
    ALGORITHMS = "algorithms"
    """Client and server have no SSH algorithm in common."""
    HOST_KEY_UNKNOWN = "host-key-unknown"
    """An SSH server shows a key nobody has vouched for; nothing was sent to it."""
    HOST_KEY_CHANGED = "host-key-changed"
    """An SSH server shows another key than the one on record; nothing was sent to it."""
    KEY_LOCKED = "key-locked"
    """Our own key (or password) cannot be used: protected without a passphrase, unreadable, not set."""
    AUTHENTICATION = "authentication"
    """The node refused the login."""
    CHANNEL = "channel"
    """Logged in, but the node gives no session, shell or command."""
    PROMPT = "prompt"
    """A session asked something no table entry answers, or nothing where a prompt belongs."""
    COMMAND = "command"
    """The node does not know a command, or failed to carry it out."""
    ROLE = "role"
    """The user's role on the node may not run a command."""
    CLUSTER_MODE = "cluster-mode"
    """A command is not available in the cluster mode of the session."""
    UNCOMMITTED = "uncommitted"
    """The session reports configuration changes that are not committed; it was left alone."""
    NOT_OBSERVED = "not-observed"
    """Nobody could look from there: the way to the vantage failed, or carries less than the node itself has."""
    INTERNAL = "internal"
    """A fault of this program; it says nothing about the world."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One remote failure: its kind, one plain sentence, and what an operator may do about it (may be empty)."""

    kind: FailureKind
    sentence: str
    hint: str = ""


class FleetError(Exception):
    """Root of the project's exceptions."""


class RemoteError(FleetError):
    """Carries a ``Failure`` out of a transport."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.sentence)
        self.failure = failure


class UsageError(FleetError):
    """What the operator gave cannot be used; the message is one clear sentence.  Exit code 2."""


def file_trouble(error: OSError | ValueError) -> str:
    """Why a file that was named cannot be used, in words that end a sentence; what to do where that is plain."""
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    if isinstance(error, ValueError):  # a NUL in it
        return "this is no name of a file"
    if error.errno == errno.EISDIR:
        return "it is a folder: name a file in it"
    return (error.strerror or str(error)).lower()
