"""``fleet diff``: what would change for mail, and which findings come and go, between two profiles?"""

from typing import Annotated

import typer

from fleet.faces.cli.validate_asked import DiffFormat
from fleet.model.finding import Severity


def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="The profile as it is (- reads stdin).")],
    after: Annotated[str, typer.Argument(metavar="B", help="The profile as it is to be.")],
    form: Annotated[DiffFormat, typer.Option("--format", help="For people or for programs.")] = DiffFormat.TEXT,
    fail_on: Annotated[Severity, typer.Option(help="Exit 1 if B introduces a finding this bad.")] = Severity.ERROR,
) -> None:
    """Say what changes for mail between two profiles.

    Effective policy for each tier and destination, everything else that differs, findings that come and go.

    Exit codes: 0 B introduces no finding at or over --fail-on, whatever else changes - 1 it does - 2 usage, or a
    profile that cannot be read as it is written.
    """
    from fleet.faces.cli.diff_run import write_diff

    raise typer.Exit(write_diff(before, after, form, fail_on))
