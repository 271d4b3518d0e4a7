import subprocess
import sys
import warnings
from datetime import UTC, datetime

import pytest
from chains import HOST, authority, issue, server, tlsa
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet.dane.certificate import describe
from fleet.dane.match import match_chain
from fleet.dane.names import name_matches
from fleet.dane.pkix import Roots, pkix

pytestmark = pytest.mark.filterwarnings("ignore:Parsed a serial", "ignore:Attribute's length")

NOW = datetime.now(UTC)
AUTHORITY = authority("Authority", "ec-1")
LEAF = issue(server("ec-0"), AUTHORITY)
ISSUER = issue(AUTHORITY)
NOBODY = Roots(())


def test_a_certificate_is_described() -> None:
    told, seen = describe(LEAF.der), x509.load_der_x509_certificate(LEAF.der)
    assert (told.subject, told.issuer, told.names, told.key) == ("CN=server", "CN=Authority", (HOST,), "EC secp256r1")
    assert (told.not_before, told.not_after) == (seen.not_valid_before_utc, seen.not_valid_after_utc)
    assert tlsa(3, 0, 1, LEAF)[3:].hex() == told.sha256
    assert tlsa(3, 1, 1, LEAF)[3:].hex() == told.spki_sha256


@pytest.mark.parametrize(("key", "kind"), [("rsa-0", "RSA 2048"), ("p384-0", "EC secp384r1"), ("ed25519-0", "Ed25519")])
def test_the_kind_of_key_is_told(key: str, kind: str) -> None:
    assert describe(issue(server(key)).der).key == kind


def test_the_common_name_stands_in_only_where_there_is_no_dns_name() -> None:
    assert describe(issue(server(subject="cn.example", dns_names=())).der).names == ("cn.example",)
    assert describe(issue(server(subject="cn.example")).der).names == (HOST,)


UNKNOWN_KEY = LEAF.der.replace(bytes.fromhex("2a8648ce3d0201"), bytes.fromhex("2a8648ce3d027f"))
UNKNOWN_CURVE = LEAF.der.replace(bytes.fromhex("2a8648ce3d030107"), bytes.fromhex("2a8648ce3d03017f"))
BAD_DATES = LEAF.der.replace(b"Z\x17\x0d", b"?\x17\x0d")
_VERSION_3 = bytes.fromhex("a003020102")
SERIAL = LEAF.der.index(_VERSION_3) + len(_VERSION_3) + 2
NEGATIVE_SERIAL = LEAF.der[:SERIAL] + b"\x80" + LEAF.der[SERIAL + 1 :]


LONG_COUNTRY = LEAF.der.replace(b"\x55\x04\x03\x0c\x06server", b"\x55\x04\x06\x0c\x06server")
_DNS_NAME = bytes((0x82, len(HOST))) + HOST.encode()
X400_ADDRESS = LEAF.der.replace(_DNS_NAME, b"\xa3" + _DNS_NAME[1:])


@pytest.mark.parametrize("der", [UNKNOWN_KEY, UNKNOWN_CURVE, BAD_DATES, NEGATIVE_SERIAL, LONG_COUNTRY, X400_ADDRESS])
@pytest.mark.parametrize("selector", [0, 1])
def test_a_leaf_no_library_likes_still_matches_by_its_bytes(der: bytes, selector: int) -> None:
    assert der != LEAF.der
    told = describe(der)
    digest = bytes.fromhex(told.spki_sha256 if selector else told.sha256)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert match_chain([der], [tlsa(3, selector, 1, digest)], (HOST,), NOW).matched


@pytest.mark.parametrize(("der", "shown"), [(NEGATIVE_SERIAL, "CN=server"), (LONG_COUNTRY, "C=server")])
def test_what_is_odd_about_a_stranger_is_not_said_on_stderr(der: bytes, shown: str) -> None:
    reading = f"from fleet.dane.certificate import describe; print(describe(bytes.fromhex('{der.hex()}')))"
    said = subprocess.run([sys.executable, "-c", reading], capture_output=True, text=True, check=True)
    assert shown in said.stdout
    assert said.stderr == ""


def test_what_cannot_be_read_is_left_empty() -> None:
    assert describe(UNKNOWN_KEY).key == "unknown"
    assert describe(BAD_DATES).not_after is None
    nothing = describe(b"no certificate")
    assert (nothing.subject, nothing.names, nothing.not_before, nothing.spki_sha256) == ("", (), None, "")
    assert len(nothing.sha256) == 64


@given(st.integers(0, len(LEAF.der) - 1), st.binary(min_size=1, max_size=3), st.booleans())
@settings(deadline=None)
def test_no_damage_to_a_certificate_raises(at: int, garbage: bytes, cut: bool) -> None:
    der = LEAF.der[:at] + garbage + (b"" if cut else LEAF.der[at + len(garbage) :])
    describe(der)
    pkix([der, ISSUER.der], (HOST,), NOW, NOBODY)
    records = [tlsa(usage, 1, 1, b"\0" * 32) for usage in (2, 3)] + [tlsa(2, 1, 0, LEAF.spki)]
    assert match_chain([der, ISSUER.der], records, (HOST,), NOW).usable
    assert match_chain([ISSUER.der, der], records, (HOST,), NOW).usable


@pytest.mark.parametrize(
    ("pattern", "name", "matches"),
    [
        ("mx.example.com", "MX.Example.com", True),
        ("MX.example.COM", "mx.example.com.", True),
        ("*.example.com", "mx.example.com", True),
        ("*.example.com", "xn--mx-eka.example.com", True),
        ("*.example.com", "example.com", False),
        ("*.example.com", "a.mx.example.com", False),
        ("*.example.com", ".example.com", False),
        ("m*.example.com", "mx.example.com", False),
        ("*x.example.com", "mx.example.com", False),
        ("mx.*.com", "mx.example.com", False),
        ("*.com", "example.com", False),
        ("*", "example", False),
        ("", "", False),
        ("mx.example.com\x00.evil.example", "mx.example.com", False),
        ("mx.example.com.", "mx.example.com", False),
        (" mx.example.com", "mx.example.com", False),
    ],
)
def test_names_match_by_whole_labels(pattern: str, name: str, matches: bool) -> None:
    assert name_matches(pattern, name) is matches
