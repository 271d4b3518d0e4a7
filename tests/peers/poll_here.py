"""Poll the gateway of this namespace and print the observation as JSON: ``poll_here.py PLATFORM KEY PIN``."""

import asyncio
import json
import sys
from dataclasses import asdict

from fleet.model.fleet import Node, Platform, Settings, SshSettings
from fleet.nodes import Dialer, Kept, poll_node


async def main() -> None:
    platform, key, pin = sys.argv[1:]
    ssh = SshSettings(user="fleetmon", key=key, agent=False, host_key=pin)
    node = Node("gw1", "edge", ("127.0.0.1",), Settings(platform=Platform(platform)), ssh)
    dialer = Dialer()
    kept = Kept()
    polls = [await poll_node(node, dialer, kept=kept) for _ in range(2)]
    keys = await dialer.host_keys(node)
    await kept.close()
    await dialer.close()
    print(json.dumps({"polls": list(map(asdict, polls)), "keys": list(map(asdict, keys))}, default=str))


asyncio.run(main())
