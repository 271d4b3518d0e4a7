"""Calling for attention: a notification of the desktop where the terminal says that it can, the bell elsewhere.

A terminal that does not know a code may print it, so nothing is tried that its environment does not name; inside tmux
or screen nobody knows which terminal is outside, so there it is the bell.  May import ``fleet.text``.
"""

from collections.abc import Mapping

from fleet.text import show

BELL = "\a"
_OSC_9 = frozenset({"iTerm.app", "WezTerm", "ghostty"})
"""TERM_PROGRAM of terminals that show ``OSC 9`` as a notification."""
_OSC_777 = ("foot", "rxvt-unicode")
"""What TERM of terminals begins with that show ``OSC 777``."""


def attention(sentence: str, environment: Mapping[str, str]) -> str:
    """What to write to the terminal."""
    if environment.get("TMUX") or environment.get("STY"):
        return BELL
    said = show(sentence, 200).replace(";", ",")
    if environment.get("TERM_PROGRAM") in _OSC_9 or environment.get("TERM") == "xterm-kitty":
        return f"\x1b]9;fleet: {said}\a"
    if environment.get("TERM", "").startswith(_OSC_777):
        return f"\x1b]777;notify;fleet;{said}\a"
    return BELL
