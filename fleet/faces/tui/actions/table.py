"""The table of actions, and of the six views they lead to.  May import nothing of the project."""

from dataclasses import dataclass
from functools import partial

from fleet.faces.tui.actions.action import Action, Argument, Group, Kind, Scope


@dataclass(frozen=True, slots=True)
class View:
    """One of the six views: its name, the title and the short title on its tab, and what it answers."""

    id: str
    title: str
    short: str
    help: str


VIEWS = (
    View("fleet", "Fleet", "Fleet", "Tiers and nodes from inside to the Internet: is DANE on where it must be?"),
    View("destinations", "Destinations", "Dest", "A panel per destination: what happens to mail, and why."),
    View("resolvers", "Resolvers", "Resolv", "Nodes and the resolvers they use: which pass DNSSEC on?"),
    View("findings", "Findings", "Find", "What the rules found, where the profile says so."),
    View("drift", "Drift", "Drift", "What nodes do against what the profile declares."),
    View("events", "Events", "Events", "Every command, question and dialogue of ours, with its outcome."),
)

FORMATS = ("md", "csv", "json", "jsonl", "svg")
PARTS = ("row", "name", "evidence", "command")

_TEXT = Argument(Kind.TEXT, rest=True)
_NEEDED_TEXT = Argument(Kind.TEXT, required=True, rest=True)


def _needed(kind: Kind) -> Argument:
    return Argument(kind, required=True)


def _row(
    group: Group,
    scope: Scope,
    identity: str,
    keys: str,
    command: str,
    title: str,
    text: str,
    *arguments: Argument,
    also: tuple[str, ...] = (),
    prompts: bool = False,
    footer: int = 0,
    anywhere: bool = False,
) -> Action:
    """One row; ``keys`` and the names of the command stand side by side, as a reader compares them."""
    return Action(
        *(identity, tuple(keys.split()), title, text, group, scope, command, arguments, also, prompts, footer, anywhere)
    )


_move = partial(_row, Group.MOVE, Scope.MOVE)
_go = partial(_row, Group.MOVE, Scope.APP)
_show = partial(_row, Group.SHOW, Scope.VIEW)
_find = partial(_row, Group.SHOW, Scope.LOG)
_read = partial(_row, Group.MOVE, Scope.DOCUMENT)
_act = partial(_row, Group.DO, Scope.ACT)
_look = partial(_row, Group.LOOK, Scope.ACT)
_any = partial(_row, Group.APP, Scope.APP)

