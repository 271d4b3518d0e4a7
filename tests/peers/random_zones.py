"""Random signed trees of zones, and ways to break one thing in them; a seed makes the same tree again.

A ``Tree`` is a handful of zones below ``z<seed>.rnd.``, which is where the trust anchor stands.  It answers as a
resolver would that passes everything on: aliases followed, signatures and denials included.  The denials are built
here, after RFC 4035 3.1.3 and RFC 5155 7.2; signatures are dnspython's.  What a breakage does to the tree stands in
``random_breakages``.  Imports dnspython and cryptography, never what it tests.
"""

import base64
import functools
import hashlib
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import dns.dnssec
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdatatype
import dns.rrset
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from dns.rdatatype import CNAME, DNAME, DNSKEY, DS, NS, NSEC, NSEC3, SOA

Name = dns.name.Name
TTL = 300
DAY = 86400
ALGORITHMS = (13, 13, 13, 14, 15, 8, 10, 7)
ITERATIONS = (0, 0, 0, 1, 12, 150, 151, 500)
TYPES = tuple(dns.rdatatype.from_text(text) for text in ("A", "TXT", "MX", "TLSA", "AAAA"))


@functools.cache
def _rsa(number: int) -> Any:
    """One of a few RSA keys: making them is slow, and which it is changes nothing."""
    del number
    return rsa.generate_private_key(65537, 1024)


@dataclass(frozen=True, slots=True)
class Key:
    """A private key with the record that publishes it."""

    private: Any
    record: Any


def new_key(chance: random.Random, algorithm: int, flags: int) -> Key:
    """A key of ``algorithm``; ``flags`` 257 is one that signs keys, 256 one that signs data."""
    if algorithm in (5, 7, 8, 10):
        private: Any = _rsa(chance.randrange(6))
    elif algorithm == 15:
        private = ed25519.Ed25519PrivateKey.from_private_bytes(chance.randbytes(32))
    else:
        private = ec.derive_private_key(
            chance.getrandbits(250) + 1, ec.SECP384R1() if algorithm == 14 else ec.SECP256R1()
        )
    return Key(private, dns.dnssec.make_dnskey(private.public_key(), algorithm, flags))


@dataclass(slots=True)
class Sealed:
    """An RRset with its signatures, as it leaves the zone; ``rrset`` is None where a breakage took it away."""

    rrset: dns.rrset.RRset | None
    rrsigs: list[Any] = field(default_factory=list)

    def under(self, owner: Name) -> "Sealed":
        """The same records at ``owner``: how a wildcard answers."""
        if self.rrset is None:
            return self
        return Sealed(dns.rrset.from_rdata_list(owner, self.rrset.ttl, list(self.rrset)), self.rrsigs)


@dataclass(slots=True)
class Zone:
    """One zone: ``nodes`` hold its data; without ``keys`` it is unsigned, without ``ds`` nothing leads to its keys."""

    name: Name
    keys: list[Key]
    ds: bool
    nsec3: bool
    opt_out: bool
    iterations: int
    salt: bytes
    nodes: dict[Name, dict[int, list[Any]]] = field(default_factory=dict)
    cuts: dict[Name, "Zone"] = field(default_factory=dict)

    def add(self, owner: str, rdtype: str, *texts: str) -> None:
        """Records in text form; ``owner`` is relative to the zone."""
        name = dns.name.from_text(owner, self.name) if owner != "@" else self.name
        kind = dns.rdatatype.from_text(rdtype)
        self.nodes.setdefault(name, {})[kind] = [dns.rdata.from_text("IN", rdtype, text) for text in texts]

    def exists(self, name: Name) -> bool:
        """Whether ``name`` has records, or names below it have."""
        return any(node.is_subdomain(name) for node in (*self.nodes, *self.cuts))

    def encloser(self, name: Name) -> Name:
        """The longest existing name at or above ``name``."""
        while not self.exists(name):
            name = name.parent()
        return name

    def types(self, name: Name) -> list[int]:
        """What a denial says is at ``name``."""
        if name in self.cuts:
            return [NS, DS] if self.cuts[name].ds else [NS]
        return sorted(self.nodes.get(name, {}))

    def hash(self, name: Name) -> bytes:
        digest = name.to_digestable()
        for _ in range(self.iterations + 1):
            digest = hashlib.sha1(digest + self.salt).digest()
        return digest

    def hashed_names(self) -> dict[bytes, Name]:
        """Every name with an NSEC3 record, empty non-terminals included, by hash."""
        names: set[Name] = set()
        for name in (*self.nodes, *self.cuts):
            if self.opt_out and name in self.cuts and not self.cuts[name].ds:
                continue
            names.update(Name(name.labels[cut:]) for cut in range(len(name) - len(self.name)))
        return {self.hash(name): name for name in (*names, self.name)}


