"""What Postfix itself does with mail, at levels dane and dane-only, is what our ``postfix`` policy says it does."""

import pytest
from internet.destination import Delivery, Destination
from internet.destinations import DESTINATIONS
from internet.difference import DELIVERIES, compare

EVERY = pytest.mark.parametrize("destination", DESTINATIONS, ids=lambda row: row.domain)
LEVELS = pytest.mark.parametrize(("level", "mode"), [("dane", "opportunistic"), ("dane-only", "mandatory")])


def delivery(judged):
    """What Postfix would log for our judgement; behind an insecure MX it calls a match Trusted."""
    if judged["outcome"] == "dane" and judged["mx"] == "insecure":
        return Delivery.TRUSTED
    return DELIVERIES.get(judged["outcome"])


@EVERY
def test_postfix_decides_as_the_table_says(destination: Destination, postfix):
    decided = {level: postfix[level, destination.domain] for level in ("dane", "dane-only")}
    assert decided["dane"].delivery == destination.dane, decided["dane"].words
    assert decided["dane-only"].delivery == destination.dane_only, decided["dane-only"].words


@LEVELS
@EVERY
def test_our_postfix_policy_decides_the_same(destination: Destination, level: str, mode: str, postfix, judged):
    ours = judged[destination.domain]["postfix"][mode]
    key = (level, destination.domain)
    compare(key, ours, delivery(ours), postfix[key])


@LEVELS
@EVERY
def test_behind_a_resolver_that_does_not_validate_too(
    destination: Destination, level: str, mode: str, postfix_without_validation, judged_without_validation
):
    ours = judged_without_validation[destination.domain]["postfix"][mode]
    assert delivery(ours) is postfix_without_validation[level, destination.domain].delivery, ours["reason"]


def test_without_a_validating_resolver_postfix_verifies_nobody(postfix_without_validation):
    matched = (Delivery.VERIFIED, Delivery.TRUSTED)
    assert not [key for key, sent in postfix_without_validation.items() if sent.delivery in matched]
