"""Running ``fleet calendar``."""

from dataclasses import dataclass
from pathlib import Path

from fleet.clock import now
from fleet.decision import ExitCode
from fleet.faces.cli.given import read_verdict_file
from fleet.faces.cli.given_fleet import default_history, readable_fleet
from fleet.faces.cli.terminal import look
from fleet.faces.live.last_known import LastKnown, last_known
from fleet.layout import canonical
from fleet.plain import dumps, to_plain
from fleet.views.calendar import Calendar, calendar, calendar_view


@dataclass(frozen=True, slots=True)
class CalendarAsked:
    """Options, as given."""

    profile: str
    days: int = 30
    verdicts: Path | None = None
    history: Path | None = None
    everything: bool = False
    limit: int = 50
    as_json: bool = False


def write_calendar(asked: CalendarAsked) -> ExitCode:
    """Print, and return the exit code."""
    fleet = readable_fleet(asked.profile)
    history = asked.history or default_history(asked.profile)
    known = last_known(history) if history is not None else LastKnown()
    verdicts = read_verdict_file(asked.verdicts) if asked.verdicts else known.verdicts
    by_name = {canonical(name): verdict for name, verdict in verdicts.items()}
    found = calendar(fleet, by_name, known.acts, now(), asked.days)
    code = exit_code(found)
    if asked.as_json:
        from fleet.faces.export.calendar_json import calendar_document

        print(dumps(to_plain(calendar_document(found, int(code)))))
        return code
    from fleet.faces.export.calendar_text import calendar_text

    for line in calendar_text(calendar_view(found, asked.limit, everything=asked.everything), look()):
        print(line)
    return code


def exit_code(found: Calendar) -> ExitCode:
    """1 where somebody has to act, 3 where something is not known for now."""
    if found.concerns:
        return ExitCode.FINDINGS
    return ExitCode.INCOMPLETE if found.incomplete else ExitCode.CLEAN
