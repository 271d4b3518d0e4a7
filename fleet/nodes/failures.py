"""What goes wrong on the way to a node, as failures of our own kinds with a sentence an operator can act on.

asyncssh has a class for each way to fail and the operating system has errno; here both become one table.  Text that
came from the node appears only through ``fleet.text.show``.  May import asyncssh, ``fleet.errors``, ``fleet.text``.
"""

import socket

import asyncssh

from fleet.errors import Failure, FailureKind, RemoteError
from fleet.network.host import remote_error
from fleet.text import show

_RESTARTING = ("booting up", "going down", "shutting down", "rebooting", "restarting", "shut down")


def failed(kind: FailureKind, sentence: str, hint: str = "") -> RemoteError:
    """A failure ready to be raised."""
    return RemoteError(Failure(kind, sentence, hint))


def restarting(text: str) -> bool:
    """Whether a server's message says that it is about to go or not there yet."""
    lowered = text.lower()
    return any(words in lowered for words in _RESTARTING)


def from_exception(error: BaseException, peer: str, banner: str = "") -> RemoteError:
    """``error`` of asyncssh or the system, talking to ``peer``; ``banner``: what the server said before login."""
    if isinstance(error, RemoteError):
        return error
    if banner and restarting(banner):
        return failed(
            FailureKind.CLOSED,
            f"{peer} is restarting; it says: {show(banner.strip(), 120)}",
            "it is asked again at the next poll",
        )
    if isinstance(error, TimeoutError):
        return failed(FailureKind.TIMEOUT, f"{peer}: no answer in time")
    if isinstance(error, socket.gaierror):
        return failed(FailureKind.NAME, f"{peer}: the name has no address here", "check ssh.host, or give an address")
    for kinds, kind, sentence, hint in _TABLE:
        if isinstance(error, kinds):
            return failed(kind, f"{peer} {sentence.format(reason=show(_reason(error), 160))}", hint)
    if isinstance(error, OSError):
        return remote_error(error, peer)
    return failed(
        FailureKind.MALFORMED, f"{peer}: the SSH session broke ({show(str(error) or type(error).__name__, 160)})"
    )


def from_dial(error: BaseException, peer: str, banner: str = "") -> RemoteError:
    """The same before the login is done, when the only channel there is leads through a jump host."""
    if not isinstance(error, asyncssh.ChannelOpenError):
        return from_exception(error, peer, banner)
    refused = error.code == asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED
    return failed(
        FailureKind.CHANNEL if refused else FailureKind.UNREACHABLE,
        f"{peer} was not reached: its jump host {'does not forward to it' if refused else 'cannot connect to it'} "
        f"({show(_reason(error), 160)})",
        "let its account there open TCP connections to this node" if refused else "the node is down, or filtered",
    )


def _reason(error: BaseException) -> str:
    return str(getattr(error, "reason", "") or error or type(error).__name__)


_Row = tuple[type[BaseException] | tuple[type[BaseException], ...], FailureKind, str, str]

_TABLE: tuple[_Row, ...] = (
    (
        asyncssh.PermissionDenied,
        FailureKind.AUTHENTICATION,
        "refused the login",
        "one attempt was made; check user, key and password before the next, the account may lock",
    ),
    (
        asyncssh.KeyExchangeFailed,
        FailureKind.ALGORITHMS,
        "and this host have no SSH algorithm in common ({reason})",
        "an old appliance may need ssh.algorithms, such as kex_algs = '+diffie-hellman-group1-sha1'",
    ),
    (
        asyncssh.HostKeyNotVerifiable,
        FailureKind.HOST_KEY_UNKNOWN,
        "shows a host key that is not trusted ({reason})",
        "",
    ),
    (
        asyncssh.ChannelOpenError,
        FailureKind.CHANNEL,
        "accepted the login and gives no session ({reason})",
        "too many sessions of this user, or a login shell that ends at once",
    ),
    (
        (asyncssh.KeyEncryptionError, asyncssh.KeyImportError),
        FailureKind.KEY_LOCKED,
        "was not asked: our private key cannot be used ({reason})",
        "set ssh.passphrase to env:NAME, or load the key into ssh-agent",
    ),
    (asyncssh.ConnectionLost, FailureKind.CLOSED, "closed the connection ({reason})", ""),
    (
        (asyncssh.ProtocolError, asyncssh.ProtocolNotSupported, asyncssh.MACError, asyncssh.CompressionError),
        FailureKind.MALFORMED,
        "does not speak SSH as it should ({reason})",
        "is something else listening on this port?",
    ),
    (asyncssh.DisconnectError, FailureKind.CLOSED, "ended the connection ({reason})", ""),
)
