"""Random chains and TLSA sets: posttls-finger verifies exactly those destinations that our ``postfix`` policy does."""

import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from internet.namespace import Namespace
from internet.world import lacking
from required import require

HERE = Path(__file__).parent
FIRST_SEED, CASES = 40_000, 120

DIFFERENCES = {
    "cross-signed": "RFC 5280 6.1: any valid path will do; OpenSSL follows the first issuer it finds",
    "leaf: wrong key identifier": "RFC 5280 4.2.1.1: helps to find issuers; OpenSSL makes it a condition",
    "authority: wrong key identifier": "RFC 5280 4.2.1.1, as above",
}
"""Oddities of cases for which we say DANE and Postfix does not, as in ``tests/dane/test_match_openssl.py``."""

Results = Sequence[Mapping[str, Any]]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    require(lacking() or ("" if shutil.which("posttls-finger") else "posttls-finger is not here (package postfix)"))
    folder = tmp_path_factory.mktemp("random-chains")
    command = [sys.executable, str(HERE / "random_chains.py"), str(folder), str(FIRST_SEED), str(CASES)]
    with Namespace(f"fleet-chains-{os.getpid()}", "127.0.3.1") as namespace:
        return [json.loads(line) for line in namespace.run(command, timeout=300).splitlines()]


def verified(result: Mapping[str, Any]) -> bool:
    """Postfix's word on the session; a case without one was not tested, and says nothing about chains."""
    words = [word for word in ("Verified", "Trusted", "Untrusted") if f"{word} TLS connection" in result["said"]]
    assert len(words) == 1, result["said"]
    return words == ["Verified"]


def test_posttls_finger_verifies_whom_our_postfix_policy_delivers_to_under_dane(results: Results) -> None:
    assert len(results) == CASES
    apart = [result for result in results if verified(result) is not (result["outcome"] == "dane")]
    unexplained = [
        (result["seed"], result["outcome"], result["sentence"], result["oddities"], result["said"])
        for result in apart
        if verified(result) or not DIFFERENCES.keys() & set(result["oddities"])
    ]
    assert not unexplained
    assert len(apart) <= CASES * 0.1, "the table must not swallow everything"


def test_the_policy_says_dane_where_the_presented_chain_matches_and_tls_only_where_no_record_is_usable(
    results: Results,
) -> None:
    for result in results:
        expected = "dane" if result["matched"] else "held" if result["usable"] else "tls"
        assert result["outcome"] == expected, (result["seed"], result["sentence"])


def test_postfix_calls_the_same_sets_unusable(results: Results) -> None:
    """It says so itself, unless PKIX usages are all there is: those it drops in silence."""
    said_so = [result for result in results if "all TLSA records unusable" in result["said"]]
    assert said_so
    assert not [(result["seed"], result["sentence"]) for result in said_so if result["usable"]]


def test_the_cases_are_of_every_kind(results: Results) -> None:
    assert sum(map(verified, results)) >= CASES / 5
    assert sum(result["outcome"] == "held" for result in results) >= CASES / 5
    assert sum(result["outcome"] == "tls" for result in results) >= CASES / 20
