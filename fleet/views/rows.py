"""Tables ready to show: what a row, a cell and a column are to every face.

A table of nodes, destinations, resolvers, findings or events is the same thing to a screen, an export and a filter:
columns with keys, and rows of cells whose text is safe (``fleet.text.show`` has seen it) and which may carry a mark
(glyph and word before colour) and the value they sort by.  Rows are frozen and compared by value: a view that returns
the same row object for what did not change makes a screen repaint nothing.

May import ``fleet.views.marks``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fleet.views.marks import Mark, badness


@dataclass(frozen=True, slots=True)
class TableCell:
    """One cell.  ``text`` is safe; with a ``mark`` its glyph is shown before the text, which is then the word.

    ``sort`` is what the cell sorts and compares by (seconds, a count); without it the mark counts, then the text.
    ``history`` (numbers, None for a gap) is drawn as a small curve in place of the text.
    """

    text: str
    mark: Mark | None = None
    sort: float | str | None = None
    history: tuple[float | None, ...] = ()

    @property
    def order(self) -> tuple[int, float, str]:
        """A key that never mixes types: numbers, then texts; an empty cell last."""
        if isinstance(self.sort, int | float):
            return (0, float(self.sort), "")
        if isinstance(self.sort, str):
            return (1, 0.0, self.sort.casefold())
        if self.mark is not None:
            return (0, -float(badness(self.mark)), self.text.casefold())
        return (1, 0.0, self.text.casefold()) if self.text else (2, 0.0, "")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its key (for filters, sorting, settings), its title and how wide it is.

    Widths are fixed so that a changing value never moves its neighbours; a ``flexible`` column takes what is left.
    ``optional`` columns are shown only where the user chose them, those with a ``least`` also by themselves where the
    screen is that wide.
    """

    key: str
    title: str
    width: int
    flexible: bool = False
    right: bool = False
    optional: bool = False
    help: str = ""
    least: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One row: ``cells`` in the order of the table's columns.

    ``key`` names the object for actions and keeps the cursor on it; ``rank`` is the order that is natural to the table
    (worst first, then age), smallest first; ``problem`` says whether "problems only" keeps it: whatever is not proven
    good does.
    """

    key: str
    cells: tuple[TableCell, ...]
    rank: tuple[float, ...] = ()
    problem: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above a group of rows: safe words with a mark, such as the lane a tier is."""

    text: str
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows, unsorted and unfiltered.

    ``heads`` are for the groups of the column ``headed``, by the text of its cells and in the order the groups are to
    stand in; a group without a head comes behind them.  A head without rows is shown too: an empty tier is a tier.
    ``partial``: some rows are still being worked out; asked for again, the table is further.  ``note`` (safe words) is
    what else must be known of the rows, such as how far back they go; ``order`` names the order natural to them.
    """

    columns: tuple[Column, ...]
    rows: Sequence[Row] = ()
    headed: str = ""
    heads: Mapping[str, Head] = field(default_factory=dict)
    partial: bool = False
    note: str = ""
    order: str = "worst first"

    @property
    def fields(self) -> tuple[str, ...]:
        """The names a filter may use."""
        return tuple(column.key for column in self.columns)
