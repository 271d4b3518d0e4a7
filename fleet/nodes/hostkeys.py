"""Who a server is: known_hosts or a pinned fingerprint, never "accept what comes".

A key that nobody has vouched for and a key that differs from the one on record are failures of two kinds, and nothing,
no user name either, is sent to such a server.  ``fleet.nodes.dial`` asks ``Vouching`` during the handshake.
May import asyncssh, ``fleet.errors``, ``fleet.text``, ``fleet.nodes.failures``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import asyncssh
from asyncssh.known_hosts import SSHKnownHosts

from fleet.errors import Failure, FailureKind
from fleet.nodes.failures import failed
from fleet.text import show

T = TypeVar("T")
DEFAULT_FILE = "~/.ssh/known_hosts"

FAMILIES: tuple[tuple[str, ...], ...] = (
    ("ssh-ed25519",),
    ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"),
    ("rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"),
)
"""Kinds of host key a server may have, one signature algorithm of each suffices to be shown the key."""

EVERY_FAMILY: tuple[str, ...] = tuple(algorithm for family in FAMILIES for algorithm in family)
"""In the order in which a login with a pinned key prefers them."""


@dataclass(frozen=True, slots=True)
class HostKey:
    """A key that a server shows."""

    algorithm: str
    fingerprint: str
    line: str
    """As it stands in a known_hosts file, without the host."""


def describe(key: asyncssh.SSHKey) -> HostKey:
    """``key`` for people and files."""
    line = key.export_public_key("openssh").decode("ascii", "replace").split()
    return HostKey(key.get_algorithm(), key.get_fingerprint(), " ".join(line[:2]))


class KeyStanding(StrEnum):
    """How the keys a server shows stand to what is on record about it."""

    PINNED = "pinned"
    """The pinned key is among them."""
    KNOWN = "known"
    """known_hosts holds one of them."""
    BY_AUTHORITY = "by-authority"
    """known_hosts trusts an authority for this host; only a login shows the certificate."""
    UNKNOWN = "unknown"
    """Nobody has vouched for any of them."""
    CHANGED = "changed"
    """Another key is on record, or known_hosts revokes it."""


@dataclass(frozen=True, slots=True)
class Presented:
    """The keys that were shown and how they stand; ``problem``: what a login would say and end with."""

    keys: tuple[HostKey, ...]
    standing: KeyStanding
    problem: Failure | None = None


class Vouching:
    """What is known about a server's key before it is asked: a pin, or known_hosts."""

    def __init__(self, peer: str, pin: str, known: SSHKnownHosts) -> None:
        self._peer = peer
        self._pin = pin
        self.known_hosts = SSHKnownHosts() if pin else known
        self.problem: Failure | None = None
        self.shown: HostKey | None = None

    @property
    def pinned(self) -> bool:
        """Whether a fingerprint is on record rather than a file."""
        return bool(self._pin)

    def accepts(self, key: asyncssh.SSHKey) -> bool:
        """Whether ``key`` is the pinned one."""
        return bool(self._pin) and key.get_fingerprint() == self._pin

    def judge(self, host: str, address: str, port: int, key: asyncssh.SSHKey) -> bool:
        """Accept ``key`` or note the ``problem``.  Asked only about keys that known_hosts does not hold."""
        if self.accepts(key):
            return True
        self.shown = describe(key)
        self.problem = self._objection(self.shown, host, address, port)
        return False

    def vouches(self, key: HostKey, host: str, port: int) -> bool:
        """Whether ``key`` is the pinned one, or one that known_hosts holds for this host."""
        if self._pin:
            return key.fingerprint == self._pin
        good, _authorities, revoked, *_rest = self.known_hosts.match(host, "", port if port != 22 else None)
        return key.fingerprint in _fingerprints(good) - _fingerprints(revoked)

    def kinds(self, host: str, port: int, address: str = "") -> frozenset[str]:
        """The algorithms of the keys that known_hosts holds for this host."""
        good, _authorities, revoked, *_rest = self.known_hosts.match(host, address, port if port != 22 else None)
        void = _fingerprints(revoked)
        return frozenset(key.get_algorithm() for key in good if key.get_fingerprint() not in void)

    def of_another_kind(self, shown: HostKey, host: str, port: int) -> Failure:
        """What is wrong with a server that has no key of a kind on record and shows this one."""
        return self._objection(shown, host, "", port)

    def presented(self, keys: Sequence[HostKey], host: str, port: int) -> Presented:
        """How ``keys``, at least one, stand."""
        if any(self.vouches(key, host, port) for key in keys):
            return Presented(tuple(keys), KeyStanding.PINNED if self._pin else KeyStanding.KNOWN)
        good, authorities, *_rest = self.known_hosts.match(host, "", port if port != 22 else None)
        if authorities and not good:
            return Presented(tuple(keys), KeyStanding.BY_AUTHORITY)
        kinds = self.kinds(host, port)
        telling = next((key for key in keys if key.algorithm in kinds), keys[0])
        problem = self._objection(telling, host, "", port)
        changed = problem.kind is FailureKind.HOST_KEY_CHANGED
        return Presented(tuple(keys), KeyStanding.CHANGED if changed else KeyStanding.UNKNOWN, problem)

    def _objection(self, shown: HostKey, host: str, address: str, port: int) -> Failure:
        told = f"{shown.algorithm} {shown.fingerprint}"
        if self._pin:
            return Failure(
                FailureKind.HOST_KEY_CHANGED,
                f"{self._peer} shows another host key ({told}) than the pinned one ({show(self._pin, 80)})",
                "rebuilt node, or somebody in between: compare with its console before changing ssh.host_key",
            )
        good, _authorities, revoked, *_rest = self.known_hosts.match(host, address, port if port != 22 else None)
        if shown.fingerprint in _fingerprints(revoked):
            return revoked_key(self._peer, told)
        if good:
            kinds = self.kinds(host, port, address)
            if kinds and shown.algorithm not in kinds:
                return Failure(
                    FailureKind.HOST_KEY_CHANGED,
                    f"{self._peer} shows a host key of another kind ({told}) than known_hosts holds "
                    f"({', '.join(sorted(kinds))})",
                    "new keys, or somebody in between: compare with its console, then add this key to known_hosts",
                )
            return Failure(
                FailureKind.HOST_KEY_CHANGED,
                f"{self._peer} shows another host key ({told}) than known_hosts holds",
                "rebuilt node, or somebody in between: compare with its console before changing known_hosts",
            )
        return Failure(
            FailureKind.HOST_KEY_UNKNOWN,
            f"{self._peer} shows a host key nobody has vouched for ({told})",
            "compare it with the node's console, then set ssh.host_key or add it to known_hosts",
        )


