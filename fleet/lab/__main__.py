"""``python -m fleet.lab``: build the lab, write its files, say that it is ready, run until standard input closes.

The first line on standard output is one JSON object that tells everything a client needs; each later line answers one
order read from standard input (``fleet.lab.faults``).  May import the standard library, ``fleet.clock``,
``fleet.errors`` and the lab.
"""

import argparse
import asyncio
import contextlib
import json
import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import dns.name

from fleet import clock
from fleet.errors import UsageError
from fleet.lab.internet import Internet
from fleet.lab.resolver import RESOLVERS
from fleet.lab.scenarios import DESTINATIONS, RECORDS, REFERENCES, ZONES

ENDINGS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""What ends the lab from outside: Ctrl-C, a supervisor, a terminal that was closed."""


def write_files(internet: Internet, directory: Path) -> dict[str, str]:
    """Write network file, trust anchor, roots and the list of destinations; return what the ready line says of them."""
    directory.mkdir(parents=True, exist_ok=True)
    files = {
        "network": ("network.json", json.dumps(internet.network(), indent=1) + "\n"),
        "trust_anchor": ("trust-anchor.key", internet.tree.anchor.to_text() + "\n"),
        "roots": ("roots.pem", internet.authority.roots_pem.decode("ascii")),
        "destination_list": ("destinations.txt", "".join(f"{row.name}\n" for row in DESTINATIONS)),
    }
    written: dict[str, str] = {}
    for key, (name, text) in files.items():
        path = directory / name
        path.write_text(text, encoding="utf-8")
        written[key] = str(path)
    return written


def ready_line(internet: Internet, files: dict[str, str]) -> str:
    """The one line that says the lab is running and what is in it."""
    return json.dumps(
        {
            "ready": True,
            **files,
            "resolvers": {kind.value: address for kind, address in RESOLVERS.items()},
            "references": {"good": REFERENCES.good, "bogus": REFERENCES.bogus, "unsigned": REFERENCES.unsigned},
            "destinations": [
                {
                    "name": row.name,
                    "summary": row.summary,
                    "expect": {policy: dict(modes) for policy, modes in row.expect.items()},
                    "addresses": internet.addresses(row),
                }
                for row in DESTINATIONS
            ],
        }
    )


def answer_order(line: str, internet: Internet) -> str:
    """Carry out one order given as a line of JSON, or tell what was asked so far; the line to say back."""
    try:
        order = json.loads(line)
        if order == {"tell": "asked"}:
            return json.dumps({"ok": True, "asked": {one.address: one.asked for one in internet.resolvers}})
        return json.dumps({"ok": True, "fault": internet.faults.obey(order)})
    except (UsageError, ValueError) as error:
        return json.dumps({"ok": False, "error": str(error)})


def _say(line: str) -> None:
    # Whoever started the lab may be gone; the end of standard input will tell.
    with contextlib.suppress(OSError):
        print(line, flush=True)


def _listen(loop: asyncio.AbstractEventLoop, obey: Callable[[str], None], stop: Callable[[], None]) -> None:
    """Read orders in a thread: pipes on standard input cannot be awaited on every system."""

    def read() -> None:
        with contextlib.suppress(RuntimeError, OSError, ValueError):
            for line in sys.stdin:
                if line.strip():
                    loop.call_soon_threadsafe(obey, line)
            loop.call_soon_threadsafe(stop)

    threading.Thread(target=read, daemon=True).start()


async def run(directory: Path) -> None:
    """The life of one lab."""
    zones = [(dns.name.from_text(name).to_text(), plan) for name, plan in ZONES.items()]
    internet = Internet.build(DESTINATIONS, zones, RECORDS, clock.now())
    await internet.start()
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in ENDINGS:
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(stopped.set))
    _say(ready_line(internet, write_files(internet, directory)))
    _listen(loop, lambda line: _say(answer_order(line, internet)), stopped.set)
    await stopped.wait()
    internet.close()


def main() -> None:
    """Read the command line and run the lab."""
    parser = argparse.ArgumentParser(prog="python -m fleet.lab", description="An Internet in a box, for DANE checks.")
    parser.add_argument("--directory", type=Path, help="where the lab's files go; default: a temporary directory")
    chosen: Path | None = parser.parse_args().directory
    for number in ENDINGS:  # from here on an end from outside unwinds, so that the temporary directory goes too
        signal.signal(number, signal.default_int_handler)
    with contextlib.ExitStack() as stack:
        directory = chosen or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fleet-lab-")))
        asyncio.run(run(directory.absolute()))


if __name__ == "__main__":
    main()
