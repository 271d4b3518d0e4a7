"""``fleet watch``: the dashboard, all day."""

from pathlib import Path
from typing import Annotated

import typer


def watch(
    profile: Annotated[Path, typer.Argument(metavar="PROFILE", help="The fleet, as a profile in TOML.")],
    replay: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Show a recorded history instead, as it happened.")
    ] = None,
    speed: Annotated[float, typer.Option(min=0.01, help="With --replay: how many times as fast.")] = 1.0,
    follow: Annotated[
        bool, typer.Option("--follow", help="Only show what another monitor of this profile sees; poll nothing.")
    ] = False,
    ascii_only: Annotated[bool, typer.Option("--ascii", help="Draw with ASCII only.")] = False,
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
    serve: Annotated[
        bool, typer.Option("--serve", help="Offer a follow-only view in a browser, on this machine only.")
    ] = False,
    port: Annotated[int, typer.Option(min=1, max=65535, help="With --serve: the port on 127.0.0.1.")] = 8642,
) -> None:
    """Watch the fleet: nodes polled over SSH (read-only), destinations checked live, the layout judged as it changes.

    One monitor of a profile polls and checks; a second one follows it.  q leaves, ? shows the keys.

    Exit codes: 0 when it was left - 2 usage, no terminal, or a profile that cannot be read - 130 interrupted.
    """
    from fleet.faces.cli.watch_run import WatchAsked, serve_watch, watch_fleet

    asked = WatchAsked(
        profile=profile,
        replay=replay,
        speed=speed,
        follow=follow,
        ascii_only=ascii_only,
        resolvers=tuple(resolver or ()),
        anchors=tuple(trust_anchor or ()),
        network=network,
        smtp=not no_smtp,
        history=history,
    )
    raise typer.Exit(serve_watch(asked, port) if serve else watch_fleet(asked))
