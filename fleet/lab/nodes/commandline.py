"""The command line of a simulated appliance: menus as generators, a pager, Ctrl-C.

Pure but for errands: ``feed`` takes what was typed and gives what a terminal would be sent.  A menu yields (text,
prompt) and receives the answer.  Everything typed is kept in ``typed``, so a test can say what has been sent and what
never was; the operations that would change an appliance note themselves in ``changed``.  What takes time
(``daneverify``) is an ``errand``: whoever serves the session carries it out, prints its lines and then ``finish``.

Prompts, menus, pager, refusals: as seen or reported.  Layouts inside: ``fleet.lab.nodes.layouts``.
May import ``fleet.model`` and the lab's own modules.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from fleet.lab.nodes import documents, layouts, mail_logs, waiting, wordings
from fleet.lab.nodes.daneverify import VARIANTS, Verification
from fleet.lab.nodes.faults import Fault
from fleet.lab.nodes.place import Place
from fleet.lab.nodes.waiting import Held
from fleet.model.fleet import Settings

Variant = TypeVar("Variant")
UNMASKED = "Admins-Passphrase-in-clear"
"""What the configuration shows where its passwords were not left out."""
PAGER = "-Press Any Key For More-"
Menu = Generator[tuple[str, str], str, str]
"""Yields text and prompt, receives a line, returns the last text."""

_CHOOSE = "Choose the operation you want to perform:\n"
_CHANGING = frozenset({"NEW", "DELETE", "CLEAR", "SETUP", "DEFAULT", "IMPORT", "EXPORT", "SEARCH", "RESET"})


@dataclass(frozen=True, slots=True)
class Appliance:
    """What a simulated appliance is: its settings, its names, the variant of each layout it prints."""

    settings: Settings
    host: str = "esa1.example.com"
    level: str = ""
    """``Machine``, ``Cluster`` or ``Group`` for a clustered one."""
    variant: int = 0
    moment: str = "Thu Jun  4 12:00:00 2026 GMT"
    """What its clock says; empty: what ours does."""
    fault: Fault = Fault.NONE
    banner: str = ""
    place: Place = field(default_factory=Place)
    """Where it stands: what its ``daneverify`` sees."""
    queue: tuple[Held, ...] = ()
    """What waits."""
    logs: mail_logs.Logs = field(default_factory=dict)
    """What its log subscriptions hold, by name."""

    @property
    def clock(self) -> str:
        """Its time as it prints it."""
        return self.moment or datetime.now(UTC).strftime("%a %b %e %H:%M:%S %Y GMT")

    @property
    def prompt(self) -> str:
        """The main prompt."""
        return f"({self.level} {self.host})> " if self.level else f"{self.host}> "


@dataclass(slots=True)
class CommandLine:
    """One session."""

    appliance: Appliance
    rows: int = 24
    typed: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    over: bool = False
    arguments: str = ""
    """What stands behind the command."""
    errand: AsyncIterator[str] | None = None
    _line: str = ""
    _menu: Menu | None = None
    _pages: list[str] = field(default_factory=list)
    _after: str = ""

    def greeting(self) -> str:
        """What comes before anything is typed."""
        number = self.appliance.settings.version or "15.0.0-104"
        release, _, build = number.partition("-")
        text = (
            f"{self.appliance.banner}AsyncOS {release} for Cisco C300V build {build}\n\n"
            "Welcome to the Cisco C300V Secure Email Gateway Virtual Appliance\n\n"
            "NOTE: This session will expire if left idle for 30 minutes. Any uncommitted\n"
            "configuration changes will be lost. Commit the configuration changes as soon as\nthey are made.\n\n"
        )
        return _lines(text) + self.appliance.prompt

    def feed(self, typed: str) -> str:
        """What the terminal is sent for ``typed``."""
        return "".join(self._key(character) for character in typed if not self.over)

    def _key(self, character: str) -> str:
        if character == "\x03":
            return self._interrupt()
        if self._pages:
            return "\r" + " " * len(PAGER) + "\r" + self._page()
        if character in "\r\n":
            line, self._line = self._line, ""
            self.typed.append(line)
            return "\r\n" + self._enter(line.strip())
        self._line += character
        return character

    def _interrupt(self) -> str:
        self.typed.append("^C")
        self._pages, self._line = [], ""
        was, self._menu = self._menu, None
        if was is not None:
            was.close()
        return "^C\r\n" + ("-- Changes not recorded\r\n" if was is not None else "") + self.appliance.prompt

    def _enter(self, line: str) -> str:
        if self._menu is None:
            return self._command(line)
        try:
            text, prompt = self._menu.send(line)
        except StopIteration as end:
            self._menu = None
            return self._print(end.value, "" if self.errand else self.appliance.prompt)
        return self._print(text, prompt)

    def _command(self, line: str) -> str:
        if not line:
            return self.appliance.prompt
        name, _, self.arguments = line.partition(" ")
        if name in {"exit", "quit"}:
            self.over = True
            return ""
        if name == "commit":
            self.changed.append(line)
        make = _COMMANDS.get(name)
        unknown = self.appliance.fault is Fault.UNKNOWN_COMMAND and name != "version"
        if make is None or unknown:
            return self._print(f"Unknown command or missing feature key: {name}\n", self.appliance.prompt)
        self._menu = make(self, self.appliance)
        try:
            text, prompt = next(self._menu)
        except StopIteration as end:
            self._menu = None
            return self._print(end.value, "" if self.errand else self.appliance.prompt)
        return self._print(text, prompt)

    def finish(self) -> str:
        """The errand is done, or was given up."""
        self.errand = None
        return self.appliance.prompt

    def _print(self, text: str, prompt: str) -> str:
        """``text`` in pages of the terminal's height, then ``prompt``."""
        lines = text.split("\n")
        height = max(2, self.rows - 1)
        self._after = prompt
        if len(lines) <= height:
            return _lines(text) + prompt
        pages = ["\n".join(lines[at : at + height]) for at in range(0, len(lines), height)]
        self._pages = [page + "\n" for page in pages[:-1]] + [pages[-1]]
        return self._page()

    def _page(self) -> str:
        page = _lines(self._pages.pop(0))
        return page + (PAGER if self._pages else self._after)

    def menu(self, head: str, operations: Sequence[str]) -> tuple[str, str]:
        """A menu of operations."""
        return head + _CHOOSE + "".join(f"- {name} - {name.title()} something.\n" for name in operations), "[]> "

    def note(self, answer: str) -> None:
        """Remember an operation that would change something."""
        if answer in _CHANGING:
            self.changed.append(answer)


