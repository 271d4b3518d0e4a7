"""What a row of the table of differences is, and the conditions that rows of both peers ask for."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from dns.rdatatype import DS
from random_reply_breakages import REPLY
from random_zones_oracles import Case, Opinion

When = Callable[[Case, Opinion, Opinion], bool]


@dataclass(frozen=True, slots=True)
class Difference:
    """``ours`` and ``theirs``: states of security this row is about, any where empty."""

    peer: str
    ours: tuple[str, ...]
    theirs: tuple[str, ...]
    when: When
    why: str

    def explains(self, peer: str, case: Case, ours: Opinion, theirs: Opinion) -> bool:
        """Whether this row speaks of that difference."""
        return (
            peer == self.peer
            and ours.security in (self.ours or (ours.security,))
            and theirs.security in (self.theirs or (theirs.security,))
            and self.when(case, ours, theirs)
        )


def broken(*kinds: str) -> When:
    return lambda case, ours, theirs: case.kind in kinds


def we_say(words: str) -> When:
    return lambda case, ours, theirs: words in ours.why


def they_say(pattern: str) -> When:
    return lambda case, ours, theirs: re.search(pattern, theirs.why) is not None


def behind_insecure_alias(case: Case, ours: Opinion, theirs: Opinion) -> bool:
    return "insecure" in ours.hops


def signed_above(case: Case, ours: Opinion, theirs: Opinion) -> bool:
    words = ("but the zone is", "zone of its own", "but its SOA is of")
    return case.kind.startswith("signed by ") and any(word in ours.why for word in words)


SIGNED_ABOVE = (
    "RFC 4035 5.3.1: the signer has to be the zone that holds the records; unbound and delv follow the signer's name"
    " without looking for a zone cut below it"
)


def without_keys_above(case: Case, ours: Opinion, theirs: Opinion) -> bool:
    """Signed by another zone than should, below a zone that need not be signed."""
    words = ("no DS for", "opt-out", "NSEC3 iterations")
    return case.kind.startswith("signed by ") and any(word in ours.why for word in words)


def opt_out_in_use(case: Case, ours: Opinion, theirs: Opinion) -> bool:
    wildcard = "*." in ours.why or "covers the wildcard" in ours.why
    return wildcard and any(zone.opt_out for zone in case.tree.zones.values())


def no_ds_either_way(case: Case, ours: Opinion, theirs: Opinion) -> bool:
    return case.question[1] == DS and case.kind in REPLY and ours.existence == "nxdomain"


NO_DS_EITHER_WAY = (
    "RFC 4035 5.4: the records prove that neither the name nor its DS exists, under a header that says NODATA; for any"
    " other type that is bogus to us too, a DS is as absent either way"
)


def signed_in_part(case: Case, ours: Opinion, theirs: Opinion) -> bool:
    kinds = (*REPLY, "iterations altered")
    return case.kind in kinds and any(zone.opt_out or zone.iterations > 150 for zone in case.tree.zones.values())
