"""Running ``fleet logs``: lines through readers into a tally, then text or JSON, and the exit code."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from fleet.clock import now
from fleet.decision import ExitCode, worst_code
from fleet.errors import UsageError
from fleet.faces.cli.given import STDIN, read_profile_file
from fleet.faces.cli.log_lines import Splitter, blocks, growing, refuse_unreadable
from fleet.faces.cli.moments import point
from fleet.faces.cli.terminal import look
from fleet.maillog import Counts, Evidence, Kind, LogReader, Tally, nothing_known
from fleet.maillog.context import Context
from fleet.maillog.tally import OF_DNS
from fleet.text import show
from fleet.views.mail_log import Search

_SAID_WHILE_FOLLOWING = frozenset(Kind) - {Kind.DNSSEC}


@dataclass(frozen=True, slots=True)
class LogsAsked:
    """Options, as given."""

    files: tuple[str, ...]
    profile: str | None = None
    node: str = ""
    since: str | None = None
    zone: str = ""
    follow: bool = False
    limit: int = 50
    as_json: bool = False
    remember: bool = False
    destinations_out: Path | None = None
    history: Path | None = None


class _Run:
    """What was read so far."""

    def __init__(self, asked: LogsAsked) -> None:
        self.asked = asked
        self.tally = Tally()
        self.damage: list[str] = []
        self._context = _context(asked)
        self._reader = LogReader(self._context)
        self._splitter = Splitter()
        self._done = Counts()

    @property
    def counts(self) -> Counts:
        """Of all files."""
        return self._done + self._reader.counts + Counts(overlong=self._splitter.overlong)

    def file(self, name: str) -> None:
        """Read all of one file."""
        for block in blocks(name, self.damage.append):
            self._take(self._splitter.feed(block))
        self.end_of_file()

    def follow(self, name: str) -> None:
        """Read a file for ever, and say what it proves as it comes."""
        for block in growing(name, lambda text: print(f"fleet: {text}", file=sys.stderr)):
            if block:
                self._take(self._splitter.feed(block))
            else:
                sys.stdout.flush()

    def end_of_file(self) -> None:
        """The next line begins another file; of another node, unless all are said to be of one."""
        self._take(self._splitter.end())
        if not self.asked.node:
            self._reader.finish()
            self._done = self._done + self._reader.counts
            self._reader = LogReader(self._context)

    def finish(self) -> None:
        """Nothing more is read."""
        self._take(self._splitter.end())
        self._reader.finish()

    def _take(self, lines: list[str]) -> None:
        read, add, follow = self._reader.line, self.tally.add, self.asked.follow
        for line in lines:
            if found := read(line):
                add(found)
                if follow:
                    self._say(found)

    def _say(self, found: Sequence[Evidence]) -> None:
        for one in found:
            if one.kind in _SAID_WHILE_FOLLOWING:
                print(_followed(one, self.asked.as_json))


def write_logs(asked: LogsAsked) -> ExitCode:
    """Read, print, and return the exit code."""
    if not asked.files:
        raise UsageError("name a FILE (- reads stdin), or --node and --domain to ask nodes over SSH")
    if asked.follow and len(asked.files) != 1:
        raise UsageError("--follow takes one FILE")
    if asked.files.count(STDIN) > 1:
        raise UsageError("standard input can be read once")
    history = remembered_in(asked)
    for name in asked.files:
        refuse_unreadable(name, follow=asked.follow)
    run = _Run(asked)
    interrupted = False
    try:
        for name in asked.files:
            run.follow(name) if asked.follow else run.file(name)
    except KeyboardInterrupt:
        interrupted = True
    run.finish()
    incomplete = _incomplete(run, interrupted)
    code = worst_code([exit_code(run.tally, incomplete), *([ExitCode.INTERRUPTED] if interrupted else [])])
    write_out(asked, run.tally, run.counts, incomplete, code)
    if asked.destinations_out is not None:
        from fleet.faces.cli.destination_list import write_destinations
        from fleet.faces.cli.logs_remember import weights

        write_destinations(asked.destinations_out, weights(run.tally))
    if history is not None:
        from fleet.faces.cli.given_fleet import keep
        from fleet.faces.cli.logs_remember import read_event

        # The names of files tell logs apart: one that is read again replaces what it proved before.
        log = " ".join([*([asked.node] if asked.node else []), *(Path(name).name for name in asked.files)])
        keep(history, [read_event(log[:300], run.tally, not incomplete)])
    return code


def remembered_in(asked: LogsAsked) -> Path | None:
    """Where to write down what is proved; None: nowhere."""
    if not asked.remember:
        return None
    if asked.history is not None:
        return asked.history
    if asked.profile is None:
        raise UsageError("--remember writes beside the checks of a profile: it needs --profile or --history")
    from fleet.faces.cli.given_fleet import default_history

    found = default_history(asked.profile)
    if found is None:
        raise UsageError("--remember: a profile from standard input has no history; name one with --history")
    return found


def exit_code(tally: Tally, incomplete: tuple[str, ...]) -> ExitCode:
    """1 where DANE failed or mail is held, 3 where something is missing; else 0."""
    proven = tally.total.proven
    if proven[Kind.DANE_FAILURE] or proven[Kind.HELD]:
        return ExitCode.FINDINGS
    return ExitCode.INCOMPLETE if incomplete else ExitCode.CLEAN


def _incomplete(run: _Run, interrupted: bool) -> tuple[str, ...]:
    """Why this may not be all; following is meant to be ended by hand."""
    broken = ("interrupted before the end",) if interrupted and not run.asked.follow else ()
    return (*run.damage, *lacking(run.tally, run.counts), *broken)


def lacking(tally: Tally, counts: Counts) -> tuple[str, ...]:
    """What the lines themselves lack."""
    seen = any(kind not in OF_DNS for kind in (*tally.total.proven, *tally.total.weak))
    reasons = [
        (not counts.recognised, "no line has a format that is known"),
        (counts.recognised and not seen, "no line says what became of mail"),
        (counts.unparsed, f"{counts.unparsed:,} lines begin like evidence and could not be read"),
        (counts.overlong, f"{counts.overlong:,} lines are too long and were cut"),
        (counts.evicted, f"{counts.evicted:,} connections or messages left the window before they ended"),
        (tally.beyond, f"{tally.beyond:,} proofs are about more names than are told apart"),
    ]
    return tuple(text for holds, text in reasons if holds)


def write_out(
    asked: LogsAsked,
    tally: Tally,
    counts: Counts,
    incomplete: tuple[str, ...],
    code: ExitCode,
    searches: tuple[Search, ...] = (),
) -> None:
    """Print it as asked."""
    if asked.as_json:
        from fleet.faces.export.logs_json import logs_document
        from fleet.plain import dumps, to_plain

        print(dumps(to_plain(logs_document(asked.files, tally, counts, incomplete, int(code), searches))))
        return
    from fleet.faces.export.logs_text import logs_text
    from fleet.views.mail_log import log_view

    for line in logs_text(log_view(tally, counts, incomplete, asked.limit, searches), look()):
        print(line)
    if counts.unjoined:
        print(f"{counts.unjoined:,} deliveries began before these lines: where they went is not known")


def _followed(one: Evidence, as_json: bool) -> str:
    if as_json:
        from fleet.faces.export.logs_json import example
        from fleet.plain import Json, dumps, to_plain

        plain = to_plain(example(one))
        assert isinstance(plain, dict)
        found: dict[str, Json] = {"domain": one.domain, **plain}
        return dumps(found)
    from fleet.views.mail_log import evidence_line

    mark, text = evidence_line(one)
    style = look()
    return f"{style.painted(style.sign(mark), mark)} {style.drawn(text)}"


def _context(asked: LogsAsked) -> Context:
    zone = zone_named(asked.zone) or UTC
    since = point("--since", asked.since, now(), zone) if asked.since else None
    if asked.profile is None:
        if since is not None:
            raise UsageError("--since says from when on a profile holds: it needs --profile")
        return Context(node=asked.node, zone=zone, does_dane=nothing_known)
    if asked.profile == STDIN and STDIN in asked.files:
        raise UsageError("standard input can be read once")
    from fleet.faces.cli.logs_known import dane_known
    from fleet.profile import read_profile

    given = read_profile_file(asked.profile)
    reading = read_profile(given.content, given.name)
    if reading.fleet is None or not reading.readable:
        raise UsageError(f"{show(given.name)} cannot be read: fleet validate says where")
    return Context(node=asked.node, zone=zone, does_dane=dane_known(reading.fleet, since))


def zone_named(name: str) -> tzinfo | None:
    """The zone called ``name``; None where none was named."""
    if not name:
        return None
    if name.upper() == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise UsageError(f"--zone {show(name)}: there is no such time zone") from error
