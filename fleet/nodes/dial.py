"""From a node's settings to a logged-in SSH connection, through jump hosts where needed, within limits.

Order of a dial: who are we (``credentials``), who must they be (``hostkeys``), a socket and the server's first byte,
then a place among the few handshakes that run at once, then one login.  Each step has its deadline and its failure.
May import asyncssh, ``fleet.errors``, ``fleet.model``, ``fleet.network``, ``fleet.text`` and this package.
"""

import asyncio
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import asyncssh

from fleet.clock import monotonic
from fleet.errors import Failure, FailureKind, RemoteError
from fleet.model.fleet import Node, Platform, SshSettings
from fleet.nodes.breaker import Breaker
from fleet.nodes.carrier import Carrier
from fleet.nodes.credentials import Credentials, Offer
from fleet.nodes.failures import failed, from_dial
from fleet.nodes.hostkeys import EVERY_FAMILY, FAMILIES, HostKey, KnownHosts, Presented, Vouching, describe, revoked_key
from fleet.nodes.limits import Limits
from fleet.nodes.login import Login
from fleet.nodes.places import LeasedPlaces
from fleet.nodes.sockets import Sockets
from fleet.nodes.targets import (
    HOST_KEY_OPTION,
    SSH_PORT,
    Target,
    families_of,
    options_for,
    split_jump,
    target_at,
    target_of,
)
from fleet.text import show

# An old appliance may offer nothing else; the operator cannot act on a library's warning about it.
warnings.filterwarnings("ignore", "Diffie-Hellman over finite fields", module="asyncssh")

_KEEPALIVE_SECONDS = 30


@dataclass(slots=True)
class _Jump:
    breaker: Breaker
    places: LeasedPlaces
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    connection: asyncssh.SSHClientConnection | None = None


