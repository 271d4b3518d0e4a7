"""``fleet lab``: the Internet in a box, kept running until Ctrl-C."""

import shlex
import signal
import sys
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from fleet.lab import LabHandle


def lab(
    as_json: Annotated[bool, typer.Option("--json", help="Print what the lab offers as one JSON object.")] = False,
) -> None:
    """Run the lab (signed DNS, resolvers, mail servers; this machine only) and print how to point a check at it.

    Ends with Ctrl-C or SIGTERM; nothing is left running or on disk.
    """
    from fleet.faces.export.json import dumps
    from fleet.lab import LabError, spawn

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with spawn() as running:
            if as_json:
                print(dumps(_offer(running)), flush=True)
            else:
                print("\n".join(_hints(running)), flush=True)
            print("fleet: Ctrl-C ends the lab", file=sys.stderr)
            running.wait()
    except KeyboardInterrupt:
        return
    raise LabError("the lab ended by itself")


def _hints(running: "LabHandle") -> list[str]:
    from fleet.faces.cli.world import lab_arguments

    arguments = shlex.join(lab_arguments(running))
    references = " ".join(f"--reference {kind}={name}" for kind, names in running.references.items() for name in names)
    return [
        f"The lab runs with {len(running.destinations)} destinations.  In another terminal:",
        "",
        f"  fleet check {arguments} -f {shlex.quote(str(running.destination_list))}",
        f"  fleet check {arguments} {running.destinations[0].name} --explain",
        f"  fleet check {arguments} --self-test {references}",
        "",
        "Resolvers: " + ", ".join(f"{address} {kind}" for kind, address in running.resolvers.items()),
        "",
        *(f"  {destination.name:<34} {destination.summary}" for destination in running.destinations),
    ]


def _offer(running: "LabHandle") -> dict[str, object]:
    from fleet.faces.cli.world import lab_arguments

    return {
        "format": "fleet-lab/1",
        "arguments": lab_arguments(running),
        "resolvers": running.resolvers,
        "references": running.references,
        "destinations": running.destinations,
    }
