"""Deeds that only look: open, differences, the profile's lines, evidence, the command that reproduces, what-if.

May import ``fleet.views``, ``fleet.profile``, ``fleet.faces.tui.engine`` and the modules beside.
"""

import asyncio
import shlex
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from fleet.errors import UsageError
from fleet.faces.live.transcript import transcript
from fleet.faces.tui.engine import Deed, Reply, Request
from fleet.model.fleet import ObjectPath
from fleet.text import show
from fleet.views import Mark
from fleet.views.board import Document, Memo, what_if_document
from fleet.views.board.commands import check_command, reproducing
from fleet.views.excerpt import excerpt
from fleet.views.validation_summary import summarize

if TYPE_CHECKING:
    from fleet.faces.live.shown import Shown

Handler = Callable[[Request], Awaitable[Reply]]
_MOST = 20
"""Objects told of at once: more is for an export."""
_NOTHING = Reply("Nothing is selected.", Mark.WARN)


def deeds(engine: "Shown") -> Mapping[Deed, Handler]:
    """What every engine answers."""

    def looker(title: str, lines: Callable[["Shown", str], Iterator[str]], otherwise: str) -> Handler:
        async def answer(request: Request) -> Reply:
            if not request.targets:
                return _NOTHING
            found = tuple(line for key in request.targets[:_MOST] for line in lines(engine, key))
            return Reply(title, Mark.OK, found) if found else Reply(otherwise, Mark.UNKNOWN)

        return answer

    async def opened(request: Request) -> Reply:
        if not request.targets:
            return _NOTHING
        return _document(engine.document(request.view, request.targets[0]), request.targets[0])

    async def differences(request: Request) -> Reply:
        if not request.targets:
            return _NOTHING
        key = request.targets[0]
        found = engine.document("drift", key) or engine.document("fleet", key)
        if found is None:
            return Reply("Differences are between a node and the profile: this is neither.", Mark.UNKNOWN)
        return _document(found, key)

    async def validated(_request: Request) -> Reply:
        validation = await engine.judging.judge_now()
        summary = summarize([validation])
        worst = Mark.FAIL if not validation.sound else Mark.WARN if sum(summary.findings.values()) else Mark.OK
        return Reply(f"{summary.sentence}.", worst)

    async def supposed(request: Request) -> Reply:
        still = replace(engine.picture(), state=engine.state.snapshot(), memo=Memo())  # a thread reads it
        try:
            document = await asyncio.to_thread(what_if_document, still, engine.profile.reading, request.arguments)
        except UsageError as error:
            return Reply(f"{show(str(error), 400)}.", Mark.WARN)
        return _document(document, "")

    return {
        Deed.OPEN: opened,
        Deed.DIFFERENCES: differences,
        Deed.EXCERPT: looker("The profile", excerpt_lines, "The profile does not declare this."),
        Deed.EVIDENCE: looker("Evidence", evidence_lines, "Nothing was observed of this yet."),
        Deed.COMMAND: looker("Commands", command_lines, "No command reproduces this."),
        Deed.VALIDATE: validated,
        Deed.WHAT_IF: supposed,
    }


def _document(found: Document | None, key: str) -> Reply:
    if found is None:
        return Reply(f"Nothing more is known of {show(key, 80)}.", Mark.UNKNOWN)
    title, *lines = found.lines
    return Reply(title, found.mark, tuple(lines), found)


def path_of(engine: "Shown", key: str) -> ObjectPath | None:
    """The profile path of what a row stands for; None where the profile does not declare it."""
    fleet = engine.state.fleet
    finding = engine.finding(key)
    if finding is not None:
        return finding.path
    if fleet is None:
        return None
    first = key.split(" ", 1)[0]  # a node and one of its resolvers, or one of its fields
    name = key if key in fleet.nodes else first
    if name in fleet.nodes:
        return ("nodes", name)
    if key in fleet.destinations:
        return ("destinations", key)
    tier = key.removeprefix("tier ")
    return ("tiers", tier) if tier in fleet.tiers else None


def excerpt_lines(engine: "Shown", key: str) -> Iterator[str]:
    """The lines of the profile that declare it."""
    source = engine.profile.reading.source
    path = path_of(engine, key)
    if path is None:
        return
    finding = engine.finding(key)
    labels = [(source.locate(label.path), label.text) for label in finding.labels] if finding else []
    span = source.locate(path)
    yield f"{show(span.file)}:{span.line}:{span.column}"
    for line in excerpt(source, path, span, labels):
        yield f"{line.number:>6} | {line.text}"
        for caret in line.carets:
            yield f"       | {' ' * caret.before}{('^' if caret.main else '-') * caret.width} {caret.text}".rstrip()
    if finding is not None:
        yield f"{finding.code}: {show(finding.sentence, 2000)}"
        if finding.hint:
            yield f"       {show(finding.hint, 2000)}"
    yield ""


def evidence_lines(engine: "Shown", key: str) -> Iterator[str]:
    """What a node answered, and what the appliance would say of a destination."""
    entry = engine.state.nodes.get(key)
    if entry is not None and entry.observation is not None:
        units = [unit for unit in entry.observation.units if unit.evidence is not None]
        answers = {(unit.evidence.at, unit.evidence.command): unit.evidence for unit in units if unit.evidence}
        for (at, command), evidence in sorted(answers.items(), key=lambda item: item[0]):
            yield f"{show(key, 80)}: {show(command, 200)} at {at:%Y-%m-%d %H:%M:%S %Z}"
            yield from (f"  {show(line, 2000)}" for line in evidence.raw.splitlines())
            yield ""
    for check in engine.state.checks_of(key):
        if check.verdict is not None:
            yield f"{show(key, 255)} through {', '.join(check.target.resolvers) or 'the resolvers of this host'}"
            yield from transcript(check.verdict)
            yield ""


def command_lines(engine: "Shown", key: str) -> Iterator[str]:
    """What to type in a shell to see the same."""
    fleet = engine.state.fleet
    profile = shlex.quote(str(engine.profile.path))
    finding = engine.finding(key)
    if finding is not None:
        yield f"fleet validate {profile} --select {finding.code}"
        yield f"fleet explain {finding.code}"
    elif fleet is not None and key in fleet.nodes:
        yield f"fleet poll {profile} {shlex.quote(show(key, 80))}"
    elif engine.state.targets.get(key) or (fleet is not None and key in fleet.destinations):
        entries = engine.state.checks_of(key)
        yield from _each([check_command(key, entry.target.resolvers) for entry in entries] or [check_command(key)])
        yield from _each(line for entry in entries if entry.verdict for line in reproducing(entry.verdict))


def _each(lines: Iterable[str]) -> Iterator[str]:
    yield from dict.fromkeys(lines)
