"""A rule shown at work on its own bad example.  May import modules of this room."""

from datetime import UTC, datetime

from fleet.views.findings import FindingRow, finding_rows
from fleet.views.rule_docs import RuleDoc
from fleet.views.validation import Beside, validate

_EXAMPLES_ARE_OF = datetime(2026, 11, 23, 12, tzinfo=UTC)
"""Examples name dates; a rule is shown at work on the day they were written for."""


def example_finding(doc: RuleDoc) -> FindingRow | None:
    """What is said of the first bad example; None where it takes more than a profile to find it."""
    if not doc.bad:
        return None
    rows = finding_rows(validate(doc.bad[0], "bad.toml", Beside(_EXAMPLES_ARE_OF)))
    return next((row for row in rows if row.code == doc.code), None)
