"""``fleet watch``: the dashboard, all day."""

from pathlib import Path
from typing import Annotated

import typer

from fleet.faces.cli.monitor_options import History, NetworkMap, NoSmtp, Profile, Resolver, TrustAnchor


def watch(
    profile: Profile,
    replay: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Show a recorded history instead, as it happened.")
    ] = None,
    speed: Annotated[float, typer.Option(min=0.01, help="With --replay: how many times as fast.")] = 1.0,
    follow: Annotated[
        bool, typer.Option("--follow", help="Only show what another monitor of this profile sees; poll nothing.")
    ] = False,
    ascii_only: Annotated[bool, typer.Option("--ascii", help="Draw with ASCII only.")] = False,
    resolver: Resolver = None,
    trust_anchor: TrustAnchor = None,
    network: NetworkMap = None,
    no_smtp: NoSmtp = False,
    history: History = None,
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
