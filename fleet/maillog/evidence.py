"""What one line, or a few that belong together, prove.

May import the standard library only.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fleet.maillog.forms import FORMS, Form, Kind, Sure

__all__ = ["Evidence", "Kind", "State", "Sure"]


class State(StrEnum):
    """The DNSSEC state an appliance wrote down for an answer (RFC 4033 section 5, in its words)."""

    SECURE = "secure"
    INSECURE = "insecure"
    BOGUS = "bogus"
    NONE = "none"
    """The appliance wrote no state, as it does for an answer without data."""
    ERROR = "error"
    """It could not validate the answer."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing proven by a log.

    ``domain`` is the destination, empty where the lines do not say; ``host`` the name of a mail host; ``node`` who
    logged it, as the log calls it.  ``at`` is None where the line has no time that can be read.  ``line`` counts from
    1.  ``state`` and ``qtype``: of a DNS answer; ``detail``: a status code or a fixed word, never an address.
    """

    form: Form
    kind: Kind
    sure: Sure
    line: int
    at: datetime | None = None
    node: str = ""
    domain: str = ""
    host: str = ""
    resolver: str = ""
    qtype: str = ""
    state: State | None = None
    detail: str = ""

    @property
    def why(self) -> str:
        """Why it is as sure as it is."""
        return FORMS[self.form].reading(self.kind, self.sure).why
