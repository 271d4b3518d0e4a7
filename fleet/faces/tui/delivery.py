"""What the application tells, and what leaves it: toasts, the clipboard, files, an editor.

May import ``textual``, ``fleet.clock``, ``fleet.settings``, ``fleet.faces.export`` and the modules beside.
"""

import asyncio
import json
import os
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textual.app import App

from fleet.clock import monotonic
from fleet.faces.export.table import table_text
from fleet.faces.tui.attention import attention
from fleet.faces.tui.engine import Place, Reply
from fleet.settings import MOST_COMMANDS, Settings, write_columns, write_commands
from fleet.text import show
from fleet.views import Column, Mark, Row

_SEVERITY: Mapping[Mark, Any] = {Mark.FAIL: "error", Mark.WARN: "warning", Mark.UNKNOWN: "warning"}
_QUIET = 15.0
"""Seconds between two toasts of alerts: the screen is for the fleet, and ``fleet alerts`` has all of them in full."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the application is given besides its engine.

    ``problems`` are mistakes in the settings, said once; ``commands`` were written on the ``:`` line before.  ``state``
    is the folder where those and chosen columns are remembered (None: nowhere); ``ascii`` is what the terminal or the
    command line asks for.  NO_COLOR is of the environment.
    """

    settings: Settings = field(default_factory=Settings)
    problems: tuple[str, ...] = ()
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    commands: tuple[str, ...] = ()
    state: Path | None = None
    ascii: bool = False
    editor: bool = True
    """Whether ``$EDITOR`` may be started and files be written; not in a browser."""


class Delivery(App[Sequence[str]]):
    """The part of the application that speaks to the outside."""

    def __init__(self, surroundings: Surroundings) -> None:
        # Without colour means without a single code for one, so not Textual's shades of grey either.
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        self.surroundings = surroundings
        self.commands = list(surroundings.commands)
        self._untold: list[Reply] = []
        self._told_at = -_QUIET
        self.columns: dict[str, tuple[str, ...]] = {**surroundings.settings.columns, **surroundings.columns}

    # What it tells

    def survived(self, what: str, error: Exception) -> None:
        """Tell of an exception that ends nothing."""
        self.log.error(error)
        self.say(Reply(f"{what} failed: {type(error).__name__}: {show(str(error), 200)}", Mark.FAIL))

    def say(self, reply: Reply) -> None:
        """A sentence in the corner, gone after a while."""
        self.notify(
            show(reply.sentence) if not reply.sentence.isprintable() else reply.sentence,
            severity=_SEVERITY.get(reply.mark, "information"),
            markup=False,
        )

    def refuse(self, sentence: str) -> None:
        """Say why something is not done."""
        self.say(Reply(sentence, Mark.WARN))

    def announce(self, news: Sequence[Reply]) -> None:
        """Alerts: now and then one short toast, however many there are, and one call for attention."""
        self._untold += news
        if not self._untold or monotonic() < self._told_at + _QUIET:
            return
        bad = [reply for reply in self._untold if reply.mark is not Mark.OK]
        first = (bad or self._untold)[0]
        more = f"; {len(self._untold) - 1:,} more: fleet alerts" if len(self._untold) > 1 else ""
        self._untold, self._told_at = [], monotonic()
        self.say(Reply(f"{first.sentence}{more}", first.mark))
        if not self.is_headless and self._driver is not None:
            self._driver.write(attention(first.sentence, os.environ))

    # What leaves the program

    def copy(self, text: str) -> None:
        """To the clipboard, through the terminal (OSC 52); text is safe, so it can be nothing but text."""
        if text:
            self.copy_to_clipboard(text)
            self.say(Reply(f"Copied {len(text):,} characters."))
        else:
            self.refuse("There is nothing to copy.")

    def export(
        self,
        form: str,
        path: str,
        view: str,
        columns: Sequence[Column],
        positions: Sequence[int],
        rows: Sequence[Row],
    ) -> None:
        """Write a view as shown; an existing file is never overwritten."""
        self._write(form, path, view, lambda: table_text(form, columns, positions, rows), f"{len(rows):,} rows")

    def export_lines(self, form: str, path: str, name: str, lines: Sequence[str]) -> None:
        """Write a text: as a picture of the screen, as JSON (a list of its lines), else as it is."""
        texts = {
            "json": lambda: json.dumps(list(lines), indent=1) + "\n",
            "jsonl": lambda: "".join(f"{json.dumps(line)}\n" for line in lines),
        }
        plain = lambda: "".join(f"{line}\n" for line in lines)  # noqa: E731
        self._write(form, path, name, texts.get(form, plain), f"{len(lines):,} lines")

    def _write(self, form: str, path: str, name: str, made: Callable[[], str], what: str) -> None:
        if not self.surroundings.editor:
            self.refuse("No file can be written from here.")
            return
        target = Path(path).expanduser() if path else Path.cwd() / f"fleet-{name}.{form}"
        try:
            text = self.export_screenshot() if form == "svg" else made()
            with target.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            self.refuse(f"{show(str(target))} exists already: name another file (:export {form} PATH).")
        except (OSError, RuntimeError) as error:
            self.refuse(f"{show(str(target))} cannot be written: {show(str(error), 200)}")
        else:
            self.say(Reply(f"Wrote {what} to {show(str(target))}."))

    async def edit(self, place: Place | None) -> None:
        """Open a place in ``$EDITOR``; the engine works on while the screen is the editor's."""
        command = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
        if not self.surroundings.editor:
            self.refuse("No editor can be started here.")
        elif place is None:
            self.refuse("The profile does not declare this.")
        else:
            try:
                with self.suspend():
                    process = await asyncio.create_subprocess_exec(*command, f"+{place.line}", str(place.path))
                    await process.wait()
            except Exception as error:
                self.survived("the editor", error)
            self.refresh()

    def remember_command(self, text: str) -> None:
        """Keep a line of the command line for recalling, here and after the next start."""
        if not self.commands or self.commands[-1] != text:
            self.commands.append(text)
            del self.commands[:-MOST_COMMANDS]
            if self.surroundings.state is not None:
                write_commands(self.surroundings.state, self.commands)

    def remember_columns(self, view: str, names: tuple[str, ...]) -> None:
        """Show these columns in a view from now on, and after the next start."""
        self.columns[view] = names
        if self.surroundings.state is not None:
            problem = write_columns(self.surroundings.state, self.columns)
            if problem:
                self.refuse(problem)
