"""Running ``fleet check``: the walks, what cut them short, and the exit code.

What results mean and look like (``check_forms``) is loaded when the first one is there, the first questions long under
way: whoever checks one destination waits for the network, not for us.
"""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from fleet.faces.cli.asked import Asked, Format
from fleet.faces.cli.progress import progress
from fleet.faces.cli.run import RunSettings, run_checks
from fleet.faces.cli.world import World
from fleet.model import Verdict

if TYPE_CHECKING:
    from fleet.decision import ExitCode
    from fleet.faces.cli.check_forms import Results


def write_checks(world: World, domains: Sequence[str], settings: RunSettings, form: Format, asked: Asked) -> "ExitCode":
    """Check ``domains``, print them as ``form`` and return the exit code.

    On Ctrl-C what had finished is printed, stderr says how much is missing, and the code is that of an interruption.
    """
    results: Results | None = None
    interrupted = False
    with progress(len(domains), "checking", streaming=form is Format.JSONL) as advance:

        def take(verdict: Verdict) -> None:
            nonlocal results
            from fleet.faces.cli import check_forms

            results = results or check_forms.Results()
            check_forms.take(verdict, form, asked, results)
            advance()

        try:
            run_checks(world, domains, settings, take)
        except KeyboardInterrupt:
            interrupted = True
    from fleet.decision import ExitCode, worst_code
    from fleet.faces.cli import check_forms

    results = results or check_forms.Results()
    check_forms.write(results, domains, form, interrupted)
    codes = list(results.codes.values())
    if interrupted:
        print(f"fleet: interrupted: {len(codes)} of {len(domains)} destinations were checked", file=sys.stderr)
        codes.append(ExitCode.INTERRUPTED)
    return worst_code(codes)
