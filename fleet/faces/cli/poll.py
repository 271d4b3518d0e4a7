"""``fleet poll`` and ``fleet hostkeys``: what are the nodes really told to do, and who are they?"""

from pathlib import Path
from typing import Annotated

import typer

PROFILE = Annotated[str, typer.Argument(metavar="PROFILE", help="The fleet, as a profile in TOML (- reads stdin).")]
NODES = Annotated[list[str] | None, typer.Argument(metavar="[NODE...]", help="These nodes; all without a name.")]
LIMIT = Annotated[
    list[str] | None, typer.Option(help="Only these: tier=edge, platform=postfix, gw1; !gw3 leaves one out; commas.")
]


def poll(
    profile: PROFILE,
    nodes: NODES = None,
    limit: LIMIT = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="One observation a line, as `fleet validate --observations` reads them.")
    ] = False,
    history: Annotated[
        Path | None, typer.Option(help="Where it is written down.  Default: where fleet watch of this profile does.")
    ] = None,
) -> None:
    """Poll nodes over SSH, once, read-only, and say where they differ from the profile.

    What was seen is written down beside a running `fleet watch`, which shows it at once.

    Exit codes: 0 every node was seen in full and is as declared - 1 one differs from the profile - 2 usage, or a
    profile that cannot be read - 3 a node was not seen, or not in full - 130 interrupted.
    """
    from fleet.faces.cli.poll_run import Form, PollAsked, write_poll

    form = Form.JSON if as_json else Form.JSONL if jsonl else Form.TEXT
    raise typer.Exit(write_poll(PollAsked(profile, tuple(nodes or ()), tuple(limit or ()), form, history)))


def hostkeys(
    profile: PROFILE,
    nodes: NODES = None,
    limit: LIMIT = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Show the host keys that nodes present, as lines to paste into the profile; nothing is trusted or changed.

    Compare each with the node's own console first.  Nothing but key exchanges is sent.

    Exit codes: 0 every node shows its key, and the pinned one where one is pinned - 1 a node shows another key than the
    pinned one - 2 usage - 3 a node shows none - 130 interrupted.
    """
    from fleet.faces.cli.hostkeys_run import write_hostkeys

    raise typer.Exit(write_hostkeys(profile, tuple(nodes or ()), tuple(limit or ()), as_json=as_json))