Seal = tuple[Name, Name, int]
"""(zone, owner, type) of one signed RRset."""


@dataclass(slots=True)
class Reply:
    """What goes into one message."""

    answer: list[Sealed] = field(default_factory=list)
    authority: list[Sealed] = field(default_factory=list)
    rcode: dns.rcode.Rcode = dns.rcode.NOERROR


class Breakage:
    """Leaves everything as it is; subclasses in ``random_breakages`` do not."""

    def content(self, seal: Seal, rrset: dns.rrset.RRset) -> dns.rrset.RRset:
        """The records, before they are signed."""
        del seal
        return rrset

    def sealed(self, seal: Seal, sealed: Sealed) -> Sealed:
        """The records with their signatures."""
        del seal
        return sealed

    def reply(self, name: Name, rdtype: int, reply: Reply) -> Reply:
        """A whole reply."""
        del name, rdtype
        return reply


class Tree:
    """All zones of one seed and what they answer."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.now = int(time.time())
        self.top = dns.name.from_text(f"z{seed}.rnd.")
        self.zones: dict[Name, Zone] = {}
        self.breakage = Breakage()
        self.touched: list[Seal] = []
        self._seals: dict[Seal, Sealed] = {}
        _plant(self)

    @property
    def anchor(self) -> dns.rrset.RRset:
        """The DS of the top zone's keys, as a trust anchor."""
        return dns.rrset.from_rdata_list(self.top, TTL, [ds_of(self.zones[self.top])[0]])

    def break_with(self, breakage: Breakage) -> None:
        """From now on everything is answered as ``breakage`` has it."""
        self.breakage = breakage
        self._seals.clear()

    def zone_of(self, name: Name, rdtype: int) -> Zone:
        """The zone that holds ``rdtype`` of ``name``."""
        above = name.parent() if rdtype == DS and name != self.top else name
        return max((zone for zone in self.zones.values() if above.is_subdomain(zone.name)), key=lambda z: len(z.name))

    def seal(self, zone: Zone, owner: Name, rdtype: int) -> Sealed:
        """Signed records, always the same ones for the same owner and type."""
        place = (zone.name, owner, rdtype)
        self.touched.append(place)
        if place not in self._seals:
            rrset = dns.rrset.from_rdata_list(owner, TTL, self._records(zone, owner, rdtype))
            rrset = self.breakage.content(place, rrset)
            signed = Sealed(rrset, [self.sign(zone, key, rrset) for key in _signing(zone, rdtype)])
            self._seals[place] = self.breakage.sealed(place, signed)
        return self._seals[place]

    def sign(self, zone: Zone, key: Key, rrset: dns.rrset.RRset, start: int = -10 * DAY, end: int = 20 * DAY) -> Any:
        """An RRSIG over ``rrset``, valid from ``start`` to ``end`` seconds from now."""
        times = {"inception": self.now + start, "expiration": self.now + end}
        policy = dns.dnssec.allow_all_policy
        return dns.dnssec.sign(rrset, key.private, zone.name, key.record, policy=policy, **times)

    def _records(self, zone: Zone, owner: Name, rdtype: int) -> list[Any]:
        if rdtype == DNSKEY:
            return [key.record for key in zone.keys]
        if rdtype == DS:
            return ds_of(zone.cuts[owner])
        if rdtype == NSEC:
            return [self._nsec(zone, owner)]
        if rdtype == NSEC3:
            return [self._nsec3(zone, owner)]
        return zone.nodes[owner][rdtype]

    def _nsec(self, zone: Zone, owner: Name) -> Any:
        order = sorted((*zone.nodes, *zone.cuts))
        following = order[(order.index(owner) + 1) % len(order)]
        return dns.rdata.from_text("IN", "NSEC", f"{following} {_bitmap(zone.types(owner), NSEC)}")

    def _nsec3(self, zone: Zone, owner: Name) -> Any:
        names = zone.hashed_names()
        order = sorted(names)
        own = base64.b32hexdecode(owner.labels[0].upper())
        following = base64.b32hexencode(order[(order.index(own) + 1) % len(order)]).decode()
        types = zone.types(names[own])
        bits = _bitmap(types) if types and types != [NS] else " ".join(map(dns.rdatatype.to_text, types))
        salt = zone.salt.hex() or "-"
        return dns.rdata.from_text("IN", "NSEC3", f"1 {int(zone.opt_out)} {zone.iterations} {salt} {following} {bits}")

    def matching(self, zone: Zone, name: Name) -> Sealed | None:
        """The denial record at ``name``, where it has one."""
        if not zone.keys:
            return None
        if not zone.nsec3:
            return self.seal(zone, name, NSEC) if name in zone.nodes or name in zone.cuts else None
        digest = zone.hash(name)
        return self._hashed(zone, digest) if digest in zone.hashed_names() else None

    def covering(self, zone: Zone, name: Name) -> Sealed | None:
        """The denial record that spans ``name``."""
        if not zone.keys:
            return None
        if zone.nsec3:
            digest, order = zone.hash(name), sorted(zone.hashed_names())
            return self._hashed(zone, max((entry for entry in order if entry < digest), default=order[-1]))
        return self.seal(zone, max(entry for entry in (*zone.nodes, *zone.cuts) if entry < name), NSEC)

    def _hashed(self, zone: Zone, digest: bytes) -> Sealed:
        owner = dns.name.from_text(base64.b32hexencode(digest).decode().lower(), zone.name)
        return self.seal(zone, owner, NSEC3)

    def denial(self, zone: Zone, name: Name) -> list[Sealed]:
        """That something is not at ``name``: all records a server adds (RFC 4035 3.1.3, RFC 5155 7.2)."""
        exact = self.matching(zone, name)
        if exact is not None:
            return [exact]
        encloser = zone.encloser(name)
        found: list[Sealed | None] = []
        if zone.nsec3:
            while self.matching(zone, encloser) is None and zone.keys:
                encloser = encloser.parent()
            closer = Name(name.labels[-(len(encloser) + 1) :])
            found = [self.matching(zone, encloser), self.covering(zone, closer)]
        else:
            found = [self.covering(zone, name)]
        if not zone.exists(name):
            wildcard = dns.name.from_text("*", encloser)
            found.append(self.matching(zone, wildcard) or self.covering(zone, wildcard))
        return [record for record in found if record is not None]

    def reply(self, name: Name, rdtype: int) -> Reply:
        """The whole answer to a question, breakage included."""
        reply, seen = Reply(), set[Name]()
        following: Name | None = name
        while following is not None and following not in seen and following.is_subdomain(self.top):
            seen.add(following)
            following = self._step(following, rdtype, reply)
        return self.breakage.reply(name, rdtype, reply)

    def _step(self, name: Name, rdtype: int, reply: Reply) -> Name | None:
        """One name's part of ``reply``; where an alias leads on from there."""
        zone = self.zone_of(name, rdtype)
        if rdtype == DS and name in zone.cuts and zone.cuts[name].ds:
            reply.answer.append(self.seal(zone, name, DS))
            return None
        if rdtype == DNSKEY and name == zone.name and zone.keys:
            reply.answer.append(self.seal(zone, name, DNSKEY))
            return None
        for owner in zone.nodes:
            if DNAME in zone.nodes[owner] and name.is_subdomain(owner) and name != owner:
                target = Name((*name.labels[: -len(owner)], *zone.nodes[owner][DNAME][0].target.labels))
                made = dns.rrset.from_text(name, TTL, "IN", "CNAME", target.to_text())
                reply.answer += [self.seal(zone, owner, DNAME), Sealed(made)]
                return target if rdtype != CNAME else None
        encloser = zone.encloser(name)
        wildcard = dns.name.from_text("*", encloser)
        source = name if encloser == name else wildcard
        types = zone.nodes.get(source, {})
        found = rdtype if rdtype in types else CNAME if CNAME in types else None
        if found is None:
            reply.rcode = dns.rcode.NOERROR if encloser == name or wildcard in zone.nodes else dns.rcode.NXDOMAIN
            reply.authority += [self.seal(zone, zone.name, SOA), *self.denial(zone, name)]
            return None
        reply.answer.append(self.seal(zone, source, found).under(name))
        if source != name:
            cover = self.covering(zone, Name(name.labels[-(len(encloser) + 1) :]) if zone.nsec3 else name)
            reply.authority += [cover] if cover is not None else []
        return types[found][0].target if found == CNAME and rdtype != CNAME else None

    def message(self, query: dns.message.Message) -> dns.message.Message:
        """The answer to ``query`` as a message."""
        question = query.question[0]
        message = dns.message.make_response(query, recursion_available=True)
        if not question.name.is_subdomain(self.top):
            message.set_rcode(dns.rcode.REFUSED)
            return message
        reply = self.reply(Name(tuple(label.lower() for label in question.name.labels)), question.rdtype)
        message.set_rcode(reply.rcode)
        for section, parts in ((message.answer, reply.answer), (message.authority, reply.authority)):
            for part in parts:
                if part.rrset is None or not len(part.rrset):
                    continue
                section.append(part.rrset)
                if part.rrsigs:
                    section.append(dns.rrset.from_rdata_list(part.rrset.name, part.rrset.ttl, part.rrsigs))
        return message


