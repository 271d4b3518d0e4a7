"""Look at the queue of this namespace's gateway and print it as JSON: ``queue_here.py PLATFORM KEY PIN``."""

import asyncio
import json
import sys
from dataclasses import asdict

from fleet.model.fleet import Node, Platform, Settings, SshSettings
from fleet.nodes import Dialer, look_at_queue


async def main() -> None:
    platform, key, pin = sys.argv[1:]
    ssh = SshSettings(user="fleetmon", key=key, agent=False, host_key=pin)
    node = Node("gw1", "edge", ("127.0.0.1",), Settings(platform=Platform(platform)), ssh)
    dialer = Dialer()
    found = await look_at_queue(node, dialer)
    await dialer.close()
    print(json.dumps({"kind": type(found).__name__, **asdict(found)}, default=str))


asyncio.run(main())
