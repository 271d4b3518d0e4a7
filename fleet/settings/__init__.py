"""What a user may choose about the faces: keys, columns, theme.  Never what a fleet is or how mail is judged.

Three files, all optional.  ``settings.toml`` in the configuration folder is written by the user and only read here;
``columns.json`` and ``commands`` in the state folder remember what was chosen and written on the screen.  A mistake in
the first is said with its file and line, what is sound still counts, and nothing in them can keep the program from
starting: an operator reaches for it when mail stops.

``paths`` knows the folders (XDG Base Directory), ``file`` reads ``settings.toml``, ``keymap`` what a key may be called,
``columns`` and ``commands`` what is remembered, ``themes`` the names of the themes.

Read by faces only.  May import ``fleet.text``.
"""

from fleet.settings.columns import read_columns, write_columns
from fleet.settings.commands import MOST as MOST_COMMANDS
from fleet.settings.commands import read_commands, write_commands
from fleet.settings.file import Known, Reading, SettingProblem, Settings, load, read_settings
from fleet.settings.paths import config_folder, state_folder
from fleet.settings.themes import ThemeName

__all__ = [
    "MOST_COMMANDS",
    "Known",
    "Reading",
    "SettingProblem",
    "Settings",
    "ThemeName",
    "config_folder",
    "load",
    "read_columns",
    "read_commands",
    "read_settings",
    "state_folder",
    "write_columns",
    "write_commands",
]
