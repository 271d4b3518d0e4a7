"""``fleet lab``: the Internet in a box, kept running until Ctrl-C."""

import json
import signal
import sys
from typing import Annotated

import typer

from fleet.faces.cli.world import lab_arguments


def lab(
    as_json: Annotated[bool, typer.Option("--json", help="Print what the lab offers as one JSON object.")] = False,
) -> None:
    """Run the lab (signed DNS, resolvers, mail servers; this machine only) and print how to point a check at it.

    Ends with Ctrl-C or SIGTERM; nothing is left running or on disk.
    """
    from fleet.lab import spawn

    with spawn() as handle:
        if as_json:
            print(json.dumps(handle.ready), flush=True)
        else:
            print(f"The lab runs with {len(handle.ready['destinations'])} destinations.  In another terminal:\n")
            print(
                f"  fleet check {' '.join(lab_arguments(handle.ready))} -f {handle.ready['directory']}/destinations.txt"
            )
            print(f"  fleet check {' '.join(lab_arguments(handle.ready))} {handle.ready['destinations'][0]['name']}\n")
            sys.stdout.flush()
        print("fleet: Ctrl-C ends the lab", file=sys.stderr)
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            handle.wait()
        except KeyboardInterrupt:
            return
