"""What a caller of ``fleet validate`` asked for.  May import ``fleet.model`` only."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from fleet.model.finding import Severity


class FindingsFormat(StrEnum):
    """The forms of output."""

    FULL = "full"
    CONCISE = "concise"
    JSON = "json"
    SARIF = "sarif"
    MARKDOWN = "markdown"


@dataclass(frozen=True, slots=True)
class ValidateAsked:
    """Profiles and options, as given."""

    profiles: tuple[str, ...]
    form: FindingsFormat = FindingsFormat.FULL
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: Severity = Severity.ERROR
    observed: bool = False
    observations: Path | None = None
    poll: bool = False
    audit: bool = False
    anchors: tuple[Path, ...] = ()
    verdicts: Path | None = None
    baseline: Path | None = None
    write_baseline: bool = False
    fix: bool = False
    diff: bool = False


class DiffFormat(StrEnum):
    """The forms in which two profiles are compared."""

    TEXT = "text"
    JSON = "json"


class RulesFormat(StrEnum):
    """The forms in which rules are listed."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


class InitSource(StrEnum):
    """Lists of gateways that a first profile can be made from."""

    CSV = "csv"
    SSH_CONFIG = "ssh-config"
    ANSIBLE = "ansible"
