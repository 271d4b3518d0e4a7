"""From scenario rows to a running Internet: names become zones, hosts become addresses, certificates and sockets.

It exists so that the rows stay free of plumbing: here virtual addresses are dealt out, TLSA data is computed from the
certificates that were really issued, and the file is written that maps virtual addresses to loopback ports.
May import the standard library, dnspython, ``fleet.model``, ``fleet.clock`` and the lab's own modules.
"""

import hashlib
import ssl
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype

from fleet.lab.certificates import Authority, Identity, Issued
from fleet.lab.faults import Faults
from fleet.lab.resolver import RESOLVERS, Kind, Resolver, Responder
from fleet.lab.scenario import Break, Destination, Host, Server, ZonePlan
from fleet.lab.smtp import MailServer
from fleet.lab.tree import Record, Tree

SMTP_PORT = 25
DNS_PORT = 53


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One address of one host of one destination, with the identity its server presents."""

    destination: Destination
    host: Host
    server: Server
    address: str
    issued: Issued

    @property
    def name(self) -> str:
        """The host's absolute name."""
        return self.destination.absolute(self.host.name)


def _ipv4() -> Iterator[str]:
    for network in ("198.51.100.0", "203.0.113.0"):
        yield from (str(IPv4Address(network) + last) for last in range(1, 255))


def _ipv6() -> Iterator[str]:
    yield from (str(IPv6Address("2001:db8::") + last) for last in range(1, 65536))


def _bare(name: str) -> str:
    return name.rstrip(".")


def deal(destinations: Iterable[Destination], authority: Authority) -> tuple[Mailbox, ...]:
    """Give every server a documentation address (RFC 5737, RFC 3849) and an identity.

    Servers of one host whose rows ask for the same chain share one identity, as the machines behind one name usually
    do.
    """
    ipv4, ipv6 = _ipv4(), _ipv6()
    boxes: list[Mailbox] = []
    for destination in destinations:
        for host in destination.hosts:
            issued = {server.chain: _identity(authority, destination, host, server) for server in host.servers}
            boxes.extend(
                Mailbox(destination, host, server, next(ipv6 if server.ipv6 else ipv4), issued[server.chain])
                for server in host.servers
            )
    return tuple(boxes)


def _identity(authority: Authority, destination: Destination, host: Host, server: Server) -> Issued:
    name = _bare(destination.absolute(host.name))
    listed = server.chain.names
    names = (name,) if listed is None else tuple(_bare(destination.absolute(item)) for item in listed)
    return authority.issue(server.chain, name, names)


def records_of(destination: Destination, mailboxes: Iterable[Mailbox]) -> Iterator[Record]:
    """MX, addresses, TLSA and what else the row says."""
    apex = dns.name.from_text(destination.absolute("@"))
    mx = [host.name for host in destination.hosts] if destination.mx is None else destination.mx
    for rank, entry in enumerate(mx, 1):
        preference, _, name = entry.rpartition(" ")
        yield Record(apex, _rdata(destination, "MX", f"{preference or rank * 10} {destination.absolute(name)}"))
    described: set[str] = set()
    for box in mailboxes:
        yield Record(dns.name.from_text(box.name), _rdata(destination, "AAAA" if box.server.ipv6 else "A", box.address))
        if box.name not in described:
            described.add(box.name)
            owner = dns.name.from_text(destination.absolute(box.host.tlsa_owner or f"_25._tcp.{box.host.name}"))
            yield from (Record(owner, tlsa_rdata(text, box.issued)) for text in box.host.tlsa)
    for line in destination.records:
        owner_text, rdtype, rdata = line.split(" ", 2)
        yield Record(dns.name.from_text(destination.absolute(owner_text)), _rdata(destination, rdtype, rdata))


def _rdata(destination: Destination, rdtype: str, text: str) -> dns.rdata.Rdata:
    origin = dns.name.from_text(destination.absolute("@"))
    return dns.rdata.from_text("IN", rdtype, text, origin=origin, relativize=False)


def tlsa_rdata(text: str, issued: Issued) -> dns.rdata.Rdata:
    """The rdata a row means by ``text``; kept opaque, because some rows are malformed on purpose."""
    words = text.split()
    if words[0] == "raw":
        raw = bytes.fromhex("".join(words[1:]))
    else:
        usage, selector, matching = (int(word) for word in words[:3])
        raw = bytes((usage, selector, matching)) + _association(issued.sources[words[3]], selector, matching)
    return dns.rdata.GenericRdata(dns.rdataclass.IN, dns.rdatatype.TLSA, raw)


def _association(identity: Identity, selector: int, matching: int) -> bytes:
    data = identity.public_key if selector == 1 else identity.der
    if matching == 0:
        return data
    return hashlib.sha512(data).digest() if matching == 2 else hashlib.sha256(data).digest()


