"""Log in to every node of a farm, run one command, log out; prints seconds and CPU: ``ask_farm.py KIND KEY PIN NODES``.

``KIND`` is ``fleet`` (our own dialer), ``pssh`` (parallel-ssh) or ``nornir`` (with netmiko), in whose Python this then
runs.
"""

import json
import resource
import sys
import time

COMMAND = "env LC_ALL=C PATH=/usr/sbin:/usr/local/sbin:/sbin:/usr/bin:/usr/local/bin:/bin date -u +%Y-%m-%dT%H:%M:%SZ"


def hosts(count: int) -> list[str]:
    return [f"127.0.{1 + number // 250}.{1 + number % 250}" for number in range(count)]


def fleet(key: str, pin: str, names: list[str]) -> int:
    import asyncio

    from fleet.model.fleet import Node, Platform, Settings, SshSettings
    from fleet.network import loop
    from fleet.nodes import Dialer, Limits
    from fleet.nodes.commands import CLOCK, encode
    from fleet.nodes.dial import hang_up
    from fleet.nodes.execute import execute

    ssh = SshSettings(user="fleetmon", key=key, agent=False, host_key=pin)

    async def one(dialer: Dialer, name: str) -> bool:
        node = Node(name, "farm", (name,), Settings(platform=Platform.POSTFIX), ssh)
        connection = await dialer.connect(node)
        done = await execute(connection, encode(CLOCK), name, 30, 65536)
        await hang_up(connection)
        return done.status == 0

    async def every() -> int:
        dialer = Dialer(Limits(connect=60, login=60))
        try:
            return sum(await asyncio.gather(*(one(dialer, name) for name in names)))
        finally:
            await dialer.close()

    return loop.run(every(), len(names))


def pssh(key: str, _pin: str, names: list[str]) -> int:
    from pssh.clients import ParallelSSHClient  # type: ignore[import-not-found]

    client = ParallelSSHClient(names, user="fleetmon", pkey=key, pool_size=100, num_retries=1)
    output = client.run_command(COMMAND, stop_on_errors=False)
    client.join(output)
    return sum(bool(list(each.stdout or ())) for each in output if each.exception is None)


def nornir(key: str, _pin: str, names: list[str]) -> int:
    from netmiko import ConnectHandler  # type: ignore[import-not-found]
    from nornir.core import Nornir  # type: ignore[import-not-found]
    from nornir.core.inventory import Defaults, Groups, Host, Hosts, Inventory  # type: ignore[import-not-found]
    from nornir.core.task import Result, Task  # type: ignore[import-not-found]
    from nornir.plugins.runners import ThreadedRunner  # type: ignore[import-not-found]

    def ask(task: Task) -> Result:
        with ConnectHandler(
            device_type="linux", host=task.host.hostname, username="fleetmon", use_keys=True, key_file=key
        ) as node:
            return Result(task.host, node.send_command(COMMAND))

    inventory = Inventory(Hosts({name: Host(name, hostname=name) for name in names}), Groups({}), Defaults())
    answered = Nornir(inventory, runner=ThreadedRunner(num_workers=32)).run(ask)
    return sum(not each.failed and bool(each[0].result) for each in answered.values())


def main() -> None:
    kind, key, pin, count = sys.argv[1:]
    began = time.perf_counter()
    answered = {"fleet": fleet, "pssh": pssh, "nornir": nornir}[kind](key, pin, hosts(int(count)))
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps({"answered": answered, "seconds": time.perf_counter() - began, "cpu": used.ru_utime + used.ru_stime})
    )


if __name__ == "__main__":
    main()
