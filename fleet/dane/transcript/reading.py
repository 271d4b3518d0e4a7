"""``daneverify`` lines read back into a partial verdict: only what the text said, and a list of what it did not.

The text may come from a terminal: prompts, carriage returns, blank lines, escape sequences, pager remains and lines cut
at the screen's width are normal.  A line that fits no phrase is kept, never guessed at.  May import ``fleet.errors``
and ``fleet.model``.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import product

from fleet.dane.transcript.building import PartialVerdict
from fleet.dane.transcript.gist import gist
from fleet.dane.transcript.phrases import SYNTHETIC_MARK, Phrase, recognise
from fleet.errors import UsageError
from fleet.model import Verdict

_LONGEST_TEXT = 262_144
_MOST_UNREAD = 50
_MOST_JOINED = 4

_ESCAPE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_COMMAND = re.compile(r"^(?:.*[>#$]\s*)?daneverify\b\s*(?P<domain>\S*)\s*$", re.IGNORECASE)
_PROMPT = re.compile(r"^(?:.*\[[^\]]*\])?>\s*(?P<domain>\S*)\s*$")
_NOISE = re.compile(r"^-?Press Any Key For More-?$|^`{3}\w*$|^[\w.-]+\.?[\w-]*>$", re.IGNORECASE)
_NAME = re.compile(r"^(?=.{1,255}$)[\w-]+(\.[\w-]+)*\.?$")


class LastWord(StrEnum):
    """What the appliance's ``DANE SUCCESS`` or ``DANE FAILED`` line says, in no mode: kept, never judged by."""

    SUCCESS = "success"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Transcript:
    """A transcript as read: the partial verdict, the appliance's last word (None if it gave none), unread lines.

    ``unread`` holds the true text of lines that fit no phrase; it is untrusted.
    """

    verdict: Verdict
    says: LastWord | None
    unread: tuple[str, ...] = ()


def parse(text: str, at: datetime) -> Verdict:
    """The partial verdict of one transcript; ``at`` is the aware time it was taken.

    Raises UsageError for text that names no domain or is longer than 256 KiB.
    """
    return parse_transcript(text, at).verdict


def parse_transcript(text: str, at: datetime) -> Transcript:
    """One transcript with the appliance's own last word beside the verdict; see ``parse``."""
    if len(text) > _LONGEST_TEXT:
        raise UsageError(f"a transcript may have at most {_LONGEST_TEXT} characters; this text has {len(text)}")
    lines, prompted = _lines(text)
    domain = _domain(lines, prompted)
    if domain is None:
        raise UsageError("this text is not a daneverify transcript: no line of it names a domain")
    partial = PartialVerdict(domain)
    unread: list[str] = []
    says = None
    for found, line in _phrases(lines, domain):
        if found is None or not partial.take(*found):
            unread.append(line)
        elif found[0] in _LAST_WORDS:
            says = _LAST_WORDS[found[0]]
    notes = [f"unread line: {line}" for line in unread[:_MOST_UNREAD]]
    if len(unread) > _MOST_UNREAD:
        notes.append(f"{len(unread) - _MOST_UNREAD} more unread lines")
    return Transcript(partial.verdict(at, tuple(notes)), says, tuple(unread))


_LAST_WORDS = {Phrase.SUCCESS: LastWord.SUCCESS, Phrase.FAILED: LastWord.FAILED}
_Found = tuple[Phrase, dict[str, str]]


def _lines(text: str) -> tuple[list[str], str | None]:
    """Lines that may be phrases, and the domain the operator typed, if the text shows it."""
    lines, prompted = [], None
    for raw in re.split(r"[\r\n]+", _ESCAPE.sub("", text)):
        line = raw.strip().removesuffix(SYNTHETIC_MARK.strip()).rstrip()
        typed = _COMMAND.match(line) or _PROMPT.match(line)
        if typed and _is_name(typed["domain"]):
            prompted = prompted or (typed["domain"] if "." in typed["domain"] else None)
        elif line and not typed and not _NOISE.match(line):
            lines.append(line)
    return lines, _folded(prompted) if prompted else None


def _domain(lines: list[str], prompted: str | None) -> str | None:
    """Whose transcript this is: as typed, else as the last word says, else as most lines say."""
    if prompted is not None:
        return prompted
    found = [one for one in map(recognise, lines) if one is not None and _is_name(one[1].get("domain", ""))]
    ends = [fields["domain"] for phrase, fields in found if phrase in (*_LAST_WORDS, Phrase.NOT_TESTED)]
    named = Counter(ends or [fields["domain"] for _, fields in found])
    return _folded(named.most_common(1)[0][0]) if named else None


def _phrases(lines: list[str], domain: str) -> Iterator[tuple[_Found | None, str]]:
    """Each phrase with its line, lines that a terminal cut put together; None for a line that fits nothing."""
    index = 0
    while index < len(lines):
        found, used = _phrase_at(lines, index, domain)
        yield found, " ".join(lines[index : index + used])
        index += used


def _phrase_at(lines: list[str], index: int, domain: str) -> tuple[_Found | None, int]:
    for used in range(1, min(_MOST_JOINED, len(lines) - index) + 1):
        first, *rest = lines[index : index + used]
        for glues in product(("", " "), repeat=len(rest)):
            found = recognise(first + "".join(map(str.__add__, glues, rest)))
            # A line cut inside the domain is whole in form: only the known domain tells that it goes on.
            if found is not None and _folded(found[1].get("domain", domain)) == domain:
                return found, used
    meant = gist(lines[index])
    return (meant if meant is not None and _folded(meant[1].get("domain", domain)) == domain else None), 1


def _is_name(text: str) -> bool:
    """Whether this can be a domain, which it must be when folded too: folding can leave nothing, or other letters."""
    return _NAME.match(_folded(text)) is not None


def _folded(name: str) -> str:
    return name.rstrip(".").lower()
