"""Where the program keeps what it writes down (XDG base directories; Windows and macOS have their own).

May import the standard library only.
"""

import hashlib
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path


def state_directory(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """The folder for what must survive a restart, but is not worth a backup."""
    if chosen := environment.get("XDG_STATE_HOME", ""):
        path = Path(chosen)
        if path.is_absolute():  # the specification: relative ones are to be ignored
            return path / "fleet"
    if platform == "win32" and (local := environment.get("LOCALAPPDATA", "")):
        return Path(local) / "fleet"
    if platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "fleet"
    return Path.home() / ".local" / "state" / "fleet"


def history_path(profile: Path, directory: Path | None = None) -> Path:
    """The history of ``profile``: one file per profile, named after it and told apart by where it lies."""
    where = os.path.realpath(profile)
    mark = hashlib.sha256(os.fsencode(where)).hexdigest()[:10]
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", profile.stem)[:60].strip(".-") or "profile"
    return (directory or state_directory()) / f"{name}-{mark}.sqlite"
