"""Shared libraries looked for where the loader keeps its list, and not with compilers.

``ctypes.util.find_library`` starts ldconfig, then gcc and ld for each library that is not there.  asyncssh asks for
optional ones while it loads; without this every start costs that processor time, and a monitor runs a compiler on the
host it watches from.  What only a compiler finds, the loader would not load by its name anyway.

May import the standard library.
"""

import ctypes.util
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def found_by_the_loader() -> Iterator[None]:
    """For the length of the block ``find_library`` asks the loader's own list, where Python knows how to."""
    usual = ctypes.util.find_library
    ctypes.util.find_library = getattr(ctypes.util, "_findSoname_ldconfig", usual)
    try:
        yield
    finally:
        ctypes.util.find_library = usual