def _signing(zone: Zone, rdtype: int) -> Iterator[Key]:
    """The keys that sign a type: those with the SEP flag sign keys, others data; a single key signs both."""
    flags = {key.record.flags for key in zone.keys}
    wanted = 257 if rdtype == DNSKEY or len(flags) == 1 else 256
    return (key for key in zone.keys if key.record.flags == wanted)


def _bitmap(types: list[int], *more: int) -> str:
    kinds = sorted({*types, *more, dns.rdatatype.RRSIG})
    return " ".join(dns.rdatatype.to_text(dns.rdatatype.RdataType.make(kind)) for kind in kinds)


def ds_of(zone: Zone, digests: tuple[str, ...] = ("SHA256",)) -> list[Any]:
    """DS records of the zone's key signing keys."""
    make: Callable[..., Any] = functools.partial(dns.dnssec.make_ds, policy=dns.dnssec.allow_all_policy)
    return [make(zone.name, key.record, digest) for key in zone.keys if key.record.flags == 257 for digest in digests]


def _plant(tree: Tree) -> None:
    """Fill ``tree``: a top zone, children of several kinds, a grandchild, and aliases between all of them."""
    chance = tree.chance
    top = _sown(tree, tree.top, signed=True, ds=True)
    children = [
        _sown(tree, dns.name.from_text(f"c{number}", top.name), signed=kind != "unsigned", ds=kind == "signed")
        for number, kind in enumerate(
            ("signed", chance.choice(("unsigned", "island")), "signed")[: chance.randint(2, 3)]
        )
    ]
    grandchild = _sown(tree, dns.name.from_text("g", chance.choice(children).name), signed=True, ds=True)
    grandchild.ds = grandchild.ds and bool(tree.zone_of(grandchild.name.parent(), SOA).keys)
    zones = list(tree.zones.values())
    for zone in zones[1:]:
        tree.zone_of(zone.name, DS).cuts[zone.name] = zone
    ends = ("a", "b", "www.w", "nothing", "x.ent", "x.nothing.w", "*.w")
    for zone in zones:
        for number in range(3):
            other = chance.choice(zones)
            zone.add(f"alias{number}", "CNAME", f"{chance.choice(ends)}.{other.name}")
        zone.add("*.wc", "CNAME", f"{chance.choice(ends)}.{chance.choice(zones).name}")
        zone.add("d", "DNAME", chance.choice(("w", "ent", "deep")) + f".{chance.choice(zones).name}")


