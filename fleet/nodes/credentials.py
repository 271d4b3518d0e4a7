"""Who we are: one key or one password for one attempt.

A wrong password, and on some appliances a wrong key, counts towards locking the account.  So what is offered is decided
before anything is sent: the key the profile names (from the agent if it holds it, else from its file), else the
password, else the agent's only key.  Never a list of keys to try, never a second method after the first has failed.
May import asyncssh, ``fleet.errors``, ``fleet.model``, ``fleet.text`` and this package.
"""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh
from asyncssh.agent import SSHAgentClient, connect_agent

from fleet.errors import FailureKind
from fleet.model.fleet import SshSettings
from fleet.nodes.failures import failed
from fleet.nodes.secrets import find_secret
from fleet.text import show

PUBLIC_KEY = ("publickey",)
PASSWORD = ("keyboard-interactive", "password")


@dataclass(slots=True)
class Offer:
    """What one login offers.  ``methods`` in order; ``close`` lets go of the agent."""

    methods: tuple[str, ...]
    keys: tuple[object, ...] = ()
    password: str = field(default="", repr=False)
    agent: SSHAgentClient | None = None

    def close(self) -> None:
        """Let go of the agent."""
        if self.agent is not None:
            self.agent.close()


class Credentials:
    """Keys and passwords, each read once; ``secrets`` is everything that must be masked."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = os.environ if environment is None else environment
        self._keys: dict[tuple[str, str], asyncio.Task[asyncssh.SSHKey]] = {}
        self._secrets: set[str] = set()

    @property
    def secrets(self) -> frozenset[str]:
        """The passwords and passphrases used so far."""
        return frozenset(self._secrets)

    async def offer(self, ssh: SshSettings, identities: tuple[str, ...] = ()) -> Offer:
        """What to offer a node with these settings; ``identities``: key files that ssh_config names.

        Raises RemoteError (key-locked): then nothing has been sent.
        """
        name = ssh.key or (identities[0] if identities else "")
        if name:
            return await self._with_key(name, ssh)
        if ssh.password:
            return Offer(PASSWORD, password=await self.secret(ssh.password))
        if ssh.agent:
            return await self._with_agent(None)
        raise failed(
            FailureKind.KEY_LOCKED, "no key, agent or password is set for this node", "set ssh.key or ssh.password"
        )

    async def secret(self, reference: str) -> str:
        """What ``reference`` names, remembered for masking."""
        value = await find_secret(reference, self._environment)
        self._secrets.add(value)
        return value

    async def _with_key(self, name: str, ssh: SshSettings) -> Offer:
        path = Path(name).expanduser()  # noqa: ASYNC240 (reads an environment variable)
        public = path if path.suffix == ".pub" else path.with_name(path.name + ".pub")
        if ssh.agent and self._socket and await asyncio.to_thread(public.exists):
            offer = await self._with_agent(public)
            if offer.keys:
                return offer
            offer.close()
        if path.suffix == ".pub":
            raise failed(
                FailureKind.KEY_LOCKED, f"the agent does not hold {show(str(path), 120)}", "load it: ssh-add the key"
            )
        passphrase = await self.secret(ssh.passphrase) if ssh.passphrase else ""
        return Offer(PUBLIC_KEY, (await self._key(str(path), passphrase),))

    async def _key(self, path: str, passphrase: str) -> asyncssh.SSHKey:
        # Decrypting is slow on purpose (bcrypt): once, in a thread, whoever else needs the key waits for the same task.
        task = self._keys.get((path, passphrase))
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            task = asyncio.create_task(asyncio.to_thread(_read, path, passphrase))
            self._keys[path, passphrase] = task
        return await asyncio.shield(task)

    @property
    def _socket(self) -> str:
        return self._environment.get("SSH_AUTH_SOCK", "")

    async def _with_agent(self, public: Path | None) -> Offer:
        if not self._socket:
            raise failed(
                FailureKind.KEY_LOCKED,
                "no key or password is set for this node and no ssh-agent runs here",
                "set ssh.key or ssh.password, or start ssh-agent",
            )
        agent = None
        try:
            agent = await connect_agent(self._socket)
            keys = tuple(await agent.get_keys(None if public is None else [_public_data(public)]))
        except (OSError, ValueError, asyncssh.Error, asyncssh.KeyImportError) as error:
            if agent is not None:
                agent.close()
            raise failed(
                FailureKind.KEY_LOCKED, f"ssh-agent cannot be used ({show(str(error), 120)})", "check SSH_AUTH_SOCK"
            ) from error
        if public is None and len(keys) != 1:
            agent.close()
            raise failed(
                FailureKind.KEY_LOCKED,
                f"ssh-agent holds {len(keys)} keys and the profile names none",
                "name the one to use in ssh.key (its .pub file is enough): each wrong key counts as a failed login",
            )
        return Offer(PUBLIC_KEY, keys, agent=agent)


def _public_data(path: Path) -> bytes:
    return asyncssh.read_public_key(path).public_data


def _read(path: str, passphrase: str) -> asyncssh.SSHKey:
    shown = show(path, 120)
    try:
        return asyncssh.read_private_key(path, passphrase or None)
    except (OSError, ValueError, asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as error:
        locked = isinstance(error, asyncssh.KeyEncryptionError) or "passphrase" in str(error).lower()
        if passphrase and not isinstance(error, OSError):  # some wrong passphrases look like broken keys
            said = "its passphrase is wrong, or it is no private key"
        else:
            said = "it is protected by a passphrase and none is set" if locked else show(str(error), 120)
        raise failed(
            FailureKind.KEY_LOCKED,
            f"the key {shown} cannot be used: {said}",
            "set ssh.passphrase to env:NAME or keyring:NAME, or load the key into ssh-agent"
            if locked
            else "check ssh.key",
        ) from error
