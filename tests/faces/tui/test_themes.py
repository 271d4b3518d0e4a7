"""Colours only repeat what glyph and word say, and must not mislead: readable, and apart under colour blindness."""

from itertools import combinations

import pytest
from textual.color import Color

from fleet.faces.tui.themes import BASIC, DARK, LIGHT, mark_variable
from fleet.views import Mark

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
BLINDNESS = {
    "none": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
TELLING = (Mark.OK, Mark.WARN, Mark.FAIL, Mark.UNKNOWN)


def linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def seen(colour: str, blindness: str) -> Color:
    red, green, blue = (linear(part) for part in Color.parse(colour).normalized)
    rows = BLINDNESS[blindness]
    mixed = [min(1.0, max(0.0, a * red + b * green + c * blue)) for a, b, c in rows]
    back = [12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055 for part in mixed]
    return Color(*(round(255 * part) for part in back))


def distance(one: Color, other: Color) -> float:
    from textual.color import rgb_to_lab

    first, second = rgb_to_lab(one), rgb_to_lab(other)
    return ((first.L - second.L) ** 2 + (first.a - second.a) ** 2 + (first.b - second.b) ** 2) ** 0.5


def contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        red, green, blue = (linear(part) for part in Color.parse(colour).normalized)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
@pytest.mark.parametrize("mark", list(Mark))
def test_every_mark_is_readable(theme, mark: Mark) -> None:
    for ground in (theme.background, theme.surface, theme.variables["block-cursor-background"]):
        least = 4.5 if ground != theme.variables["block-cursor-background"] else 3.0
        assert contrast(theme.variables[mark_variable(mark)], ground) >= least, ground


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
@pytest.mark.parametrize("blindness", BLINDNESS)
def test_marks_stay_apart_under_colour_blindness(theme, blindness: str) -> None:
    for one, other in combinations(TELLING, 2):
        colours = [seen(theme.variables[mark_variable(mark)], blindness) for mark in (one, other)]
        assert distance(*colours) >= 12, (one, other, distance(*colours))


def test_the_basic_theme_has_only_colours_of_the_terminal() -> None:
    values = [BASIC.primary, BASIC.success, BASIC.warning, BASIC.error, *BASIC.variables.values()]
    assert {value for value in values if not value.startswith("ansi_")} == {"reverse"}
