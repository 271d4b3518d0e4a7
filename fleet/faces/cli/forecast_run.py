"""Running ``fleet forecast``."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from fleet.decision import ExitCode, worst_code
from fleet.errors import UsageError
from fleet.faces.cli.forecast_given import Given, gather
from fleet.faces.cli.forecast_options import Asked
from fleet.faces.cli.terminal import look
from fleet.forecast import Core
from fleet.forecast.moves import moves, unmatched
from fleet.forecast.rows import entries, totals
from fleet.text import show


@dataclass(frozen=True, slots=True)
class Shown:
    """What of the forecast is shown, and how."""

    node: str = ""
    limit: int = 0
    explain: bool = False
    as_json: bool = False


def write_forecast(asked: Asked, shown: Shown) -> ExitCode:
    """Print the forecast and return the exit code."""
    given = gather(asked)
    after = given.after()
    before = given.before() if given.changed else None
    known = {name for each in (before, after) if each is not None for group in each.classes for name in group.names}
    if shown.node and shown.node not in known:
        raise UsageError(f"--node {show(shown.node)}: there is no such external node")
    changes = moves(before, after, shown.node) if before else None
    alone = unmatched(before, after, shown.node) if before else ()
    found = entries(after, node=shown.node)
    code = exit_code([entry.core for entry in found], given)
    listed = found[: shown.limit] if shown.limit and not shown.as_json else found
    counts = totals(found)
    if shown.as_json:
        from fleet.faces.export.forecast_json import Run, forecast_document
        from fleet.plain import dumps

        run = Run(tuple(asked.supposed), tuple(sorted(given.resolving.down)), int(code))
        print(dumps(forecast_document(after, listed, counts, changes, given.source, run, alone)))
    else:
        from fleet.faces.export.forecast_text import forecast_text
        from fleet.views.forecast import forecast_view

        view = forecast_view(
            after,
            listed,
            counts,
            given.source,
            moves=changes,
            alone=alone,
            supposed=given.supposed,
            more=len(found) - len(listed),
            in_full=shown.explain,
        )
        for line in forecast_text(view, look()):
            print(line)
    if given.interrupted:
        print("fleet: interrupted: destinations that were not reached count as not tested", file=sys.stderr)
    return code


def exit_code(cores: Sequence[Core], given: Given) -> ExitCode:
    """What a script is told: mail that is held counts for more than what is not known."""
    codes = [ExitCode.CLEAN] if cores else []
    codes += [ExitCode.FINDINGS] if any(core.stopped for core in cores) else []
    codes += [ExitCode.INCOMPLETE] if any(core.open for core in cores) else []
    codes += [ExitCode.INTERRUPTED] if given.interrupted else []
    return worst_code(codes)
