"""Running ``fleet compare``: two sides out of a history or out of files, a forecast of each, and what lies between."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from fleet.clock import now
from fleet.decision import ExitCode
from fleet.errors import UsageError
from fleet.faces.cli.destination_list import weight_of
from fleet.faces.cli.given import STDIN, read_text, read_verdict_file
from fleet.faces.cli.given_fleet import default_history, readable_fleet
from fleet.faces.cli.moments import moment
from fleet.faces.cli.terminal import look
from fleet.faces.live.as_of import as_of, last_change_of_profile
from fleet.forecast import forecast
from fleet.forecast.before_after import Compared, Direction, compared
from fleet.layout import canonical, overlay_observed
from fleet.model import Verdict
from fleet.model.fleet import Destination, Fleet
from fleet.text import show
from fleet.views import names
from fleet.views.before_after import Side

LAST_CHANGE = "change"
"""The word for the moment before the profile was last changed."""


@dataclass(frozen=True, slots=True)
class CompareAsked:
    """Options, as given."""

    profile: str
    before: str
    after: str = "now"
    weights: Path | None = None
    history: Path | None = None
    limit: int = 20
    as_json: bool = False


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of one side."""

    side: Side
    fleet: Fleet
    verdicts: Mapping[str, Verdict]
    missing: Mapping[str, str] = field(default_factory=dict)
    """Destination -> why nothing is known of it."""


def write_compare(asked: CompareAsked) -> ExitCode:
    """Print, and return the exit code."""
    fleet = readable_fleet(asked.profile)
    before, after = _side(asked, asked.before, fleet), _side(asked, asked.after, fleet)
    if before.side.at is not None and after.side.at is not None and before.side.at >= after.side.at:
        raise UsageError("BEFORE is not earlier than AFTER")
    after = _checked_again(before, after)
    destinations = _destinations(asked, after.fleet, {**before.verdicts, **after.verdicts})
    old, new = (forecast(one.fleet, destinations, one.verdicts) for one in (before, after))
    found = compared(old, new)
    code = exit_code(found)
    sides = (before.side, after.side)
    missing = {**before.missing, **after.missing}
    if asked.as_json:
        from fleet.faces.export.before_after_json import before_after_document
        from fleet.plain import dumps, to_plain

        print(dumps(to_plain(before_after_document(sides, old, new, found, missing, int(code)))))
        return code
    from fleet.faces.export.before_after_text import before_after_text
    from fleet.views.before_after import before_after_view

    for line in before_after_text(before_after_view(sides, old, new, found, missing, asked.limit), look()):
        print(line)
    return code


def exit_code(found: tuple[Compared, ...]) -> ExitCode:
    """1 where anything got worse, 3 where it cannot be told of everything."""
    directions = {one.direction for one in found}
    if Direction.WORSE in directions:
        return ExitCode.FINDINGS
    return ExitCode.INCOMPLETE if Direction.UNKNOWN in directions or not found else ExitCode.CLEAN


def _side(asked: CompareAsked, text: str, fleet: Fleet) -> _Known:
    path = Path(text)
    if text != LAST_CHANGE and path.is_file():
        return _Known(Side(show(text, 200)), fleet, read_verdict_file(path))
    history = asked.history or default_history(asked.profile)
    at = _at(text, history)
    if history is None or not history.is_file():
        raise UsageError(f"there is no history of this profile to ask about {show(text, 80)}: fleet watch writes one")
    known = as_of(history, at)
    note = "" if known.fleet is not None else "no profile had been loaded then, so PROFILE is taken as it is now"
    missing = {
        name: f"last checked {names.age(seen, at).removesuffix(' ago')} before {names.moment(at)}"
        for name, seen in known.stale.items()
        if name not in known.verdicts
    }
    in_force = overlay_observed(known.fleet or fleet, known.observations)
    return _Known(Side(names.moment(at), at, note), in_force, known.verdicts, missing)


def _at(text: str, history: Path | None) -> datetime:
    if text != LAST_CHANGE:
        return moment(text, now())
    changed = last_change_of_profile(history) if history is not None and history.is_file() else None
    if changed is None:
        raise UsageError("the history knows of no change of the profile")
    return changed - timedelta(microseconds=1)


def _checked_again(before: _Known, after: _Known) -> _Known:
    """``after`` without the verdicts that are those of ``before``: they say nothing of what came later."""
    old = {name for name, verdict in after.verdicts.items() if before.verdicts.get(name) == verdict}
    if before.side.at is None or after.side.at is None or not old:
        return after
    why = dict.fromkeys(old, f"not checked since {before.side.name}")
    kept = {name: verdict for name, verdict in after.verdicts.items() if name not in old}
    return replace(after, verdicts=kept, missing={**after.missing, **why})


def _destinations(asked: CompareAsked, fleet: Fleet, checked: Mapping[str, Verdict]) -> tuple[Destination, ...]:
    """Those of the list where one is given, else the profile's, else what was checked at all."""
    declared = {canonical(name): one for name, one in fleet.destinations.items()}
    if asked.weights is not None:
        weights = read_weights(asked.weights)
        return tuple(
            replace(declared.get(name, Destination(name)), recipients_per_day=n) for name, n in weights.items()
        )
    return tuple(declared.values()) or tuple(map(Destination, checked))


def read_weights(path: Path) -> dict[str, int]:
    """Recipients by destination: a line is a domain and a number, or ``domain # recipients=number``.

    The second form is how lists made from queues and logs carry weights; any other ``#`` begins a comment.
    """
    if str(path) == STDIN:
        raise UsageError("--weights takes a file")
    found: dict[str, int] = {}
    for number, line in enumerate(read_text(path).splitlines(), 1):
        words = line.partition("#")[0].replace(",", " ").replace(";", " ").split()
        if not words:
            continue
        weighed = weight_of(line)
        if weighed is None and len(words) == 2 and words[1].isascii() and words[1].isdigit() and len(words[1]) < 16:
            weighed = canonical(words[0]), int(words[1])
        if weighed is None:
            raise UsageError(f"{show(str(path))}:{number}: write a domain and its recipients a day")
        found[weighed[0]] = found.get(weighed[0], 0) + weighed[1]
    if not found:
        raise UsageError(f"{show(str(path))} names no destination")
    return found
