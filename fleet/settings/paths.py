"""Where files of the user stand: the XDG Base Directory Specification, which ignores relative paths.

May import nothing of the project.
"""

import os
from collections.abc import Mapping
from pathlib import Path

_NAME = "fleet"


def config_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder of ``settings.toml``: ``$XDG_CONFIG_HOME/fleet``, else ``~/.config/fleet``."""
    return _base(environment, "XDG_CONFIG_HOME", ".config") / _NAME


def state_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder of what the program remembers: ``$XDG_STATE_HOME/fleet``, else ``~/.local/state/fleet``."""
    return _base(environment, "XDG_STATE_HOME", ".local/state") / _NAME


def _base(environment: Mapping[str, str], variable: str, default: str) -> Path:
    chosen = environment.get(variable, "")
    if chosen and Path(chosen).is_absolute():
        return Path(chosen)
    home = environment.get("HOME", "")  # without one, a place where nothing can be: never the current folder
    return (Path(home) if home and Path(home).is_absolute() else Path("/nonexistent")) / default