def _sown(tree: Tree, name: Name, signed: bool, ds: bool) -> Zone:
    chance = tree.chance
    nsec3 = chance.random() < 0.6
    algorithm = chance.choice(ALGORITHMS)
    flags = (257, 256) if chance.random() < 0.6 else (257,)
    algorithms = (algorithm, chance.choice(ALGORITHMS)) if chance.random() < 0.15 else (algorithm,)
    keys = [new_key(chance, number, flag) for number in dict.fromkeys(algorithms) for flag in flags] if signed else []
    salt = chance.choice((b"", b"", b"\xab\xcd"))
    iterations = chance.choice(ITERATIONS)
    zone = Zone(name, keys, ds and signed, nsec3, nsec3 and chance.random() < 0.4, iterations, salt)
    tree.zones[name] = zone
    zone.add("@", "SOA", f"ns.{name} hostmaster.{name} 1 3600 600 86400 300")
    zone.add("@", "NS", f"ns.{name}")
    zone.add("@", "MX", f"10 mx.{name}", f"20 mx.{name}")
    zone.add("ns", "A", "192.0.2.53")
    zone.add("a", "A", "192.0.2.1", "192.0.2.2")
    zone.add("b", "TXT", '"one" "two"', '"Three"')
    zone.add("mx", "A", "192.0.2.25")
    zone.add("_25._tcp.mx", "TLSA", "3 1 1 " + "ab" * 32, "2 0 1 " + "cd" * 32)
    zone.add("*.w", "TXT", '"any"')
    zone.add("*.w", "A", "192.0.2.9")
    zone.add("there.w", "A", "192.0.2.10")
    if chance.random() < 0.7:
        zone.add("x.y.ent", "TXT", '"deep"')
    return zone


OWNERS = (
    *("a", "b", "mx", "_25._tcp.mx", "_tcp.mx", "ent", "y.ent", "x.y.ent", "www.w", "there.w", "x.there.w", "*.w", "w"),
    *("nothing", "x.y.nothing", "alias0", "alias1", "alias2", "x.wc", "d", "x.d", "there.d", "y.x.d", "z", "0", ""),
)


def questions(tree: Tree) -> list[tuple[Name, int]]:
    """Every question worth asking of ``tree``, in an order of chance."""
    pairs = [
        (dns.name.from_text(owner, zone.name) if owner else zone.name, rdtype)
        for zone in tree.zones.values()
        for owner in OWNERS
        for rdtype in (*TYPES, CNAME, DS)
        if rdtype not in (CNAME, DS) or owner in ("alias0", "x.wc", "x.d", "nothing", "")
    ]
    pairs = [pair for pair in pairs if pair != (tree.top, DS)]
    tree.chance.shuffle(pairs)
    return pairs
