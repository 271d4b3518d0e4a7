"""``fleet serve``: the monitor without a screen."""

from pathlib import Path
from typing import Annotated

import typer


def serve(
    profile: Annotated[Path, typer.Argument(metavar="PROFILE", help="The fleet, as a profile in TOML.")],
    listen: Annotated[
        str, typer.Option(metavar="ADDRESS:PORT", help="Where Prometheus asks for /metrics; 'none': nowhere.")
    ] = "127.0.0.1:9801",
    textfile: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write metrics there too, for node_exporter's textfiles."),
    ] = None,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Every event as a line of JSON on stdout.")] = False,
    resolver: Annotated[
        list[str] | None,
        typer.Option(help="Resolver ADDRESS[:PORT] for checks where no node says which it uses; repeat."),
    ] = None,
    trust_anchor: Annotated[
        list[Path] | None,
        typer.Option(help="DS/DNSKEY records or root-anchors.xml; repeat.  Where none is the root's: its own keys."),
    ] = None,
    network: Annotated[
        Path | None, typer.Option(help="Map of (address, port) to other sockets, as `fleet lab` writes one.")
    ] = None,
    no_smtp: Annotated[bool, typer.Option("--no-smtp", help="Checks ask DNS only: at most 'dns-ready'.")] = False,
    history: Annotated[
        Path | None, typer.Option(help="Where what is seen is kept.  Default: a file per profile, beside the settings.")
    ] = None,
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
