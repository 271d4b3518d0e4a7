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
