"""``fleet changes``: what became another than it was, and was that a rollover or does it break mail?"""

from typing import Annotated

import typer

from fleet.faces.cli.compare import History


def changes(
    profile: Annotated[str, typer.Argument(metavar="PROFILE", help="Profile in TOML (- reads stdin).")],
    since: Annotated[str, typer.Option(help="`2h ago`, `7d ago` or an ISO 8601 time.")] = "1d ago",
    about: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only of this destination, node, tier, resolver; repeat.")
    ] = None,
    history: History = None,
    limit: Annotated[int, typer.Option(min=0, help="Changes shown; 0: all.  JSON has all.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document (fleet-changes/1).")] = False,
) -> None:
    """List changes of TLSA, MX, certificates, resolvers and policies, before and after, the newest first.

    They follow from the checks and polls in the history; a lookup that failed is no change. A TLSA record published
    before its certificate, and one taken away after it, are told as the rollover they are.

    Exit codes: 0 nothing that changed last breaks mail - 1 something does - 2 usage - 3 there is no history yet, it
    begins later than was asked for, or more changed than is kept.
    """
    from fleet.faces.cli.changes_run import ChangesAsked, write_changes

    raise typer.Exit(write_changes(ChangesAsked(profile, since, tuple(about or ()), history, limit, as_json)))
