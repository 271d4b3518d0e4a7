"""A network whose every (address, port) is another socket: the lab looks like the Internet and is reached nowhere else.

A file says what maps to what::

    {"format": "fleet-network/1", "name": "lab",
     "udp": [["192.0.2.53", 53, "127.0.0.1", 40001]],
     "tcp": [["198.51.100.1", 25, "127.0.0.1", 40025]]}

What the file does not map is unreachable at once: no packet leaves for it.  May import ``fleet.network``,
``fleet.errors`` and ``fleet.text``.
"""

import ipaddress
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from fleet.errors import Failure, FailureKind, RemoteError, UsageError, file_trouble
from fleet.network import Network, T
from fleet.network.endpoint import Endpoint
from fleet.network.host import HostNetwork, connect, exchange, peer_name
from fleet.network.stream import CarriedStream
from fleet.text import show

FORMAT = "fleet-network/1"
_KEYS = {"format", "name", "udp", "tcp"}


@dataclass(frozen=True, slots=True)
class MappedNetwork:
    """Reaches the endpoints that are keys of ``udp`` and ``tcp``, at the sockets that are their values."""

    name: str
    udp: Mapping[Endpoint, Endpoint]
    tcp: Mapping[Endpoint, Endpoint]

    @classmethod
    def load(cls, path: str | Path) -> "MappedNetwork":
        """Read a network file.  Raises UsageError with one sentence for a file that is missing or makes no sense."""
        shown = show(str(path))
        try:
            document = json.loads(Path(path).read_bytes())
        except OSError as error:
            raise UsageError(f"the network file {shown} cannot be read: {file_trouble(error)}") from error
        except (ValueError, RecursionError) as error:
            raise UsageError(f"the network file {shown} is not JSON: {show(str(error), 200)}") from error
        try:
            return _network(document)
        except ValueError as error:
            raise UsageError(f"the network file {shown} is not usable: {error}") from error

    @property
    def has_udp(self) -> bool:
        """See ``Network``: a file without UDP describes a place that has TCP only."""
        return bool(self.udp)

    async def open_tcp(self, address: str, port: int, timeout: float) -> CarriedStream:
        """See ``Network``."""
        target = self._target(self.tcp, address, port, "TCP")
        return await connect(target.address, target.port, timeout, None, peer_name(address, port))

    async def ask_udp(
        self, address: str, port: int, payload: bytes, accept: Callable[[bytes], T | None], timeout: float
    ) -> T:
        """See ``Network``."""
        target = self._target(self.udp, address, port, "UDP")
        peer = peer_name(address, port)
        return await exchange(target.address, target.port, payload, accept, timeout, None, peer)

    def _target(self, mapped: Mapping[Endpoint, Endpoint], address: str, port: int, protocol: str) -> Endpoint:
        try:
            target = mapped.get(_endpoint(address, port))
        except ValueError:
            target = None
        if target is None:
            sentence = f"{peer_name(address, port)}: not part of the network '{self.name}' ({protocol})"
            raise RemoteError(Failure(FailureKind.UNREACHABLE, sentence))
        return target


def open_network(path: str | Path | None) -> Network:
    """The network a face was asked to use: the file at ``path``, or this host where there is none.

    Raises UsageError for an unusable file.
    """
    return HostNetwork() if path is None else MappedNetwork.load(path)


def _network(document: object) -> MappedNetwork:
    if not isinstance(document, dict):
        raise ValueError("it holds no JSON object")
    if document.get("format") != FORMAT:
        raise ValueError(f'it does not say "format": "{FORMAT}"')
    if surplus := sorted(str(key) for key in document.keys() - _KEYS):
        raise ValueError(f"it has the unknown key '{show(surplus[0], 40)}'")
    name = document.get("name", "mapped")
    if not isinstance(name, str) or not name:
        raise ValueError('"name" is not a text')
    return MappedNetwork(show(name, 60), _pairs(document, "udp"), _pairs(document, "tcp"))


def _pairs(document: Mapping[str, object], key: str) -> Mapping[Endpoint, Endpoint]:
    rows = document.get(key, [])
    if not isinstance(rows, list):
        raise ValueError(f'"{key}" is not a list')
    pairs: dict[Endpoint, Endpoint] = {}
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, list) or len(row) != 4:
            raise ValueError(f'entry {number} of "{key}" is not [address, port, address, port]')
        try:
            source, target = _endpoint(row[0], row[1]), _endpoint(row[2], row[3])
        except ValueError as error:
            raise ValueError(f'entry {number} of "{key}": {error}') from error
        if source in pairs:
            raise ValueError(f'entry {number} of "{key}" maps {source} a second time')
        pairs[source] = target
    return pairs


def _endpoint(address: object, port: object) -> Endpoint:
    if not isinstance(address, str):
        raise ValueError("an address is not a text")
    if not isinstance(port, int) or isinstance(port, bool) or not 0 < port < 65536:
        raise ValueError(f"{show(str(port), 40)} is not a port")
    return Endpoint(str(ipaddress.ip_address(address)), port)
