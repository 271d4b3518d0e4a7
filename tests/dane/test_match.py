"""Each rule by example, what every record says of itself, Exim's reading, and bounded work."""

from datetime import UTC, datetime
from itertools import pairwise
from time import perf_counter

import pytest
from chains import HOST, Issued, authority, issue, server, tlsa
from rows import (
    BROKEN_DIGEST,
    CHAIN,
    INVALID,
    ISSUER,
    LEAF,
    MISMATCH,
    ROOT,
    ROWS,
    RSA_PLAN,
    SELF_SIGNED,
    Row,
    under,
    wrong,
)

from fleet.dane.match import match_chain
from fleet.dane.path import MAX_SIGNATURES, search_paths
from fleet.model import ChainMatch, TlsReport

NOW = datetime.now(UTC)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_chain_beside_tlsa_records(row: Row) -> None:
    found = match_chain([each.der for each in row.chain], row.records, row.names, NOW)
    assert found.usable is (row.expected is not INVALID)
    assert found.matched is isinstance(row.expected, int), found.sentence
    assert (found.deciding.depth if found.deciding else found.report) == row.expected, found.sentence
    assert len(found.records) == len(row.records)
    assert all(record.sentence for record in found.records)


def matched(chain: tuple[Issued, ...], *records: bytes, **reading: bool) -> ChainMatch:
    return match_chain([each.der for each in chain], records, (HOST,), NOW, **reading)


@pytest.mark.parametrize(
    ("chain", "record", "says"),
    [
        (CHAIN, tlsa(3, 1, 1, LEAF), "3 1 1: SHA-256 of the key of the leaf matches"),
        (
            CHAIN,
            wrong(3, 1, 1),
            f"3 1 1: SHA-256 of the key of the leaf differs (chain has {tlsa(3, 1, 1, LEAF)[3:].hex()})",
        ),
        (CHAIN, tlsa(3, 1, 1, b"12345"), "3 1 1: unusable, its digest has 5 octets instead of 32 (RFC 6698 2.1.3)"),
        (CHAIN, tlsa(2, 0, 1, ROOT), "2 0 1: SHA-256 of the certificate matches the certificate of CN=Root at depth 2"),
        (
            CHAIN[:1],
            tlsa(2, 1, 0, ISSUER),
            "2 1 0: the key in the record signed the certificate of CN=server at depth 0",
        ),
        (
            (SELF_SIGNED,),
            tlsa(2, 0, 1, SELF_SIGNED),
            "2 0 1: it names the leaf, which cannot be its own authority",
        ),
        (
            under(dns_names=("x.example",)),
            tlsa(2, 0, 1, ROOT),
            "2 0 1: SHA-256 of the certificate matches the certificate of CN=Root at depth 2, "
            f"but the leaf is for x.example, not for {HOST}",
        ),
        (
            BROKEN_DIGEST,
            tlsa(2, 1, 1, RSA := BROKEN_DIGEST[2]),
            "2 1 1: no signatures lead from the leaf to the certificate of CN=RSA at depth 2 "
            "(the certificate of CN=Issuer is signed with SHA1, which is broken)",
        ),
    ],
)
def test_every_record_says_what_became_of_it(chain: tuple[Issued, ...], record: bytes, says: str) -> None:
    assert matched(chain, record).records[0].sentence == says


def test_a_self_signed_leaf_beside_its_namesake_is_no_broken_link() -> None:
    sentence = matched((SELF_SIGNED, issue(server("ec-6"))), wrong(2, 0, 1)).sentence
    assert sentence == "2 0 1: SHA-256 of the certificate is that of no authority in the chain"


def test_a_certificate_must_name_one_signature_algorithm() -> None:
    leaf = issue(server(), RSA_PLAN)
    sha_256, sha_512 = (bytes.fromhex("2a864886f70d0101") + last for last in (b"\x0b", b"\x0d"))
    torn = leaf.der[::-1].replace(sha_256[::-1], sha_512[::-1], 1)[::-1]
    found = match_chain([torn, BROKEN_DIGEST[2].der], [tlsa(2, 1, 1, RSA)], (HOST,), NOW)
    assert "names two different signature algorithms" in found.sentence


def test_the_report_names_the_record_that_got_furthest() -> None:
    misnamed = under(dns_names=("x.example",))
    found = matched(misnamed, wrong(3, 1, 1), tlsa(2, 0, 1, ROOT), wrong(2, 1, 1))
    assert found.report is MISMATCH
    assert found.sentence.startswith("none of 3 usable TLSA records matches; 2 0 1: ")


def test_exim_lets_every_digest_count() -> None:
    records = (tlsa(3, 1, 1, LEAF), wrong(3, 1, 2))
    assert not matched(CHAIN, *records).matched
    assert matched(CHAIN, *records, digest_agility=False).matched


@pytest.mark.parametrize("record", [tlsa(2, 0, 0, ROOT), tlsa(2, 1, 0, ROOT)])
def test_exim_takes_no_authority_out_of_a_record(record: bytes) -> None:
    assert matched(CHAIN[:2], record).matched
    assert not matched(CHAIN[:2], record, anchors_only_if_sent=True).matched
    assert matched(CHAIN, record, anchors_only_if_sent=True).matched


def test_without_a_certificate_nothing_was_compared() -> None:
    found = matched((), tlsa(3, 1, 1, LEAF), tlsa(1, 1, 1, LEAF))
    assert (found.matched, found.usable, found.report) == (False, True, TlsReport.VALIDATION_FAILURE)


def test_a_hostile_web_of_certificates_ends_after_a_fixed_amount_of_work() -> None:
    plans = [authority("Web", f"ec-{number}00") for number in range(10)]
    web = tuple(issue(one, other) for one in plans for other in plans if one is not other)
    leaf = issue(server(), plans[0])
    started = perf_counter()
    found = matched((leaf, *web, ROOT), *(tlsa(2, 1, 0, issue(plan)) for plan in plans), tlsa(2, 0, 1, ROOT))
    assert perf_counter() - started < 2
    assert len(search_paths(leaf.der, tuple(each.der for each in web)).paths) <= MAX_SIGNATURES + 1
    assert found.records[-1].sentence == f"2 0 1: no path to its authority was found within {MAX_SIGNATURES} signatures"


def test_a_hostile_set_of_bare_keys_ends_after_a_fixed_amount_of_work() -> None:
    links = [authority(f"Link {number}", f"ec-{number}00") for number in range(10)]
    chain = (issue(server(), links[0]), *(issue(one, other) for one, other in pairwise(links)))
    keys = [tlsa(2, 1, 0, issue(authority("Nobody", f"ec-{number}01"))) for number in range(30)]
    sentences = [record.sentence for record in matched(chain, *keys, wrong(2, 0, 1)).records]
    assert sentences[0] == "2 1 0: the full key is that of no authority in the chain"
    assert sentences[-2] == f"2 1 0: no path to its authority was found within {MAX_SIGNATURES} signatures"
    assert sentences[-1] == "2 0 1: SHA-256 of the certificate is that of no authority in the chain"
