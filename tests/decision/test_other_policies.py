"""Postfix, Exim and the ideal client, row by row, typed from RFC 7672, documentation and what was seen."""

import pytest

from fleet.decision import decide, decide_row

# policy, states, opportunistic, mandatory
ROWS = [
    # RFC 7672: own validation, per host
    ("rfc7672", "secure secure secure success", "dane-success", "dane-success"),
    ("rfc7672", "secure secure secure failed", "dane-fail", "dane-fail"),
    ("rfc7672", "secure secure secure no-starttls", "dane-fail", "dane-fail"),
    ("rfc7672", "secure secure insecure", "fallback", "dane-fail"),
    ("rfc7672", "secure secure insecure-nodata", "fallback", "dane-fail"),
    ("rfc7672", "secure secure bogus", "dane-fail", "dane-fail"),
    ("rfc7672", "secure secure failed", "dane-fail", "dane-fail"),
    ("rfc7672", "secure secure unusable", "tls-unauthenticated", "dane-fail"),
    ("rfc7672", "secure secure unusable no-starttls", "dane-fail", "dane-fail"),
    ("rfc7672", "secure insecure", "fallback", "dane-fail"),
    ("rfc7672", "secure insecure-secure-cname secure success", "dane-success", "dane-success"),
    ("rfc7672", "secure cname-failed", "soft-error", "soft-error"),
    ("rfc7672", "insecure secure secure success", "dane-success", "dane-fail"),
    ("rfc7672", "insecure secure secure failed", "dane-fail", "dane-fail"),
    ("rfc7672", "insecure insecure", "fallback", "dane-fail"),
    ("rfc7672", "implicit-insecure secure secure success", "dane-success", "dane-fail"),
    ("rfc7672", "bogus", "dane-fail", "dane-fail"),
    ("rfc7672", "failed", "soft-error", "soft-error"),
    ("rfc7672", "null", "undeliverable", "undeliverable"),
    # Postfix: AD bit, insecure MX still authenticated, no proof asked without MX
    ("postfix", "secure secure secure success", "dane-success", "dane-success"),
    ("postfix", "secure secure secure failed", "dane-fail", "dane-fail"),
    ("postfix", "insecure secure secure success", "dane-success", "dane-fail"),
    ("postfix", "insecure secure secure failed", "dane-fail", "dane-fail"),
    ("postfix", "insecure insecure", "fallback", "dane-fail"),
    ("postfix", "secure secure unusable", "tls-unauthenticated", "dane-fail"),
    ("postfix", "insecure secure unusable", "tls-unauthenticated", "dane-fail"),
    ("postfix", "secure secure failed", "dane-fail", "dane-fail"),
    ("postfix", "secure insecure", "fallback", "dane-fail"),
    ("postfix", "secure insecure-secure-cname secure success", "dane-success", "dane-success"),
    ("postfix", "implicit-insecure secure secure success", "dane-success", "dane-success"),
    ("postfix", "implicit-insecure insecure", "fallback", "dane-fail"),
    ("postfix", "failed", "soft-error", "soft-error"),
    ("postfix", "bogus", "soft-error", "soft-error"),
    ("postfix", "no-domain", "undeliverable", "undeliverable"),
    # Exim 4.96, as seen: AD bit, MX must be secure; required and absent bounces, required and failing waits
    ("exim", "secure secure secure success", "dane-success", "dane-success"),
    ("exim", "secure secure secure failed", "dane-fail", "dane-fail"),
    ("exim", "secure secure secure no-starttls", "dane-fail", "dane-fail"),
    ("exim", "secure secure secure handshake-failed", "dane-fail", "dane-fail"),
    ("exim", "insecure secure secure success", "fallback", "dane-bounce"),
    ("exim", "insecure secure bogus", "fallback", "dane-bounce"),
    ("exim", "insecure insecure", "fallback", "dane-bounce"),
    ("exim", "insecure no-address", "next-host", "next-host"),
    ("exim", "secure insecure", "fallback", "dane-bounce"),
    ("exim", "secure insecure-secure-cname secure success", "fallback", "dane-bounce"),
    ("exim", "secure secure nxdomain no-starttls", "fallback", "dane-bounce"),
    ("exim", "secure secure nodata not-tested", "fallback", "dane-bounce"),
    ("exim", "secure secure insecure-nodata", "fallback", "dane-bounce"),
    ("exim", "secure secure insecure", "fallback", "dane-bounce"),
    ("exim", "secure secure failed", "dane-fail", "dane-fail"),
    ("exim", "secure secure bogus", "dane-fail", "dane-fail"),
    ("exim", "secure secure unusable", "tls-unauthenticated", "tls-unauthenticated"),
    ("exim", "secure secure unusable no-starttls", "dane-fail", "dane-fail"),
    ("exim", "implicit-insecure secure secure success", "dane-success", "dane-success"),
    ("exim", "implicit-insecure insecure", "fallback", "dane-bounce"),
    ("exim", "secure failed", "soft-error", "soft-error"),
    ("exim", "failed", "soft-error", "soft-error"),
    ("exim", "no-domain", "undeliverable", "undeliverable"),
]


@pytest.mark.parametrize(("policy", "states", "opportunistic", "mandatory"), ROWS)
def test_each_row(policy, states, opportunistic, mandatory):
    states = (states.split() + [None] * 4)[:4]
    assert decide(policy, "opportunistic", *states) == opportunistic
    assert decide(policy, "mandatory", *states) == mandatory


@pytest.mark.parametrize("policy", ["postfix", "rfc7672"])
def test_dane_behind_an_insecure_mx_is_qualified(policy):
    assert "whoever forges" in decide_row(policy, "opportunistic", "insecure", "secure", "secure", "success").note


@pytest.mark.parametrize("states", ["insecure insecure", "secure secure nxdomain", "secure secure unusable"])
def test_what_exim_does_with_a_host_without_dane_it_requires_was_seen_and_is_told(states):
    row = decide_row("exim", "mandatory", *states.split())
    assert (row.basis, bool(row.note)) == ("platform", True)
