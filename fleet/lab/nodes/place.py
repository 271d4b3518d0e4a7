"""Where a simulated node stands: what its network reaches, and what its SSH server does for who looks through it.

A gateway's network is not ours: other resolvers, other routes, port 25 open or shut.  A ``Place`` is such a network:
the lab's virtual addresses (its network file) with addresses of the node's own for some resolvers (``also``), ports
that a firewall drops without a word (``blocked``) and addresses it has no route to (``hidden``).  The node's own
``daneverify`` and everything forwarded through its SSH server go by it.

May import ``fleet.network``, ``fleet.errors`` and the standard library.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fleet.errors import Failure, FailureKind, RemoteError
from fleet.network import T
from fleet.network.endpoint import Endpoint
from fleet.network.mapped import MappedNetwork
from fleet.network.stream import CarriedStream

DNS_PORT = 53
_NOWHERE: Mapping[Endpoint, Endpoint] = {}


@dataclass(frozen=True, slots=True)
class Place:
    """One node's network and its SSH server's readiness to forward.

    ``anchor`` is the trust anchor its own validator has, as zone file text, and ``clock`` the seconds it is ahead of
    the truth.  ``dies_after``: connections forwarded before the whole SSH connection is lost; None: it holds.
    """

    tcp: Mapping[Endpoint, Endpoint] = field(default_factory=lambda: _NOWHERE)
    udp: Mapping[Endpoint, Endpoint] = field(default_factory=lambda: _NOWHERE)
    blocked: frozenset[int] = frozenset()
    forwarding: bool = False
    dies_after: int | None = None
    anchor: str = ""
    clock: float = 0.0

    @classmethod
    def read(cls, plain: Mapping[str, object]) -> "Place":
        """A place as orders describe it; KeyError, TypeError, ValueError or UsageError for what makes no sense.

        ``network`` and ``anchor`` are files of the lab; ``also`` gives resolvers another address; the rest as above.
        """
        network = MappedNetwork.load(str(plain["network"]))
        hidden, also = _texts(plain.get("hidden", [])), plain.get("also", {})
        assert isinstance(also, dict)
        aliases = {Endpoint(str(own), DNS_PORT): Endpoint(str(real), DNS_PORT) for own, real in also.items()}
        tcp, udp = (
            {
                **{virtual: real for virtual, real in table.items() if virtual.address not in hidden},
                **{own: table[real] for own, real in aliases.items() if real in table},
            }
            for table in (network.tcp, network.udp)
        )
        anchor, dies_after = plain.get("anchor"), plain.get("dies_after")
        return cls(
            tcp,
            udp,
            frozenset(map(int, _texts(plain.get("blocked", [])))),
            bool(plain.get("forwarding", False)),
            None if dies_after is None else int(str(dies_after)),
            Path(str(anchor)).read_text(encoding="ascii") if anchor else "",
            float(str(plain.get("clock", 0.0))),
        )


def _texts(values: object) -> frozenset[str]:
    assert isinstance(values, list | tuple)
    return frozenset(map(str, values))


class PlaceNetwork:
    """A ``Network`` from a place: what the node itself sends goes this way."""

    def __init__(self, place: Place, name: str) -> None:
        self._place = place
        self._mapped = MappedNetwork(name, place.udp, place.tcp)

    @property
    def name(self) -> str:
        """See ``Network``."""
        return self._mapped.name

    @property
    def has_udp(self) -> bool:
        """See ``Network``."""
        return True

    async def open_tcp(self, address: str, port: int, timeout: float) -> CarriedStream:
        """See ``Network``."""
        await self._pass(port, timeout)
        return await self._mapped.open_tcp(address, port, timeout)

    async def ask_udp(
        self, address: str, port: int, payload: bytes, accept: Callable[[bytes], T | None], timeout: float
    ) -> T:
        """See ``Network``."""
        await self._pass(port, timeout)
        return await self._mapped.ask_udp(address, port, payload, accept, timeout)

    async def _pass(self, port: int, timeout: float) -> None:
        """Through the firewall, which drops what it does not let through."""
        if port in self._place.blocked:
            await asyncio.sleep(timeout)
            raise RemoteError(Failure(FailureKind.TIMEOUT, f"port {port}: no answer within {timeout:g} s"))
