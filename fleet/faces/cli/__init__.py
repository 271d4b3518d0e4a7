"""The command line: ``fleet`` and its commands, one module each.

stdout is data, stderr is narration.  Exit codes: 0 clean, 1 findings or mail held, 2 usage, 3 incomplete, 130
interrupted.  Commands import what they need when they run, so that ``fleet --help`` loads neither textual, asyncssh,
dnspython nor cryptography.
"""

import os
import sys
from typing import Annotated

import typer

from fleet import __version__
from fleet.errors import FleetError, UsageError
from fleet.faces.cli.check import check
from fleet.faces.cli.demo import demo
from fleet.faces.cli.lab import lab

app = typer.Typer(
    name="fleet",
    help="Which mail is delivered under DANE, which falls back to plain TLS, which is held until it bounces, and why?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(check)
app.command()(demo)
app.command()(lab)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"fleet {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    """Which mail is delivered under DANE, which falls back to plain TLS, which is held until it bounces, and why?"""


def main() -> None:
    """Run ``fleet``; the only place where errors become exit codes."""
    try:
        app()
    except UsageError as error:
        print(f"fleet: {error}", file=sys.stderr)
        sys.exit(2)
    except FleetError as error:  # the lab did not start, or died
        print(f"fleet: {error}", file=sys.stderr)
        sys.exit(3)
    except KeyboardInterrupt:
        print("fleet: interrupted", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read our output has gone; what was asked is not done, and nothing more can be said there.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(3)
