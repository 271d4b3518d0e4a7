"""The names of the themes; what they look like is the dashboard's affair.  May import nothing of the project."""

from enum import StrEnum


class ThemeName(StrEnum):
    """Themes of our own; ``AUTO`` takes ``BASIC`` on a terminal of 16 colours or under NO_COLOR, else ``DARK``."""

    AUTO = "auto"
    DARK = "dark"
    LIGHT = "light"
    BASIC = "basic"
    """The terminal's own 16 colours."""
