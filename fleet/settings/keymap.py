"""What a key may be called in ``settings.toml``: ``c``, ``C``, ``?``, ``ctrl+p``, ``f5``, ``shift+tab``.

Which action a key belongs to, and whether two actions want the same one, is decided where the actions are.

May import nothing of the project.
"""

import re

_NAMED = frozenset(
    ["enter", "escape", "space", "tab", "backspace", "delete", "insert"]
    + ["home", "end", "pageup", "pagedown", "up", "down", "left", "right"]
    + [f"f{number}" for number in range(1, 25)]
)
_MODIFIED = re.compile(r"(?:(?:ctrl|shift|alt)\+){1,3}(?P<key>.+)", re.ASCII)


def is_key(text: str) -> bool:
    """Whether ``text`` names a key a terminal can send."""
    modified = _MODIFIED.fullmatch(text)
    key = modified["key"] if modified else text
    if key in _NAMED:
        return True
    plain = len(key) == 1 and key.isascii() and key.isprintable() and key != " "
    return plain and not (modified and key.isupper())
