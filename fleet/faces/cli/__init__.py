"""The command line: ``fleet`` and its commands, one module each.

stdout is data, stderr is narration.  Exit codes: 0 clean, 1 findings or mail held, 2 usage, 3 incomplete, 130
interrupted.  Commands import what they need when they run, so that ``fleet --help`` loads neither textual, asyncssh,
dnspython nor cryptography.
"""

import os
import sys
from typing import Annotated, Any, TextIO

import typer
from typer.core import TyperGroup

from fleet import __version__
from fleet.errors import FleetError, UsageError
from fleet.faces.cli.adopt import adopt
from fleet.faces.cli.alerts import alerts
from fleet.faces.cli.calendar import calendar
from fleet.faces.cli.changes import changes
from fleet.faces.cli.check import check
from fleet.faces.cli.compare import compare
from fleet.faces.cli.demo import demo
from fleet.faces.cli.diff import diff
from fleet.faces.cli.drift import drift
from fleet.faces.cli.forecast import forecast
from fleet.faces.cli.init import init
from fleet.faces.cli.lab import lab
from fleet.faces.cli.logs import logs
from fleet.faces.cli.poll import hostkeys, login, poll, probe, record
from fleet.faces.cli.queue import queue
from fleet.faces.cli.resolvers import resolvers
from fleet.faces.cli.rollout import rollout
from fleet.faces.cli.rules import explain, rules
from fleet.faces.cli.runbook import runbook
from fleet.faces.cli.schema import schema
from fleet.faces.cli.serve import serve
from fleet.faces.cli.tlsrpt import tlsrpt
from fleet.faces.cli.validate import validate
from fleet.faces.cli.watch import watch


class _Commands(TyperGroup):
    """The only place where errors become exit codes: Typer would end with 1, "mail held", when a reader has gone."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command and see that its output has left."""
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except UsageError as error:
            print(f"fleet: {error}", file=sys.stderr)
            raise typer.Exit(2) from error
        except FleetError as error:  # the lab did not start, or died
            print(f"fleet: {error}", file=sys.stderr)
            raise typer.Exit(3) from error
        except KeyboardInterrupt as error:
            print("fleet: interrupted", file=sys.stderr)
            raise typer.Exit(130) from error
        except OSError as error:
            # What was asked is not done; whoever read our output may have gone, and nothing more can be said there.
            _discard(sys.stdout)
            if not isinstance(error, BrokenPipeError):
                print(f"fleet: {error.strerror or error}: what was asked is not done", file=sys.stderr)
            raise typer.Exit(3) from error


def _discard(stream: TextIO) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


app = typer.Typer(
    name="fleet",
    cls=_Commands,
    help="Which mail is delivered under DANE, which falls back to plain TLS, which is held until it bounces, and why?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(watch)
app.command()(serve)
app.command()(alerts)
app.command()(poll)
app.command()(probe)
app.command()(hostkeys)
app.command()(login)
app.command()(record)
app.command()(drift)
app.command()(adopt)
app.command()(resolvers)
app.command()(queue)
app.command()(check)
app.command()(logs)
app.command()(tlsrpt)
app.command()(validate)
app.command()(rules)
app.command()(explain)
app.command()(diff)
app.command()(forecast)
app.command()(rollout)
app.command()(compare)
app.command()(changes)
app.command()(calendar)
app.command()(runbook)
app.command()(schema)
app.command()(init)
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
    """Run ``fleet``."""
    _mend_streams()
    app()


def _mend_streams() -> None:
    """Standard streams that take whatever is written.

    One that was closed by who started us becomes the null device, before a socket of ours gets its number; characters
    that the terminal's encoding lacks are escaped.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
