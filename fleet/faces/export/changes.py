"""A change of a profile as a unified diff that ``patch`` takes.

Only profiles without errors are ever changed, so no secret can stand in one.  Unlike in other exports a tab stays a tab
and a backslash one character, or the diff would not fit the file.  May import the standard library only.
"""

from collections.abc import Iterator
from difflib import unified_diff


def unified(name: str, before: bytes, after: bytes) -> Iterator[str]:
    """The lines of the diff; nothing where nothing changes.  ``name`` is safe to show."""
    old, new = (_lines(content) for content in (before, after))
    for line in unified_diff(old, new, f"a/{name.lstrip('/')}", f"b/{name.lstrip('/')}", lineterm=""):
        yield line if line.isprintable() else "".join(map(_visible, line))


def _lines(content: bytes) -> list[str]:
    return [line.removesuffix("\r") for line in content.decode("utf-8").removesuffix("\n").split("\n")]


def _visible(character: str) -> str:
    """Bidirectional overrides and C1 controls may stand in TOML; no terminal gets them raw."""
    if character.isprintable() or character == "\t":
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
