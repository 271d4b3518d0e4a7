import pytest
from chains import authority, issue, public_key, server
from cryptography import x509
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from fleet.dane.der import DerError, check_public_key, comparable_name, elements, outline

LEAF = issue(server("rsa-0"), authority("Authority", "ec-1"))


def name(text: str, kind: _ASN1Type = _ASN1Type.UTF8String) -> bytes:
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, text, kind)]).public_bytes()


def test_the_fields_of_a_certificate_are_cut_out_as_they_are() -> None:
    cut, seen = outline(LEAF.der), x509.load_der_x509_certificate(LEAF.der)
    assert (cut.subject, cut.issuer) == (seen.subject.public_bytes(), seen.issuer.public_bytes())
    assert cut.spki == public_key("rsa-0")
    assert cut.inner_algorithm == cut.outer_algorithm


@pytest.mark.parametrize(
    "der",
    [
        b"",
        b"0",
        b"\x30\x80\x00\x00",
        b"\x30\x85\x00\x00\x00\x00\x01\x00",
        b"\x3f\x01\x00",
        LEAF.der[:-1],
        LEAF.der + b"\0",
        public_key("rsa-0"),
    ],
)
def test_what_is_no_certificate_has_no_outline(der: bytes) -> None:
    with pytest.raises(DerError):
        outline(der)


def test_a_key_must_name_its_algorithm() -> None:
    check_public_key(public_key("ed25519-0"))
    with pytest.raises(DerError):
        check_public_key(b"\x30\x05\x30\x00\x03\x01\x00")


@pytest.mark.parametrize(
    "other",
    [
        name("Example  Org"),
        name(" example org "),
        name("EXAMPLE ORG", _ASN1Type.PrintableString),
        name("Example Org", _ASN1Type.BMPString),
    ],
)
def test_names_are_equal_whatever_string_case_and_spaces_they_are_written_with(other: bytes) -> None:
    assert comparable_name(name("Example Org")) == comparable_name(other)


@pytest.mark.parametrize("other", [name("Example"), name("ExampleOrg"), x509.Name([]).public_bytes(), b"rubbish"])
def test_other_names_are_not_equal(other: bytes) -> None:
    assert comparable_name(name("Example Org")) != comparable_name(other)
    assert comparable_name(other) == comparable_name(bytes(other))


@given(st.binary(max_size=60))
def test_elements_never_reach_outside_their_data(data: bytes) -> None:
    try:
        found = list(elements(data))
    except DerError:
        return
    assert b"".join(element.whole for element in found) == data
