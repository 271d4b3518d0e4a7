"""A closer look at one object: a title and sections of lines, ready to read on a screen, in a pane or on paper.

May import ``fleet.views.explanation`` and ``fleet.views.marks``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fleet.views.explanation import Detail
from fleet.views.marks import Mark


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under a heading.  ``verbatim``: a transcript or commands, to be copied as they are."""

    title: str
    lines: tuple[Detail, ...]
    verbatim: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """All that is known of one object; every text is safe to show."""

    title: str
    mark: Mark
    sections: tuple[Section, ...]

    def section(self, title: str) -> Section | None:
        """The section called ``title``."""
        return next((one for one in self.sections if one.title == title), None)

    @property
    def lines(self) -> Iterator[str]:
        """The whole of it as plain text, for the clipboard and for paper."""
        yield self.title
        for section in self.sections:
            yield ""
            yield section.title
            for line in section.lines:
                sign = f"{line.mark.glyph} " if line.mark is not None else ""
                here = "  <-- here" if line.here else ""
                yield f"{'' if section.verbatim else '  ' * (line.depth + 1)}{sign}{line.text}{here}"


def section(title: str, lines: Iterable[Detail | str | tuple[str, Mark | None]], verbatim: bool = False) -> Section:
    """A section of lines; a bare text stands at the left and has no mark."""
    return Section(title, tuple(map(_line, lines)), verbatim)


def _line(given: Detail | str | tuple[str, Mark | None]) -> Detail:
    if isinstance(given, Detail):
        return given
    return Detail(0, given) if isinstance(given, str) else Detail(0, *given)
