"""One destination as a panel: its verdict, its rungs, what becomes of mail from whom, its past and what comes next.

The texts are safe to show.  A panel says the same as the destination's row in a table, with room for the rungs.

May import ``fleet.views.marks``.
"""

from dataclasses import dataclass

from fleet.views.marks import Mark


@dataclass(frozen=True, slots=True)
class StepMark:
    """One rung of the ladder: ``TLSA``, its mark and the word for its state (``bogus``)."""

    name: str
    mark: Mark
    word: str


@dataclass(frozen=True, slots=True)
class PanelOutcome:
    """What becomes of mail from ``sender`` (nodes or a tier, and the flow): ``held until bounce, 41 h left``.

    ``short`` is the same in fewer words, for a narrow panel; empty where there are none.
    """

    sender: str
    mark: Mark
    text: str
    short: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """What one panel of the wall shows.

    ``note`` is a look-ahead ("certificate ends in 6 d") or a state such as ``acknowledged until Friday``; ``history``
    is oldest first with None where nothing was observed.
    """

    key: str
    name: str
    mark: Mark
    verdict: str
    mode: str = ""
    steps: tuple[StepMark, ...] = ()
    outcomes: tuple[PanelOutcome, ...] = ()
    expected: str = ""
    weakest: str = ""
    age: str = ""
    history: tuple[float | None, ...] = ()
    note: str = ""
    note_mark: Mark | None = None
