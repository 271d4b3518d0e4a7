"""The application: modes, the clock of the picture, what works everywhere, and how it ends.

The picture follows the engine a few times a second, never more, and only the screen that is seen asks for rows.  An
exception in an action or while showing is told and survived: this is opened when mail stops.

May import ``textual``, ``fleet.settings`` and the modules beside.
"""

import asyncio
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from inspect import isawaitable
from typing import Any, ClassVar

from textual import events
from textual.binding import BindingType
from textual.dom import DOMNode
from textual.scrollbar import ScrollBar
from textual.widgets import Input

from fleet.faces.tui.actions import ACTIONS, VIEWS, Kind, Scope
from fleet.faces.tui.actions.bindings import bindings, keymap
from fleet.faces.tui.actions.keymap import effective_keys
from fleet.faces.tui.delivery import Delivery, Surroundings
from fleet.faces.tui.engine import Deed, Engine, Request
from fleet.faces.tui.look import PlainBars, look
from fleet.faces.tui.overlays.choice import QuestionOverlay
from fleet.faces.tui.overlays.help import HelpOverlay
from fleet.faces.tui.overlays.palette import FleetPalette
from fleet.faces.tui.overlays.reading import ReadingOverlay
from fleet.faces.tui.screens import SCREENS, CloserScreen, FleetScreen, ViewScreen
from fleet.faces.tui.themes import MARK_FALLBACKS, THEMES, theme_for
from fleet.faces.tui.typed_ahead import TypedAhead
from fleet.settings import ThemeName


