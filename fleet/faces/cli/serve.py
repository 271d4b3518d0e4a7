"""``fleet serve``: the monitor without a screen."""

from pathlib import Path
from typing import Annotated

import typer

from fleet.faces.cli.monitor_options import History, NetworkMap, NoSmtp, Profile, Resolver, TrustAnchor


def serve(
    profile: Profile,
    listen: Annotated[
        str, typer.Option(metavar="ADDRESS:PORT", help="Where Prometheus asks for /metrics; 'none': nowhere.")
    ] = "127.0.0.1:9801",
    textfile: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write metrics there too, for node_exporter's textfiles."),
    ] = None,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Every event as a line of JSON on stdout.")] = False,
    resolver: Resolver = None,
    trust_anchor: TrustAnchor = None,
    network: NetworkMap = None,
    no_smtp: NoSmtp = False,
    history: History = None,
) -> None:
    """Watch the fleet without a screen: polls, checks, history, alerts, and metrics for Prometheus.

    Runs until SIGTERM or Ctrl-C and then ends within a second.  It listens on this machine only, unless --listen says
    otherwise: whoever reaches that port reads the state of the fleet.  stdout is data, stderr says what goes on.

    Exit codes: 0 when it was told to end - 2 usage, or a profile that cannot be read.
    """
    from fleet.faces.cli.serve_run import ServeAsked, serve_fleet
    from fleet.faces.cli.watch_run import WatchAsked

    asked = WatchAsked(
        profile=profile,
        resolvers=tuple(resolver or ()),
        anchors=tuple(trust_anchor or ()),
        network=network,
        smtp=not no_smtp,
        history=history,
    )
    raise typer.Exit(serve_fleet(ServeAsked(asked, listen, textfile, jsonl)))
