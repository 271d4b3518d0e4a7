"""Where a dial goes and how, worked out of the settings alone, with ``~/.ssh/config`` asked only if they say so.

May import asyncssh, ``fleet.errors``, ``fleet.model``, ``fleet.text`` and this package.
"""

import getpass
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import asyncssh

from fleet.errors import FailureKind
from fleet.model.fleet import Node, SshSettings
from fleet.nodes.failures import failed
from fleet.nodes.hostkeys import EVERY_FAMILY, FAMILIES
from fleet.text import show

SSH_PORT = 22
_NO_EXTRAS: Mapping[str, object] = {
    "x509_trusted_certs": None,
    "x509_trusted_cert_paths": None,
    "gss_host": None,
    "gss_kex": False,
    "gss_auth": False,
    "host_based_auth": False,
    "agent_path": None,
    "agent_forwarding": False,
    "x11_forwarding": False,
    "pkcs11_provider": None,
    "server_host_keys_handler": None,
    "send_env": None,
    "env": None,
    "command": None,
    "subsystem": None,
    "request_pty": True,
    "connect_timeout": None,
}
"""What asyncssh or a user's ssh_config would otherwise add: ways to log in, things to forward, a command of its own
(RemoteCommand), a terminal where none is asked for (RequestTTY), a deadline that is not ours.
"""
_ALGORITHM_OPTIONS = frozenset({"kex_algs", "encryption_algs", "mac_algs", "compression_algs", "signature_algs"})
HOST_KEY_OPTION = "server_host_key_algs"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a dial goes, after ssh_config has been asked if the profile says so."""

    host: str
    port: int
    user: str
    jumps: tuple[str, ...]
    identities: tuple[str, ...] = ()
    known_hosts: tuple[str, ...] = ()
    asked: str = ""
    """The name that sections of ssh_config are for, where it is another than the host's."""
    known_as: str = ""
    """The name that known_hosts has it under, where ssh_config says HostKeyAlias."""
    proxied: bool = False
    """ssh_config names a ProxyCommand: asyncssh runs it."""

    @property
    def peer(self) -> str:
        """For sentences."""
        return show(self.host, 120) + ("" if self.port == SSH_PORT else f" port {self.port}")

    @property
    def listed(self) -> str:
        """What it is called in known_hosts."""
        return self.known_as or self.host

    @property
    def named(self) -> str:
        """What asyncssh is given: with ssh_config, the name its sections are for; it finds the host there again."""
        return self.asked or self.host


def split_jump(jump: str) -> tuple[str, str, int | None]:
    """``[user@]host[:port]`` as host, user, port."""
    user, _, place = jump.strip().rpartition("@")
    host, colon, port = place.rpartition(":")
    if place.startswith("[") and "]" in place:
        inside, _, rest = place[1:].partition("]")
        host, colon, port = inside, rest[:1], rest[1:]
    elif place.count(":") != 1:
        return place, user, None
    return host, user, int(port) if colon and port.isdecimal() and len(port) < 6 else None


def target_of(node: Node) -> Target:
    """Where ``node`` is."""
    return target_at(node.ssh, node.ssh.host or (node.addresses[0] if node.addresses else ""))


def target_at(ssh: SshSettings, host: str, user: str = "", port: int | None = None) -> Target:
    """Where to go for these settings.  With ``ssh_config``, what ~/.ssh/config says fills what they leave open."""
    if not host:
        raise failed(FailureKind.NAME, "no address is declared for this node", "give it ssh.host or an address")
    jumps = tuple(part.strip() for part in ssh.jump.split(",") if part.strip())
    chosen_port = port or ssh.port
    if not ssh.ssh_config:
        return Target(host, chosen_port, user or ssh.user or getpass.getuser(), jumps)
    try:
        read = asyncssh.SSHClientConnectionOptions(
            host=host,
            port=chosen_port if chosen_port != SSH_PORT else (),
            username=user or ssh.user or (),
            config=(),
            client_keys=None,
            **{name: value for name, value in _NO_EXTRAS.items() if name != "server_host_keys_handler"},
        )
    except (OSError, ValueError, asyncssh.Error) as error:
        raise failed(FailureKind.KEY_LOCKED, f"~/.ssh/config cannot be used: {show(str(error), 120)}") from error
    if not jumps and isinstance(read.tunnel, str):
        jumps = tuple(part.strip() for part in read.tunnel.split(",") if part.strip())
    identities = read.config.get("IdentityFile", ())
    names = identities if isinstance(identities, list | tuple) else ()
    files = read.known_hosts if isinstance(read.known_hosts, list) else []
    return Target(
        read.host,
        read.port,
        read.username,
        jumps,
        tuple(str(name) for name in names),
        tuple(map(str, files)),
        host,
        read.host_key_alias or "",
        proxied=bool(read.proxy_command) and not jumps,
    )


def options_for(ssh: SshSettings, family: tuple[str, ...] | None) -> dict[str, Any]:
    """asyncssh's options that depend on the settings alone."""
    options: dict[str, Any] = dict(_NO_EXTRAS)
    options["config"] = () if ssh.ssh_config else None
    for name, value in ssh.algorithms:
        if name not in _ALGORITHM_OPTIONS and name != HOST_KEY_OPTION:
            raise failed(
                FailureKind.ALGORITHMS,
                f"'{show(name, 60)}' is no list of SSH algorithms",
                f"known: {', '.join(sorted(_ALGORITHM_OPTIONS | {HOST_KEY_OPTION}))}",
            )
        options[name] = value
    if family is not None:
        options[HOST_KEY_OPTION] = list(family)
    return options


def families_of(ssh: SshSettings) -> tuple[tuple[str, ...], ...]:
    """The kinds of host key that a node may have: the usual ones, and those its settings add by name."""
    added = ",".join(
        value.lstrip("+^") for name, value in ssh.algorithms if name == HOST_KEY_OPTION and value[:1] != "-"
    )
    names = [name for name in added.split(",") if name and "*" not in name and name not in EVERY_FAMILY]
    return (*FAMILIES, *((name,) for name in dict.fromkeys(names)))
