"""States as glyph and word.  A glyph alone fails a reader on a plain terminal, a colour alone one who sees none.

May import ``fleet.decision`` and ``fleet.model``.
"""

from enum import StrEnum

from fleet.decision import Judgement
from fleet.model import Action, Outcome, Security


class Mark(StrEnum):
    """How good something is, from good to bad; the value is the word."""

    OK = "OK"
    WARN = "WARN"
    """Works, but not as DANE would have it."""
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"
    """Not tested, not answered or not said: never good news."""
    RUNNING = "RUNNING"
    STALE = "STALE"
    NONE = "N/A"
    """Does not apply here."""

    @property
    def glyph(self) -> str:
        """One cell wide on every terminal."""
        return _GLYPHS[self][0]

    @property
    def plain(self) -> str:
        """The glyph in ASCII."""
        return _GLYPHS[self][1]

    def sign(self, ascii_only: bool = False) -> str:
        """The glyph for this terminal."""
        return self.plain if ascii_only else self.glyph


_GLYPHS = {
    Mark.OK: ("✓", "+"),
    Mark.WARN: ("!", "!"),
    Mark.FAIL: ("✗", "x"),
    Mark.UNKNOWN: ("?", "?"),
    Mark.RUNNING: ("…", "."),
    Mark.STALE: ("~", "~"),
    Mark.NONE: ("–", "-"),
}

_BADNESS = (Mark.NONE, Mark.OK, Mark.STALE, Mark.WARN, Mark.RUNNING, Mark.UNKNOWN, Mark.FAIL)

SECURITY_MARKS = {
    Security.SECURE: Mark.OK,
    Security.INSECURE: Mark.WARN,
    Security.BOGUS: Mark.FAIL,
    Security.INDETERMINATE: Mark.UNKNOWN,
}

OUTCOME_MARKS = {
    Outcome.DANE: Mark.OK,
    Outcome.TLS_VERIFIED: Mark.WARN,
    Outcome.TLS: Mark.WARN,
    Outcome.CLEAR: Mark.WARN,
    Outcome.DNS_READY: Mark.UNKNOWN,
    Outcome.HELD: Mark.FAIL,
    Outcome.DISCARDED: Mark.FAIL,
    Outcome.UNDELIVERABLE: Mark.FAIL,
    Outcome.NOT_TESTED: Mark.UNKNOWN,
    Outcome.UNKNOWN: Mark.UNKNOWN,
}

ACTION_WORDS: dict[Action, str] = {
    Action.SUCCESS: "delivered under DANE",
    Action.FAIL: "held",
    Action.FALLBACK: "delivered as the TLS level allows",
    Action.TLS_UNAUTHENTICATED: "delivered over TLS, nobody authenticated",
    Action.FAIL_OR_TLS: "held, or delivered over TLS",
    Action.SOFT_ERROR: "held",
    Action.BOUNCE: "returned to the sender at once",
    Action.NEXT_HOST: "no host left to try",
    Action.UNDELIVERABLE: "returned to the sender at once",
    Action.NOT_TESTED: "not tested",
    Action.UNKNOWN: "unknown",
}
"""What an action comes to, in mail terms."""

OUTCOME_WORDS = {
    Outcome.DANE: "DANE",
    Outcome.TLS_VERIFIED: "TLS verified",
    Outcome.TLS: "TLS",
    Outcome.CLEAR: "clear text",
    Outcome.DNS_READY: "DNS ready",
    Outcome.HELD: "held",
    Outcome.DISCARDED: "discarded",
    Outcome.UNDELIVERABLE: "undeliverable",
    Outcome.NOT_TESTED: "not tested",
    Outcome.UNKNOWN: "unknown",
}


def badness(mark: Mark) -> int:
    """How bad, from 0: what is unknown is worse than anything but what fails."""
    return _BADNESS.index(mark)


def worst(*marks: Mark) -> Mark:
    """The worst of ``marks``; N/A where there are none."""
    return max(marks, key=badness, default=Mark.NONE)


def outcome_mark(judgement: Judgement) -> Mark:
    """The mark of an outcome.

    DANE is good without qualification only where every usable host is authenticated; a delivery that rests on a walk
    with gaps is not known to be what it seems.
    """
    if judgement.outcome in _DELIVERED and judgement.incomplete:
        return Mark.UNKNOWN
    if judgement.outcome is Outcome.DANE and not judgement.all_dane:
        return Mark.WARN
    return OUTCOME_MARKS[judgement.outcome]


def outcome_word(judgement: Judgement) -> str:
    """The outcome in a word or two; ``judgement.headline`` says it in full."""
    word = OUTCOME_WORDS[judgement.outcome]
    if judgement.outcome in _DELIVERED and judgement.incomplete:
        return f"{word} so far"
    partly = judgement.outcome is Outcome.DANE and not judgement.all_dane
    return f"{word} in part" if partly else word


_DELIVERED = (Outcome.DANE, Outcome.TLS_VERIFIED, Outcome.TLS, Outcome.CLEAR)
