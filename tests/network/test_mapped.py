"""The network of a file: the lab's addresses lead to its sockets, every other address leads nowhere."""

import json

import pytest

from fleet.errors import FailureKind, RemoteError, UsageError
from fleet.network.host import HostNetwork
from fleet.network.mapped import FORMAT, MappedNetwork, open_network


@pytest.fixture
def network_file(tmp_path):
    def write(**keys):
        path = tmp_path / "network.json"
        path.write_text(json.dumps({"format": FORMAT, "name": "lab", **keys}))
        return path

    return write


async def test_a_mapped_address_leads_to_its_socket(serve, network_file):
    async def greet(reader, writer):
        writer.write(b"220 hello\r\n")

    async with serve(greet) as port:
        network = MappedNetwork.load(network_file(tcp=[["198.51.100.1", 25, "127.0.0.1", port]]))
        stream = await network.open_tcp("198.51.100.1", 25, 5)
        assert await stream.read(100) == b"220 hello\r\n"
        await stream.close()
    assert network.name == "lab"


async def test_an_ipv6_address_is_the_same_however_it_is_written(serve, network_file):
    async def greet(reader, writer):
        writer.write(b"220 hello\r\n")

    async with serve(greet) as port:
        network = MappedNetwork.load(network_file(tcp=[["2001:DB8:0:0::1", 25, "127.0.0.1", port]]))
        stream = await network.open_tcp("2001:db8::0:1", 25, 5)
        assert await stream.read(3) == b"220"
        await stream.close()


@pytest.mark.parametrize(("address", "port"), [("198.51.100.2", 25), ("198.51.100.1", 26), ("127.0.0.1", 25), ("x", 1)])
async def test_what_is_not_mapped_is_unreachable(network_file, address, port):
    network = MappedNetwork.load(network_file(tcp=[["198.51.100.1", 25, "127.0.0.1", 1]]))
    with pytest.raises(RemoteError) as failed:
        await network.open_tcp(address, port, 5)
    assert failed.value.failure.kind is FailureKind.UNREACHABLE
    assert failed.value.failure.sentence == f"{address} port {port}: not part of the network 'lab' (TCP)"
    with pytest.raises(RemoteError, match=r"not part of the network 'lab' \(UDP\)"):
        await network.ask_udp(address, port, b"?", lambda data: data, 5)


async def test_sentences_name_the_address_that_was_asked_for(free_port, network_file):
    network = MappedNetwork.load(network_file(tcp=[["198.51.100.1", 25, "127.0.0.1", free_port]]))
    with pytest.raises(RemoteError, match=r"198\.51\.100\.1 port 25: connection refused"):
        await network.open_tcp("198.51.100.1", 25, 5)


def test_a_network_without_udp_says_so(network_file):
    assert not MappedNetwork.load(network_file()).has_udp
    assert MappedNetwork.load(network_file(udp=[["192.0.2.53", 53, "127.0.0.1", 4]])).has_udp


def test_without_a_file_it_is_this_host(network_file):
    assert open_network(None) == HostNetwork()
    assert open_network(str(network_file())).name == "lab"


UNUSABLE = [
    ("[]", "it holds no JSON object"),
    ("{}", 'it does not say "format": "fleet-network/1"'),
    ('{"format": "fleet-network/1", "ucp": []}', "it has the unknown key 'ucp'"),
    ('{"format": "fleet-network/1", "name": 1}', '"name" is not a text'),
    ('{"format": "fleet-network/1", "tcp": {}}', '"tcp" is not a list'),
    ('{"format": "fleet-network/1", "tcp": [["192.0.2.1", 25]]}', "is not [address, port, address, port]"),
    ('{"format": "fleet-network/1", "tcp": [["mx", 25, "127.0.0.1", 1]]}', "does not appear to be"),
    ('{"format": "fleet-network/1", "tcp": [[7, 25, "127.0.0.1", 1]]}', "an address is not a text"),
    ('{"format": "fleet-network/1", "udp": [["192.0.2.1", 25, "127.0.0.1", 0]]}', "0 is not a port"),
    ('{"format": "fleet-network/1", "udp": [["192.0.2.1", true, "127.0.0.1", 1]]}', "True is not a port"),
    (
        '{"format": "fleet-network/1", "udp": [["::1", 25, "::1", 1], ["0::1", 25, "::1", 2]]}',
        'entry 2 of "udp" maps [::1]:25 a second time',
    ),
    ("{", "is not JSON"),
    ("\x80", "is not JSON"),
    ("[" * 200_000, "is not JSON"),
]


@pytest.mark.parametrize(("content", "sentence"), UNUSABLE)
def test_an_unusable_file_is_named_in_one_sentence(tmp_path, content, sentence):
    path = tmp_path / "net.json"
    path.write_text(content, "latin-1")
    with pytest.raises(UsageError) as refused:
        MappedNetwork.load(path)
    message = str(refused.value)
    assert sentence in message
    assert "net.json" in message
    assert "\n" not in message


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UsageError, match="cannot be read: no such file or directory"):
        open_network(tmp_path / "absent.json")
