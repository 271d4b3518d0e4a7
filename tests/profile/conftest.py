"""Makes ``documents``, the random TOML documents, importable from the tests of this room."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