def _one_of(variants: Sequence[Variant], appliance: Appliance) -> Variant:
    return variants[appliance.variant % len(variants)]


def _lines(text: str) -> str:
    return text.replace("\n", "\r\n")


def _version(_line: CommandLine, appliance: Appliance) -> Menu:
    yield from ()
    return layouts.version(appliance.settings.version or "15.0.0-104")


def _status(line: CommandLine, appliance: Appliance) -> Menu:
    yield from ()
    if line.arguments == "detail":
        return waiting.status_detail(appliance.queue, waiting.now(), appliance.clock, appliance.variant)
    return _one_of(wordings.STATUS, appliance)(appliance.clock)


def _tophosts(_line: CommandLine, appliance: Appliance) -> Menu:
    """That it asks how to sort is reported, its numbers are not."""
    words = ["Active Recipients", "Connections Out", "Delivered Recipients", "Hard Bounced", "Soft Bounced"]
    turned = words[appliance.variant % 3 :] + words[: appliance.variant % 3]
    menu = "".join(f"{number}. {name}\n" for number, name in enumerate(turned, 1))
    answer = yield f"\nSort results by:\n\n{menu}", "[1]> "
    if not answer.isdigit() or turned[int(answer) - 1] != "Active Recipients":
        return "Unknown option\n"
    return waiting.tophosts(appliance.queue, appliance.clock, appliance.variant)


