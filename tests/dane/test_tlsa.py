import pytest
from chains import authority, issue, public_key, server, tlsa
from hypothesis import given
from hypothesis import strategies as st

from fleet.dane.tlsa import parse_record

AUTHORITY = issue(authority("Authority", "ec-1"))
LEAF = issue(server("rsa-0"))


@pytest.mark.parametrize("usage", [2, 3])
@pytest.mark.parametrize("selector", [0, 1])
@pytest.mark.parametrize("matching_type", [0, 1, 2])
def test_every_kind_of_record_that_is_for_smtp_is_usable(usage: int, selector: int, matching_type: int) -> None:
    record = parse_record(tlsa(usage, selector, matching_type, AUTHORITY))
    assert record.usable
    assert (record.usage, record.selector, record.matching_type) == (usage, selector, matching_type)


@pytest.mark.parametrize(
    ("rdata", "says"),
    [
        (b"", "0 octets"),
        (b"\x03\x01", "2 octets"),
        (b"\x03\x01\x01", "no certificate association data"),
        (tlsa(0, 0, 1, AUTHORITY), "PKIX-TA, is not for SMTP (RFC 7672 3.1.3)"),
        (tlsa(1, 1, 1, LEAF), "PKIX-EE, is not for SMTP (RFC 7672 3.1.3)"),
        (tlsa(4, 1, 1, LEAF), "usage 4 is unknown"),
        (tlsa(255, 1, 1, LEAF), "usage 255 is unknown"),
        (tlsa(3, 2, 1, b"\0" * 32), "selector 2 is unknown"),
        (tlsa(3, 1, 9, b"\0" * 32), "matching type 9 is unknown"),
        (tlsa(3, 1, 1, b"\0" * 5), "5 octets instead of 32"),
        (tlsa(3, 1, 1, b"\0" * 64), "64 octets instead of 32"),
        (tlsa(3, 1, 2, b"\0" * 32), "32 octets instead of 64"),
        (tlsa(3, 0, 0, b"\x30\x00"), "2 octets are no certificate"),
        (tlsa(2, 0, 0, AUTHORITY.der[:-1]), "are no certificate"),
        (tlsa(2, 0, 0, AUTHORITY.der + b"\0"), "are no certificate"),
        (tlsa(2, 1, 0, AUTHORITY.der), "are no key"),
        (tlsa(2, 0, 0, public_key("ec-1")), "are no certificate"),
    ],
)
def test_a_record_that_cannot_be_used_says_why(rdata: bytes, says: str) -> None:
    record = parse_record(rdata)
    assert not record.usable
    assert says in record.unusable
    assert record.raw == rdata


def test_a_full_key_of_an_unknown_kind_is_usable() -> None:
    unknown = public_key("ec-0").replace(bytes.fromhex("2a8648ce3d0201"), bytes.fromhex("2a8648ce3d027f"))
    assert parse_record(tlsa(3, 1, 0, unknown)).usable


@given(st.binary(max_size=80) | st.binary(max_size=40).map(lambda data: b"\x02\x00\x00\x30" + data))
def test_no_rdata_is_ever_lost(rdata: bytes) -> None:
    record = parse_record(rdata)
    assert record.raw == rdata
    assert len(rdata) < 3 or bytes((record.usage, record.selector, record.matching_type)) + record.data == rdata
