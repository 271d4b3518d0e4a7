import pytest

from fleet.dane.domain import domain_name
from fleet.errors import UsageError


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Example.ORG", "example.org"),
        (" example.org. ", "example.org"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER。example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("_dmarc.example.org", "_dmarc.example.org"),
    ],
)
def test_what_an_operator_types_becomes_an_a_label_name(typed: str, name: str) -> None:
    assert domain_name(typed) == name


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("", "empty"),
        ("user@example.org", "e-mail address"),
        ("[192.0.2.1]", "address literal"),
        ("[IPv6:2001:db8::1]", "address literal"),
        ("[ipv6:2001:db8::1]", "address literal"),
        ("192.0.2.1", "address literal"),
        ("a..b", "no domain name"),
        ("x" * 64 + ".org", "no domain name"),
        ("exa mple.org", "no domain name"),
        ("evil\x1b[2J.org", "no domain name"),
        ("ex;ample.org", "no domain name"),
        ("-example.org", "no domain name"),
        ("\u202e.example", "internationalised"),
    ],
)
def test_what_is_no_destination_is_refused_in_one_clean_sentence(typed: str, word: str) -> None:
    with pytest.raises(UsageError, match=word) as caught:
        domain_name(typed)
    assert str(caught.value).isprintable()