def revoked_key(peer: str, told: str = "") -> Failure:
    """A key that known_hosts revokes is shown; ``told``: which one."""
    return Failure(
        FailureKind.HOST_KEY_CHANGED,
        f"{peer} shows a host key{f' ({told})' if told else ''} that known_hosts revokes",
        "the key was withdrawn, so whoever shows it may be somebody else: look at the node's console",
    )


def _fingerprints(keys: Sequence[asyncssh.SSHKey]) -> set[str]:
    return {key.get_fingerprint() for key in keys}


class KnownHosts:
    """known_hosts files, parsed once per version of the files."""

    def __init__(self) -> None:
        self._parsed: dict[tuple[str, ...], tuple[tuple[tuple[int, int] | None, ...], SSHKnownHosts]] = {}

    def read(self, names: Sequence[str] = ()) -> SSHKnownHosts:
        """What the files called ``names`` hold, the user's own file if none is named.

        A file that is not there vouches for nobody.  Raises RemoteError if one is unreadable.
        """
        paths = tuple(Path(name).expanduser() for name in names or (DEFAULT_FILE,))
        key = tuple(map(str, paths))
        stamps = tuple(_reading(path, _stamp) for path in paths)
        known = self._parsed.get(key)
        if known is None or known[0] != stamps:
            held = SSHKnownHosts()
            for path in paths:
                _reading(path, lambda path: held.load(path.read_text(encoding="utf-8")))
            known = self._parsed[key] = (stamps, held)
        return known[1]


def _stamp(path: Path) -> tuple[int, int]:
    state = path.stat()
    return state.st_mtime_ns, state.st_size


def _reading(path: Path, do: Callable[[Path], T]) -> T | None:
    """What ``do`` gives; None where there is no such file."""
    try:
        return do(path)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise failed(
            FailureKind.HOST_KEY_UNKNOWN,
            f"{show(str(path), 120)} cannot be read, so no host key can be checked ({show(str(error), 120)})",
            "mend the file, or pin the node's key with ssh.host_key",
        ) from error
