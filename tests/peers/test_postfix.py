"""What Postfix itself does with mail, at levels dane and dane-only, is what our ``postfix`` policy says it does."""

import pytest
from internet.destination import Delivery, Destination
from internet.destinations import DESTINATIONS

EVERY = pytest.mark.parametrize("destination", DESTINATIONS, ids=lambda row: row.domain)
LEVELS = pytest.mark.parametrize(("level", "mode"), [("dane", "opportunistic"), ("dane-only", "mandatory")])

DELIVERIES = {
    "dane": Delivery.VERIFIED,
    "tls-verified": Delivery.TLS,
    "tls": Delivery.TLS,
    "clear": Delivery.CLEAR,
    "held": Delivery.HELD,
    "undeliverable": Delivery.BOUNCED,
    "not-tested": Delivery.HELD,
}
"""Our outcomes in Postfix's terms.  What we could not test Postfix could not reach either: it defers."""


def delivery(judged):
    """What Postfix would log for our judgement; behind an insecure MX it calls a match Trusted."""
    if judged["outcome"] == "dane" and judged["proven"] == "insecure":
        return Delivery.TRUSTED
    return DELIVERIES[judged["outcome"]]


@EVERY
def test_postfix_decides_as_the_table_says(destination: Destination, postfix):
    decided = {level: postfix[level, destination.domain] for level in ("dane", "dane-only")}
    assert decided["dane"].delivery == destination.dane, decided["dane"].words
    assert decided["dane-only"].delivery == destination.dane_only, decided["dane-only"].words


@LEVELS
@EVERY
def test_our_postfix_policy_decides_the_same(destination: Destination, level: str, mode: str, postfix, judged):
    ours = judged[destination.domain][mode]
    assert delivery(ours) == postfix[level, destination.domain].delivery, ours["reason"]


@LEVELS
@EVERY
def test_behind_a_resolver_that_does_not_validate_too(
    destination: Destination, level: str, mode: str, postfix_without_validation, judged_without_validation
):
    ours = judged_without_validation[destination.domain][mode]
    assert delivery(ours) == postfix_without_validation[level, destination.domain].delivery, ours["reason"]


def test_without_a_validating_resolver_postfix_verifies_nobody(postfix_without_validation):
    assert not [key for key, sent in postfix_without_validation.items() if sent.delivery is Delivery.VERIFIED]