def plans_of(destination: Destination) -> Iterator[tuple[str, ZonePlan]]:
    """The zones of a row, by absolute name."""
    if destination.zone is not None:
        yield destination.absolute("@"), destination.zone
    yield from ((destination.absolute(name), plan) for name, plan in destination.zones.items())


@dataclass(frozen=True, slots=True)
class Internet:
    """The whole lab, ready to listen."""

    tree: Tree
    authority: Authority
    mailboxes: tuple[Mailbox, ...]
    resolvers: tuple[Resolver, ...]
    servers: tuple[MailServer, ...]
    faults: Faults

    @classmethod
    def build(
        cls,
        destinations: tuple[Destination, ...],
        zones: Iterable[tuple[str, ZonePlan]],
        records: Iterable[str],
        start: datetime,
    ) -> "Internet":
        """Make keys, certificates and zones of all rows, valid around ``start``; nothing listens yet."""
        authority = Authority(start)
        mailboxes = deal(destinations, authority)
        tree = Tree.build(
            {dns.name.from_text(name): plan for name, plan in [*zones, *_all_plans(destinations)]},
            [*_plain_records(records), *_all_records(destinations, mailboxes)],
            {
                _question(destination, item): item.breakage
                for destination in destinations
                for item in destination.breaks
            },
            start,
        )
        faults = Faults(frozenset(RESOLVERS.values()), frozenset(box.address for box in mailboxes))
        resolvers = tuple(Resolver(kind, Responder(kind, tree), faults) for kind in Kind)
        return cls(tree, authority, mailboxes, resolvers, tuple(_servers(mailboxes, faults)), faults)

    async def start(self) -> None:
        """Listen everywhere."""
        for resolver in self.resolvers:
            await resolver.start()
        for server in self.servers:
            await server.start()

    def close(self) -> None:
        """Stop listening everywhere."""
        for resolver in self.resolvers:
            resolver.close()
        for server in self.servers:
            server.close()

    def network(self) -> dict[str, object]:
        """The network file's content: which loopback socket stands for which virtual one."""
        dns_sockets = [[resolver.address, DNS_PORT, "127.0.0.1", resolver.port] for resolver in self.resolvers]
        smtp_sockets = [[server.address, SMTP_PORT, "127.0.0.1", server.port] for server in self.servers]
        return {"format": "fleet-network/1", "name": "lab", "udp": dns_sockets, "tcp": dns_sockets + smtp_sockets}

    def addresses(self, destination: Destination) -> dict[str, list[str]]:
        """Host name -> virtual addresses, for the hosts a row brings along."""
        found: dict[str, list[str]] = {}
        for box in self.mailboxes:
            if box.destination is destination:
                found.setdefault(_bare(box.name), []).append(box.address)
        return found


def _all_plans(destinations: Iterable[Destination]) -> Iterator[tuple[str, ZonePlan]]:
    for destination in destinations:
        yield from plans_of(destination)


def _all_records(destinations: Iterable[Destination], mailboxes: tuple[Mailbox, ...]) -> Iterator[Record]:
    for destination in destinations:
        yield from records_of(destination, (box for box in mailboxes if box.destination is destination))


def _plain_records(lines: Iterable[str]) -> Iterator[Record]:
    for line in lines:
        owner, rdtype, rdata = line.split(" ", 2)
        yield Record(dns.name.from_text(owner), dns.rdata.from_text("IN", rdtype, rdata))


def _question(destination: Destination, item: Break) -> tuple[dns.name.Name, dns.rdatatype.RdataType]:
    return dns.name.from_text(destination.absolute(item.owner)), dns.rdatatype.from_text(item.rdtype)


def _servers(mailboxes: Iterable[Mailbox], faults: Faults) -> Iterator[MailServer]:
    # An SSL context reads key and chain from a file only; the files are gone before anything listens.
    with tempfile.TemporaryDirectory(prefix="fleet-lab-") as folder:
        path = Path(folder, "identity.pem")
        for box in mailboxes:
            name = _bare(box.name)
            yield MailServer(box.address, name, box.server.behaviour, _context(box, path), faults)


def _context(box: Mailbox, path: Path) -> ssl.SSLContext:
    issued = box.issued
    context = _load(issued.pem, path)
    if box.server.chain.only_with_sni:
        other = issued.sources["other"]
        expected, right = _bare(box.name), context
        context = _load(Issued(other, (other,), {}).pem, path)

        def choose(connection: ssl.SSLObject | ssl.SSLSocket, asked: str | None, _context: ssl.SSLContext) -> None:
            if asked == expected:
                connection.context = right

        context.sni_callback = choose
    return context


def _load(pem: bytes, path: Path) -> ssl.SSLContext:
    path.write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
