"""A menu session with an appliance: send one table line, read to the next prompt, know what belongs there.

The engine is told by a ``Walk`` which prompt gets which entry.  A prompt no turn expects gets Ctrl-C and ends the poll,
with the text as evidence; a session that speaks of uncommitted changes is left alone at once.  It works on anything
that reads and writes (``Terminal``), so tests feed it every odd stream without a network.

May import ``fleet.errors``, ``fleet.clock``, ``fleet.text`` and this package, not asyncssh.
"""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NoReturn, Protocol

from fleet.clock import monotonic
from fleet.errors import Failure, FailureKind, RemoteError
from fleet.nodes.asyncos import grammar
from fleet.nodes.asyncos.grammar import Level, Refusal
from fleet.nodes.commands import ABORT, EXIT, NEXT_PAGE, Entry, Line, encode
from fleet.nodes.execute import decode
from fleet.nodes.failures import failed, restarting
from fleet.nodes.limits import Limits
from fleet.nodes.terminal import PAGER, last_line, rendered, without_echo
from fleet.text import show

_TAIL = 4096
_EVIDENCE = 400


class Terminal(Protocol):
    """A shell channel."""

    async def read(self) -> bytes:
        """What has come, at least a byte; empty at the end.  Raises RemoteError."""
        ...

    def write(self, line: Line) -> None:
        """Send ``line``.  Raises RemoteError."""
        ...


When = Callable[[str, str], bool]
"""Whether a turn answers the prompt: given the text since the last line was sent, and the prompt itself."""


@dataclass(frozen=True, slots=True)
class Turn:
    """At a prompt that ``when`` accepts, send ``send`` with ``values``; the answer is kept as ``keep``.

    An ``optional`` turn may be passed over; one may be taken ``again`` that many times; one that ``follows`` answers
    only what the turn right before it has brought up.
    """

    when: When
    send: Entry
    values: tuple[object, ...] = ()
    keep: str = ""
    optional: bool = False
    again: int = 0
    follows: bool = False


@dataclass(frozen=True, slots=True)
class Walk:
    """A command and the prompts on its way back to the main prompt.  ``keep``: name of the first answer.

    ``values`` fill the command's own slots.
    """

    start: Entry
    turns: tuple[Turn, ...] = ()
    keep: str = "text"
    values: tuple[object, ...] = ()
    errand: bool = False
    """Whether it waits for servers of others, and may be silent for long."""
    document: bool = False
    """Whether the answer may be as long as a configuration."""


@dataclass(frozen=True, slots=True)
class Captured:
    """What a walk brought home.  ``raw``: all of it as a terminal would show it; ``sha256`` of the bytes."""

    command: str
    replies: Mapping[str, str]
    raw: str
    sha256: str
    milliseconds: float


class Declined(Exception):  # noqa: N818 (it is an answer, not a mistake)
    """The appliance does not answer this command; the session stands at its main prompt and goes on."""

    def __init__(self, failure: Failure, raw: str) -> None:
        super().__init__(failure.sentence)
        self.failure = failure
        self.raw = raw


@dataclass(slots=True)
class _Budget:
    """What one walk may still use."""

    until: float
    left: int
    pages: int
    quiet: float
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    shown: list[str] = field(default_factory=list)


