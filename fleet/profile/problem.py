"""What can be wrong with a profile, as codes, and how a reader reports it.

May import ``fleet.model`` and ``fleet.text``.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache

from fleet.model.finding import Label
from fleet.model.fleet import ObjectPath
from fleet.text import show


class Code(StrEnum):
    """The codes of the PROFILE family.  A code is never used again for something else."""

    TEXT = "PROFILE001"
    SYNTAX = "PROFILE002"
    LIMIT = "PROFILE003"
    FORMAT = "PROFILE004"
    UNKNOWN_KEY = "PROFILE005"
    TYPE = "PROFILE006"
    MISSING = "PROFILE007"
    WORD = "PROFILE008"
    RANGE = "PROFILE009"
    DOMAIN = "PROFILE010"
    ADDRESS = "PROFILE011"
    DURATION = "PROFILE012"
    DATE = "PROFILE013"
    ROUTE = "PROFILE014"
    FORM = "PROFILE015"
    NO_TIER = "PROFILE016"
    NO_POLICY = "PROFILE017"
    NO_BOUNCE_PROFILE = "PROFILE018"
    CYCLE = "PROFILE019"
    DUPLICATE_NAME = "PROFILE020"
    DUPLICATE_ADDRESS = "PROFILE021"
    SECRET = "PROFILE022"
    SUPPRESSION = "PROFILE023"
    NOTHING = "PROFILE024"


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem at a path; ``on_key``: the key is wrong rather than the value.

    ``offset`` is set instead where the text could not be understood, so that there are no paths yet.
    """

    code: Code
    path: ObjectPath
    sentence: str
    hint: str = ""
    on_key: bool = False
    labels: tuple[Label, ...] = ()
    offset: tuple[int, int] | None = None


@dataclass(slots=True)
class Problems:
    """The problems found so far.  Readers add to it and go on: one problem never hides another."""

    found: list[Problem] = field(default_factory=list)
    kept: dict[ObjectPath, tuple[int, ...]] = field(default_factory=dict)
    """Of each array that lost elements, the places in the text of those that stay."""

    def add(
        self,
        code: Code,
        path: ObjectPath,
        sentence: str,
        hint: str = "",
        *,
        on_key: bool = False,
        labels: tuple[Label, ...] = (),
    ) -> None:
        """Report one problem."""
        self.found.append(Problem(code, path, sentence, hint, on_key, labels))


def quoted(text: str, limit: int = 80) -> str:
    """Text of a profile inside a finding: in quotes and not too long, but true: whoever shows it makes it safe."""
    return f"'{text[: limit - 1]}…'" if len(text) > limit else f"'{text}'"


def shown(text: str, limit: int = 80) -> str:
    """The same inside the message of an exception, which is shown as it is."""
    return f"'{show(text, limit)}'"


def nearest(name: str, known: Iterable[str]) -> str:
    """``did you mean 'x'?`` for the known name that looks most like ``name``, or nothing."""
    return _nearest(name, tuple(known))


@lru_cache(maxsize=1024)  # a typing error comes seldom alone, and the comparison is slow
def _nearest(name: str, known: tuple[str, ...]) -> str:
    spelled = {item.lower().replace("-", "_"): item for item in known}
    close = get_close_matches(name[:80].lower().replace("-", "_"), spelled, n=1, cutoff=0.6)
    return f"did you mean {quoted(spelled[close[0]])}?" if close else ""
