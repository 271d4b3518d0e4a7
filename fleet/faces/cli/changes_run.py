"""Running ``fleet changes``."""

from dataclasses import dataclass
from pathlib import Path

from fleet.clock import now
from fleet.decision import ExitCode
from fleet.faces.cli.given_fleet import default_history, readable_fleet
from fleet.faces.cli.moments import moment
from fleet.faces.cli.terminal import look
from fleet.faces.live.last_known import LastKnown, last_known
from fleet.layout import canonical
from fleet.monitor import Changed
from fleet.plain import Json, dumps, to_plain
from fleet.views.changes import changes_view, missing_before, not_noted, not_yet_watched, still_broken

FORMAT = "fleet-changes/1"


@dataclass(frozen=True, slots=True)
class ChangesAsked:
    """Options, as given."""

    profile: str
    since: str = "1d ago"
    about: tuple[str, ...] = ()
    history: Path | None = None
    limit: int = 50
    as_json: bool = False


def write_changes(asked: ChangesAsked) -> ExitCode:
    """Print, and return the exit code."""
    readable_fleet(asked.profile)
    at = now()
    since = moment(asked.since, at)
    history = asked.history or default_history(asked.profile)
    known = last_known(history) if history is not None else LastKnown()
    names = {canonical(name) for name in asked.about}
    found = [one for one in known.changes if one.at >= since and (not names or _named(one) in names)]
    missing = (
        missing_before(known.changes, since),
        not_noted(known.changes_since, since),
        not_yet_watched(known.begins, known.changes, since),
    )
    notes = [note for note in missing if note]
    if not known.verdicts and not known.observations:
        notes.append("nothing was ever checked or polled for this profile: fleet watch does that")
    code = ExitCode.FINDINGS if still_broken(found) else ExitCode.INCOMPLETE if notes else ExitCode.CLEAN
    if asked.as_json:
        document: dict[str, Json] = {
            "format": FORMAT,
            "since": since.isoformat(),
            "exit_code": int(code),
            "incomplete": [*notes],
            "changes": [to_plain(one) for one in found],
        }
        print(dumps(document))
        return code
    from fleet.faces.export.changes_seen_text import changes_seen_text

    for line in changes_seen_text(changes_view(found, since, at, asked.limit, notes), look()):
        print(line)
    return code


def _named(one: Changed) -> str:
    return one.about.partition(" ")[2]
