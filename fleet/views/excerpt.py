"""Lines of a profile with marks below them, safe to show and aligned by cells.

What a line holds may be hostile or merely wide: tabs are laid out as blanks, wide characters count as two cells, what
a terminal would act on is escaped, and of a very long line only what surrounds the mark is kept.  Secrets are masked
by the source map before anything of it arrives here.

May import ``fleet.profile``, ``fleet.model`` and ``fleet.text``.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from fleet.model.fleet import ObjectPath
from fleet.profile import SourceMap, Span
from fleet.profile.scan import Form
from fleet.text import cell_width, show

_TAB = 4
_BEFORE, _MARKED, _AFTER = 80, 120, 60
"""How many characters of a line are kept before, in and behind the mark."""


@dataclass(frozen=True, slots=True)
class Caret:
    """A mark below a line: ``before`` blanks, ``width`` cells marked, ``text`` what it says; ``main``: the cause."""

    before: int
    width: int
    text: str
    main: bool


@dataclass(frozen=True, slots=True)
class ExcerptLine:
    """One line, safe to show, with the marks below it; no marks: it stands there for orientation."""

    number: int
    text: str
    carets: tuple[Caret, ...]


def excerpt(
    source: SourceMap, path: ObjectPath, main: Span, labels: Iterable[tuple[Span, str]]
) -> tuple[ExcerptLine, ...]:
    """The line of ``main``, the lines of ``labels``, and the header of the table that ``path`` stands in.

    Labels in another file than ``main`` are left out: their lines have numbers of their own.
    """
    if not source.text:
        return ()
    found: dict[int, ExcerptLine] = {}
    for span, text, is_main in ((main, "", True), *((span, text, False) for span, text in labels)):
        if span.file != main.file:
            continue
        line = _marked(source, span, text, is_main)
        known = found.get(line.number)
        if known is not None and known.text != line.text:  # a long line that was cut elsewhere: the first cut stays
            continue
        found[line.number] = ExcerptLine(line.number, line.text, (known.carets if known else ()) + line.carets)
    header = _header(source, path, main)
    if header is not None:
        found.setdefault(header.number, header)
    return tuple(found[number] for number in sorted(found))


def _header(source: SourceMap, path: ObjectPath, main: Span) -> ExcerptLine | None:
    for length in range(len(path) - 1, 0, -1):
        if source.nearest(path[:length])[1].form is not Form.HEADER:
            continue
        span = source.locate(path[:length])
        if span.file != main.file or span.line >= main.line:
            continue
        line = _marked(source, span, "", main=False)
        return ExcerptLine(line.number, line.text, ())
    return None


def _marked(source: SourceMap, span: Span, text: str, main: bool) -> ExcerptLine:
    cut = source.excerpt(span)
    start = cut.column - 1
    end = start + max(0, cut.length)
    before, marked, after = cut.text[:start], cut.text[start:end], cut.text[end:]
    first = "…" + _laid_out(before[-_BEFORE:], 1) if len(before) > _BEFORE else _laid_out(before, 0)
    column = cell_width(first)
    middle = _laid_out(marked[:_MARKED], column) + ("…" if len(marked) > _MARKED else "")
    width = cell_width(middle)
    last = _laid_out(after[:_AFTER], column + width) + ("…" if len(after) > _AFTER else "")
    caret = Caret(column, max(1, width), show(text), main)
    return ExcerptLine(span.line, (first + middle + last).rstrip(), (caret,))


def _laid_out(text: str, column: int) -> str:
    """``text`` safe to show, beginning at ``column``, with blanks for tabs."""
    parts: list[str] = []
    for number, part in enumerate(text.split("\t")):
        if number:
            blanks = _TAB - column % _TAB
            parts.append(" " * blanks)
            column += blanks
        shown = show(part, 4 * len(part) + 16)
        parts.append(shown)
        column += cell_width(shown)
    return "".join(parts)