def _hoststatus(line: CommandLine, appliance: Appliance) -> Menu:
    domain = line.arguments.strip()
    if not domain or appliance.variant == 3:
        domain = yield "\nRecipient host:\n", "[]> "
    return waiting.hoststatus(appliance.queue, domain, waiting.now(), appliance.clock, appliance.variant)


def _dnsconfig(line: CommandLine, appliance: Appliance) -> Menu:
    settings = appliance.settings
    if appliance.fault is Fault.WRONG_MODE:
        answer = yield _one_of(wordings.WRONG_MODE, appliance)
        line.changed.append(f"switch {answer}")
        return "Switched.\n"
    head = layouts.dns_lists(settings.resolvers or (), bool(settings.root_servers), appliance.variant)
    while answer := (yield line.menu(head + "\n", ("NEW", "EDIT", "DELETE", "SETUP", "SEARCH"))):
        line.note(answer)
    return ""


def _destconfig(line: CommandLine, appliance: Appliance) -> Menu:
    if appliance.fault is Fault.ROLE_TOO_LOW:
        return "You are not in the correct access group to use this command.\n"
    if appliance.fault is Fault.UNCOMMITTED:
        return _one_of(wordings.UNCOMMITTED, appliance)
    controls = appliance.settings.controls or ()
    listed, detailed = layouts.DESTCONFIG[appliance.variant % len(layouts.DESTCONFIG)](controls)
    operations = ["SETUP", "NEW", "EDIT", "DELETE", "DEFAULT", *(["LIST"] if listed else []), "CLEAR"]
    operations += ["DETAIL"] if detailed else []
    count = len(controls)
    text = f"There are currently {count} entries configured.\n\n"
    while answer := (yield line.menu(text, operations)).upper():
        line.note(answer)
        text = ""
        if answer == "LIST":
            text = "\n" + listed + "\n"
            if appliance.fault is Fault.CUT:
                line.over = True
                return text
        elif answer == "DETAIL":
            answer = yield _one_of(wordings.WHICH_DOMAIN, appliance)
            text = "\n" + detailed + "\n" if answer.lower() == "all" else f"{answer}: no such entry\n"
    return ""


def _smtproutes(line: CommandLine, appliance: Appliance) -> Menu:
    routes = appliance.settings.routes or ()
    text = f"There are currently {len(routes)} routes configured.\n\n"
    while answer := (yield line.menu(text, ("NEW", "EDIT", "DELETE", "PRINT", "IMPORT", "EXPORT", "CLEAR"))).upper():
        line.note(answer)
        text = ""
        if answer == "PRINT" and appliance.fault is Fault.ODD_QUESTION:
            yield "\nThe rm -rf wizard: shall I delete all routes?\n", "[Y]> "
            line.changed.append("wizard")
        elif answer == "PRINT" and appliance.fault is Fault.TRACEBACK:
            return 'Traceback (most recent call last):\n  File "/data/lib/x.py", line 1, in <module>\nKeyError: 1\n'
        elif answer == "PRINT":
            text = "\n" + layouts.SMTPROUTES[appliance.variant % len(layouts.SMTPROUTES)](routes) + "\n"
    return ""


