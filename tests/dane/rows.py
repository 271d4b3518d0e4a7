"""Typed expectations: what each rule of RFC 7671 and RFC 7672 means for a chain, by example.

The rows are read twice: as examples of our match, and as questions to OpenSSL.
"""

from dataclasses import dataclass
from typing import Any

from chains import HOST, SERVING, SIGNING, Issued, authority, issue, server, tlsa
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from fleet.model import TlsReport

ROOT_PLAN, ISSUER_PLAN = authority("Root", "ec-1"), authority("Issuer", "ec-2")
ROOT, ISSUER = issue(ROOT_PLAN), issue(ISSUER_PLAN, ROOT_PLAN)
LEAF = issue(server(), ISSUER_PLAN)
SELF_SIGNED = issue(server("rsa-0"))
STRANGER = issue(authority("Stranger", "ec-5"))
CHAIN = (LEAF, ISSUER, ROOT)

NOT_TRUSTED = TlsReport.CERTIFICATE_NOT_TRUSTED
EXPIRED = TlsReport.CERTIFICATE_EXPIRED
MISMATCH = TlsReport.CERTIFICATE_HOST_MISMATCH
INVALID = TlsReport.TLSA_INVALID


def under(**odd: Any) -> tuple[Issued, ...]:
    """A chain whose leaf is odd."""
    return (issue(server(**odd), ISSUER_PLAN), ISSUER, ROOT)


def below(**odd: Any) -> tuple[Issued, ...]:
    """A chain whose issuing authority is odd."""
    plan = authority("Issuer", "ec-2", **odd)
    return (issue(server(), plan), issue(plan, ROOT_PLAN), ROOT)


def wrong(usage: int, selector: int, matching_type: int) -> bytes:
    return tlsa(usage, selector, matching_type, STRANGER)


@dataclass(frozen=True)
class Row:
    """A chain, TLSA records, and the depth at which they match or the RFC 8460 type of the failure."""

    name: str
    chain: tuple[Issued, ...]
    records: tuple[bytes, ...]
    expected: int | TlsReport
    names: tuple[str, ...] = (HOST,)


EXPIRED_LEAF = under(ends=-3)
EXPIRED_ROOT_PLAN = authority("Root", "ec-1", ends=-3)
EXPIRED_ROOT = issue(EXPIRED_ROOT_PLAN)
NO_NAMES = x509.NameConstraints([x509.DNSName("example.net")], None)
SERVER_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "server")])
ONLY_THE_SERVER = x509.NameConstraints([x509.DirectoryName(SERVER_NAME)], None)
LIMITED_PLAN = authority("Limited", "ec-3", path_length=0)
LIMITED = (LEAF, issue(ISSUER_PLAN, LIMITED_PLAN), issue(LIMITED_PLAN))
RSA_PLAN = authority("RSA", "rsa-1")
BROKEN_DIGEST = (LEAF, issue(authority("Issuer", "ec-2", digest="sha1"), RSA_PLAN), issue(RSA_PLAN))
CONSTRAINED_PLAN = authority("Constrained", "ec-3", constraints=NO_NAMES)
CONSTRAINED_CN = (issue(server(dns_names=(), subject=HOST), CONSTRAINED_PLAN), issue(CONSTRAINED_PLAN))
OLD_PLAN = authority("Renewed", "ec-3", identifiers="right", constraints=ONLY_THE_SERVER)
NEW_PLAN = authority("Renewed", "ec-4", identifiers="right")
ROLLOVER = (issue(server(), NEW_PLAN), issue(NEW_PLAN, OLD_PLAN), issue(OLD_PLAN))
SHORT_KEY = (issue(server(), plan := authority("Short", "rsa1024-0")), issue(plan))
SHORTER_KEY = (issue(server(), plan := authority("Shorter", "rsa512-0")), issue(plan))
CROSS_SIGNED = (LEAF, issue(ISSUER_PLAN, authority("Nowhere", "ec-4")), ISSUER, ROOT)

