"""Running ``fleet diff``."""

import sys

from fleet.clock import now
from fleet.decision import ExitCode
from fleet.errors import UsageError
from fleet.faces.cli.given import STDIN, read_profile_file
from fleet.faces.cli.terminal import look
from fleet.faces.cli.validate_asked import DiffFormat
from fleet.faces.export.findings_text import concise
from fleet.model.finding import Severity
from fleet.text import show
from fleet.views.comparison import compare
from fleet.views.findings import SEVERITIES
from fleet.views.validation import Beside, Validation, validate


def write_diff(before: str, after: str, form: DiffFormat, fail_on: Severity) -> ExitCode:
    """Print what changes from the profile ``before`` to the profile ``after``."""
    if before == after == STDIN:
        raise UsageError("- is standard input, which can be read only once")
    beside = Beside(now())
    given = [read_profile_file(name) for name in (before, after)]
    old, new = (validate(one.content, one.name, beside) for one in given)
    if not (old.sound and new.sound):
        _say_unsound(old, new)
        return ExitCode.USAGE
    comparison = compare(old, new)
    if form is DiffFormat.JSON:
        from fleet.faces.export.comparison import comparison_document
        from fleet.plain import dumps

        print(dumps(comparison_document(comparison)))
    else:
        from fleet.faces.export.comparison import comparison_text

        for line in comparison_text(comparison, look()):
            print(line)
    bad = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    introduced = any(row.severity in bad for row in comparison.introduced)
    return ExitCode.FINDINGS if introduced else ExitCode.CLEAN


def _say_unsound(*validations: Validation) -> None:
    for one in validations:
        if not one.sound:
            for line in concise([Validation(one.reading, None)]):
                print(line, file=sys.stderr)
            name = show(one.reading.source.file)
            print(f"fleet: {name} cannot be read as it is written, so it cannot be compared", file=sys.stderr)
