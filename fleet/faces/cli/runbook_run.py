"""Running ``fleet runbook``."""

import sys
from datetime import UTC, datetime

from fleet.clock import now
from fleet.decision import ExitCode
from fleet.errors import UsageError
from fleet.faces.cli.forecast_given import gather
from fleet.faces.cli.forecast_options import Asked
from fleet.faces.cli.forecast_run import exit_code
from fleet.faces.cli.terminal import look
from fleet.forecast.runbook import pages
from fleet.text import show


def write_runbook(asked: Asked, destination: str, node: str, since: str, *, as_json: bool) -> ExitCode:
    """Print the runbook and return the exit code."""
    began = _moment(since)
    given = gather(asked, only=[destination])
    domain = given.destinations[0].domain
    told = given.after()
    found = pages(told, domain, node)
    if node and not any(node in group.names for group in told.classes):
        raise UsageError(f"--node {show(node)}: there is no such external node")
    code = exit_code([page.found.core for page in found], given)
    at = now()
    if as_json:
        from fleet.faces.export.rollout_json import runbook_document
        from fleet.plain import dumps

        print(dumps(runbook_document(domain, found, given.source, began, at, int(code))))
    else:
        from fleet.faces.export.rollout_text import runbook_text
        from fleet.views.runbook import runbook_view

        for line in runbook_text(runbook_view(domain, found, began, at), look()):
            print(line)
    if given.interrupted:
        print("fleet: interrupted: the destination counts as not tested", file=sys.stderr)
    return code


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        found = (found if found.tzinfo is not None else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(
            f"--since {show(text)}: write a time such as 2026-11-23T08:00 or 2026-11-23T08:00+01:00"
        ) from None
    if found > now():
        raise UsageError(f"--since {show(text)}: this is still to come")
    return found
