"""Findings: what is wrong with a fleet, what it does to mail, and where it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from fleet.model.fleet import ObjectPath


class Severity(StrEnum):
    """How bad, worst first.  ``loses-mail`` can be hidden only by a suppression that names it and ends soon."""

    LOSES_MAIL = "loses-mail"
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Source(StrEnum):
    """Which fleet a finding speaks of: as the profile declares it, as polls observed it, as ``--set`` supposes it."""

    DECLARED = "declared"
    OBSERVED = "observed"
    SUPPOSED = "supposed"


@dataclass(frozen=True, slots=True)
class Label:
    """A further place that belongs to a finding, and what it says there."""

    path: ObjectPath
    text: str


EditValue = str | int | bool | date | Sequence[str] | Sequence[Mapping[str, object]] | Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of a profile: set the value at ``path`` (creating tables), or remove it (None).

    Those that mend a finding set plain values and lists of texts; tables are what somebody adopts from a node.
    """

    path: ObjectPath
    value: "EditValue | None"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding.

    ``object`` is what it is about in stable words ("node dlv1", "tier edge", "destination ietf.org"): with ``code`` it
    is the finding's identity, whatever line it stands on.  ``path`` is where the value that causes it is declared;
    ``sentence`` says what is wrong and what happens to mail; ``fix`` is empty where only a person can decide.
    """

    code: str
    severity: Severity
    object: str
    path: ObjectPath
    sentence: str
    hint: str = ""
    labels: tuple[Label, ...] = ()
    fix: tuple[Edit, ...] = ()
    source: Source = Source.DECLARED
