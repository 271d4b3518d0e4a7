"""The name of a history: one file per profile.  Which folder, the caller says.

May import the standard library only.
"""

import hashlib
import os
import re
from pathlib import Path


def history_path(profile: Path, folder: Path) -> Path:
    """The history of ``profile`` in ``folder``: named after it, and told apart from its namesakes by where it lies."""
    where = os.path.realpath(profile)
    mark = hashlib.sha256(os.fsencode(where)).hexdigest()[:10]
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", profile.stem)[:60].strip(".-") or "profile"
    return folder / f"{name}-{mark}.sqlite"
