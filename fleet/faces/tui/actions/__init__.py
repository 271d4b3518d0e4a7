"""What a user can do, as one table.

Every action is a row: its keys, what it does in a sentence, where it works, its name on the ``:`` line with the
arguments it takes.  The key bindings, the help overlay, the palette, the command line with its completions, the footer
and the keymap of the settings are all generated from it, so that no action exists in only one place and a key that was
moved is shown where it went.  The row's ``id`` names the method that does it: ``action_<id>`` on the widget, screen or
application in whose scope it stands.

``action`` says what a row is, ``table`` holds the rows, ``keymap`` applies what the user chose, ``bindings`` makes
Textual's bindings, ``commands`` reads and completes the ``:`` line.
"""

from fleet.faces.tui.actions.action import Action, Argument, Group, Kind, Scope
from fleet.faces.tui.actions.table import ACTIONS, VIEWS, View, action

__all__ = ["ACTIONS", "VIEWS", "Action", "Argument", "Group", "Kind", "Scope", "View", "action"]
