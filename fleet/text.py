"""Untrusted text made safe to show.

Every name, banner, certificate subject and line that came from outside passes ``show`` before it reaches a terminal:
control characters, escape sequences, bidirectional overrides and lone surrogates become visible escapes, and length is
capped.  Terminals act on raw bytes (OSC 52 writes the clipboard, CSI moves the cursor), so there is no harmless subset.

May import nothing of the project.
"""

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\"}


def show(value: str | bytes, limit: int = 512) -> str:
    r"""``value`` as printable text of at most ``limit`` characters.

    Control, format, surrogate, private-use and unassigned characters and line separators appear as ``\n``, ``\x1b`` or
    ``\u202e``; a cut is marked with ``…``.  Bytes are read as UTF-8, undecodable ones shown as ``\xff``.  Printable
    text without a backslash comes back unchanged.
    """
    text = value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value
    cut = len(text) > limit
    text = text[:limit]
    if not (text.isprintable() and "\\" not in text):
        text = "".join(_visible(character) for character in text)
        cut = cut or len(text) > limit
    return text[: limit - 1] + "…" if cut else text


def _visible(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    if character.isprintable():  # false for controls, formats, surrogates, private use, unassigned, odd blanks
        return character
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was not UTF-8 (PEP 383)
        return f"\\x{code - 0xDC00:02x}"
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def cell_width(text: str) -> int:
    """How many cells of a terminal ``text`` takes, which must be safe to show: wide characters two, marks none."""
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width  # noqa: PLC0415  only who needs it pays for the tables

    return sum(
        0 if category(character) in _MARKS else 2 if east_asian_width(character) in "WF" else 1 for character in text
    )


_MARKS = frozenset({"Mn", "Me"})