class Dialer:
    """Makes connections to nodes and keeps those to jump hosts.  One per process; close it."""

    def __init__(self, limits: Limits | None = None, environment: Mapping[str, str] | None = None) -> None:
        self.limits = limits or Limits()
        self.credentials = Credentials(environment)
        self._known_hosts = KnownHosts()
        self._sockets = Sockets()
        self._handshakes = LeasedPlaces(self.limits.handshakes, self.limits.lease)
        self._jumps: dict[tuple[str, SshSettings], _Jump] = {}
        self._families: dict[tuple[str, int, str], tuple[str, ...]] = {}  # of pinned keys that are not the first shown

    async def close(self) -> None:
        """Close the connections to jump hosts, last hop first."""
        self._sockets.close()
        for jump in reversed(self._jumps.values()):
            if jump.connection is not None:
                await hang_up(jump.connection)
        self._jumps.clear()

    async def connect(self, node: Node) -> asyncssh.SSHClientConnection:
        """A logged-in connection to ``node``.  Raises RemoteError; then nothing is left open."""
        target = target_of(node)
        keep_alive = 0 if node.settings.platform is Platform.ASYNCOS else _KEEPALIVE_SECONDS
        return await self._dial(target, node.ssh, keep_alive)

    async def reach(self, node: Node) -> str:
        """Wait until the SSH port of ``node`` says something, and close it: returns the peer's name.

        Nothing is sent, unless ssh_config's ProxyCommand leads there: then a key exchange is.  Raises RemoteError.
        """
        target = target_of(node)
        if target.proxied:
            await self._keys(target, node.ssh, lambda _key: True)
            return target.peer
        carrier = await self._carry(target, node.ssh)
        try:
            async with carrier.place(), asyncio.timeout(self.limits.connect):
                said = await carrier.first_bytes(target.host, target.port)
        except TimeoutError as error:
            late = f"{target.peer}: no SSH server answered within {self.limits.connect:g} s"
            raise failed(FailureKind.TIMEOUT, late, "the node is down, filtered or overloaded") from error
        except (OSError, asyncssh.Error) as error:
            raise from_dial(error, target.peer) from error
        finally:
            carrier.close()
        if not said:
            raise failed(FailureKind.CLOSED, f"{target.peer} closed the connection before it had said anything")
        return target.peer

    async def host_keys(self, node: Node) -> tuple[HostKey, ...]:
        """The host keys ``node`` shows, the one a login would use first; nothing but key exchanges is sent.

        Raises RemoteError if not one could be had.
        """
        return await self._keys(target_of(node), node.ssh, lambda _key: False)

    async def presents(self, node: Node) -> Presented:
        """How the host keys ``node`` shows stand to those on record; it is asked for no more once one is vouched for.

        Nothing but key exchanges is sent.  Raises RemoteError if not one could be had.
        """
        target = target_of(node)
        vouching = self._vouching(target, node.ssh)
        keys = await self._keys(target, node.ssh, lambda key: vouching.vouches(key, target.listed, target.port))
        return vouching.presented(keys, target.listed, target.port)

    async def _keys(self, target: Target, ssh: SshSettings, enough: Callable[[HostKey], bool]) -> tuple[HostKey, ...]:
        found: list[HostKey] = []
        problem: RemoteError | None = None
        for family in families_of(ssh):
            try:
                key = await self._show_key(target, ssh, family)
            except RemoteError as error:
                if not _no_such_key(error):
                    raise
                problem = error
            else:
                found.append(key)
                if enough(key):
                    break
        if not found and problem is not None:
            raise problem
        return tuple(found)

    async def _dial(self, target: Target, ssh: SshSettings, keep_alive: float) -> asyncssh.SSHClientConnection:
        vouching = self._vouching(target, ssh)
        if not vouching.pinned or any(name == HOST_KEY_OPTION for name, _value in ssh.algorithms):
            try:
                return await self._log_in(target, ssh, vouching, keep_alive, None)
            except RemoteError as error:
                other = await self._other_kind(target, ssh, vouching) if _no_such_key(error) else None
                if other is not None:
                    raise RemoteError(other) from error
                raise
        known = self._families.get((target.host, target.port, ssh.host_key))
        try:
            return await self._log_in(target, ssh, vouching, keep_alive, known or EVERY_FAMILY)
        except RemoteError as error:
            if known is not None or error.failure.kind is not FailureKind.HOST_KEY_CHANGED:
                raise
            family = await self._family_of_pin(target, ssh, vouching)
            if family is None:
                raise
        self._families[target.host, target.port, ssh.host_key] = family
        return await self._log_in(target, ssh, vouching, keep_alive, family)

    def _vouching(self, target: Target, ssh: SshSettings) -> Vouching:
        files = (ssh.known_hosts,) if ssh.known_hosts else target.known_hosts
        return Vouching(target.peer, ssh.host_key, self._known_hosts.read(files))

    async def _other_kind(self, target: Target, ssh: SshSettings, vouching: Vouching) -> Failure | None:
        """Whether a server that gave no key exchange has no key of a kind that known_hosts holds, but one of another.

        asyncssh asks for the kinds on record only; nothing but key exchanges is sent to find out.
        """
        kinds = vouching.kinds(target.listed, target.port)
        on_record = [family for family in families_of(ssh) if kinds.intersection(family)]
        others = [family for family in families_of(ssh) if family not in on_record]
        shown = await self._first_shown(target, ssh, others) if on_record else None
        if shown is None or await self._first_shown(target, ssh, on_record) is not None:
            return None
        return vouching.of_another_kind(shown, target.listed, target.port)

    async def _first_shown(
        self, target: Target, ssh: SshSettings, families: Sequence[tuple[str, ...]]
    ) -> HostKey | None:
        for family in families:
            try:
                return await self._show_key(target, ssh, family)
            except RemoteError:
                continue
        return None

    async def _family_of_pin(self, target: Target, ssh: SshSettings, vouching: Vouching) -> tuple[str, ...] | None:
        """A server has several keys and shows the kind the client prefers; the pinned one may be of another kind."""
        for family in FAMILIES:
            if vouching.shown is None or vouching.shown.algorithm.split("-")[0:2] == family[-1].split("-")[0:2]:
                continue
            try:
                key = await self._show_key(target, ssh, family)
            except RemoteError:
                continue
            if key.fingerprint == ssh.host_key:
                return family
        return None

    async def _log_in(
        self, target: Target, ssh: SshSettings, vouching: Vouching, keep_alive: float, family: tuple[str, ...] | None
    ) -> asyncssh.SSHClientConnection:
        offer = await self.credentials.offer(ssh, target.identities)
        login = Login(vouching, offer.password)
        try:
            carrier = await self._carry(target, ssh)
            try:
                return await self._handshake(target, ssh, offer, login, carrier, keep_alive, family)
            except BaseException:
                carrier.close()
                raise
        except TimeoutError as error:
            raise failed(
                FailureKind.TIMEOUT,
                f"{target.peer}: the login was not done within {self.limits.login:g} s",
                "the node is overloaded, or its SSH server hangs",
            ) from error
        except (OSError, ValueError, asyncssh.Error, asyncssh.KeyImportError) as error:
            raise self._explained(error, target, vouching, login, offer) from error
        finally:
            offer.close()

    def _explained(
        self, error: Exception, target: Target, vouching: Vouching, login: Login, offer: Offer
    ) -> RemoteError:
        if vouching.problem is not None and isinstance(error, asyncssh.HostKeyNotVerifiable):
            return RemoteError(vouching.problem)
        if isinstance(error, asyncssh.HostKeyNotVerifiable) and "revoked" in error.reason:
            return RemoteError(revoked_key(target.peer))
        explained = from_dial(error, target.peer, login.banner)
        if login.question and explained.failure.kind is FailureKind.AUTHENTICATION:
            return failed(
                FailureKind.AUTHENTICATION,
                f"{target.peer} asks at login for what this program does not answer: {show(login.question, 120)}",
                "use a key, or an account without a second factor",
            )
        if explained.failure.kind is FailureKind.AUTHENTICATION:
            tried = "key" if offer.keys else "password"
            said = f"{target.peer} refused the login of '{show(target.user, 60)}' with the {tried} it was offered"
            return RemoteError(replace(explained.failure, sentence=said))
        return explained

    async def _carry(self, target: Target, ssh: SshSettings) -> Carrier:
        """What the SSH session will run over: a socket that has answered, or the last jump host's connection."""
        if target.jumps:
            tunnel, places = await self._through(target.jumps, ssh)
            return Carrier(tunnel=tunnel, places=places)
        if target.proxied:
            return Carrier()
        return Carrier(await self._sockets.open(target.host, target.port, target.peer, self.limits.connect))

    async def _handshake(
        self,
        target: Target,
        ssh: SshSettings,
        offer: Offer,
        login: Login,
        carrier: Carrier,
        keep_alive: float,
        family: tuple[str, ...] | None,
    ) -> asyncssh.SSHClientConnection:
        options = options_for(ssh, family)
        async with carrier.place(), self._handshakes.place(), asyncio.timeout(self.limits.login):
            return await asyncssh.connect(
                target.named,
                target.port,
                username=target.user,
                client_factory=lambda: login,
                client_keys=list(offer.keys) or None,
                known_hosts=login.vouching.known_hosts,
                preferred_auth=list(offer.methods),
                login_timeout=0,  # ours covers it, and says so
                keepalive_interval=keep_alive,
                **carrier.options(),
                **options,
            )

    async def _show_key(self, target: Target, ssh: SshSettings, family: tuple[str, ...]) -> HostKey:
        options = options_for(ssh, family)
        given = {name: options.pop(name, ()) for name in ("kex_algs", HOST_KEY_OPTION, "config")}
        try:
            carrier = await self._carry(target, ssh)
            try:
                async with carrier.place(), self._handshakes.place(), asyncio.timeout(self.limits.login):
                    key = await asyncssh.get_server_host_key(
                        target.named,
                        target.port,
                        options=asyncssh.SSHClientConnectionOptions(config=None, client_keys=None, **options),
                        **carrier.options(),
                        **given,
                    )
            finally:
                carrier.close()
        except (OSError, ValueError, asyncssh.Error) as error:
            raise from_dial(error, target.peer) from error
        if key is None:
            raise failed(FailureKind.MALFORMED, f"{target.peer} shows no host key")
        return describe(key)

    async def _through(
        self, jumps: tuple[str, ...], ssh: SshSettings
    ) -> tuple[asyncssh.SSHClientConnection, LeasedPlaces]:
        """The connection to the last of ``jumps``, made once and shared by all nodes behind it."""
        # The node's password and pinned key are the node's: a jump host is entered by key and known_hosts only.
        own = replace(
            ssh,
            password="",
            host_key="",
            jump="",
            host="",
            port=SSH_PORT,
            user="",
            algorithms=(),
            forward=True,
            smtp=False,
            showconfig=False,
        )
        key = (",".join(jumps), own)
        jump = self._jumps.get(key)
        if jump is None:
            jump = _Jump(Breaker(), LeasedPlaces(self.limits.behind_jump, self.limits.lease))
            self._jumps[key] = jump
        async with jump.lock:
            if jump.connection is not None and not jump.connection.is_closed():
                return jump.connection, jump.places
            jump.connection = None
            refusal = jump.breaker.refuses(monotonic())
            if refusal is None:
                try:
                    target = replace(target_at(own, *split_jump(jumps[-1])), jumps=jumps[:-1])
                    jump.connection = await self._dial(target, own, _KEEPALIVE_SECONDS)
                except RemoteError as error:
                    refusal = error.failure
                    jump.breaker.failed(refusal, monotonic())
            if jump.connection is None:
                raise RemoteError(_behind(jumps[-1], refusal))
            jump.breaker.worked()
            return jump.connection, jump.places


def _no_such_key(error: RemoteError) -> bool:
    """Whether the server may have no key of the kind it was asked for: OpenSSH then hangs up without a word."""
    return error.failure.kind in {FailureKind.ALGORITHMS, FailureKind.CLOSED}


async def hang_up(connection: asyncssh.SSHClientConnection, seconds: float = 2.0) -> None:
    """Close ``connection``; if the other side does not take part, drop it.  Never raises."""
    connection.close()
    try:
        async with asyncio.timeout(seconds):
            await connection.wait_closed()
    except (TimeoutError, OSError, asyncssh.Error):
        connection.abort()


def _behind(jump: str, reason: Failure | None) -> Failure:
    said = f": {reason.sentence}" if reason is not None else ""
    return Failure(
        FailureKind.JUMP,
        f"behind jump host {show(jump, 120)}, which cannot be used{said}",
        reason.hint if reason is not None else "",
    )
