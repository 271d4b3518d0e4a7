"""Our match against OpenSSL's own, on chains nobody wrote by hand; every kind of disagreement stands in the table."""

import random
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest
from chains import HOST, Case, authority, issue, private_der, random_case, server, tlsa
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from rows import INVALID, ROWS, Row

from fleet.dane.match import match_chain

BLOCKS, CASES_A_BLOCK = 8, 60
FIRST_SEED = 20_000


@dataclass(frozen=True)
class Difference:
    """Where we part from OpenSSL knowingly: only cases with this oddity, only where we say ``ours`` (None: either)."""

    oddity: str
    ours: bool | None
    why: str


DIFFERENCES = (
    Difference("cross-signed", True, "RFC 5280 6.1: any valid path will do; OpenSSL follows the first issuer it finds"),
    Difference(
        "leaf: wrong key identifier", None, "RFC 5280 4.2.1.1: helps to find issuers, path validation ignores it"
    ),
    Difference("authority: wrong key identifier", None, "RFC 5280 4.2.1.1, as above"),
    Difference("leaf: SHA-1", False, "RFC 9155 1: SHA-1 is broken; OpenSSL lets it pass right below a bare key"),
    Difference("authority: SHA-1", False, "RFC 9155 1, as above"),
)


def explained(case: Case, ours: bool) -> bool:
    return any(known.oddity in case.oddities and known.ours in (None, ours) for known in DIFFERENCES)


@pytest.mark.parametrize("block", range(BLOCKS))
def test_random_chains_are_judged_as_openssl_judges_them(openssl: ModuleType, block: int) -> None:
    apart, unexplained = 0, []
    start = FIRST_SEED + block * CASES_A_BLOCK
    for seed in range(start, start + CASES_A_BLOCK):
        case = random_case(random.Random(seed))
        theirs = openssl.opinion(case.chain, private_der(case.leaf_key), case.records, case.names)
        ours = match_chain(case.chain, case.records, case.names, datetime.now(UTC))
        depths = {record.depth for record in ours.records if record.matched}
        if (ours.usable, ours.matched) == (theirs.usable, theirs.matched) and (theirs.depth in depths or not depths):
            continue
        apart += 1
        if not explained(case, ours.matched):
            unexplained.append((seed, theirs, ours.sentence, sorted(case.oddities)))
    assert not unexplained
    assert apart <= CASES_A_BLOCK * 0.1, "the table must not swallow everything"


ROWS_APART = {
    "cross-signed, one way leads nowhere": DIFFERENCES[0].why,
    "no reference name": "Postfix always has one",
}


@pytest.mark.parametrize("row", [row for row in ROWS if row.name not in ROWS_APART], ids=lambda row: row.name)
def test_the_rows_written_by_hand_are_openssl_s_too(openssl: ModuleType, row: Row) -> None:
    chain, key = [each.der for each in row.chain], private_der(row.chain[0].plan.key)
    theirs = openssl.opinion(chain, key, row.records, row.names)
    assert theirs.usable is (row.expected is not INVALID)
    assert (theirs.depth if theirs.matched else None) == (row.expected if isinstance(row.expected, int) else None)


ROOT_PLAN, ISSUER_PLAN = authority("Root", "ec-1"), authority("Issuer", "ec-2")
SIGNED = (issue(server(), ISSUER_PLAN), issue(ISSUER_PLAN, ROOT_PLAN), issue(ROOT_PLAN))
EXPIRED = (issue(server(), ISSUER_PLAN), issue(authority("Issuer", "ec-2", ends=-3), ROOT_PLAN), SIGNED[2])
EXPIRED_ROOT = (*SIGNED[:2], issue(authority("Root", "ec-1", ends=-3)))
SELF = (issue(server()),)


@pytest.mark.parametrize(
    ("chain", "record", "depth"),
    [
        (SIGNED, tlsa(2, 0, 1, SIGNED[2]), 2),
        (SIGNED[:2], tlsa(2, 0, 0, SIGNED[2]), 2),
        (SIGNED[:2], tlsa(2, 1, 0, SIGNED[2]), 1),
        (SIGNED[:2], tlsa(2, 1, 1, SIGNED[2]), None),
        (EXPIRED, tlsa(2, 1, 1, EXPIRED[2]), None),
        (EXPIRED, tlsa(2, 0, 1, EXPIRED[1]), 1),
        (EXPIRED_ROOT, tlsa(2, 0, 1, EXPIRED_ROOT[2]), None),
        (EXPIRED_ROOT, tlsa(2, 1, 0, EXPIRED_ROOT[2]), None),
        (SELF, tlsa(2, 1, 0, SELF[0]), 0),
        (SELF, tlsa(2, 1, 1, SELF[0]), None),
    ],
    ids=[
        "root sent",
        "root in the record",
        "key in the record",
        "root nowhere",
        "expired on the path",
        "expired intermediate as anchor",
        "expired root as anchor",
        "expired root beside its key",
        "self-signed by the key in the record",
        "self-signed as its own anchor",
    ],
)
def test_what_the_rfcs_leave_open_is_openssl_s_way(
    openssl: ModuleType, chain: tuple, record: bytes, depth: int | None
) -> None:
    ders = [each.der for each in chain]
    theirs = openssl.opinion(ders, private_der("ec-0"), [record], [HOST])
    ours = match_chain(ders, [record], (HOST,), datetime.now(UTC))
    assert (theirs.depth if theirs.matched else None) == depth, theirs.why
    assert (ours.deciding.depth if ours.deciding else None) == depth, ours.sentence


@pytest.mark.parametrize(
    ("name", "record", "agrees"),
    [(HOST, tlsa(2, 0, 1, SIGNED[2]), True), ("x.example", tlsa(2, 0, 1, SIGNED[2]), False)],
)
def test_the_oracle_speaks_for_s_client(
    openssl: ModuleType, tmp_path: Path, name: str, record: bytes, agrees: bool
) -> None:
    ders = [each.der for each in SIGNED]
    assert openssl.opinion(ders, private_der("ec-0"), [record], [name]).matched is agrees
    certificates = [x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM) for der in ders]
    (tmp_path / "leaf.pem").write_bytes(certificates[0])
    (tmp_path / "chain.pem").write_bytes(b"".join(certificates))
    (tmp_path / "key.der").write_bytes(private_der("ec-0"))
    said = s_client(tmp_path, name, record)
    assert (said.returncode == 0) is agrees, said.stderr


def s_client(files: Path, name: str, record: bytes) -> "subprocess.CompletedProcess[str]":
    """What the openssl command says of a server of its own on loopback."""
    key = ("-key", str(files / "key.der"), "-keyform", "DER")
    chain = ("-cert", str(files / "leaf.pem"), "-cert_chain", str(files / "chain.pem"))
    serving = ("openssl", "s_server", "-accept", "127.0.0.1:0", "-naccept", "1", *key, *chain)
    with subprocess.Popen(serving, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as started:
        try:
            assert started.stdout is not None
            address = next(line.split()[1] for line in started.stdout if line.startswith("ACCEPT"))
            rdata = f"{record[0]} {record[1]} {record[2]} {record[3:].hex()}"
            dane = ("-dane_tlsa_domain", name, "-dane_tlsa_rrdata", rdata, "-dane_ee_no_namechecks")
            asking = ("openssl", "s_client", "-connect", address, *dane, "-verify_return_error", "-brief")
            return subprocess.run(asking, input="Q\n", capture_output=True, text=True, timeout=20, check=False)
        finally:
            started.kill()
