"""``fleet poll``, ``hostkeys``, ``probe``, ``login``, ``record``: what are nodes told to do, and who are they?"""

from pathlib import Path
from typing import Annotated

import typer

PROFILE = Annotated[str, typer.Argument(metavar="PROFILE", help="The fleet, as a profile in TOML (- reads stdin).")]
NODES = Annotated[list[str] | None, typer.Argument(metavar="[NODE...]", help="These nodes; all without a name.")]
LIMIT = Annotated[
    list[str] | None, typer.Option(help="Only these: tier=edge, platform=postfix, gw1; !gw3 leaves one out; commas.")
]
SHOWCONFIG = Annotated[
    bool,
    typer.Option(
        "--showconfig",
        help="Ask appliances for their whole configuration too, passwords masked (as ssh.showconfig = true).",
    ),
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
    showconfig: SHOWCONFIG = False,
) -> None:
    """Poll nodes over SSH, once, read-only, and say where they differ from the profile.

    What was seen is written down beside a running `fleet watch`, which shows it at once.

    An appliance's bounce profiles and outbound certificate stand in its whole configuration only: where the profile
    declares them, a poll without it is not in full.

    Exit codes: 0 every node was seen in full and is as declared - 1 one differs from the profile - 2 usage, or a
    profile that cannot be read - 3 a node was not seen, or not in full - 130 interrupted.
    """
    from fleet.faces.cli.poll_run import Form, PollAsked, write_poll

    form = Form.JSON if as_json else Form.JSONL if jsonl else Form.TEXT
    raise typer.Exit(write_poll(PollAsked(profile, tuple(nodes or ()), tuple(limit or ()), form, history, showconfig)))


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


def probe(
    profile: PROFILE,
    nodes: NODES = None,
    limit: LIMIT = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Try each node's SSH port and compare its host key with the one on record; nobody logs in.

    Nothing but key exchanges is sent, except to jump hosts, which are logged in to.

    Exit codes: 0 every node answers with a key that is on record - 1 a node shows another key, or one nobody has
    vouched for - 2 usage - 3 a node was not reached - 130 interrupted.
    """
    from fleet.faces.cli.doors_run import write_probe

    raise typer.Exit(write_probe(profile, tuple(nodes or ()), tuple(limit or ()), as_json=as_json))


def login(
    profile: PROFILE,
    nodes: NODES = None,
    limit: LIMIT = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Log in to each node as the profile says, once, and hang up; nothing is asked inside.

    One attempt a node: an account that locks itself after a few failures is not brought near that.

    Exit codes: 0 every node lets us in - 1 a node refuses the login or our algorithms, or shows a host key that is not
    on record - 2 usage - 3 a node was not reached, or our own key cannot be used - 130 interrupted.
    """
    from fleet.faces.cli.doors_run import write_login

    raise typer.Exit(write_login(profile, tuple(nodes or ()), tuple(limit or ()), as_json=as_json))


def record(
    profile: PROFILE,
    node: Annotated[str, typer.Argument(metavar="NODE", help="The node.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The new file.  Default: NODE.recording.jsonl, here.")
    ] = None,
    showconfig: SHOWCONFIG = False,
    as_json: Annotated[bool, typer.Option("--json", help="What was written and understood, as one JSON document.")] = (
        False
    ),
) -> None:
    """Poll one node and write the whole session to a new file, masked, to be sent in: what does it really print?

    Passwords are masked.  Names and addresses are not: what to look at before the file is sent is said on stderr.

    Exit codes: 0 written, and all of it was understood - 1 written, and something in it was not understood - 2 usage,
    or the file is there already - 3 the session did not begin (no file) or ended early (what there was is written) -
    130 interrupted.
    """
    from fleet.faces.cli.record_run import RecordAsked, write_record

    raise typer.Exit(write_record(RecordAsked(profile, node, output, document=showconfig, as_json=as_json)))
