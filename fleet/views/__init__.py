"""What was found, ready to show: rows and panels of safe text, for every face alike.

A verdict holds true values, and true values are hostile: a banner may carry escape sequences, a certificate subject a
bidirectional override, a domain a letter that only looks like another.  The faces (tables, the dashboard, exports for
people) therefore never touch a verdict.  They show what stands here: frozen rows whose every remote string has passed
``fleet.text.show``, sorted and worded once, so that the command line and the screen say the same thing.

``marks`` is the table of states (a glyph *and* a word, colour only third); ``names`` shows domains in Unicode beside
their A-label; ``ladder`` is one destination host by host; ``check`` is one destination as one row; ``explanation`` is
the long form, from the root's key down to the row of the policy table that decided.  ``rows`` says what a table is,
``panels`` what a panel of the wall; ``filtering`` and ``arrangement`` decide which rows are shown in which order;
``curve`` draws a history on one line; ``board`` is what the dashboard is made of.

A profile on paper has views of its own: ``validation`` reads and judges one, ``findings`` puts findings in their places
with an ``excerpt`` of the text, ``validation_summary`` counts and gives the exit code, ``mending`` makes the changes
that findings propose, ``policy_changes`` and ``comparison`` tell two fleets apart, ``rule_docs`` is what every code
means.  They are imported from the module that holds them, because a check needs none of them.

No function here knows a terminal, a width or a UI library.  May import ``fleet.rules``, ``fleet.layout``,
``fleet.profile``, ``fleet.decision``, ``fleet.model``, ``fleet.errors`` and ``fleet.text``.
"""

from fleet.views.arrangement import Arrangement, GroupHead, Shown, arrange, next_sort, renewed, targets
from fleet.views.check import CheckRow, check_row
from fleet.views.curve import curve
from fleet.views.explanation import Detail, explanation
from fleet.views.filtering import Filter, FilterProblem, parse_filter
from fleet.views.ladder import Cell, LadderRow, Summary, ladder, summary
from fleet.views.marks import Mark
from fleet.views.panels import Panel, PanelOutcome, StepMark
from fleet.views.rows import Column, Head, Row, Table, TableCell

__all__ = [
    "Arrangement",
    "Cell",
    "CheckRow",
    "Column",
    "Detail",
    "Filter",
    "FilterProblem",
    "GroupHead",
    "Head",
    "LadderRow",
    "Mark",
    "Panel",
    "PanelOutcome",
    "Row",
    "Shown",
    "StepMark",
    "Summary",
    "Table",
    "TableCell",
    "arrange",
    "check_row",
    "curve",
    "explanation",
    "ladder",
    "next_sort",
    "parse_filter",
    "renewed",
    "summary",
    "targets",
]