ROWS = (
    # DANE-EE: the leaf, and nothing but the leaf (RFC 7671 5.1)
    Row("3 1 1", (SELF_SIGNED,), (tlsa(3, 1, 1, SELF_SIGNED),), 0),
    Row("3 0 2", (SELF_SIGNED,), (tlsa(3, 0, 2, SELF_SIGNED),), 0),
    Row("3 0 0", (SELF_SIGNED,), (tlsa(3, 0, 0, SELF_SIGNED),), 0),
    Row("3 1 0", (SELF_SIGNED,), (tlsa(3, 1, 0, SELF_SIGNED),), 0),
    Row("3 1 1 differs", (SELF_SIGNED,), (wrong(3, 1, 1),), NOT_TRUSTED),
    Row("3 1 1, expired and misnamed", under(ends=-3, dns_names=("x.example",)), (tlsa(3, 1, 1, LEAF),), 0),
    Row("3 1 1 of an authority", CHAIN, (tlsa(3, 1, 1, ISSUER),), NOT_TRUSTED),
    # Unusable records (RFC 7672 2.2, 3.1.3)
    Row("1 1 1 only", (SELF_SIGNED,), (tlsa(1, 1, 1, SELF_SIGNED),), INVALID),
    Row("1 1 1 right beside 3 1 1 wrong", (SELF_SIGNED,), (tlsa(1, 1, 1, SELF_SIGNED), wrong(3, 1, 1)), NOT_TRUSTED),
    Row("3 1 9 only", (SELF_SIGNED,), (tlsa(3, 1, 9, b"\0" * 32),), INVALID),
    Row("3 1 1 with 5 octets", (SELF_SIGNED,), (tlsa(3, 1, 1, b"\0" * 5),), INVALID),
    Row("no records", (SELF_SIGNED,), (), INVALID),
    Row("unusable, wrong, right", CHAIN, (tlsa(0, 0, 1, ROOT), wrong(3, 1, 1), tlsa(3, 1, 1, LEAF)), 0),
    # Digest agility (RFC 7671 9)
    Row("3 1 1 right, 3 1 2 wrong", CHAIN, (tlsa(3, 1, 1, LEAF), wrong(3, 1, 2)), NOT_TRUSTED),
    Row("3 1 1 wrong, 3 1 2 right", CHAIN, (wrong(3, 1, 1), tlsa(3, 1, 2, LEAF)), 0),
    Row("3 1 0 right, 3 1 2 wrong", CHAIN, (tlsa(3, 1, 0, LEAF), wrong(3, 1, 2)), 0),
    Row("3 1 1 right, 3 0 2 wrong", CHAIN, (tlsa(3, 1, 1, LEAF), wrong(3, 0, 2)), 0),
    Row("3 1 1 right, 2 1 2 wrong", CHAIN, (tlsa(3, 1, 1, LEAF), wrong(2, 1, 2)), 0),
    Row("3 1 1 right, 3 1 2 unusable", CHAIN, (tlsa(3, 1, 1, LEAF), tlsa(3, 1, 2, b"\0" * 63)), 0),
    Row("2 1 1 right, 2 1 2 wrong", CHAIN, (tlsa(2, 1, 1, ROOT), wrong(2, 1, 2)), NOT_TRUSTED),
    # DANE-TA: where the authority is (RFC 7671 5.2)
    Row("2 0 1 of the root", CHAIN, (tlsa(2, 0, 1, ROOT),), 2),
    Row("2 1 2 of the issuer", CHAIN, (tlsa(2, 1, 2, ISSUER),), 1),
    Row("2 1 1 beside a wrong 3 1 1", CHAIN, (wrong(3, 1, 1), tlsa(2, 1, 1, ROOT)), 2),
    Row("authority not sent", CHAIN[:1], (tlsa(2, 1, 1, ISSUER),), NOT_TRUSTED),
    Row("2 0 0, not sent", CHAIN[:2], (tlsa(2, 0, 0, ROOT),), 2),
    Row("2 1 0, not sent", CHAIN[:2], (tlsa(2, 1, 0, ROOT),), 1),
    Row("2 1 0 of the issuer, nothing sent", CHAIN[:1], (tlsa(2, 1, 0, ISSUER),), 0),
    Row("2 0 0 fills a gap below 2 1 1", (LEAF, ROOT), (tlsa(2, 0, 0, ISSUER), tlsa(2, 1, 1, ROOT)), 1),
    Row("a gap in the chain", (LEAF, ROOT), (tlsa(2, 1, 1, ROOT),), NOT_TRUSTED),
    Row("chain in disorder", (LEAF, ROOT, STRANGER, ISSUER, LEAF), (tlsa(2, 0, 1, ROOT),), 2),
    Row("an authority that signed nothing here", (*CHAIN, STRANGER), (tlsa(2, 0, 1, STRANGER),), NOT_TRUSTED),
    Row("2 0 1 of the self-signed leaf", (SELF_SIGNED,), (tlsa(2, 0, 1, SELF_SIGNED),), NOT_TRUSTED),
    Row("2 1 1 of the self-signed leaf", (SELF_SIGNED,), (tlsa(2, 1, 1, SELF_SIGNED),), NOT_TRUSTED),
    Row("2 0 0 of the self-signed leaf", (SELF_SIGNED,), (tlsa(2, 0, 0, SELF_SIGNED),), NOT_TRUSTED),
    Row("self-signed leaf, sent twice", (SELF_SIGNED,) * 2, (tlsa(2, 0, 1, SELF_SIGNED),), NOT_TRUSTED),
    Row("2 1 0 of the self-signed leaf", (SELF_SIGNED,), (tlsa(2, 1, 0, SELF_SIGNED),), 0),
    # DANE-TA: dates, with OpenSSL where the RFCs are silent
    Row("expired leaf", EXPIRED_LEAF, (tlsa(2, 0, 1, ROOT),), EXPIRED),
    Row("leaf of tomorrow", under(starts=1), (tlsa(2, 0, 1, ROOT),), EXPIRED),
    Row("expired leaf under a bare key", EXPIRED_LEAF[:1], (tlsa(2, 1, 0, ISSUER),), EXPIRED),
    Row("expired authority on the path", below(ends=-3), (tlsa(2, 0, 1, ROOT),), EXPIRED),
    Row("expired root as anchor", (LEAF, ISSUER, EXPIRED_ROOT), (tlsa(2, 1, 1, ROOT),), EXPIRED),
    Row("expired root in 2 0 0", (LEAF, ISSUER), (tlsa(2, 0, 0, EXPIRED_ROOT),), EXPIRED),
    Row("expired root sent beside 2 1 0", (LEAF, ISSUER, EXPIRED_ROOT), (tlsa(2, 1, 0, ROOT),), EXPIRED),
    Row("expired intermediate as anchor", (chain := below(ends=-3)), (tlsa(2, 0, 1, chain[1]),), 1),
    # DANE-TA: names (RFC 7672 3.2)
    Row("wrong name", under(dns_names=("x.example",)), (tlsa(2, 0, 1, ROOT),), MISMATCH),
    Row("next-hop name", under(dns_names=("example.com",)), (tlsa(2, 0, 1, ROOT),), 2, (HOST, "example.com")),
    Row("wildcard", under(dns_names=("*.example.com",)), (tlsa(2, 0, 1, ROOT),), 2),
    Row("CN only", under(dns_names=(), subject=HOST), (tlsa(2, 0, 1, ROOT),), 2),
    Row("CN beside a wrong DNS-ID", under(dns_names=("x.y",), subject=HOST), (tlsa(2, 0, 1, ROOT),), MISMATCH),
    Row("CN beside an address", under(dns_names=(), addresses=("192.0.2.1",), subject=HOST), (tlsa(2, 1, 1, ROOT),), 2),
    Row("NUL in the name", under(dns_names=(f"{HOST}\0.x.example",)), (tlsa(2, 0, 1, ROOT),), MISMATCH),
    Row("no reference name", CHAIN, (tlsa(2, 0, 1, ROOT),), MISMATCH, ()),
    # DANE-TA: what an authority must be (RFC 5280 6.1)
    Row("basicConstraints false", below(authority=False), (tlsa(2, 1, 1, ROOT),), NOT_TRUSTED),
    Row("no basicConstraints", below(authority=None), (tlsa(2, 1, 1, ROOT),), NOT_TRUSTED),
    Row("anchor without basicConstraints", below(authority=None)[:2], (tlsa(2, 1, 1, ISSUER),), 1),
    Row(
        "anchor without any extension", below(authority=None, key_usage=None)[:2], (tlsa(2, 1, 1, ISSUER),), NOT_TRUSTED
    ),
    Row("no keyUsage", below(key_usage=None), (tlsa(2, 1, 1, ROOT),), 2),
    Row("keyUsage without keyCertSign", below(key_usage=SERVING), (tlsa(2, 1, 1, ROOT),), NOT_TRUSTED),
    Row("pathlen 0 above the leaf", below(path_length=0), (tlsa(2, 1, 1, ROOT),), 2),
    Row("pathlen 0 above an authority", LIMITED, (tlsa(2, 1, 1, LIMITED[-1]),), NOT_TRUSTED),
    Row("SHA-1 below the anchor", BROKEN_DIGEST, (tlsa(2, 1, 1, BROKEN_DIGEST[-1]),), NOT_TRUSTED),
    Row("SHA-1 in the anchor itself", BROKEN_DIGEST, (tlsa(2, 1, 1, BROKEN_DIGEST[1]),), 1),
    Row("cross-signed, one way leads nowhere", CROSS_SIGNED, (tlsa(2, 0, 1, ROOT),), 2),
    Row("RSA key of 1024 bits as anchor", SHORT_KEY, (tlsa(2, 1, 1, SHORT_KEY[1]),), 1),
    Row("RSA key of 512 bits as anchor", SHORTER_KEY, (tlsa(2, 1, 1, SHORTER_KEY[1]),), NOT_TRUSTED),
    Row(
        "name constraints of another domain, CN only", CONSTRAINED_CN, (tlsa(2, 1, 1, CONSTRAINED_CN[1]),), NOT_TRUSTED
    ),
    Row("an authority's new key, itself outside its name constraints", ROLLOVER, (tlsa(2, 0, 1, ROLLOVER[2]),), 2),
    Row(
        "a forged link",
        (LEAF, issue(authority("Issuer", "ec-6"), ROOT_PLAN), ROOT),
        (tlsa(2, 1, 1, ROOT),),
        NOT_TRUSTED,
    ),
    Row("key identifier that is wrong", below(identifiers="wrong"), (tlsa(2, 1, 1, ROOT),), 2),
    Row("an unknown critical extension", below(unknown_critical=True), (tlsa(2, 1, 1, ROOT),), NOT_TRUSTED),
    Row("name constraints of another domain", below(constraints=NO_NAMES), (tlsa(2, 1, 1, ROOT),), NOT_TRUSTED),
    Row("leaf for clients", under(extended=(ExtendedKeyUsageOID.CLIENT_AUTH,)), (tlsa(2, 1, 1, ROOT),), NOT_TRUSTED),
    Row("leaf that only signs certificates", under(key_usage=SIGNING), (tlsa(2, 1, 1, ROOT),), NOT_TRUSTED),
)
