"""What plain TLS comes to at each TLS level of a destination control."""

import pytest

from fleet.decision import fallback_outcomes
from fleet.errors import Failure, FailureKind
from fleet.model import Pkix, Policy, TlsLevel

VERIFIES = Pkix(True, True, ("mx.example",))
OTHER_NAME = Pkix(True, True, ("elsewhere.example",))
EXPIRED = Pkix(True, False, ("mx.example",))
PRIVATE = Pkix(False, True, ("mx.example",))

# level, chain, expected, worst
OVER_TLS = [
    ("none", VERIFIES, "clear", "clear"),
    ("preferred", VERIFIES, "tls", "clear"),
    ("preferred", PRIVATE, "tls", "clear"),
    ("preferred-verify", VERIFIES, "tls-verified", "clear"),
    ("preferred-verify", PRIVATE, "tls", "clear"),
    ("required", PRIVATE, "tls", "tls"),
    ("required-verify", VERIFIES, "tls-verified", "tls-verified"),
    ("required-verify", OTHER_NAME, "tls-verified", "tls-verified"),
    ("required-verify", PRIVATE, "held", "held"),
    ("required-verify", EXPIRED, "held", "held"),
    ("required-verify-hosted-domains", VERIFIES, "tls-verified", "tls-verified"),
    ("required-verify-hosted-domains", OTHER_NAME, "held", "held"),
    ("required-verify-hosted-domains", EXPIRED, "held", "held"),
]


def contact_of(build, **host):
    return build.verdict(build.Host(**host)).steps[-1]


@pytest.mark.parametrize(("level", "pkix", "expected", "worst"), OVER_TLS)
def test_each_level_over_tls(build, level, pkix, expected, worst):
    contact = contact_of(build, pkix=pkix)
    assert fallback_outcomes(TlsLevel(level), contact, "mx.example", "example.org") == (expected, worst)


@pytest.mark.parametrize(
    ("level", "outcome"),
    [
        ("none", "clear"),
        ("preferred", "clear"),
        ("preferred-verify", "clear"),
        ("required", "held"),
        ("required-verify", "held"),
        ("required-verify-hosted-domains", "held"),
    ],
)
def test_without_starttls_mail_leaves_in_clear_or_not_at_all(build, level, outcome):
    contact = contact_of(build, session="no-starttls")
    assert fallback_outcomes(TlsLevel(level), contact, "mx.example", "example.org") == (outcome, outcome)


def test_after_a_failed_handshake_asyncos_does_not_go_on_in_clear_but_postfix_does(build):
    session = contact_of(build)
    failed = build.replace(session.contact, failure=Failure(FailureKind.TLS, "handshake failure"))
    contact = build.replace(session, contact=failed)
    for policy, expected in ((Policy.ASYNCOS, "held"), (Policy.POSTFIX, "clear"), (Policy.EXIM, "clear")):
        outcomes = fallback_outcomes(TlsLevel.PREFERRED, contact, "mx.example", "example.org", policy)
        assert outcomes == (expected, "clear")


@pytest.mark.parametrize("level", list(TlsLevel))
def test_a_server_that_never_answered_is_not_tested(build, level):
    for contact in (None, contact_of(build, session="timeout")):
        assert fallback_outcomes(level, contact, "mx.example", "example.org")[0] == "not-tested"


def test_the_recipient_domain_is_a_hosted_name_too(build):
    contact = contact_of(build, pkix=Pkix(True, True, ("Example.Org",)))
    outcomes = fallback_outcomes(TlsLevel.REQUIRED_VERIFY_HOSTED, contact, "mx.example", "example.org")
    assert outcomes[0] == "tls-verified"