def _listenerconfig(line: CommandLine, appliance: Appliance) -> Menu:
    listeners = appliance.settings.listeners or ()
    listed = layouts.LISTENERS[appliance.variant % len(layouts.LISTENERS)](listeners)
    head = "Currently configured listeners:\n" + listed if listeners else "No listeners configured.\n"
    while answer := (yield line.menu("\n" + head + "\n", ("NEW", "EDIT", "DELETE", "SETUP"))).upper():
        line.note(answer)
        if answer != "EDIT":
            continue
        number = yield "Enter the name or number of the listener you wish to edit.\n" + listed, "[]> "
        if not number.isdecimal() or not 0 < int(number) <= len(listeners):
            continue
        listener = listeners[int(number) - 1]
        tables = ["HOSTACCESS", *(["RCPTACCESS"] if listener.public else [])]
        about = f"Name: {listener.name}\nType: {'Public' if listener.public else 'Private'}\n\n"
        while answer := (yield line.menu(about, ("NAME", "SETUP", "CERTIFICATE", *tables))).upper():
            line.note(answer)
            if answer == "HOSTACCESS":
                head_of_hat = (
                    f"There are currently {len(listener.policies)} policies defined.\n"
                    f"There are currently {len(listener.sender_groups)} sender groups.\n\n"
                )
                text = head_of_hat
                while answer := (yield line.menu(text, ("NEW", "EDIT", "DELETE", "PRINT", "RESET"))).upper():
                    line.note(answer)
                    text = layouts.hat(listener.policies, listener.sender_groups) if answer == "PRINT" else ""
            elif answer == "RCPTACCESS":
                text = ""
                while answer := (yield line.menu(text, ("NEW", "EDIT", "DELETE", "PRINT", "CLEAR"))).upper():
                    line.note(answer)
                    text = layouts.RATS[appliance.variant % len(layouts.RATS)](listener.rat)
                    if answer == "PRINT" and appliance.variant % 2:
                        yield "This could take a while for a large table. Do you want to continue?\n", "[N]> "
    return ""


def _logconfig(line: CommandLine, appliance: Appliance) -> Menu:
    logs = appliance.settings.logs or ()
    text = "\n" + layouts.LOGCONFIG[appliance.variant % len(layouts.LOGCONFIG)](logs) + "\n"
    while answer := (yield line.menu(text, ("NEW", "EDIT", "DELETE", "SETUP"))):
        line.note(answer)
    return ""


def _daneverify(line: CommandLine, appliance: Appliance) -> Menu:
    """Synthetic but for its one-line form: that it asks for the domain, and then one thing more, is reported."""
    variant = appliance.variant % VARIANTS
    domain = line.arguments.strip()
    if not domain or variant == 3:  # a release that takes no argument
        domain = yield "\nPlease enter the domain you would like to verify.\n", "[]> "
    if variant in (2, 3):
        yield "\nDo you want to connect from a specific interface?\n", "[N]> "
    if appliance.fault is Fault.DANEVERIFY_HANGS:
        line.errand = _never()
    elif appliance.fault is Fault.ODD_DANEVERIFY:
        return "Verifizierung abgeschlossen, Ergebnis siehe Protokoll.\n"
    else:
        line.errand = Verification(appliance.place, appliance.settings.resolvers or (), variant).lines(domain)
    return ""


def _grep(line: CommandLine, appliance: Appliance) -> Menu:
    yield from ()
    return mail_logs.appliance(appliance.logs, line.arguments)


async def _never() -> AsyncIterator[str]:
    await asyncio.Event().wait()
    yield ""


def _showconfig(line: CommandLine, appliance: Appliance) -> Menu:
    settings = appliance.settings
    answer = yield _one_of(wordings.SHOWCONFIG, appliance)
    masked = answer == _one_of(wordings.SHOWCONFIG_ANSWERS, appliance)
    document = layouts.xml(
        settings.version or "15.0.0-104",
        settings.resolvers or (),
        bool(settings.root_servers),
        settings.listeners or (),
        appliance.clock,
        documents.more(settings, appliance.variant),
    )
    return document if masked else document.replace("*****", UNMASKED)


_COMMANDS: Mapping[str, Callable[[CommandLine, Appliance], Menu]] = {
    "version": _version,
    "status": _status,
    "tophosts": _tophosts,
    "hoststatus": _hoststatus,
    "dnsconfig": _dnsconfig,
    "destconfig": _destconfig,
    "smtproutes": _smtproutes,
    "listenerconfig": _listenerconfig,
    "logconfig": _logconfig,
    "showconfig": _showconfig,
    "daneverify": _daneverify,
    "grep": _grep,
}
