from datetime import UTC, datetime

import pytest
from chains import HOST, authority, issue, server
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from fleet.dane.der import DerError
from fleet.dane.pkix import Roots, pkix, public_roots

NOW = datetime.now(UTC)
ROOT_PLAN, ISSUER_PLAN = authority("Public root", "ec-1"), authority("Public issuer", "ec-2")
ROOT, ISSUER, LEAF = issue(ROOT_PLAN), issue(ISSUER_PLAN, ROOT_PLAN), issue(server(), ISSUER_PLAN)
ROOTS = Roots([ROOT.der])


@pytest.mark.parametrize(
    "chain",
    [
        (LEAF.der, ISSUER.der),
        (LEAF.der, ISSUER.der, ROOT.der),
        (LEAF.der, ROOT.der, b"rubbish", ISSUER.der, LEAF.der),
    ],
    ids=["without the root", "with the root", "in disorder"],
)
def test_a_chain_to_a_root_verifies(chain: tuple[bytes, ...]) -> None:
    seen = pkix(chain, ("example.com", HOST), NOW, ROOTS)
    assert (seen.trusted, seen.in_dates, seen.names, seen.sentence) == (True, True, (HOST,), "")
    assert seen.verifies


def test_an_expired_chain_is_trusted_but_not_in_dates() -> None:
    expired = issue(server(ends=-3), ISSUER_PLAN)
    seen = pkix((expired.der, ISSUER.der), (HOST,), NOW, ROOTS)
    assert (seen.trusted, seen.in_dates, seen.names) == (True, False, (HOST,))
    assert "the certificate of CN=server expired on" in seen.sentence


def test_an_expired_issuer_beside_a_renewed_one_does_no_harm() -> None:
    expired = issue(authority("Public issuer", "ec-2", ends=-3), ROOT_PLAN)
    assert not pkix((LEAF.der, expired.der), (HOST,), NOW, ROOTS).in_dates
    assert pkix((LEAF.der, expired.der, ISSUER.der), (HOST,), NOW, ROOTS).verifies


def test_a_chain_for_another_name_is_trusted_without_names() -> None:
    seen = pkix((LEAF.der, ISSUER.der), ("other.example",), NOW, ROOTS)
    assert (seen.verifies, seen.names) == (True, ())
    assert seen.sentence == "the certificate of CN=server is not for other.example"


def test_a_self_signed_certificate_may_itself_be_a_root() -> None:
    own = issue(server())
    assert pkix((own.der,), (HOST,), NOW, Roots([own.der])).verifies


@pytest.mark.parametrize(
    ("chain", "says"),
    [
        ((), "no certificate was presented"),
        ((LEAF.der,), "is issued by CN=Public issuer, which was not presented"),
        ((issue(server()).der,), "is self-signed and no trusted root"),
        ((b"rubbish",), "is no certificate"),
        ((LEAF.der, issue(authority("Public issuer", "ec-3"), ROOT_PLAN).der), "not signed with the key of its issuer"),
        ((LEAF.der, issue(server("ec-2", subject="Public issuer"), ROOT_PLAN).der), "is no authority"),
    ],
)
def test_a_chain_to_nowhere_says_where_it_ends(chain: tuple[bytes, ...], says: str) -> None:
    seen = pkix(chain, (HOST,), NOW, ROOTS)
    assert not seen.trusted
    assert says in seen.sentence


def test_roots_are_read_from_a_bundle_with_comments() -> None:
    pem = x509.load_der_x509_certificate(ROOT.der).public_bytes(Encoding.PEM)
    roots = Roots.from_pem(b"# Public root\n" + pem + b"\n# end\n" + pem)
    assert len(roots) == 1
    assert pkix((LEAF.der, ISSUER.der), (HOST,), NOW, roots).verifies
    with pytest.raises(DerError):
        Roots.from_pem(pem.replace(b"MII", b"AAA", 1))


def test_the_public_roots_are_those_of_certifi() -> None:
    assert len(public_roots()) > 100
    assert not pkix((LEAF.der, ISSUER.der), (HOST,), NOW).trusted
