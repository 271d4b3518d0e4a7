"""The differences between us and both peers over broken zones, each with the row that explains it or with none.

A row matches by what was broken and by what both said; a difference without a row is a defect of ours until shown not
to be.  Rows are asked in order; each speaks of one peer, so that a case on which both part from us needs two.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from random_difference import Difference
from random_differences_delv import DELV
from random_differences_unbound import UNBOUND
from random_zones_oracles import Case, Opinion

DIFFERENCES = (*UNBOUND, *DELV)


def differs(ours: Opinion, theirs: Opinion) -> bool:
    """On the axis of security; on that of existence where both found something to rest it on."""
    if ours.security != theirs.security:
        return True
    said = ours.security in ("secure", "insecure") and theirs.existence != ""
    return said and ours.existence != theirs.existence


@dataclass(frozen=True, slots=True)
class Finding:
    """One peer's difference in one case, with the row that explains it, or None."""

    peer: str
    case: Case
    ours: Opinion
    theirs: Opinion
    row: Difference | None

    def __str__(self) -> str:
        said = " / ".join(line for line in self.theirs.why.strip().splitlines() if "RRSIG\t" not in line)[-400:]
        return (
            f"{self.case}\n  ours {self.ours.security} {self.ours.existence} ({self.ours.why})\n"
            f"  {self.peer} {self.theirs.security} {self.theirs.existence} ({said})"
        )


def findings(cases: Sequence[Case], said: Mapping[str, Sequence[Opinion]]) -> list[Finding]:
    """All differences."""
    found = []
    for number, case in enumerate(cases):
        ours = said["ours"][number]
        for peer in ("unbound", "delv"):
            theirs = said[peer][number]
            if differs(ours, theirs):
                row = next((row for row in DIFFERENCES if row.explains(peer, case, ours, theirs)), None)
                found.append(Finding(peer, case, ours, theirs, row))
    return found
