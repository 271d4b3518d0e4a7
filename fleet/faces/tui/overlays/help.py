"""The help: the keys that work on this screen, by group, and what the signs mean.  Generated from the table of actions.

May import ``textual`` and the modules beside.
"""

from collections.abc import Mapping

from rich.cells import cell_len

from fleet.faces.tui.actions import ACTIONS, VIEWS, Group, Scope
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


_ORDER = (Group.DO, Group.LOOK, Group.SHOW, Group.MOVE, Group.APP)
"""What can be done here stands first: who opens the help knows how to move."""
_HELD = "mail stays in the queue until the bounce timer ends, then goes back to its sender"
WORDS: Mapping[str, Mapping[str, str]] = {
    "fleet": {
        "Default on": "DANE for every destination without an entry of its own",
        "on for 3 entries": "DANE for the destinations of these entries only",
        "declared": "the profile says so; no poll has seen it",
        "held": _HELD,
        "Held/day": "recipients a day of the destinations whose mail is held, as far as the profile declares them",
    },
    "destinations": {
        "MX A TLSA TLS CERT": "the ladder a delivery climbs: host, address, TLSA records, STARTTLS, certificate",
        "held": _HELD,
        "expected": "what becomes of mail as things are",
        "weakest": "what somebody obtains who blocks the better hosts",
        "the curve": "the last checks, the newest at the right: higher is worse, a dot is unknown",
        "RELAY, ACCEPT": "the flow by which mail comes in; an appliance does DANE for RELAY only",
    },
    "resolvers": {
        "validates": "proves answers itself and says so: enough for every gateway",
        "passes": "hands signatures on and proves nothing: enough for an appliance, not for Postfix and Exim",
        "strips": "takes signatures away: an appliance holds mail to signed domains then, others leave DANE out",
        "If it must answer": "what becomes of mail when the resolvers before it are silent",
    },
    "findings": {
        "loses mail": "mail is or will be held, bounced or lost: cannot be hidden for long",
        "error": "the layout does not do what it is for",
        "not decided": "what the rule needs is not known, so nothing is called clean",
        "Noted": "acknowledged or silenced by somebody, until when and why",
    },
    "drift": {
        "differs": "the node does something else than the profile says",
        "undeclared": "the node has it, the profile says nothing",
        "missing": "the profile declares it, the node has it not",
        "not observed": "no poll has seen it: whether it is as declared is unknown",
    },
    "events": {
        "ssh dns smtp": "what was asked of nodes, resolvers and mail servers",
        "poll check": "a look at a node, a walk to a destination",
        "audit queue logs": "a resolver judged, a queue looked at, a mail log read",
        "changed": "something published or presented is not what it was",
    },
}
"""Words of each view that are not said in full there."""


def help_lines(
    scopes: frozenset[Scope], keys: Mapping[str, tuple[str, ...]], look: Look, view: str = ""
) -> list[LogLine]:
    """What the view is for, the keys of the actions in ``scopes`` by group, then words and signs."""
    here = [one for one in ACTIONS if one.scope in scopes]
    names = {one.id: " ".join(map(shown_key, keys[one.id])) for one in here}
    widest = max(map(cell_len, names.values()), default=0)
    lines: list[LogLine] = [LogLine(""), *(LogLine(one.help) for one in VIEWS if one.id == view)]
    for group in _ORDER:
        members = [one for one in here if one.group is group]
        if members:
            lines += [LogLine(""), LogLine(group, heading=True)]
            lines += [LogLine(f"{names[one.id]:<{widest}}  {one.help} {one.usage}") for one in members]
    if words := WORDS.get(view):
        lines += [LogLine(""), LogLine("What the words mean", heading=True)]
        length = max(map(cell_len, words))
        lines += [LogLine(f"{word:<{length}}  {meaning}") for word, meaning in words.items()]
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

    def __init__(
        self, title: str, scopes: frozenset[Scope], keys: Mapping[str, tuple[str, ...]], look: Look, view: str = ""
    ) -> None:
        super().__init__(title, help_lines(scopes, keys, look, view), wrap=True)
