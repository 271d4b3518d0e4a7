"""An engine that has no fleet behind it: rows and panels from numbers, deeds noted, replies on demand."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from fleet.faces.tui.actions import Kind
from fleet.faces.tui.engine import Place, Reply, Request
from fleet.views import Column, Filter, Mark, Panel, PanelOutcome, Row, StepMark, Table, TableCell
from fleet.views.board import Document
from fleet.views.marks import badness

STATES = (
    (Mark.OK, "DANE"),
    (Mark.WARN, "TLS"),
    (Mark.FAIL, "held"),
    (Mark.UNKNOWN, "not tested"),
)

COLUMNS = (
    Column("name", "Name", 18, flexible=True, help="the domain"),
    Column("state", "State", 14, help="what happens to mail"),
    Column("tier", "Tier", 9),
    Column("age", "Age", 9, right=True),
    Column("past", "History", 12),
    Column("mx", "MX", 4, right=True, optional=True, help="how many hosts"),
)


def made_row(number: int, turn: int = 0, name: str = "") -> Row:
    mark, word = STATES[(number * 7 + turn) % 4]
    age = 60.0 * (number % 90 + 1)
    return Row(
        name or f"dest{number:04}.example",
        (
            TableCell(name or f"dest{number:04}.example"),
            TableCell(word, mark),
            TableCell("edge" if number % 3 else "scan"),
            TableCell(f"{age / 60:.0f} min", sort=age),
            TableCell(
                "", history=tuple(None if (number + at) % 5 == 0 else float((number * at) % 7) for at in range(9))
            ),
            TableCell(str(number % 4), sort=float(number % 4)),
        ),
        rank=(-float(badness(mark)), age),
        problem=mark is not Mark.OK,
    )


def _past(number: int, at: int) -> float | None:
    return None if (number + at) % 5 == 0 else float((number * at) % 7)


def made_panel(row: Row, text: str = "") -> Panel:
    mark = row.cells[1].mark or Mark.UNKNOWN
    said = text or row.cells[1].text
    return Panel(
        key=row.key,
        name=row.key,
        mark=mark,
        verdict=said,
        mode="opportunistic",
        steps=tuple(StepMark(step, mark if step == "TLSA" else Mark.OK, text or "secure") for step in STEPS),
        outcomes=(PanelOutcome("dlv1 dlv2", mark, said), PanelOutcome("scan", Mark.UNKNOWN, "unknown")),
        expected=text or "DANE",
        weakest=text or "TLS",
        age=row.cells[3].text,
        history=row.cells[4].history,
        note=text or "certificate ends in 6 d",
        note_mark=Mark.WARN,
    )


STEPS = ("MX", "A", "TLSA", "TLS", "CERT")


class MadeUpEngine:
    """The engine; ``requests`` are what was asked for, ``reply`` what it answers."""

    def __init__(self, count: int = 40, names: Sequence[str] = ()) -> None:
        self.rows = [made_row(number, name=name) for number, name in enumerate(names)]
        self.rows += [made_row(number) for number in range(len(self.rows), count)]
        self.requests: list[Request] = []
        self.problem = ""
        self.looks: list[tuple[str, bool, bool]] = []
        self.reply: Reply | Exception = Reply("done")
        self.told: Sequence[Reply] = ()
        self.busy = 0
        self.broken = False
        self.panels_asked = 0
        self.listeners: list[Callable[[], None]] = []
        self.text = ""
        self.documents: dict[str, Document] = {}
        self.where: Place | None = Place(Path("profile.toml"), 7)
        self._by_key = {row.key: at for at, row in enumerate(self.rows)}

    @property
    def name(self) -> str:
        return self.text or "example.com (live)"

    def table(self, view: str) -> Table:
        if self.broken:
            raise ValueError("the view is broken [/]")
        return Table(COLUMNS, tuple(self.rows))

    def look_back(self, wanted: Filter, problems_only: bool, deeper: bool = False) -> None:
        self.looks.append((str(wanted), problems_only, deeper))

    def panel(self, key: str) -> Panel | None:
        self.panels_asked += 1
        at = self._by_key.get(key)
        return None if at is None else made_panel(self.rows[at], self.text)

    def document(self, view: str, key: str) -> Document | None:
        return self.documents.get(key)

    def news(self) -> Sequence[Reply]:
        told, self.told = self.told, ()
        return told

    def names(self, kind: Kind) -> Sequence[str]:
        names = [row.key for row in self.rows]
        return {Kind.NODE: names, Kind.DESTINATION: names, Kind.TIER: ("edge", "scan")}.get(kind, ())

    def running(self) -> int:
        return self.busy

    def subscribe(self, changed: Callable[[], None]) -> Callable[[], None]:
        self.listeners.append(changed)
        return lambda: self.listeners.remove(changed)

    async def submit(self, request: Request) -> Reply:
        self.requests.append(request)
        if isinstance(self.reply, Exception):
            raise self.reply
        return self.reply

    def place(self, view: str, key: str) -> Place | None:
        return self.where

    def summary(self) -> Sequence[str]:
        return (f"{len(self.rows)} rows",)

    def change(self, at: int, **cell: object) -> None:
        """The state of a row changes."""
        row = self.rows[at]
        cells = (row.cells[0], replace(row.cells[1], **cell), *row.cells[2:])
        worst = -float(badness(cells[1].mark)) if cells[1].mark is not None else 0.0
        self.rows[at] = replace(row, cells=cells, rank=(worst, *row.rank[1:]))
        self.tell()

    def tell(self) -> None:
        for changed in self.listeners:
            changed()
