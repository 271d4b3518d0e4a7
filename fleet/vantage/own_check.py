"""What an appliance said of a destination itself, read and put beside what we saw from there.

Three states, never mixed up: it *said* something (of which some steps may be unread), its words could not be *parsed*
(the raw text is the evidence), or it could not be *asked*.  None but the first says anything about the destination.

May import ``fleet.dane``, ``fleet.nodes``, ``fleet.decision``, ``fleet.model`` and this package.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from fleet.dane.transcript import LastWord, parse_transcript
from fleet.decision import Beside, beside_all
from fleet.errors import UsageError
from fleet.model import Verdict
from fleet.model.event import own_check_of
from fleet.nodes import OwnCheck


class Said(StrEnum):
    """How far an appliance's own check came."""

    SAID = "said"
    UNPARSED = "unparsed"
    NOT_ASKED = "not-asked"


@dataclass(frozen=True, slots=True)
class OwnVerdict:
    """An appliance's own check.  ``why`` says what stands in the way where it says nothing; ``unread``: its lines that
    fit nothing (untrusted); ``ours``: what we saw through each resolver that it may have asked; ``steps``: all beside.
    """

    check: OwnCheck
    said: Said
    verdict: Verdict | None = None
    says: LastWord | None = None
    unread: tuple[str, ...] = ()
    why: str = ""
    ours: tuple[Verdict, ...] = ()
    steps: tuple[Beside, ...] = ()


def read_own_check(check: OwnCheck, seen: Sequence[Verdict]) -> OwnVerdict:
    """``check`` read, beside ``seen``: ours from there, one for each resolver that may come first.

    Which one the appliance asked, it does not say: where ours are not the same, neither agreement nor the opposite is
    claimed.
    """
    if check.failure is not None:
        return OwnVerdict(check, Said.NOT_ASKED, why=check.failure.sentence)
    try:
        read = parse_transcript(check.text, check.at)
    except UsageError as error:
        return OwnVerdict(check, Said.UNPARSED, why=str(error))
    if read.verdict.domain != check.domain or not read.verdict.steps:
        return OwnVerdict(check, Said.UNPARSED, unread=read.unread, why=f"no line of it tells a step of {check.domain}")
    theirs = replace(read.verdict, vantage=own_check_of(check.node))
    ours = tuple(seen)
    return OwnVerdict(check, Said.SAID, theirs, read.says, read.unread, ours=ours, steps=beside_all(theirs, ours))
