"""``fleet compare``: what has a change done to mail, destination by destination?"""

from pathlib import Path
from typing import Annotated

import typer

History = Annotated[Path | None, typer.Option(help="The history to ask; default: that of PROFILE's dashboard.")]


def compare(
    profile: Annotated[str, typer.Argument(metavar="PROFILE", help="Profile in TOML (- reads stdin).")],
    before: Annotated[
        str, typer.Argument(metavar="BEFORE", help="`2h ago`, an ISO 8601 time, `change`, or a file of verdicts.")
    ],
    after: Annotated[str, typer.Argument(metavar="AFTER", help="The same; `now` by default.")] = "now",
    weights: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Destinations with recipients a day, `domain number` a line.")
    ] = None,
    history: History = None,
    limit: Annotated[int, typer.Option(min=0, help="Destinations shown of each section; 0: all.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document (fleet-compare/1).")] = False,
) -> None:
    """Say which destinations' mail got better or worse between two moments, weighed by recipients.

    A moment is asked of the history: the profile in force, the settings seen on the nodes, the verdicts of the day
    before it. `change` is the moment just before the profile was last changed. A file is what `fleet check --jsonl`
    wrote. What was not checked on one side is unknown, never the same.

    Exit codes: 0 nothing got worse, and all of it is known - 1 something got worse - 2 usage - 3 something is unknown.
    """
    from fleet.faces.cli.compare_run import CompareAsked, write_compare

    raise typer.Exit(write_compare(CompareAsked(profile, before, after, weights, history, limit, as_json)))
