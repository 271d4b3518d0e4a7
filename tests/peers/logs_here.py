"""Let this namespace's gateway search a log: ``logs_here.py PLATFORM KEY PIN LOG OLDER DOMAIN``; prints JSON."""

import asyncio
import json
import sys
from dataclasses import asdict

from fleet.model.fleet import Node, Platform, Settings, SshSettings
from fleet.nodes import Dialer, NodeClock, search_logs
from fleet.nodes.logs import Take


async def main() -> None:
    platform, key, pin, log, older, domain = sys.argv[1:]
    ssh = SshSettings(user="fleetmon", key=key, agent=False, host_key=pin)
    node = Node("gw1", "edge", ("127.0.0.1",), Settings(platform=Platform(platform)), ssh)
    dialer, taken = Dialer(), bytearray()

    def begin(_name: str, _clock: NodeClock) -> Take:
        return taken.extend

    (found,) = await search_logs(node, dialer, [domain], begin, log=log, older=int(older))
    await dialer.close()
    print(json.dumps({**asdict(found), "text": taken.decode()}, default=str))


asyncio.run(main())
