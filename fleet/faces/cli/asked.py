"""What a caller of ``fleet check`` asked for: the form of output, and whose rules the exit code speaks for."""

from dataclasses import dataclass
from enum import StrEnum

from fleet.model import Mode, Policy, Require


class Format(StrEnum):
    """The forms of output; their values are the options' names."""

    TABLE = "table"
    TRANSCRIPT = "transcript"
    EXPLAIN = "explain"
    JSON = "json"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose rules and which mode the exit code speaks for, and what is required."""

    policy: Policy = Policy.ASYNCOS
    mode: Mode = Mode.OPPORTUNISTIC
    require: Require | None = None
