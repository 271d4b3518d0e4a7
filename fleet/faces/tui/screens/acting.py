"""A screen that is about something: what is selected there can be checked, polled, acknowledged, looked up, copied.

Every deed is a request to the engine.  What is selected is told by the subclasses: rows of a view, or the one object
that is looked at more closely.

May import ``textual`` and the modules beside.
"""

from collections.abc import Sequence

from fleet.faces.tui.engine import Deed, Request
from fleet.faces.tui.screens.base import FleetScreen


class ActingScreen(FleetScreen):
    """The deeds.  ``view`` is the view its objects belong to."""

    def __init__(self, view: str = "") -> None:
        super().__init__(view)

    @property
    def targets(self) -> tuple[str, ...]:
        """The objects an action is for."""
        raise NotImplementedError

    @property
    def cursor_key(self) -> str:
        """The object in front of the reader."""
        raise NotImplementedError

    def ask(self, deed: Deed, *arguments: str, wanted: Sequence[str] | None = None) -> None:
        """Ask the engine for a deed, for ``wanted`` or what is selected."""
        chosen = self.targets if wanted is None else tuple(wanted)
        self.fleet_app.ask(Request(deed, self.view, chosen, arguments))

    def action_check(self, *names: str) -> None:
        """Check DANE for ``names``, or for the selection."""
        self.ask(Deed.CHECK, wanted=names or None)

    def action_check_all(self) -> None:
        """Check everything shown."""
        self.action_check()

    def action_poll(self, *names: str) -> None:
        """Poll ``names``, or the selection."""
        self.ask(Deed.POLL, wanted=names or None)

    def action_poll_all(self) -> None:
        """Poll everything shown."""
        self.action_poll()

    def action_cancel(self) -> None:
        """Cancel what runs for the selection."""
        self.ask(Deed.CANCEL)

    def action_acknowledge(self, until: str, reason: str) -> None:
        """Say that the selection is known until a time, for a reason."""
        self.ask(Deed.ACKNOWLEDGE, until, reason)

    def action_silence(self, until: str, reason: str) -> None:
        """Silence the selection until a time, for a reason."""
        self.ask(Deed.SILENCE, until, reason)

    def action_validate(self) -> None:
        """Run the rules now."""
        self.ask(Deed.VALIDATE)

    def action_what_if(self, setting: str) -> None:
        """Suppose a setting."""
        self.ask(Deed.WHAT_IF, setting)

    def action_differences(self) -> None:
        """Where the selection differs from the profile."""
        self.ask(Deed.DIFFERENCES)

    def action_excerpt(self) -> None:
        """The lines of the profile."""
        self.ask(Deed.EXCERPT)

    async def action_edit(self) -> None:
        """Open the lines of the profile in an editor."""
        await self.fleet_app.edit(self.fleet_app.engine.place(self.view, self.cursor_key))
