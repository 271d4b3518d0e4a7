"""What mail logs prove, as JSON: one document, named ``fleet-logs/1``, for programs to act on.

Written from these dataclasses, from which its schema is derived (``schema.document_schema``).  Within one version keys
are added but never renamed or removed.  No value holds a recipient's address.  May import ``fleet.maillog`` and
``fleet.views``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fleet.maillog import Counts, Evidence, Form, Kind, Sure, Tally, Witnessed
from fleet.views.mail_log import Search

LOGS_FORMAT = "fleet-logs/1"


@dataclass(frozen=True, slots=True)
class KindCount:
    """How often something happened.  ``proven`` leaves out what is weak."""

    kind: Kind
    proven: int
    weak: int


@dataclass(frozen=True, slots=True)
class StateCount:
    """How often an answer of a type had a DNSSEC state, ``none`` where the appliance wrote none."""

    type: str
    state: str
    count: int


@dataclass(frozen=True, slots=True)
class TextCount:
    """A resolver that answered badly, or a status code or word of the lines, and how often."""

    text: str
    count: int


@dataclass(frozen=True, slots=True)
class Example:
    """The last line of a kind: where it stands, and why it makes us as sure as it does."""

    kind: Kind
    form: Form
    sure: Sure
    why: str
    line: int
    at: datetime | None
    node: str
    host: str
    detail: str


@dataclass(frozen=True, slots=True)
class SeenDocument:
    """What was seen of one ``name``: a destination ("": the lines do not say which), a mail host, or a resolver."""

    name: str
    kinds: tuple[KindCount, ...]
    dnssec: tuple[StateCount, ...]
    resolvers: tuple[TextCount, ...]
    details: tuple[TextCount, ...]
    first: datetime | None
    last: datetime | None
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class LogsDocument:
    """All of it.  ``incomplete``: why this may not be all, in sentences; ``exit_code`` is the command's.

    ``searches``: where nodes were asked, what came of each destination on each of them.
    """

    files: tuple[str, ...]
    counts: Counts
    beyond: int
    incomplete: tuple[str, ...]
    exit_code: int
    total: SeenDocument
    destinations: tuple[SeenDocument, ...]
    hosts: tuple[SeenDocument, ...]
    resolvers: tuple[SeenDocument, ...]
    searches: tuple[Search, ...] = ()
    format: str = LOGS_FORMAT


def logs_document(
    files: Sequence[str],
    tally: Tally,
    counts: Counts,
    incomplete: Sequence[str],
    exit_code: int,
    searches: Sequence[Search] = (),
) -> LogsDocument:
    """The document of ``tally``."""
    return LogsDocument(
        files=tuple(files),
        counts=counts,
        beyond=tally.beyond,
        incomplete=tuple(incomplete),
        exit_code=exit_code,
        total=_seen("", tally.total),
        destinations=_all(tally.destinations),
        hosts=_all(tally.hosts),
        resolvers=_all(tally.resolvers),
        searches=tuple(searches),
    )


def example(one: Evidence) -> Example:
    """One line that proves something."""
    return Example(one.kind, one.form, one.sure, one.why, one.line, one.at, one.node, one.host, one.detail)


def _all(table: Mapping[str, Witnessed]) -> tuple[SeenDocument, ...]:
    return tuple(_seen(name, table[name]) for name in sorted(table))


def _seen(name: str, seen: Witnessed) -> SeenDocument:
    return SeenDocument(
        name,
        tuple(
            KindCount(kind, seen.proven[kind], seen.weak[kind]) for kind in Kind if seen.proven[kind] or seen.weak[kind]
        ),
        tuple(StateCount(qtype, state, count) for (qtype, state), count in seen.states.items()),
        _texts(seen.resolvers),
        _texts(seen.details),
        seen.first,
        seen.last,
        tuple(example(seen.examples[kind]) for kind in Kind if kind in seen.examples),
    )


def _texts(counter: Mapping[str, int]) -> tuple[TextCount, ...]:
    return tuple(TextCount(text, counter[text]) for text in sorted(counter))
