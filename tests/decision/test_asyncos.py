"""The vendor's two tables and the rows that stand beside them, typed from the documents and never from our tables."""

import pytest

from fleet.decision import decide, decide_row

MANDATORY = """
secure    secure    secure    success  dane-success
secure    secure    secure    failed   dane-fail
secure    secure    insecure  -        dane-fail
secure    secure    nxdomain  -        dane-fail
secure    secure    bogus     -        dane-fail
secure    insecure  -         -        dane-fail
secure    bogus     -         -        dane-fail
insecure  secure    secure    success  dane-fail
insecure  secure    secure    failed   dane-fail
insecure  secure    insecure  -        dane-fail
insecure  secure    nxdomain  -        dane-fail
insecure  secure    bogus     -        dane-fail
insecure  insecure  -         -        dane-fail
insecure  bogus     -         -        dane-fail
bogus     -         -         -        dane-fail
"""

OPPORTUNISTIC = """
secure    secure    secure    success  dane-success
secure    secure    secure    failed   dane-fail
secure    secure    insecure  -        fallback
secure    secure    nxdomain  -        fallback
secure    secure    bogus     -        dane-fail
secure    insecure  -         -        fallback
secure    bogus     -         -        dane-fail
insecure  secure    secure    -        fallback
insecure  secure    insecure  -        fallback
insecure  secure    nxdomain  -        fallback
insecure  secure    bogus     -        dane-fail
insecure  insecure  -         -        fallback
insecure  bogus     -         -        dane-fail
bogus     -         -         -        dane-fail
"""


def rows(table):
    return [["" if cell == "-" else cell for cell in line.split()] for line in table.split("\n") if line]


def seed_rows():
    both = (("mandatory", MANDATORY), ("opportunistic", OPPORTUNISTIC))
    return [
        pytest.param(mode, number, *row, id=f"{mode}-{number}")
        for mode, table in both
        for number, row in enumerate(rows(table), start=1)
    ]


def test_the_tables_have_their_29_rows():
    assert len(rows(MANDATORY)) == 15
    assert len(rows(OPPORTUNISTIC)) == 14


@pytest.mark.parametrize(("mode", "number", "mx", "address", "tlsa", "certificate", "action"), seed_rows())
def test_each_row_of_the_seed(mode, number, mx, address, tlsa, certificate, action):
    assert decide("asyncos", mode, mx, address, tlsa, certificate) == action
    row = decide_row("asyncos", mode, mx, address, tlsa, certificate)
    assert (row.name, row.basis, row.assumed) == (f"{mode} {number}", "vendor's tables", False)


@pytest.mark.parametrize("certificate", ["success", "failed", "no-starttls", "handshake-failed", "not-tested", None])
def test_behind_an_insecure_mx_any_certificate_falls_back(certificate):
    assert decide("asyncos", "opportunistic", "insecure", "secure", "secure", certificate) == "fallback"


BEYOND = [
    # meaning, states, opportunistic, mandatory, assumed
    ("implicit MX, secure", "implicit-secure secure secure success", "dane-success", "dane-success", True),
    ("implicit MX, insecure", "implicit-insecure secure secure success", "fallback", "dane-fail", True),
    ("null MX", "null", "undeliverable", "undeliverable", True),
    ("no such domain", "no-domain", "undeliverable", "undeliverable", True),
    ("MX lookup fails everywhere", "failed", "soft-error", "soft-error", False),
    ("host without addresses", "secure no-address", "next-host", "next-host", True),
    ("host without addresses, MX insecure", "insecure no-address", "next-host", "next-host", True),
    ("address lookup fails", "secure failed", "soft-error", "soft-error", True),
    ("AAAA error beside a secure A", "secure aaaa-error secure success", "dane-success", "dane-success", False),
    ("the same with Require IPv6", "secure aaaa-error-ipv6-required", "unknown", "unknown", False),
    ("CNAME query fails", "secure cname-failed secure success", "dane-success", "dane-success", False),
    ("TLSA NODATA", "secure secure nodata", "fallback", "dane-fail", True),
    ("TLSA NXDOMAIN, secure", "secure secure nxdomain", "fallback", "dane-fail", False),
    ("TLSA NXDOMAIN, insecure denial", "secure secure insecure-nxdomain", "fallback", "dane-fail", True),
    ("TLSA NODATA, insecure denial", "secure secure insecure-nodata", "fallback", "dane-fail", True),
    ("TLSA lookup fails", "secure secure failed", "dane-fail", "dane-fail", True),
    ("TLSA lookup fails, MX insecure", "insecure secure failed", "dane-fail", "dane-fail", True),
    ("all TLSA unusable", "secure secure unusable", "fail-or-tls", "dane-fail", True),
    ("no STARTTLS", "secure secure secure no-starttls", "dane-fail", "dane-fail", True),
    ("handshake fails", "secure secure secure handshake-failed", "dane-fail", "dane-fail", True),
    ("no STARTTLS, all unusable", "secure secure unusable no-starttls", "dane-fail", "dane-fail", True),
    ("refused, timeout, greeting", "secure secure secure not-tested", "not-tested", "not-tested", False),
    ("address insecure, first CNAME secure", "secure insecure-secure-cname", "fallback", "dane-fail", False),
    ("signatures stripped", "bogus", "dane-fail", "dane-fail", False),
]


@pytest.mark.parametrize(("meaning", "states", "opportunistic", "mandatory", "assumed"), BEYOND)
def test_each_state_the_seed_does_not_list(meaning, states, opportunistic, mandatory, assumed):
    states = (states.split() + [None] * 4)[:4]
    rows = {mode: decide_row("asyncos", mode, *states) for mode in ("opportunistic", "mandatory")}
    assert rows["opportunistic"].action == opportunistic
    assert rows["mandatory"].action == mandatory
    assert rows["opportunistic"].assumed is assumed


def test_a_row_reached_through_a_reading_names_the_row_and_the_true_state():
    row = decide_row("asyncos", "opportunistic", "secure", "secure", "failed", None)
    assert row.name == "opportunistic 5"
    assert row.tlsa == "failed"
    assert row.certificate is None
    assert "RFC 7672 2.1.2" in row.source
    assert "counts as bogus" in row.note


def test_a_word_that_is_no_state_is_refused():
    with pytest.raises(ValueError, match="signed"):
        decide("asyncos", "opportunistic", "signed")