class Session:
    """One shell of one appliance.  ``greeting`` is the text before the first prompt."""

    def __init__(self, terminal: Terminal, peer: str, limits: Limits) -> None:
        self._terminal = terminal
        self._peer = peer
        self._limits = limits
        self._prompt = ""
        self.level = Level.STANDALONE
        self.greeting = ""

    async def start(self) -> None:
        """Wait for the first prompt.  Raises RemoteError."""
        budget = self._budget(document=False)
        try:
            text, prompt = await self._to_prompt(budget, self._limits.greeting)
        except _Silence as silence:
            if silence.anything:
                self._leave_alone(silence.text)
                await self._abort()
                raise self._unexpected(silence.text, "the login") from silence
            raise failed(
                FailureKind.TIMEOUT,
                f"{self._peer} accepted the login, but its shell says nothing",
                "overloaded, or out of sessions; it is asked again at the next poll",
            ) from silence
        self._leave_alone(text)
        level = grammar.main_level(prompt)
        if level is None:
            await self._abort()
            raise self._unexpected(text + prompt, "the login")
        self._prompt, self.level, self.greeting = prompt.strip(), level, text

    async def walk(self, walk: Walk, cut: Callable[[str], None] | None = None) -> Captured:
        """Carry out ``walk``.  Raises Declined (go on with the next) or RemoteError (the session is over).

        ``cut`` is then told what had come, for whom a part is worth something.
        """
        budget = self._budget(walk.document, walk.errand)
        try:
            return await self._walk(walk, budget)
        except RemoteError:
            if cut is not None:
                cut(without_echo("".join(budget.shown), encode(walk.start, *walk.values).command))
            raise

    async def _walk(self, walk: Walk, budget: _Budget) -> Captured:
        started = monotonic()
        first = encode(walk.start, *walk.values)
        replies: dict[str, str] = {}
        text, prompt = await self._ask(first, first, budget)
        replies[walk.keep] = text
        position, taken = 0, 0
        while prompt.strip() != self._prompt:
            await self._check(text, first, budget)
            turn, at = self._next(walk, position, taken, text, prompt)
            if turn is None:
                elsewhere = grammar.offers_elsewhere(text, prompt)
                if elsewhere is not None:
                    await self._decline(elsewhere, first, budget)
                await self._abort()
                raise self._unexpected("".join(budget.shown), f"'{first.command}'")
            taken = taken + 1 if at == position else 1
            position = at
            text, prompt = await self._ask(encode(turn.send, *turn.values), first, budget)
            if turn.keep:
                replies[turn.keep] = text
        await self._check(text, first, budget)
        left = walk.turns[position + 1 if taken else position :]
        if any(not turn.optional for turn in left):
            raise Declined(
                Failure(FailureKind.PROMPT, f"{self._peer}: '{first.command}' ended before it had shown everything"),
                "".join(budget.shown),
            )
        raw = "".join(budget.shown)
        return Captured(first.command, replies, raw, budget.digest.hexdigest(), (monotonic() - started) * 1000)

    async def end(self) -> None:
        """Say goodbye.  Raises RemoteError (uncommitted) if the session says that there are such changes."""
        budget = self._budget(document=False)
        try:
            await self._ask(encode(EXIT), encode(EXIT), budget)
        except RemoteError as error:
            if error.failure.kind is FailureKind.UNCOMMITTED:
                raise
            # Otherwise it has hung up, as it should.

    def _budget(self, document: bool, errand: bool = False) -> _Budget:
        limits = self._limits
        # A long document has more time: it comes at the speed of the appliance.
        seconds = limits.errand if errand else limits.command * (4 if document else 1)
        quiet = limits.errand if errand else limits.quiet
        return _Budget(monotonic() + seconds, limits.document if document else limits.output, limits.pages, quiet)

    def _next(self, walk: Walk, position: int, taken: int, text: str, prompt: str) -> tuple[Turn | None, int]:
        for at in range(position, len(walk.turns)):
            turn = walk.turns[at]
            spent = at == position and taken > turn.again
            out_of_turn = turn.follows and not (at == position + 1 and taken)
            if not spent and not out_of_turn and turn.when(text, prompt):
                return turn, at
            if not (turn.optional or spent or (at == position and taken)):
                break
        return None, position

    async def _ask(self, line: Line, first: Line, budget: _Budget) -> tuple[str, str]:
        self._terminal.write(line)
        try:
            text, prompt = await self._to_prompt(budget, self._limits.settle)
        except _Silence as silence:
            self._leave_alone(silence.text)
            await self._abort()
            budget.shown.append(silence.text)
            raise self._unexpected("".join(budget.shown), f"'{first.command}'") from silence
        self._leave_alone(text + prompt)
        return without_echo(text, line.command), prompt

    async def _check(self, text: str, first: Line, budget: _Budget) -> None:
        found = grammar.refusal(text)
        if found is not None:
            await self._decline(found, first, budget)

    async def _decline(self, found: Refusal, first: Line, budget: _Budget) -> NoReturn:
        """Back at the main prompt, the answer was ``found``; where it does not come back, the session is over."""
        raw = "".join(budget.shown)
        if last_line(raw).strip() != self._prompt and not await self._abort():
            raise self._unexpected(raw, f"'{first.command}'")
        sentence = f"{self._peer}: {found.sentence.format(command=first.command)}"
        raise Declined(Failure(found.kind, sentence, found.hint), raw)

    def _leave_alone(self, text: str) -> None:
        said = grammar.uncommitted(text)
        if said:
            raise failed(
                FailureKind.UNCOMMITTED,
                f"{self._peer} reports changes that nobody has committed, so the session was left alone: "
                f"{show(said, 160)}",
                "an administrator is at work, or left it unfinished; what the node shows may not be what it does",
            )

    def _unexpected(self, text: str, where: str) -> RemoteError:
        lines = [line.strip() for line in rendered(text).split("\n") if line.strip()]
        said = show(" / ".join(lines[-4:])[-_EVIDENCE:], _EVIDENCE)
        return failed(
            FailureKind.PROMPT,
            f"{self._peer}: {where} came to a point this program does not know, so it pressed Ctrl-C and left: {said}",
            "record the session and send it in: fleet record",
        )

    async def _abort(self) -> bool:
        """Press Ctrl-C; whether the main prompt came back."""
        try:
            self._terminal.write(encode(ABORT))
            budget = _Budget(monotonic() + 5, self._limits.output, 0, min(2.0, self._limits.quiet))
            _text, prompt = await self._to_prompt(budget, self._limits.settle)
        except (RemoteError, _Silence):
            return False
        return bool(self._prompt) and prompt.strip() == self._prompt

    async def _to_prompt(self, budget: _Budget, settle: float) -> tuple[str, str]:
        """Everything up to the next prompt, rendered, and the prompt; what came before a failure is shown as well."""
        received = bytearray()
        try:
            return await self._receive(budget, settle, received)
        except RemoteError:
            budget.shown.append(rendered(decode(bytes(received))))
            raise

    async def _receive(self, budget: _Budget, settle: float, received: bytearray) -> tuple[str, str]:
        paged_at = 0
        while True:
            tail = decode(bytes(received[max(paged_at, len(received) - _TAIL) :]))
            prompt = last_line(tail) if received else ""
            known = bool(prompt) and self._is_prompt(prompt)
            chunk = await self._read(budget, settle if known else budget.quiet)
            if chunk is None and known:
                shown = rendered(decode(bytes(received)))
                budget.shown.append(shown)
                return shown[: len(shown) - len(prompt)], prompt
            if chunk is None:
                raise _Silence(rendered(decode(bytes(received))))
            if not chunk:
                last = rendered(decode(bytes(received[-_TAIL:])))
                self._leave_alone(last)
                raise self._ended(last)
            budget.left -= len(chunk)
            budget.digest.update(chunk)
            received += chunk
            if budget.left < 0:
                raise failed(
                    FailureKind.LIMIT, f"{self._peer} printed more than a session may, so it was cut off unread"
                )
            if PAGER.search(last_line(decode(bytes(received[max(paged_at, len(received) - _TAIL) :])))):
                budget.pages -= 1
                if budget.pages < 0:
                    raise failed(FailureKind.LIMIT, f"{self._peer}: the pager had no end, so the session was left")
                paged_at = len(received)
                self._terminal.write(encode(NEXT_PAGE))

    def _is_prompt(self, line: str) -> bool:
        if not self._prompt:
            return grammar.main_level(line) is not None or grammar.is_question(line)
        return line.strip() == self._prompt or grammar.is_question(line)

    async def _read(self, budget: _Budget, seconds: float) -> bytes | None:
        """The next bytes, empty at the end; None after ``seconds`` of silence."""
        left = budget.until - monotonic()
        if left <= 0:
            raise failed(FailureKind.TIMEOUT, f"{self._peer}: the session took too long and was left")
        try:
            async with asyncio.timeout(min(seconds, left)):
                return await self._terminal.read()
        except TimeoutError:
            return None

    def _ended(self, text: str) -> RemoteError:
        if restarting(text):
            said = show(text.strip().rpartition("\n")[2], 120)
            return failed(
                FailureKind.CLOSED, f"{self._peer} is restarting; it says: {said}", "it is asked again at the next poll"
            )
        return failed(FailureKind.CLOSED, f"{self._peer} ended the session before its answer was complete")


class _Silence(Exception):  # noqa: N818 (it is an answer, not a mistake)
    """No prompt and no more bytes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.anything = bool(text.strip())
