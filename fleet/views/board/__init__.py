"""The board: everything the dashboard shows, made of State by pure functions.

``Picture`` is what is known at one moment.  From it come

* tables (``TABLES``, by the name of a view): every row of the six views, unsorted and unfiltered;
* ``destination_panel``, a panel of the wall;
* documents (``DOCUMENTS``): a closer look at one row, from what becomes of mail down to the evidence;
* ``what_if_document``, ``summary_lines``.

Three promises hold for all of them.  Texts are safe: whatever came from a stranger has passed ``fleet.text.show``.
Nothing is called good without proof: *unknown*, *stale*, *never observed*, *declared* are words of their own, and what
failed keeps its last good value with its age.  And what did not change is the same object as before (``Memo``), so that
a screen sends nothing for it.

======================  ===============================================================================
``picture``             what all of it is made of
``known``               the fleet with what polls saw laid over what is declared
``outlook``             what becomes of mail to each destination, kept up check by check
``fleet_rows`` ...      one module a table
``panels``              the wall
``document``            what a closer look is; ``*_document`` one each
``commands``            dig and openssl lines that ask again by hand
``what_if``, ``totals`` a supposed setting; the fleet in a few lines
======================  ===============================================================================

May import ``fleet.monitor``, ``fleet.rules``, ``fleet.forecast``, ``fleet.decision``, ``fleet.profile``,
``fleet.layout``, ``fleet.model``, ``fleet.text`` and the rest of ``fleet.views``; never a transport.
"""

from collections.abc import Callable, Mapping

from fleet.views.board.destination_document import destination_document
from fleet.views.board.destination_rows import destinations_table
from fleet.views.board.document import Document, Section
from fleet.views.board.drift_rows import drift_table
from fleet.views.board.event_rows import FIELDS as EVENT_FIELDS
from fleet.views.board.event_rows import events_table, moment, rows_of
from fleet.views.board.finding_rows import finding_key, findings_table
from fleet.views.board.fleet_rows import fleet_table, lanes_of
from fleet.views.board.known import known_fleet
from fleet.views.board.node_document import drift_document, node_document
from fleet.views.board.other_documents import event_document, finding_document, resolver_document
from fleet.views.board.outlook import Outlook, outlook
from fleet.views.board.panels import destination_panel
from fleet.views.board.picture import Memo, Past, Picture
from fleet.views.board.resolver_rows import resolvers_table
from fleet.views.board.tier_document import tier_document
from fleet.views.board.totals import summary_lines
from fleet.views.board.what_if import what_if_document
from fleet.views.rows import Table

TABLES: Mapping[str, Callable[[Picture], Table]] = {
    "fleet": fleet_table,
    "destinations": destinations_table,
    "resolvers": resolvers_table,
    "findings": findings_table,
    "drift": drift_table,
    "events": events_table,
}
"""The table of each view."""

DOCUMENTS: Mapping[str, Callable[[Picture, str], Document | None]] = {
    "fleet": lambda picture, key: node_document(picture, key) or tier_document(picture, key),
    "destinations": destination_document,
    "resolvers": resolver_document,
    "findings": finding_document,
    "drift": drift_document,
    "events": event_document,
}
"""The closer look at a row of each view, by its key."""

__all__ = [
    "DOCUMENTS",
    "EVENT_FIELDS",
    "TABLES",
    "Document",
    "Memo",
    "Outlook",
    "Past",
    "Picture",
    "Section",
    "destination_document",
    "destination_panel",
    "destinations_table",
    "drift_document",
    "drift_table",
    "event_document",
    "events_table",
    "finding_document",
    "finding_key",
    "findings_table",
    "fleet_table",
    "known_fleet",
    "lanes_of",
    "moment",
    "node_document",
    "outlook",
    "resolver_document",
    "resolvers_table",
    "rows_of",
    "summary_lines",
    "tier_document",
    "what_if_document",
]
