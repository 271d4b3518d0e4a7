"""Colours.  State is glyph and word first; colour only repeats it, so it must not mislead whoever sees it otherwise.

The colours of marks are near the palette of Okabe and Ito (2008), lighter or darker for the background; a test
holds them apart under simulated protanopia, deuteranopia and tritanopia, and readable against the background.
``fleet-basic`` uses the terminal's own 16 colours.

May import ``textual`` and ``fleet.settings``.
"""

from textual.theme import Theme

from fleet.settings import ThemeName
from fleet.views import Mark


def mark_variable(mark: Mark) -> str:
    """The name of the theme variable that colours ``mark``."""
    return f"mark-{'none' if mark is Mark.NONE else mark.lower()}"


MARK_FALLBACKS = {
    mark_variable(Mark.OK): "success",
    mark_variable(Mark.WARN): "warning",
    mark_variable(Mark.FAIL): "error",
    mark_variable(Mark.UNKNOWN): "accent",
    mark_variable(Mark.RUNNING): "primary",
    mark_variable(Mark.STALE): "foreground",
    mark_variable(Mark.NONE): "foreground",
}
"""What colours a mark in a theme that is not ours."""

DARK = Theme(
    name="fleet-dark",
    dark=True,
    primary="#56B4E9",
    secondary="#3A7CA5",
    accent="#E0A0C8",
    success="#2FC29A",
    warning="#F0E442",
    error="#FF7043",
    foreground="#D7DCE2",
    background="#11161B",
    surface="#161C22",
    panel="#222B34",
    variables={
        "mark-ok": "#2FC29A",
        "mark-warn": "#F0E442",
        "mark-fail": "#FF7043",
        "mark-unknown": "#E0A0C8",
        "mark-running": "#56B4E9",
        "mark-stale": "#B5A58A",
        "mark-none": "#8A949E",
        "block-cursor-background": "#2C4A60",
        "block-cursor-foreground": "#FFFFFF",
        "block-cursor-text-style": "none",
        "footer-key-foreground": "#56B4E9",
    },
)

LIGHT = Theme(
    name="fleet-light",
    dark=False,
    primary="#0063A0",
    secondary="#3A7CA5",
    accent="#6B3FA0",
    success="#007A5A",
    warning="#8C6B00",
    error="#8E1B00",
    foreground="#1C2329",
    background="#F7F7F4",
    surface="#FFFFFF",
    panel="#E4E6E4",
    variables={
        "mark-ok": "#007A5A",
        "mark-warn": "#8C6B00",
        "mark-fail": "#8E1B00",
        "mark-unknown": "#6B3FA0",
        "mark-running": "#0063A0",
        "mark-stale": "#6B6252",
        "mark-none": "#5C656D",
        "block-cursor-background": "#C9DFEE",
        "block-cursor-foreground": "#000000",
        "block-cursor-text-style": "none",
        "footer-key-foreground": "#0063A0",
    },
)

BASIC = Theme(
    name="fleet-basic",
    ansi=True,
    dark=True,
    primary="ansi_cyan",
    secondary="ansi_blue",
    accent="ansi_magenta",
    success="ansi_green",
    warning="ansi_yellow",
    error="ansi_red",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    variables={
        "ansi-background": "ansi_black",
        "ansi-foreground": "ansi_white",
        "mark-ok": "ansi_green",
        "mark-warn": "ansi_yellow",
        "mark-fail": "ansi_red",
        "mark-unknown": "ansi_magenta",
        "mark-running": "ansi_cyan",
        "mark-stale": "ansi_default",
        "mark-none": "ansi_default",
        "block-cursor-background": "ansi_default",
        "block-cursor-foreground": "ansi_default",
        "block-cursor-text-style": "reverse",
        "border-blurred": "ansi_default",
        "input-cursor-text-style": "reverse",
    },
)

THEMES = (DARK, LIGHT, BASIC)

_NAMES = {ThemeName.DARK: DARK, ThemeName.LIGHT: LIGHT, ThemeName.BASIC: BASIC}


def theme_for(name: ThemeName, few_colours: bool) -> Theme:
    """The theme called ``name``; ``few_colours`` is a terminal of 16, or one that asked for none."""
    if few_colours:
        return BASIC
    return _NAMES.get(name, DARK)
