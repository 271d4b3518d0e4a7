"""One running lab for all tests of this folder, and short ways to ask its resolvers and mail servers."""

import json
from collections.abc import Callable, Iterator

import dns.flags
import dns.message
import dns.name
import dns.query
import pytest

from fleet.lab import LabHandle, spawn

Ask = Callable[..., dns.message.Message]


@pytest.fixture(scope="session")
def lab() -> Iterator[LabHandle]:
    with spawn() as handle:
        yield handle


@pytest.fixture(scope="session")
def sockets(lab: LabHandle) -> dict[tuple[str, str, int], tuple[str, int]]:
    """(protocol, virtual address, virtual port) -> the real socket."""
    network = json.loads(lab.network.read_text())
    return {
        (protocol, address, port): (real, real_port)
        for protocol in ("udp", "tcp")
        for address, port, real, real_port in network[protocol]
    }


@pytest.fixture(scope="session")
def ask(lab: LabHandle, sockets: dict[tuple[str, str, int], tuple[str, int]]) -> Ask:
    """Ask one resolver by kind: ``ask("validating", "good.lab", "MX", cd=True)``."""

    def one_question(
        kind: str,
        name: str,
        rdtype: str,
        *,
        cd: bool = False,
        do: bool = True,
        tcp: bool = False,
        payload: int = 1232,
        timeout: float = 5.0,
    ) -> dns.message.Message:
        query = dns.message.make_query(name, rdtype, want_dnssec=do, payload=payload, use_edns=True)
        if cd:
            query.flags |= dns.flags.CD
        protocol, exchange = ("tcp", dns.query.tcp) if tcp else ("udp", dns.query.udp)
        host, port = sockets[protocol, lab.resolvers[kind], 53]
        return exchange(query, host, port=port, timeout=timeout)

    return one_question
