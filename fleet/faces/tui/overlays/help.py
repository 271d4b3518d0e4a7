"""The help: the keys that work on this screen, by group, and what the signs mean.  Generated from the table of actions.

May import ``textual`` and the modules beside.
"""

from collections.abc import Mapping

from rich.cells import cell_len

from fleet.faces.tui.actions import ACTIONS, Group, Scope
from fleet.faces.tui.actions.keymap import shown_key
from fleet.faces.tui.look import Look
from fleet.faces.tui.overlays.reading import ReadingOverlay
from fleet.faces.tui.widgets.log_view import LogLine
from fleet.views import Mark

LEGEND = {
    Mark.OK: "proven good",
    Mark.WARN: "mail flows, but not as DANE would have it",
    Mark.FAIL: "mail is held, bounced or lost; or what should hold does not",
    Mark.UNKNOWN: "not known: not tested, not answered, not said; never good news",
    Mark.RUNNING: "being looked at; the word beside it is what was known before",
    Mark.STALE: "was so when last seen, which is too long ago",
    Mark.NONE: "does not apply here",
}


def help_lines(scopes: frozenset[Scope], keys: Mapping[str, tuple[str, ...]], look: Look) -> list[LogLine]:
    """The keys of the actions in ``scopes`` by group, then the legend."""
    here = [one for one in ACTIONS if one.scope in scopes]
    names = {one.id: " ".join(map(shown_key, keys[one.id])) for one in here}
    widest = max(map(cell_len, names.values()), default=0)
    lines: list[LogLine] = []
    for group in Group:
        members = [one for one in here if one.group is group]
        if members:
            lines += [LogLine(""), LogLine(group, heading=True)]
            lines += [LogLine(f"{names[one.id]:<{widest}}  {one.help} {one.usage}") for one in members]
    lines += [LogLine(""), LogLine("What the signs mean", heading=True)]
    lines += [LogLine(f"{mark:<8} {meaning}", mark) for mark, meaning in LEGEND.items()]
    lines += [
        LogLine(
            f"{look.cursor} the cursor; {look.marked} a marked row; {look.ascending} {look.descending} sorted by this"
        ),
        LogLine("In a filter: text, field:value, field>3d, !not, ~expression~; a blank between two means and."),
    ]
    return lines[1:]


class HelpOverlay(ReadingOverlay):
    """The help of a screen."""

    def __init__(self, title: str, scopes: frozenset[Scope], keys: Mapping[str, tuple[str, ...]], look: Look) -> None:
        super().__init__(title, help_lines(scopes, keys, look), wrap=True)
