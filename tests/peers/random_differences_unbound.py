"""Where unbound-host 1.17 judges a broken zone differently than we do, and why (with the RFC section)."""

from dns.rdatatype import CNAME
from random_difference import (
    NO_DS_EITHER_WAY,
    SIGNED_ABOVE,
    Difference,
    behind_insecure_alias,
    broken,
    no_ds_either_way,
    signed_above,
    signed_in_part,
    we_say,
)
from random_reply_breakages import REPLY

UNBOUND = (
    Difference(
        "unbound",
        ("bogus",),
        ("secure", "insecure"),
        broken("signature expired this half hour", "signature valid in half an hour"),
        "RFC 4035 5.3.1 knows no tolerance; unbound forgives a tenth of the validity, between an hour and a day",
    ),
    Difference(
        "unbound",
        ("bogus",),
        ("secure", "insecure"),
        broken("DS of SHA-1 beside a wrong one of SHA-256"),
        "RFC 4509 3: a SHA-1 DS should be ignored beside one of SHA-256; unbound does so only with"
        " harden-algo-downgrade, delv always",
    ),
    Difference(
        "unbound",
        ("bogus",),
        ("secure", "insecure"),
        we_say("is an alias"),
        "RFC 6840 4.3: a bitmap with CNAME denies no other type; unbound does not look at it when it denies a DS",
    ),
    Difference(
        "unbound",
        ("bogus",),
        ("insecure",),
        we_say("differ in iterations"),
        "RFC 5155 8.2: NSEC3 records of differing parameters may be treated as bogus; unbound sees too many iterations"
        " first",
    ),
    Difference(
        "unbound",
        ("insecure",),
        ("bogus",),
        we_say("NSEC3 iterations"),
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
        broken("made-up CNAME altered"),
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
        "unbound",
        ("bogus",),
        ("insecure",),
        behind_insecure_alias,
        "RFC 7672 2.1.3: every hop counts, and what is bogus behind an insecure alias stays bogus; unbound stops at the"
        " first insecure part",
    ),
    Difference(
        "unbound",
        ("bogus",),
        ("secure", "insecure"),
        signed_above,
        SIGNED_ABOVE,
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
        no_ds_either_way,
        NO_DS_EITHER_WAY,
    ),
    Difference(
        "unbound",
        ("bogus",),
        ("secure", "insecure"),
        broken("DNAME in the bitmap"),
        "RFC 6840 4.1: an NSEC with DNAME says nothing of names below its owner; unbound lets it show an empty"
        " non-terminal there",
    ),
    Difference(
        "unbound",
        ("bogus",),
        ("insecure",),
        broken("NS without SOA in the bitmap"),
        "RFC 6840 4.1, RFC 4035 5.2: NS without SOA marks a record of the parent's, which denies nothing below it, and"
        " only the parent can show a delegation without DS; unbound takes the zone's own record for that",
    ),
    Difference(
        "unbound",
        ("bogus",),
        ("insecure",),
        lambda case, ours, theirs: (
            ("the reply holds no proof" in ours.why or "zone of its own" in ours.why)
            and signed_in_part(case, ours, theirs)
        ),
        "RFC 4035 5.3.1: a denial by the zone above says nothing of a signed zone below it; unbound sees too many"
        " iterations in it first, and calls the signed zone insecure",
    ),
)
