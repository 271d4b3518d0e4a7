import pytest

from fleet.errors import UsageError
from fleet.network.endpoint import Endpoint, parse_endpoint


@pytest.mark.parametrize(
    ("text", "endpoint"),
    [
        ("192.0.2.1", Endpoint("192.0.2.1", 53)),
        ("192.0.2.1:5353", Endpoint("192.0.2.1", 5353)),
        ("2001:DB8:0::1", Endpoint("2001:db8::1", 53)),
        ("[2001:db8::1]:853", Endpoint("2001:db8::1", 853)),
        ("[2001:db8::1]", Endpoint("2001:db8::1", 53)),
    ],
)
def test_an_address_with_or_without_a_port_is_read(text: str, endpoint: Endpoint) -> None:
    assert parse_endpoint(text, 53) == endpoint
    assert parse_endpoint(str(endpoint), 1) == endpoint


@pytest.mark.parametrize(
    "text", ["", "resolver.example", "192.0.2.1:", "192.0.2.1:x", "192.0.2.1:0", "[2001:db8::1", "1.2.3"]
)
def test_anything_else_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(UsageError, match="is no IP address"):
        parse_endpoint(text, 53)