class FleetApp(Delivery):
    """The dashboard over ``engine``.  ``run`` returns the lines to print once it has left the screen."""

    TITLE = "fleet"
    ENABLE_COMMAND_PALETTE = False
    MODES: ClassVar[dict[str, Any]] = dict(SCREENS)
    DEFAULT_MODE = "fleet"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.APP)
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal"), (160, "-wide")]  # noqa: RUF012
    CSS = """
    * { scrollbar-color: $panel; scrollbar-color-hover: $primary; scrollbar-color-active: $primary;
        scrollbar-background: $background; scrollbar-background-hover: $background;
        scrollbar-background-active: $background; }
    .-plain Toast { border-left: ascii $primary; border-right: none; }
    """

    def __init__(self, engine: Engine, surroundings: Surroundings | None = None) -> None:
        given = surroundings or Surroundings()
        super().__init__(given)
        self.engine = engine
        self.look = look(given.ascii or given.settings.ascii)
        self.keys, clashing = effective_keys(ACTIONS, given.settings.keys)
        self.problems = (*given.problems, *clashing)
        self.frozen = False
        self.changes = 0
        """How much changed since the picture was frozen."""
        self._ahead = TypedAhead(self, self.on_event)
        self._dirty = False
        self._problem_told = ""
        self._previous_mode = self.DEFAULT_MODE
        self._unsubscribe: Callable[[], None] | None = None
        self.animation_level = "none"
        self.set_class(self.look.ascii, "-plain")
        ScrollBar.renderer = PlainBars
        for theme in THEMES:
            self.register_theme(theme)
        few = self.no_color or self.console.color_system == "standard"
        self.theme = theme_for(given.settings.theme, few).name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Colours of marks for themes that are not ours."""
        known = self.current_theme.to_color_system().generate()
        return {variable: known[source] for variable, source in MARK_FALLBACKS.items()}

    def on_mount(self) -> None:
        """Follow the engine from now on."""
        chosen = self.surroundings.settings.keys
        self.set_keymap(keymap({one: self.keys[one] for one in chosen if one in self.keys}))
        with suppress(NotImplementedError, RuntimeError, ValueError):  # no signals on this system or in this thread
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self.exit, ())
            # Under nohup a closed terminal would be no news, and its end would be read for ever.
            if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
                signal.signal(signal.SIGHUP, signal.SIG_DFL)
        self._unsubscribe = self.engine.subscribe(self._changed)
        self.set_interval(1 / self.surroundings.settings.updates_per_second, self._follow)
        self.screen_change_signal.subscribe(self, lambda _: self.show_now())
        for problem in self.problems:
            self.refuse(problem)
        self.show_now()

    def on_unmount(self) -> None:
        """Follow no longer."""
        if self._unsubscribe is not None:
            self._unsubscribe()

    # The picture

    def _changed(self) -> None:
        self._dirty = True
        self.changes += self.frozen

    def _follow(self) -> None:
        self.announce(self.engine.news())
        if self.frozen:
            screen = self._seen()
            if isinstance(screen, ViewScreen | CloserScreen) and screen.header.status.changes != self.changes:
                screen.show_status()
        elif self._dirty or ((seen := self._seen()) is not None and seen.is_due()):
            self.show_now()

    def show_now(self) -> None:
        """Show what is true now on the screen that is seen."""
        screen = self._seen()
        if screen is None or (self.frozen and screen.has_class("-shown")):
            return
        self._dirty = False
        self._tell_problem()
        screen.add_class("-shown")
        try:
            screen.show_view()
        except Exception as error:
            self.survived("showing this view", error)

    def _tell_problem(self) -> None:
        """Once, in full: the title has room for its beginning only."""
        problem = self.engine.problem
        if problem != self._problem_told:
            self._problem_told = problem
            if problem:
                self.refuse(problem)

    def _seen(self) -> FleetScreen | None:
        """The screen that is seen, also behind an overlay."""
        return next((one for one in reversed(self.screen_stack) if isinstance(one, FleetScreen)), None)

    def _view(self) -> ViewScreen | None:
        screen = self._seen()
        return screen if isinstance(screen, ViewScreen) else None

    def action_freeze(self) -> None:
        """Hold the picture still, or follow again."""
        self.frozen = not self.frozen
        self.changes = 0
        screen = self._seen()
        if self.frozen and isinstance(screen, ViewScreen | CloserScreen):
            screen.show_status()
        else:
            self.show_now()

    # Doing

    async def do(self, identity: str, *arguments: str) -> None:
        """Do the action ``identity``, where the focus is or above; what it needs is asked for by its screen."""
        for node in self._handlers():
            handler = getattr(node, f"action_{identity}", None)
            if handler is not None:
                try:
                    done = handler(*arguments)
                    if isawaitable(done):
                        await done
                except Exception as error:
                    self.survived(identity, error)
                return
        self.refuse("That does nothing here.")

    def _handlers(self) -> list[DOMNode]:
        screen = self._seen()
        if screen is None:
            return [self]
        start = screen.focused if screen.focused is not None and screen.focused.is_on_screen else screen.body
        inner = list(start.ancestors_with_self)
        return inner if screen.body in inner else [screen.body, screen, self]

    async def on_event(self, event: events.Event) -> None:
        """Keys that come while a written line is carried out wait for its end."""
        if not event.is_forwarded:
            if self._ahead.takes(event):
                return
            screen = self._seen()
            if isinstance(event, events.Key) and event.key == "enter" and screen is not None and screen.is_writing:
                self._ahead.begin()
        await super().on_event(event)

    async def do_written(self, identity: str, *arguments: str) -> None:
        """Do what a line says; then the keys that were typed after it."""
        await self.do(identity, *arguments)
        await self._ahead.release()

    async def line_done(self) -> None:
        """A line led to nothing that takes time: the keys that were typed after it go on."""
        await self._ahead.release()

    async def _check_bindings(self, key: str, priority: bool = False) -> bool:
        """Do what ``key`` is bound to, at once.

        Textual sends a key to the focus and does what it is bound to when the key has come back up, message by message.
        Whoever types faster than that (``:q``, on a slow machine) would act with what was meant to be written.
        """
        if await super()._check_bindings(key, priority):
            return True
        at_once = priority and not isinstance(self.focused, Input)
        return at_once and await super()._check_bindings(key)

    async def run_action(self, *arguments: Any, **named: Any) -> bool:
        """An action that raises is told and survived."""
        try:
            return await super().run_action(*arguments, **named)
        except Exception as error:
            self.survived("that", error)
            return True

    def ask(self, request: Request, copy: bool = False) -> None:
        """Ask the engine; its answer is said, read in an overlay or copied."""
        self.run_worker(self._asked(request, copy), exit_on_error=False, group="requests")

    async def _asked(self, request: Request, copy: bool) -> None:
        try:
            reply = await self.engine.submit(request)
        except Exception as error:
            self.survived(request.deed, error)
            return
        if reply.document is not None and not copy:
            self.push_screen(CloserScreen(request.view, "", reply.document))
        elif copy and reply.lines:
            self.copy("\n".join(reply.lines))
        elif reply.lines:
            self.push_screen(ReadingOverlay(reply.sentence, reply.lines))
        else:
            self.say(reply)

    def names(self, kind: Kind) -> Sequence[str]:
        """What there is of a kind, for completion."""
        screen = self._view()
        if kind is Kind.COLUMN:
            return screen.table.fields if screen is not None else ()
        if kind is Kind.THEME:
            return [*ThemeName, *sorted(set(self.available_themes) - {theme.name for theme in THEMES})]
        return self.engine.names(kind)

    # Everywhere

    async def action_prompt(self, identity: str) -> None:
        """Open the command line on an action that needs arguments."""
        screen = self._seen()
        if screen is not None:
            while self.screen is not screen:
                await self.pop_screen()
            screen.prompt(identity)

    def action_command(self) -> None:
        """Open the command line."""
        screen = self._seen()
        if screen is not None:
            screen.action_write_command()

    def action_palette(self) -> None:
        """Open the palette."""
        self.push_screen(FleetPalette())

    def action_help(self) -> None:
        """Show the keys of this screen."""
        screen = self._seen()
        if screen is not None:
            scopes = screen.SCOPES | {Scope.LOG}
            title = next((view.title for view in VIEWS if view.id == screen.view), "Help")
            self.push_screen(HelpOverlay(title, scopes, self.keys, self.look, screen.view))

    async def go_to_view(self, view: str) -> None:
        """Show another of the six views."""
        if view != self.current_mode:
            self._previous_mode = self.current_mode
            await self.switch_mode(view)
            self.show_now()  # at once: what comes next may look for a row
        elif isinstance(self.screen, CloserScreen):
            await self._to_rows()

    async def action_view_fleet(self) -> None:
        """Tiers and nodes."""
        await self.go_to_view("fleet")

    async def action_view_destinations(self) -> None:
        """The wall."""
        await self.go_to_view("destinations")

    async def action_view_resolvers(self) -> None:
        """Resolvers."""
        await self.go_to_view("resolvers")

    async def action_view_findings(self) -> None:
        """Findings."""
        await self.go_to_view("findings")

    async def action_view_drift(self) -> None:
        """Drift."""
        await self.go_to_view("drift")

    async def action_view_events(self) -> None:
        """Events."""
        await self.go_to_view("events")

    async def action_previous_view(self) -> None:
        """Back to the view before."""
        await self.go_to_view(self._previous_mode)

    def action_next_pane(self) -> None:
        """The next pane takes the keys."""
        self.screen.focus_next()

    def action_previous_pane(self) -> None:
        """The pane before takes the keys."""
        self.screen.focus_previous()

    async def action_go_node(self, name: str) -> None:
        """Go to a node."""
        await self._go("fleet", name)

    async def action_go_destination(self, name: str) -> None:
        """Go to a destination."""
        await self._go("destinations", name)

    async def action_go_tier(self, name: str) -> None:
        """Go to the nodes of a tier."""
        await self.go_to_view("fleet")
        await self._to_rows()
        screen = self._view()
        if screen is not None:
            screen.filter_to("tier" if "tier" in screen.table.fields else "", name)

    async def _go(self, view: str, key: str) -> None:
        await self.go_to_view(view)
        await self._to_rows()
        screen = self._view()
        if screen is not None and not screen.go_to(key):
            self.refuse(f'There is no "{key}" here.')

    async def _to_rows(self) -> None:
        """Leave whatever is looked at more closely."""
        while isinstance(self.screen, CloserScreen):
            await self.pop_screen()
        self.show_now()

    def action_maximise(self) -> None:
        """One pane over the whole screen, or back."""
        if self.screen.maximized is not None:
            self.screen.minimize()
        elif self.screen.focused is not None:
            self.screen.maximize(self.screen.focused)

    def action_faster(self) -> None:
        """Poll oftener."""
        self.ask(Request(Deed.FASTER, self.current_mode))

    def action_slower(self) -> None:
        """Poll rarer."""
        self.ask(Request(Deed.SLOWER, self.current_mode))

    def action_interval(self, seconds: str) -> None:
        """Poll every so many seconds."""
        self.ask(Request(Deed.INTERVAL, self.current_mode, (), (seconds,)))

    def action_theme(self, name: str) -> None:
        """Choose the colours."""
        own = theme_for(ThemeName(name), False).name if name in list(ThemeName) else name
        if own in self.available_themes:
            self.theme = own
        else:
            self.refuse(f'There is no theme "{name}".')

    async def action_back(self) -> None:
        """One step back; at the root it does nothing."""
        screen = self.screen
        if screen.maximized is not None:
            screen.minimize()
        elif isinstance(screen, ViewScreen | CloserScreen) and screen.step_back():
            return
        elif len(self.screen_stack) > 1:
            await self.pop_screen()

    # Leaving

    async def action_leave(self) -> None:
        """Back, or quit; asks while something runs."""
        if len(self.screen_stack) > 1:
            await self.pop_screen()
            return
        running = self.engine.running()
        if not running:
            self.exit(())
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.exit(())

        self.push_screen(QuestionOverlay(f"{running:,} polls and checks are running.  Quit all the same?"), answered)

    def action_quit_now(self) -> None:
        """Quit at once."""
        self.exit(())

    def action_interrupt(self) -> None:
        """Quit: whatever could be copied was taken by the screen."""
        self.exit(())

    def action_quit_summary(self) -> None:
        """Quit, and leave the summary with the shell."""
        self.exit(tuple(self.engine.summary()))
