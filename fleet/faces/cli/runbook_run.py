"""Running ``fleet runbook``."""

import sys

from fleet.clock import now
from fleet.decision import ExitCode
from fleet.errors import UsageError
from fleet.faces.cli.forecast_given import gather
from fleet.faces.cli.forecast_options import Asked
from fleet.faces.cli.forecast_run import exit_code
from fleet.faces.cli.moments import point
from fleet.faces.cli.terminal import look
from fleet.forecast.runbook import pages
from fleet.text import show


def write_runbook(asked: Asked, destination: str, node: str, since: str, *, as_json: bool) -> ExitCode:
    """Print the runbook and return the exit code."""
    began = point("--since", since, now()) if since else None
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
