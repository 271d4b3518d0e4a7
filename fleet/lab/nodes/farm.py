"""Many simulated nodes in one process, for rounds over a large fleet: ``python -m fleet.lab.nodes.farm``.

Reads one JSON line, ``{"nodes": {"none": 850, "silent": 100}, "password": "..."}`` (how many of each fault), prints
one with the host key's fingerprint and the ports of each fault, and serves until its standard input closes.
May import asyncssh, ``fleet.model`` and the lab's own modules.
"""

import asyncio
import contextlib
import json
import sys

import asyncssh

from fleet.lab.nodes.faults import Fault
from fleet.lab.nodes.server import NodeServer
from fleet.lab.nodes.unix import Gateway
from fleet.model.fleet import Platform, Settings
from fleet.model.peers import PostfixSettings
from fleet.model.resolver import Resolver

SETTINGS = Settings(
    platform=Platform.POSTFIX,
    version="3.7.11",
    resolvers=(Resolver("10.0.0.53"),),
    postfix=PostfixSettings(
        smtp_tls_security_level="dane",
        smtp_dns_support_level="dnssec",
        smtp_host_lookup=("dns",),
        smtp_tls_dane_insecure_mx_policy="dane",
        relayhost="",
        mynetworks=("127.0.0.0/8",),
        relay_domains=(),
        tls_policy=(),
        transport=(),
        master=(),
        maximal_queue_lifetime=432000,
    ),
)


async def serve(counts: dict[str, int], password: str) -> tuple[str, dict[str, list[int]], list[NodeServer]]:
    """Start the servers: fingerprint, ports by fault, servers."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    ports: dict[str, list[int]] = {}
    servers: list[NodeServer] = []
    for name, count in counts.items():
        for _ in range(count):
            server = NodeServer(Gateway(SETTINGS), key, password=password, fault=Fault(name))
            await server.start()
            servers.append(server)
            ports.setdefault(name, []).append(server.port)
    return key.get_fingerprint(), ports, servers


async def main() -> None:
    """Serve until standard input closes."""
    order = json.loads(await asyncio.to_thread(sys.stdin.readline))
    fingerprint, ports, servers = await serve(order["nodes"], order["password"])
    print(json.dumps({"host_key": fingerprint, "ports": ports}), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    for server in servers:
        await server.close()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
