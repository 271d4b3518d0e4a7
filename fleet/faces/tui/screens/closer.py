"""A closer look at one object, over the view it stands in: a document that follows what is known of it.

May import ``textual``, ``fleet.views`` and the modules beside.
"""

from typing import ClassVar

from textual import on
from textual.binding import BindingType

from fleet.faces.tui.actions import Scope
from fleet.faces.tui.actions.bindings import bindings
from fleet.faces.tui.engine import Deed, Request
from fleet.faces.tui.screens.acting import ActingScreen
from fleet.faces.tui.widgets.document_view import DocumentView
from fleet.faces.tui.widgets.entry import Entry
from fleet.faces.tui.widgets.header import Status
from fleet.views.board import Document


class CloserScreen(ActingScreen):
    """One object.  With a ``document`` of its own (an answer to a what-if) it stands still."""

    SCOPES: ClassVar[frozenset[Scope]] = frozenset({Scope.APP, Scope.ACT, Scope.MOVE, Scope.LOG, Scope.DOCUMENT})
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.ACT)

    def __init__(self, view: str, key: str, document: Document | None = None) -> None:
        super().__init__(view)
        self._object = key
        self._still = document
        self._body = DocumentView("Nothing is known of this any more.")

    @property
    def body(self) -> DocumentView:
        """The document."""
        return self._body

    @property
    def cursor_key(self) -> str:
        """The object."""
        return self._object

    @property
    def targets(self) -> tuple[str, ...]:
        """The object."""
        return (self._object,) if self._object else ()

    def show_view(self) -> None:
        """What is known of it now."""
        found = self._still if self._still is not None else self.fleet_app.engine.document(self.view, self._object)
        self._body.show(found)
        self.show_status()

    def show_status(self) -> None:
        """Where in the document the reader is, and what runs."""
        document = self._body.document
        count = len(document.sections) if document is not None else 0
        app = self.fleet_app
        status = Status(
            about=document.title if document is not None else self._object,
            matched=count,
            total=count,
            running=app.engine.running(),
            frozen=app.frozen,
            changes=app.changes,
        )
        self.header.show(app.engine.name, status)

    def step_back(self) -> bool:
        """Leave the line at the bottom, if it is open; whether it was."""
        if not self.entry.is_open:
            return False
        self.close_entry()
        return True

    def action_open(self) -> None:
        """It is open already."""

    def action_copy(self, part: str = "row") -> None:
        """Copy the document, its name, the evidence or the command that reproduces it."""
        document = self._body.document
        if part == "name" or document is None:
            self.fleet_app.copy(self._object)
        elif part == "row":
            self.fleet_app.copy("\n".join(document.lines))
        else:
            self.fleet_app.ask(Request(Deed(part), self.view, self.targets), copy=True)

    def action_export(self, form: str, path: str = "") -> None:
        """Write the document to a file."""
        document = self._body.document
        lines = list(document.lines) if document is not None else []
        self.fleet_app.export_lines(form, path, "document", lines)

    @on(DocumentView.SearchWanted)
    def _search_document(self) -> None:
        self.entry.open("search", "/", "")

    @on(Entry.Written)
    def _sought(self, message: Entry.Written) -> None:
        if message.mode == "search":
            found = not message.text or self._body.find(message.text)
            self.entry.say("" if found else "No line contains this.")
