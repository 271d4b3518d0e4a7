"""``fleet queue``: what waits on the gateways, since when, and is DANE the reason?"""

from pathlib import Path
from typing import Annotated

import typer

from fleet.faces.cli.poll import LIMIT, NODES, PROFILE


def queue(
    profile: PROFILE,
    nodes: NODES = None,
    limit: LIMIT = None,
    hosts: Annotated[
        list[str] | None,
        typer.Option(metavar="DOMAIN", help="Ask appliances for this destination; repeat.  Default: the profile's."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document (fleet-queue/1).")] = False,
    destinations_out: Annotated[
        Path | None,
        typer.Option(help="Write what waits as a list of destinations with weights, for check, forecast and rollout."),
    ] = None,
    history: Annotated[
        Path | None, typer.Option(help="Where it is written down.  Default: where fleet watch of this profile does.")
    ] = None,
) -> None:
    """Look at the delivery queues of nodes, once, read-only: recipients per destination, the oldest message, the cause.

    An appliance shows its twenty fullest destinations and is asked for watched ones by name; others are not observed.
    Held mail is put down to DANE only where the last check of that destination is fresh and says so for that node.
    Recipients' addresses are counted and forgotten. External nodes are looked at unless others are named.

    Exit codes: 0 nothing waits, or only what came lately - 1 something is new, rising or held by DANE - 2 usage, or a
    profile that cannot be read - 3 something waits and nobody knows why, or a queue was not seen in full -
    130 interrupted.
    """
    from fleet.faces.cli.queue_run import QueueAsked, write_queue

    asked = QueueAsked(
        profile, tuple(nodes or ()), tuple(limit or ()), tuple(hosts or ()), as_json, destinations_out, history
    )
    raise typer.Exit(write_queue(asked))
