"""What tests of views share: verdicts written down by hand."""

from collections.abc import Callable

import pytest
from verdicts import Sample, bad_match, chain, destination

from fleet.model import ChainMatch, Ede, Existence, Reason, ResolverWord, Security


@pytest.fixture
def sample() -> Sample:
    """example.org: one host, everything secure, the certificate named by its TLSA record."""
    return destination()


@pytest.fixture
def two_hosts() -> Sample:
    return destination(hosts=2)


@pytest.fixture
def make() -> Callable[..., Sample]:
    return destination


@pytest.fixture
def bogus() -> dict[str, object]:
    """Fields that make a lookup bogus, its chain broken at example.org's keys."""
    return {
        "security": Security.BOGUS,
        "reason": Reason(Ede.SIGNATURE_EXPIRED, "RRSIG of MX example.org expired 2 days ago"),
        "chain": chain("org", "example.org", failing="example.org"),
        "word": ResolverWord("SERVFAIL", ad=False, existence=Existence.UNKNOWN, ede=((7, "signature expired"),)),
    }


@pytest.fixture
def mismatch() -> ChainMatch:
    return bad_match()
