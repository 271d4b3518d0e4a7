"""Where delv 9.18 judges a broken zone differently than we do, and why (with the RFC section)."""

import re

from dns.rdatatype import CNAME
from random_breakages import MALFORMED_DS
from random_difference import (
    NO_DS_EITHER_WAY,
    SIGNED_ABOVE,
    Difference,
    behind_insecure_alias,
    broken,
    no_ds_either_way,
    opt_out_in_use,
    signed_above,
    signed_in_part,
    they_say,
    we_say,
    without_keys_above,
)
from random_reply_breakages import REPLY

DELV = (
    Difference(
        "delv",
        (),
        ("bogus",),
        they_say("DNS format error|FORMERR resolving"),
        "RFC 2308 2.2, RFC 1035 4.1: delv turns messages of an odd form down (a denial without SOA, a header that"
        " contradicts the records) before it validates them",
    ),
    Difference(
        "delv",
        ("secure", "insecure"),
        ("bogus",),
        broken(*MALFORMED_DS),
        "RFC 4035 5.2: a DS that fits no key leads nowhere, and one we cannot support is none; delv does not read"
        " a message with a DS of the wrong length at all",
    ),
    Difference(
        "delv",
        ("insecure",),
        ("secure",),
        we_say("opt-out"),
        "RFC 5155 9.2: what an opt-out span covers is not proven absent; delv calls it fully validated",
    ),
    Difference(
        "delv",
        (),
        ("error",),
        they_say("pending validation"),
        "RFC 4033 5: delv prints what it could not validate as pending, which is none of the four states",
    ),
    Difference(
        "delv",
        ("bogus",),
        ("secure", "insecure"),
        signed_above,
        SIGNED_ABOVE,
    ),
    Difference(
        "delv",
        ("bogus",),
        ("secure", "insecure"),
        broken("made-up CNAME altered"),
        "RFC 6672 5.3.1: a CNAME beside a DNAME has to follow from it; unbound and delv make their own instead",
    ),
    Difference(
        "delv",
        ("bogus",),
        ("secure", "insecure"),
        behind_insecure_alias,
        "RFC 7672 2.1.3: every hop counts; delv remarks on each part of the chain, and we read the insecure one",
    ),
    Difference(
        "delv",
        ("secure", "insecure"),
        ("bogus",),
        broken("bad signature beside", "expired signature beside", "signature of unknown algorithm beside"),
        "RFC 6840 5.4: one signature that holds is enough; delv stops at the first failure since CVE-2023-50387",
    ),
    Difference(
        "delv",
        ("bogus",),
        ("secure", "insecure"),
        broken("unknown NSEC3 flag"),
        "RFC 5155 8.2: NSEC3 records with unknown flags are ignored; delv uses them",
    ),
    Difference(
        "delv",
        ("bogus",),
        ("secure", "insecure"),
        we_say("differ in iterations"),
        "RFC 5155 8.2: NSEC3 records of differing parameters may be treated as bogus; delv leaves the odd one out, or"
        " sees too many iterations first",
    ),
    Difference(
        "delv",
        ("bogus",),
        ("secure", "insecure"),
        opt_out_in_use,
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
        broken("NSEC3 points to itself", "NSEC3 spans nearly all"),
        "RFC 5155 8.3: a closest encloser is matched, the next closer name covered; delv's trace shows it give up where"
        " the span covers the encloser as well",
    ),
    Difference(
        "delv",
        ("secure", "insecure"),
        ("bogus",),
        broken("DS in the bitmap"),
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
        broken("NSEC points to itself", "NSEC spans nothing"),
        "RFC 4034 4.1.1: only the last NSEC points back, and it does to the apex; delv takes any that does for"
        " the last",
    ),
    Difference(
        "delv",
        ("secure",),
        ("bogus",),
        no_ds_either_way,
        NO_DS_EITHER_WAY,
    ),
    Difference(
        "delv",
        ("bogus",),
        ("insecure",),
        signed_in_part,
        "RFC 5155 9.2, RFC 9276 3.2: where a proof fails, delv asks for a DS at the very name, and calls all insecure"
        " once an opt-out span or too many iterations answer that; there is no delegation, so the failed proof counts",
    ),
    Difference(
        "delv",
        ("bogus",),
        ("insecure",),
        broken("unknown hash algorithm"),
        "RFC 5155 8.1: NSEC3 of an unknown hash algorithm is ignored, which leaves no proof; delv calls it insecure",
    ),
    Difference(
        "delv",
        ("bogus",),
        ("secure", "insecure"),
        lambda case, ours, theirs: "DNAME: no valid signature found" in theirs.why,
        "RFC 6672 5.3.1: a bad DNAME spoils what follows from it; delv logs that and prints the end of the chain",
    ),
    Difference(
        "delv",
        ("bogus",),
        ("secure", "insecure"),
        lambda case, ours, theirs: re.search("NSEC3?: no valid signature found", theirs.why) is not None,
        "RFC 4035 5.3.4: what a wildcard answers needs proof that nothing closer exists; delv logs that the proof is"
        " not signed well and prints the end of the chain",
    ),
    Difference(
        "delv",
        ("bogus", "insecure"),
        ("bogus", "error"),
        they_say("REFUSED unexpected RCODE resolving 'rnd/DNSKEY"),
        "RFC 4035 5.3.1: a signer above the trust anchor vouches for nothing; delv asks for its keys and is refused",
    ),
    Difference(
        "delv",
        ("insecure",),
        ("secure", "bogus"),
        without_keys_above,
        "RFC 4035 5.2: without a DS nothing below needs a signature; delv follows the signer's name past that",
    ),
    Difference(
        "delv",
        ("secure",),
        ("insecure",),
        broken("NS without SOA in the bitmap"),
        "RFC 5155 8.3: the closest encloser has to be no delegation, and is none; delv finds another name on the way"
        " marked as one, by a record that is there to cover something else",
    ),
)
