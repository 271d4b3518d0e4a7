"""``fleet resolvers``: what the resolvers of nodes do to DNSSEC, and what losing one does to mail."""

from pathlib import Path
from typing import Annotated

import typer

from fleet.faces.cli.poll import LIMIT, NODES, PROFILE


def resolvers(
    profile: PROFILE,
    nodes: NODES = None,
    limit: LIMIT = None,
    from_here: Annotated[
        bool, typer.Option("--from-here", help="Ask from this host; no node is logged in to.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document, with all the evidence.")] = False,
    trust_anchor: Annotated[
        list[Path] | None, typer.Option(help="File of DNSKEY or DS records to trust; repeat.  Default: the root's.")
    ] = None,
    network: Annotated[
        Path | None, typer.Option(help="What this host sees: a map of sockets, as `fleet lab` writes one.")
    ] = None,
    history: Annotated[
        Path | None, typer.Option(help="Where it is written down.  Default: where fleet watch of this profile does.")
    ] = None,
) -> None:
    """Audit the resolvers that nodes really use, and say what mail does when one of them is down.

    Each is asked for names whose DNSSEC state is known, from the node's own network: through its SSH connection, over
    TCP.  Where a node cannot be looked through, its resolvers are asked from this host, and the table says so.  What a
    poll saw of a node counts for more than what is declared; destinations are as they were checked last.

    Exit codes: 0 every resolver in use serves its nodes - 1 one holds mail or takes DANE away on a node that does DANE
    - 2 usage - 3 what one does is not known - 130 interrupted.
    """
    from fleet.faces.cli.resolvers_run import ResolversAsked, write_resolvers

    asked = ResolversAsked(
        profile,
        tuple(nodes or ()),
        tuple(limit or ()),
        from_here,
        as_json,
        tuple(trust_anchor or ()),
        network,
        history,
    )
    raise typer.Exit(write_resolvers(asked))
