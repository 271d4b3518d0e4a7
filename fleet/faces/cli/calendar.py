"""``fleet calendar``: what ends when, and what happens to mail on that day if nothing is done?"""

from pathlib import Path
from typing import Annotated

import typer

from fleet.faces.cli.compare import History


def calendar(
    profile: Annotated[str, typer.Argument(metavar="PROFILE", help="Profile in TOML (- reads stdin).")],
    days: Annotated[int, typer.Option(min=1, max=3660, help="How far ahead to look.")] = 30,
    verdicts: Annotated[
        Path | None, typer.Option(help="What `fleet check --jsonl` said, in place of the history's verdicts.")
    ] = None,
    history: History = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also signatures that their signers renew by themselves.")
    ] = False,
    limit: Annotated[int, typer.Option(min=0, help="Rows shown; 0: all.  JSON has all.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document (fleet-calendar/1).")] = False,
) -> None:
    """List what ends: signatures, certificates, rollovers, log subscriptions, suppressions, silences, by day.

    Days are read from the last verdict of each destination; how old that is stands beside them. Nothing is asked of
    anybody: fleet watch and fleet check see anew.

    Exit codes: 0 nothing to act on - 1 something to act on in these days - 2 usage - 3 a destination was never checked,
    or its verdict is stale.
    """
    from fleet.faces.cli.calendar_run import CalendarAsked, write_calendar

    raise typer.Exit(write_calendar(CalendarAsked(profile, days, verdicts, history, everything, limit, as_json)))
