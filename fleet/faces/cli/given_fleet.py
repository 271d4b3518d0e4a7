"""What most commands begin and end with: the fleet of a profile, where its history is, and writing into it.

May import ``fleet.profile``, ``fleet.history`` (when needed), ``fleet.model``, ``fleet.text`` and the modules beside.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from fleet.errors import UsageError
from fleet.faces.cli.given import STDIN, read_profile_file
from fleet.model.event import Event
from fleet.model.finding import Severity
from fleet.model.fleet import Fleet
from fleet.profile import read_profile
from fleet.text import show


def readable_fleet(profile: str) -> Fleet:
    """The fleet of the profile called ``profile``; UsageError where its text cannot be understood."""
    given = read_profile_file(profile)
    reading = read_profile(given.content, given.name)
    if reading.fleet is None or not reading.readable:
        raise UsageError(f"{show(given.name)} cannot be read: fleet validate says where")
    wrong = sum(one.finding.severity is Severity.ERROR for one in reading.diagnostics)
    if wrong:
        found = "1 error, whose value was" if wrong == 1 else f"{wrong} errors, whose values were"
        print(f"fleet: {show(given.name)} has {found} left out: fleet validate says where", file=sys.stderr)
    return reading.fleet


def default_history(profile: str) -> Path | None:
    """Where the history of the profile is; None for standard input, which has none."""
    from fleet.history import history_path
    from fleet.settings import state_folder

    return None if profile == STDIN else history_path(Path(profile), state_folder())


def keep(history: Path | None, seen: Iterable[Event]) -> bool:
    """Append ``seen`` to ``history``, beside whatever monitor runs; whether it is written down now.

    That it cannot be is said, and no reason to fail.
    """
    if history is None:
        return False
    from fleet.history import HistoryError, open_history

    try:
        with open_history(history, leased=False) as opened:
            opened.append(*seen)
    except (HistoryError, OSError) as error:
        print(f"fleet: {show(f'not written down: {error}', 300)}", file=sys.stderr)
        return False
    return True
