"""What Exim itself does with mail, with hosts_try_dane and hosts_require_dane, beside what our ``exim`` policy says.

Optional: ``FLEET_EXIM`` names the folder where Exim's packages were unpacked.  Seen with Exim 4.96 on GnuTLS 3.7.
"""

import pytest
from internet.destination import Delivery, Destination
from internet.destinations import DESTINATIONS
from internet.difference import DELIVERIES, Difference, compare

EVERY = pytest.mark.parametrize("destination", DESTINATIONS, ids=lambda row: row.domain)
LEVELS = pytest.mark.parametrize(("level", "mode"), [("dane", "opportunistic"), ("dane-only", "mandatory")])

BOTH = ("dane", "dane-only")

DIFFERENCES = (
    Difference(
        "RFC 7672 2.2.2 tries the expanded name, then the original one; Exim knows the expanded name only",
        "tls",
        Delivery.VERIFIED,
        ("dane",),
        ("cnamehost.dlab", "cnamelong.dlab", "tacname.dlab", "wildcname.dlab"),
    ),
    Difference(
        "the same with hosts_require_dane",
        "held",
        Delivery.VERIFIED,
        ("dane-only",),
        ("cnamehost.dlab", "cnamelong.dlab", "tacname.dlab", "wildcname.dlab"),
    ),
    Difference(
        "the same where the original name has records that do not match",
        "held",
        Delivery.VERIFIED,
        BOTH,
        ("cnameboth.dlab",),
    ),
    Difference(
        "the same where only the original name has records", "dane", Delivery.TLS, ("dane",), ("cnameown.dlab",)
    ),
    Difference(
        "the same with hosts_require_dane: no record, bounced",
        "dane",
        Delivery.BOUNCED,
        ("dane-only",),
        ("cnameown.dlab",),
    ),
    Difference(
        "RFC 7672 2.2 would try the next host; with hosts_require_dane the first host without TLSA ends the delivery",
        "dane",
        Delivery.BOUNCED,
        ("dane-only",),
        ("notlsafirst.dlab",),
    ),
    Difference(
        "RFC 7672 2.2: delay; hosts_require_dane bounces at once what has no DANE",
        "held",
        Delivery.BOUNCED,
        ("dane-only",),
        (
            "plaintext.dlab",
            "nociphernone.dlab",
            "tlsanodata.dlab",
            "tlsanone.dlab",
            "tlsainsec.dlab",
            "cnameinsec.dlab",
            "cnamenotlsa.dlab",
            "cnamethrough.dlab",
            "insechost.dlab",
            "unsigned.dlab",
            "mxunsigned.dlab",
            "mxunsignedbad.dlab",
            "mxunsignednone.dlab",
            "mxunsignedbogus.dlab",
            "mxunsignedname.dlab",
            "nexthopunsigned.dlab",
            "nods.dlab",
            "unknownalg.dlab",
            "unknowndigest.dlab",
            "nsec3none.dlab",
            "iter150none.dlab",
            "iter500none.dlab",
            "optoutnone.dlab",
            "child.optout.dlab",
            "knotnone.dlab",
            "onlinenone.dlab",
            "child.deep.dlab",
            "island.unsigned.dlab",
        ),
    ),
    Difference(
        "RFC 7672 2.2: unusable records leave TLS without authentication; hosts_require_dane delivers so too",
        "held",
        Delivery.TLS,
        ("dane-only",),
        ("pkix.dlab", "pkixta.dlab", "unusable.dlab", "badlen.dlab", "usage7.dlab"),
    ),
    Difference(
        "RFC 6698 2.1.4: whole data that is no certificate is unusable; Exim counts it as a mismatch",
        "tls",
        Delivery.HELD,
        ("dane",),
        ("notcert.dlab",),
    ),
    Difference(
        "RFC 8446 4.2.3: the client's preference chooses among a server's certificates; GnuTLS gets RSA, OpenSSL ECDSA",
        "held",
        Delivery.VERIFIED,
        BOTH,
        ("twokeysone.dlab",),
    ),
    Difference(
        "RFC 5321 3.1: a 554 greeting; Exim bounces, we say not tested",
        "not-tested",
        Delivery.BOUNCED,
        BOTH,
        ("unwilling.dlab",),
    ),
)


@LEVELS
@EVERY
def test_our_exim_policy_decides_the_same(destination: Destination, level: str, mode: str, exim, judged):
    ours = judged[destination.domain]["exim"][mode]
    key = (level, destination.domain)
    compare(key, ours, DELIVERIES.get(ours["outcome"]), exim[key], DIFFERENCES)
