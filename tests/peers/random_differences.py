"""Where unbound-host 1.17 or delv 9.18 judge a broken zone differently than we do, and why (with the RFC section).

A row matches by what was broken and by what both said; a difference without a row is a defect of ours until shown not
to be.  Rows are asked in order; each speaks of one peer, so that a case on which both part from us needs two.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dns.rdatatype import CNAME, DS
from random_breakages import REPLY
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


def _broken(*kinds: str) -> When:
    return lambda case, ours, theirs: case.kind in kinds


def _we_say(words: str) -> When:
    return lambda case, ours, theirs: words in ours.why


def _they_say(pattern: str) -> When:
    return lambda case, ours, theirs: re.search(pattern, theirs.why) is not None


def _existence_only(case: Case, ours: Opinion, theirs: Opinion) -> bool:
    return ours.security == theirs.security


def _behind_insecure_alias(case: Case, ours: Opinion, theirs: Opinion) -> bool:
    return "insecure" in ours.hops


def _signed_above(case: Case, ours: Opinion, theirs: Opinion) -> bool:
    words = ("but the zone is", "zone of its own", "but its SOA is of")
    return case.kind == "signed by the zone above" and any(word in ours.why for word in words)


_SIGNED_ABOVE = (
    "RFC 4035 5.3.1: the signer has to be the zone that holds the records; unbound and delv follow the signer's name"
    " without looking for a zone cut below it"
)


def _opt_out_in_use(case: Case, ours: Opinion, theirs: Opinion) -> bool:
    wildcard = "*." in ours.why or "covers the wildcard" in ours.why
    return wildcard and any(zone.opt_out for zone in case.tree.zones.values())


def _no_ds_either_way(case: Case, ours: Opinion, theirs: Opinion) -> bool:
    return case.question[1] == DS and case.kind in REPLY and ours.existence == "nxdomain"


_NO_DS_EITHER_WAY = (
    "RFC 4035 5.4: the records prove that neither the name nor its DS exists, under a header that says NODATA; for any"
    " other type that is bogus to us too, a DS is as absent either way"
)


def _signed_in_part(case: Case, ours: Opinion, theirs: Opinion) -> bool:
    return case.kind in REPLY and any(zone.opt_out or zone.iterations > 150 for zone in case.tree.zones.values())


DIFFERENCES = (
    Difference(
        "unbound",
        ("bogus",),
        ("secure", "insecure"),
        _broken("signature expired this half hour", "signature valid in half an hour"),
        "RFC 4035 5.3.1 knows no tolerance; unbound forgives a tenth of the validity, between an hour and a day",
    ),
    Difference(
        "unbound",
        ("bogus",),
        ("secure", "insecure"),
        _broken("DS of SHA-1 beside a wrong one of SHA-256"),
        "RFC 4509 3: a SHA-1 DS should be ignored beside one of SHA-256; unbound does so only with"
        " harden-algo-downgrade, delv always",
    ),
    Difference(
        "unbound",
        ("bogus",),
        ("secure", "insecure"),
        _we_say("is an alias"),
        "RFC 6840 4.3: a bitmap with CNAME denies no other type; unbound does not look at it when it denies a DS",
    ),
    Difference(
        "unbound",
        ("bogus",),
        ("insecure",),
        _we_say("differ in iterations"),
        "RFC 5155 8.2: NSEC3 records of differing parameters may be treated as bogus; unbound sees too many iterations"
        " first",
    ),
    Difference(
        "unbound",
        ("insecure",),
        ("bogus",),
        _we_say("NSEC3 iterations"),
        "RFC 9276 3.2: one validated record shows the iteration count; unbound wants every record of the"
        " reply validated",
    ),
    Difference(
        "unbound",
        ("secure", "insecure"),
        ("bogus",),
        lambda case, ours, theirs: case.kind == "rcode turned round" and ours.existence in ("data", "nodata"),
        "RFC 4035 5.3: no signature covers the header, and the records prove themselves; unbound wants a denial for"
        " NXDOMAIN",
    ),
    Difference(
        "unbound",
        ("insecure",),
        ("insecure",),
        lambda case, ours, theirs: case.kind == "rcode turned round" and ours.existence != theirs.existence,
        "RFC 2308 2.1: the header of an unproven reply is all there is; unbound asks for the alias's target itself",
    ),
    Difference(
        "unbound",
        (),
        (),
        lambda case, ours, theirs: case.question[1] == CNAME and ".d." in str(case.question[0]),
        "RFC 1034 3.6.2: a question for CNAME ends at the alias; unbound 1.17 goes on below a DNAME",
    ),
    Difference(
        "unbound",
        ("secure",),
        ("bogus",),
        lambda case, ours, theirs: ours.existence == "nodata" and "nameerror proof failed" in theirs.why,
        "RFC 4035 5.4: the records prove NODATA, whatever the unsigned header says; unbound wants NXDOMAIN proven then",
    ),
    Difference(
        "unbound",
        ("insecure",),
        ("bogus",),
        lambda case, ours, theirs: (
            ("no DS for" in ours.why or "opt-out" in ours.why)
            and (case.kind.startswith("signed by ") or case.kind in REPLY)
        ),
        "RFC 4035 5.2: without a DS nothing below needs a signature; unbound takes the signer's name for the zone's",
    ),
    Difference(
        "unbound",
        ("bogus",),
        ("secure", "insecure"),
        _broken("made-up CNAME altered"),
        "RFC 6672 5.3.1: a CNAME beside a DNAME has to follow from it; unbound and delv make their own instead",
    ),
    Difference(
        "unbound",
        ("bogus",),
        ("insecure",),
        lambda case, ours, theirs: (
            "covers the wildcard" in ours.why and any(z.opt_out for z in case.tree.zones.values())
        ),
        "RFC 5155 8.7 wants the wildcard's NSEC3 too; for unbound an opt-out span over the next closer name is enough",
    ),
    Difference(
        "delv",
        (),
        ("bogus",),
        _they_say("DNS format error|FORMERR resolving"),
        "RFC 2308 2.2, RFC 1035 4.1: delv turns messages of an odd form down (a denial without SOA, a header that"
        " contradicts the records) before it validates them",
    ),
    Difference(
        "delv",
        ("secure", "insecure"),
        ("bogus",),
        lambda case, ours, theirs: case.kind.startswith("DS ") and "unexpected end of input" in theirs.why,
        "RFC 4035 5.2: a DS that fits no key leads nowhere, and one we cannot support is none; delv does not read"
        " a message with a DS of the wrong length at all",
    ),
    Difference(
        "delv",
        ("insecure",),
        ("secure",),
        _we_say("opt-out"),
        "RFC 5155 9.2: what an opt-out span covers is not proven absent; delv calls it fully validated",
    ),
    Difference(
        "delv",
        (),
        ("error",),
        _they_say("pending validation"),
        "RFC 4033 5: delv prints what it could not validate as pending, which is none of the four states",
    ),
    Difference(
        "unbound",
        ("bogus",),
        ("insecure",),
        _behind_insecure_alias,
        "RFC 7672 2.1.3: every hop counts, and what is bogus behind an insecure alias stays bogus; unbound stops at the"
        " first insecure part",
    ),
    Difference(
        "unbound",
        ("bogus",),
        ("secure", "insecure"),
        _signed_above,
        _SIGNED_ABOVE,
    ),
    Difference(
        "delv",
        ("bogus",),
        ("secure", "insecure"),
        _signed_above,
        _SIGNED_ABOVE,
    ),
    Difference(
        "delv",
        ("bogus",),
        ("secure", "insecure"),
        _broken("made-up CNAME altered"),
        "RFC 6672 5.3.1: a CNAME beside a DNAME has to follow from it; unbound and delv make their own instead",
    ),
    Difference(
        "delv",
        ("bogus",),
        ("secure", "insecure"),
        _behind_insecure_alias,
        "RFC 7672 2.1.3: every hop counts; delv remarks on each part of the chain, and we read the insecure one",
    ),
    Difference(
        "delv",
        ("secure", "insecure"),
        ("bogus",),
        _broken("bad signature beside", "expired signature beside", "signature of unknown algorithm beside"),
        "RFC 6840 5.4: one signature that holds is enough; delv stops at the first failure since CVE-2023-50387",
    ),
    Difference(
        "delv",
        ("bogus",),
        ("secure", "insecure"),
        _broken("unknown NSEC3 flag"),
        "RFC 5155 8.2: NSEC3 records with unknown flags are ignored; delv uses them",
    ),
    Difference(
        "delv",
        ("bogus",),
        ("insecure",),
        _we_say("differ in iterations"),
        "RFC 5155 8.2: NSEC3 records of differing parameters may be treated as bogus; delv sees too many"
        " iterations first",
    ),
    Difference(
        "delv",
        ("bogus",),
        ("secure", "insecure"),
        _opt_out_in_use,
        "RFC 5155 8.7 wants the wildcard's NSEC3 too; for delv an opt-out span over the next closer name is enough",
    ),
    Difference(
        "delv",
        ("secure", "insecure"),
        ("bogus",),
        lambda case, ours, theirs: case.kind in REPLY and "insecurity proof failed" in theirs.why,
        "RFC 4035 5.4: the records decide between NODATA and NXDOMAIN and prove it; delv wants proof of what the"
        " unsigned header says, and any signature it finds missing replaced by a proof",
    ),
    Difference(
        "delv",
        ("secure", "insecure"),
        ("bogus",),
        _broken("NSEC3 points to itself", "NSEC3 spans nearly all"),
        "RFC 5155 8.3: a closest encloser is matched, the next closer name covered; delv's trace shows it give up where"
        " the span covers the encloser as well",
    ),
    Difference(
        "delv",
        ("secure", "insecure"),
        ("bogus",),
        _broken("DS in the bitmap"),
        "RFC 5155 8.3 asks only that a closest encloser has no DNAME and no NS without SOA; delv's trace shows it pass"
        " over an encloser with both SOA and DS",
    ),
    Difference(
        "delv",
        (),
        (),
        lambda case, ours, theirs: case.question[1] == CNAME and ".d." in str(case.question[0]),
        "RFC 1034 3.6.2: a question for CNAME ends at the alias; delv goes on below a DNAME",
    ),
    Difference(
        "delv",
        ("insecure",),
        ("insecure",),
        lambda case, ours, theirs: case.kind in REPLY and ours.existence != theirs.existence,
        "RFC 2308 2.1: the header of an unproven reply is all there is; delv reads its own cache's kind of denial",
    ),
    Difference(
        "delv",
        ("insecure",),
        ("bogus",),
        lambda case, ours, theirs: "opt-out" in ours.why and "no valid RRSIG resolving" in theirs.why,
        "RFC 5155 8.6: an opt-out span over the next closer name is all a missing DS needs; delv wants more, asks for"
        " the same DS again and ends, by its trace, in a deadlock",
    ),
    Difference(
        "delv",
        ("bogus",),
        ("secure", "insecure"),
        _broken("NSEC points to itself", "NSEC spans nothing"),
        "RFC 4034 4.1.1: only the last NSEC points back, and it does to the apex; delv takes any that does for"
        " the last",
    ),
    Difference(
        "unbound",
        ("bogus",),
        ("insecure",),
        lambda case, ours, theirs: "is a zone cut or a DNAME" in ours.why,
        "RFC 5155 8.3: an encloser with NS but without SOA is a sign of an attack; unbound takes it for an unsigned"
        " delegation",
    ),
    Difference(
        "unbound",
        ("secure",),
        ("bogus",),
        _no_ds_either_way,
        _NO_DS_EITHER_WAY,
    ),
    Difference(
        "delv",
        ("secure",),
        ("bogus",),
        _no_ds_either_way,
        _NO_DS_EITHER_WAY,
    ),
    Difference(
        "delv",
        ("bogus",),
        ("insecure",),
        _signed_in_part,
        "RFC 5155 9.2, RFC 9276 3.2: where a proof fails, delv asks for a DS at the very name, and calls all insecure"
        " once an opt-out span or too many iterations answer that; there is no delegation, so the failed proof counts",
    ),
    Difference(
        "unbound",
        ("bogus",),
        ("secure", "insecure"),
        _broken("DNAME in the bitmap"),
        "RFC 6840 4.1: an NSEC with DNAME says nothing of names below its owner; unbound lets it show an empty"
        " non-terminal there",
    ),
    Difference(
        "delv",
        ("bogus",),
        ("insecure",),
        _broken("unknown hash algorithm"),
        "RFC 5155 8.1: NSEC3 of an unknown hash algorithm is ignored, which leaves no proof; delv calls it insecure",
    ),
    Difference(
        "delv",
        ("bogus",),
        ("secure", "insecure"),
        lambda case, ours, theirs: "DNAME: no valid signature found" in theirs.why,
        "RFC 6672 5.3.1: a bad DNAME spoils what follows from it; delv logs that and prints the end of the chain",
    ),
)


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