ACTIONS: tuple[Action, ...] = (
    _move("down", "j down", "down", "Down", "The next line."),
    _move("up", "k up", "up", "Up", "The line before."),
    _move("top", "g home", "top", "Top", "The first line."),
    _move("bottom", "G end", "bottom", "Bottom", "The last line."),
    _move("half_down", "ctrl+d", "half-down", "Half down", "Half a page down."),
    _move("half_up", "ctrl+u", "half-up", "Half up", "Half a page up."),
    _move("next_page", "pagedown ctrl+f", "page-down", "Page down", "A page down."),
    _move("page_before", "pageup ctrl+b", "page-up", "Page up", "A page up."),
    _move("left", "h left", "left", "Left", "To the left; folds a group."),
    _move("right", "l right", "right", "Right", "To the right; unfolds a group."),
    *(_go(f"view_{one.id}", str(number), one.id, one.title, one.help) for number, one in enumerate(VIEWS, 1)),
    _go("previous_view", "-", "previous", "Previous view", "Back to the view before."),
    _go("next_pane", "tab", "next-pane", "Next pane", "The next pane takes the keys."),
    _go("previous_pane", "shift+tab", "previous-pane", "Pane before", "The pane before takes the keys."),
    _go("go_node", "ctrl+n", "node", "Go to node", "Go to a node.", _needed(Kind.NODE), prompts=True),
    _go(
        *("go_destination", "ctrl+t", "dest", "Go to destination", "Go to a destination.", _needed(Kind.DESTINATION)),
        also=("destination",),
        prompts=True,
    ),
    _go("go_tier", "ctrl+g", "tier", "Go to tier", "Go to the nodes of a tier.", _needed(Kind.TIER), prompts=True),
    _show("filter", "/", "filter", "Filter", "Show only rows that match; esc shows all.", _TEXT, footer=2),
    _show("problems", "z", "problems", "Problems", "Only what is not proven good, or all."),
    _show("sort", "s", "sort", "Sort", "Choose the column to sort by.", Argument(Kind.COLUMN), footer=7),
    _show("sort_left", "<", "sort-left", "Sort left", "Sort by the column to the left."),
    _show("sort_right", ">", "sort-right", "Sort right", "Sort by the column to the right."),
    _show("invert", "I", "invert", "Invert", "Sort the other way round."),
    _show("group", "b", "group", "Group", "Group rows by a column, or no longer.", Argument(Kind.COLUMN)),
    _show(
        *("columns", ",", "columns", "Columns", "Choose columns and their order; remembered, and used by an export."),
        Argument(Kind.COLUMN, rest=True),
    ),
    _show("mark", "space", "mark", "Mark", "Mark the row under the cursor, or unmark it."),
    _show("mark_all", "ctrl+a", "mark-all", "Mark all", "Mark all rows shown."),
    _show("unmark", "u", "unmark", "Unmark", "Unmark all rows."),
    _read("next_section", "]", "next-section", "Next section", "The next section.", footer=1),
    _read("section_before", "[", "section-before", "Section before", "The section before."),
    _find("search", "/", "search", "Search", "Search the text.", _TEXT),
    _find("next_match", "n", "next-match", "Next match", "The next line that matches."),
    _find("match_before", "N", "match-before", "Match before", "The line before that matches."),
    _act(
        *("check", "c", "check", "Check", "Check DANE now, as the nodes would."),
        Argument(Kind.DESTINATION, rest=True),
        footer=3,
    ),
    _act("check_all", "C", "check-all", "Check all", "Check everything shown; asks first how many."),
    _act(
        *("poll", "p", "poll", "Poll", "Read the configuration of the nodes now.", Argument(Kind.NODE, rest=True)),
        footer=4,
    ),
    _act("poll_all", "P", "poll-all", "Poll all", "Poll everything shown; asks first how many."),
    _act("cancel", "x", "cancel", "Cancel", "Cancel what runs for the selection."),
    _act(
        *("acknowledge", "a", "ack", "Acknowledge", "It is known, until a time, for a reason: shown, told no more."),
        *(_needed(Kind.UNTIL), _NEEDED_TEXT),
        prompts=True,
        footer=8,
    ),
    _act(
        *("silence", "A", "silence", "Silence", "Neither alarm nor tell until a time, with a reason others will read."),
        *(_needed(Kind.UNTIL), _NEEDED_TEXT),
        prompts=True,
    ),
    _act("validate", "v", "validate", "Validate", "Run the rules on the profile now."),
    _act(
        *("what_if", "w", "what-if", "What if", "Suppose a setting: which mail would be held or fall back?"),
        _NEEDED_TEXT,
        prompts=True,
        footer=6,
    ),
    _row(
        *(Group.LOOK, Scope.ROWS, "open", "enter", "open", "Open", "Open what is under the cursor."),
        footer=1,
    ),
    _look("differences", "d", "differences", "Differences", "Where this node differs from the profile."),
    _look("excerpt", "o", "excerpt", "Profile", "The lines of the profile it comes from."),
    _look("edit", "O", "edit", "Edit", "Open those lines in $EDITOR."),
    _look(
        *("copy", "y", "copy", "Copy", "Copy the row, its name, the evidence or the command that reproduces it."),
        Argument(Kind.PART, choices=PARTS),
    ),
    _look(
        *("export", "e", "export", "Export", "Write this view as shown to a file."),
        *(Argument(Kind.FORMAT, required=True, choices=FORMATS), Argument(Kind.PATH, rest=True)),
        prompts=True,
    ),
    _row(Group.LOOK, Scope.APP, "maximise", "m", "max", "Maximise", "One pane over the whole screen, or back."),
    _row(
        *(Group.LOOK, Scope.VIEW, "wider", "+", "wider", "Wider pane"),
        "More room for the closer look beside the rows.",
    ),
    _row(
        *(Group.LOOK, Scope.VIEW, "narrower", "_", "narrower", "Narrower pane"),
        "Less room for the closer look, at last none.",
    ),
    _any("help", "? f1", "help", "Help", "The keys that work here, and what the signs mean.", footer=5),
    _any("command", ":", "command", "Command", "The command line; tab completes, up recalls."),
    _any("palette", "ctrl+p", "palette", "Palette", "Find an action or an object."),
    _any("freeze", "f", "freeze", "Freeze", "Hold the picture still; the engine works on."),
    _any("faster", "(", "faster", "Poll oftener", "A shorter interval between polls."),
    _any("slower", ")", "slower", "Poll rarer", "A longer interval between polls."),
    _any(
        *("interval", "=", "interval", "Interval", "Poll every so many seconds.", _needed(Kind.SECONDS)),
        also=("set interval",),
        prompts=True,
    ),
    _any(
        *("theme", "T", "theme", "Theme", "Choose the colours."),
        Argument(Kind.THEME, required=True),
        prompts=True,
    ),
    _any("back", "escape", "back", "Back", "One step back: overlay, filter, marks, screen.", footer=2),
    _any("leave", "q", "q", "Quit", "Back, or quit; asks while checks run.", also=("quit",), footer=9),
    _any("quit_summary", "Q", "quit-summary", "Quit, summary", "Quit and print the summary to the shell."),
    _any("quit_now", "ctrl+q", "q!", "Quit now", "Quit at once.", anywhere=True),
    _any("interrupt", "ctrl+c", "interrupt", "Interrupt", "Copy the selected text; quit where nothing is selected."),
    _any("suspend_process", "ctrl+z", "suspend", "Suspend", "Back to the shell for a while."),
)

_BY_ID = {row.id: row for row in ACTIONS}


def action(identity: str) -> Action:
    """The row called ``identity``."""
    return _BY_ID[identity]
