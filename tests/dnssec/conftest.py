"""A small signed Internet inside the test process: zones, a resolver that answers from them, and ways to break both.

``internet(zone(".", ...), zone("org", ...), ...)`` links parents and children; its ``transport`` answers like a
recursive resolver that passes DNSSEC records on.  Nothing here shares code with the validator: signatures come from
dnspython's signer, NSEC3 hashes from dnspython's hash function.
"""

import base64
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import dns.dnssec
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.zone
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from dns.rdtypes.ANY.NSEC import Bitmap

from fleet.dnssec import Validator

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
DS, NS, NSEC, NSEC3, RRSIG = (dns.rdatatype.from_text(mnemonic) for mnemonic in ("DS", "NS", "NSEC", "NSEC3", "RRSIG"))
SOA, CNAME, DNAME, DNSKEY = (dns.rdatatype.from_text(mnemonic) for mnemonic in ("SOA", "CNAME", "DNAME", "DNSKEY"))


def n(text: str) -> dns.name.Name:
    return dns.name.from_text(text)


@cache
def private_key(algorithm: int, number: int) -> Any:
    if algorithm in (5, 7, 8, 10):
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return {13: lambda: ec.generate_private_key(ec.SECP256R1()), 15: ed25519.Ed25519PrivateKey.generate}[algorithm]()


@dataclass
class Key:
    """A signing key; those with equal algorithm and number are the same key."""

    algorithm: int = 13
    number: int = field(default_factory=itertools.count(1).__next__)
    flags: int = 257
    protocol: int = 3

    @property
    def private(self) -> Any:
        return private_key(self.algorithm, self.number)

    @property
    def rdata(self) -> Any:
        return dns.dnssec.make_dnskey(self.private.public_key(), self.algorithm, self.flags, self.protocol)


@dataclass
class Zone:
    """One zone.  ``denial`` is ``nsec`` or ``nsec3``; ``signed`` False leaves out everything of DNSSEC."""

    origin: dns.name.Name
    nodes: dict[dns.name.Name, dict[int, dns.rrset.RRset]]
    """Records by owner and type."""
    signed: bool = True
    denial: str = "nsec"
    opt_out: bool = False
    iterations: int = 0
    salt: bytes = b"\xab"
    keys: list[Key] = field(default_factory=lambda: [Key()])
    ds: bool = True
    ds_digest: int = 2
    inception: datetime = NOW - timedelta(days=10)
    expiration: datetime = NOW + timedelta(days=30)
    signatures: dict[tuple[dns.name.Name, int], list[Any]] = field(default_factory=dict)
    chain: list[dns.rrset.RRset] | None = None

    def add(self, name: str | dns.name.Name, rdtype: str, *texts: str, ttl: int = 3600) -> None:
        owner = n(name) if isinstance(name, str) else name
        rrset = dns.rrset.from_text(owner, ttl, "IN", rdtype, *texts)
        self.nodes.setdefault(owner, {})[rrset.rdtype] = rrset

    def under_cut(self, name: dns.name.Name) -> bool:
        return any(
            cut not in (self.origin, name) and name.is_subdomain(cut) and NS in types
            for cut, types in self.nodes.items()
        )

    def cut(self, name: dns.name.Name) -> bool:
        return name != self.origin and NS in self.nodes.get(name, {})

    def rrsigs(self, rrset: dns.rrset.RRset) -> list[Any]:
        """Signatures over an authoritative RRset, made once."""
        slot = (rrset.name, rrset.rdtype)
        if slot not in self.signatures:
            self.signatures[slot] = [self.sign(rrset, key) for key in self.keys]
        return self.signatures[slot]

    def sign(self, rrset: dns.rrset.RRset, key: Key, **times: Any) -> Any:
        spans = {"inception": self.inception, "expiration": self.expiration} | times
        return dns.dnssec.sign(rrset, key.private, self.origin, key.rdata, policy=dns.dnssec.allow_all_policy, **spans)

    def finish(self) -> None:
        """Keys and the chain of denial, once all records are there."""
        if not self.signed or self.chain is not None:
            return
        rdatas = [key.rdata for key in self.keys]
        self.nodes[self.origin][DNSKEY] = dns.rrset.from_rdata_list(self.origin, 3600, rdatas)
        owners = [name for name in self.nodes if not self.under_cut(name)]
        self.chain = self._nsec3_chain(owners) if self.denial == "nsec3" else self._nsec_chain(owners)

    def _types(self, name: dns.name.Name, *more: int) -> list[int]:
        types = set(self.nodes.get(name, {}))
        if self.cut(name):
            types &= {NS, DS}
        signed = types - {NS} if self.cut(name) else types
        return sorted(types | set(more) | ({RRSIG} if signed or NSEC in more else set()))

    def _nsec_chain(self, owners: list[dns.name.Name]) -> list[dns.rrset.RRset]:
        owners = sorted(owners)
        made = []
        for owner, following in zip(owners, owners[1:] + owners[:1], strict=True):
            types = " ".join(dns.rdatatype.to_text(kind) for kind in self._types(owner, NSEC))
            made.append(dns.rrset.from_text(owner, 300, "IN", "NSEC", f"{following} {types}"))
        return made

    def hash(self, name: dns.name.Name) -> str:
        return dns.dnssec.nsec3_hash(name, self.salt, self.iterations, 1)

    def _nsec3_chain(self, owners: list[dns.name.Name]) -> list[dns.rrset.RRset]:
        if self.opt_out:
            owners = [name for name in owners if not (self.cut(name) and DS not in self.nodes[name])]
        names = set(owners)
        for name in owners:  # empty non-terminals have a record too
            names |= {dns.name.Name(name.labels[at:]) for at in range(len(name) - len(self.origin) + 1)}
        hashed = sorted((self.hash(name), name) for name in names)
        made = []
        for (digest, name), (following, _) in zip(hashed, hashed[1:] + hashed[:1], strict=True):
            bitmap = Bitmap.from_rdtypes([dns.rdatatype.RdataType.make(kind) for kind in self._types(name)])
            rdata = dns.rdtypes.ANY.NSEC3.NSEC3(
                dns.rdataclass.IN, NSEC3, 1, int(self.opt_out), self.iterations, self.salt,
                base64.b32hexdecode(following), dns.rdtypes.ANY.NSEC3.Bitmap(bitmap.windows),
            )  # fmt: skip
            made.append(dns.rrset.from_rdata(n(f"{digest}.{self.origin}"), 300, rdata))
        return made

    def _find(self, name: dns.name.Name, matching: bool) -> list[dns.rrset.RRset]:
        """The denial record that matches, or covers, ``name``."""
        key: Any = n(f"{self.hash(name)}.{self.origin}") if self.denial == "nsec3" else name
        assert self.chain
        ordered = sorted(self.chain, key=lambda rrset: rrset.name)
        match = [rrset for rrset in ordered if rrset.name == key]
        if match or matching:
            return match if matching else []
        return [([rrset for rrset in ordered if rrset.name < key] or ordered)[-1]]

    def exists(self, name: dns.name.Name) -> bool:
        return any(node.is_subdomain(name) for node in self.nodes)

    def encloser(self, name: dns.name.Name) -> dns.name.Name:
        while not self.exists(name):
            name = name.parent()
        return name

    def prove_nodata(self, name: dns.name.Name) -> list[dns.rrset.RRset]:
        found = self._find(name, matching=True)
        if found:
            return found
        if self.denial == "nsec":  # an empty non-terminal
            return self._find(name, matching=False)
        encloser = name.parent()
        while not self._find(encloser, matching=True):
            encloser = encloser.parent()
        closer = dns.name.Name(name.labels[-len(encloser.labels) - 1 :])
        return self._find(encloser, matching=True) + self._find(closer, matching=False)

    def prove_gap(self, name: dns.name.Name) -> list[dns.rrset.RRset]:
        """That ``name`` does not exist, without a word on wildcards."""
        if self.denial == "nsec":
            return self._find(name, matching=False)
        encloser = self.encloser(name)
        closer = dns.name.Name(name.labels[-len(encloser.labels) - 1 :])
        return self._find(closer, matching=False)

    def prove_nxdomain(self, name: dns.name.Name) -> list[dns.rrset.RRset]:
        encloser = self.encloser(name)
        wildcard = dns.name.Name((b"*", *encloser.labels))
        at = self._find(encloser, matching=True) if self.denial == "nsec3" else []
        return at + self.prove_gap(name) + self._find(wildcard, matching=False)

    def prove_wildcard_nodata(self, name: dns.name.Name) -> list[dns.rrset.RRset]:
        encloser = self.encloser(name)
        wildcard = dns.name.Name((b"*", *encloser.labels))
        at = self._find(encloser, matching=True) if self.denial == "nsec3" else []
        return at + self.prove_gap(name) + self._find(wildcard, matching=True)


def make_zone(origin: str, text: str = "", **options: Any) -> Zone:
    """A zone from master file text; SOA and NS are added.  ``algorithm=15`` is short for one key of that kind."""
    algorithm = options.pop("algorithm", None)
    if algorithm is not None:
        options["keys"] = [Key(algorithm)]
    apex = n(origin)
    zone = Zone(apex, {}, **options)
    zone.add(apex, "SOA", f"ns.{origin.rstrip('.') or 'root'}. admin.invalid. 1 7200 3600 1209600 300")
    zone.add(apex, "NS", "ns.elsewhere.invalid.")
    if text:
        parsed = dns.zone.from_text(
            f"$TTL 3600\n{text}\n", origin=apex, relativize=False, check_origin=False, allow_include=False
        )
        for name, node in parsed.items():
            for rdataset in node:
                rrset = dns.rrset.from_rdata_list(name, rdataset.ttl, list(rdataset))
                zone.nodes.setdefault(name, {})[rdataset.rdtype] = rrset
    return zone


Tamper = Callable[[dns.message.Message, dns.message.Message], dns.message.Message | None]


class Internet:
    """All zones, and a resolver in front of them that does not validate."""

    def __init__(self, zones: Iterable[Zone]) -> None:
        self.zones = {zone.origin: zone for zone in zones}
        self.queries: list[tuple[str, str, bool]] = []
        self.tampers: list[Tamper] = []
        self.ad = False
        self.clock = lambda: NOW
        for zone in sorted(self.zones.values(), key=lambda zone: -len(zone.origin)):
            if zone.origin != dns.name.root:
                self._delegate(zone)
        for zone in self.zones.values():
            zone.finish()

    def _delegate(self, zone: Zone) -> None:
        parent = self.home(zone.origin.parent())
        parent.nodes.setdefault(zone.origin, {})[NS] = dns.rrset.from_text(
            zone.origin, 3600, "IN", "NS", "ns.elsewhere.invalid."
        )
        if zone.signed and zone.ds:
            parent.nodes[zone.origin][DS] = self.ds_of(zone, zone.ds_digest)

    @staticmethod
    def ds_of(zone: Zone, digest: int = 2) -> dns.rrset.RRset:
        policy = dns.dnssec.allow_all_policy
        rdata = [dns.dnssec.make_ds(zone.origin, key.rdata, digest, policy=policy) for key in zone.keys]
        return dns.rrset.from_rdata_list(zone.origin, 3600, rdata)

    def zone(self, origin: str) -> Zone:
        return self.zones[n(origin)]

    def home(self, name: dns.name.Name) -> Zone:
        """The deepest zone at or above ``name``."""
        while name not in self.zones:
            name = name.parent()
        return self.zones[name]

    def anchors(self, origin: str = ".", digest: int = 2) -> list[dns.rrset.RRset]:
        return [self.ds_of(self.zone(origin), digest)]

    def validator(self, anchors: Any = None, **options: Any) -> Validator:
        options.setdefault("clock", lambda: self.clock())  # noqa: PLW0108  tests move the clock
        return Validator(self.transport, self.anchors() if anchors is None else anchors, **options)

    def tamper(self, change: Tamper, rdtype: str | None = None, name: str | None = None) -> None:
        """Have ``change`` alter (or replace) every reply, or those to one type or name."""

        def picked(query: dns.message.Message, reply: dns.message.Message) -> dns.message.Message | None:
            question = query.question[0]
            if rdtype is not None and question.rdtype != dns.rdatatype.from_text(rdtype):
                return None
            if name is not None and question.name != n(name):
                return None
            return change(query, reply)

        self.tampers.append(picked)

    async def transport(self, query: dns.message.Message) -> dns.message.Message:
        question = query.question[0]
        checking_disabled = bool(query.flags & dns.flags.CD)
        self.queries.append((question.name.to_text(), dns.rdatatype.to_text(question.rdtype), checking_disabled))
        reply = dns.message.make_response(query, recursion_available=True)
        if self.ad and not checking_disabled:
            reply.flags |= dns.flags.AD
        self._answer(reply, question.name, question.rdtype)
        for change in self.tampers:
            reply = change(query, reply) or reply
        return dns.message.from_wire(reply.to_wire(max_size=65535))

    def _answer(self, reply: dns.message.Message, name: dns.name.Name, rdtype: int) -> None:
        for _ in range(20):
            target = self._answer_from(reply, name, rdtype)
            if target is None:
                return
            name = target

    def _answer_from(self, reply: dns.message.Message, name: dns.name.Name, rdtype: int) -> dns.name.Name | None:
        zone = self.home(name.parent() if rdtype == DS and name in self.zones and name != dns.name.root else name)
        if any(zone.cut(cut) and name.is_subdomain(cut) and not (cut == name and rdtype == DS) for cut in zone.nodes):
            reply.set_rcode(dns.rcode.SERVFAIL)  # a delegation to nowhere
            return None
        for owner, types in zone.nodes.items():
            if DNAME in types and owner != name and name.is_subdomain(owner):
                self._put(reply.answer, zone, types[DNAME])
                target = name.relativize(owner) + types[DNAME][0].target
                reply.answer.append(dns.rrset.from_text(name, 3600, "IN", "CNAME", target.to_text()))
                return target
        if zone.exists(name):
            return self._from_node(reply, zone, name, name, rdtype)
        wildcard = dns.name.Name((b"*", *zone.encloser(name).labels))
        if wildcard in zone.nodes:
            return self._from_node(reply, zone, wildcard, name, rdtype)
        reply.set_rcode(dns.rcode.NXDOMAIN)
        self._deny(reply, zone, zone.prove_nxdomain, name)
        return None

    def _from_node(
        self, reply: dns.message.Message, zone: Zone, node: dns.name.Name, name: dns.name.Name, rdtype: int
    ) -> dns.name.Name | None:
        types = zone.nodes.get(node, {})
        kind = rdtype if rdtype in types else CNAME
        if kind not in types:
            self._deny(reply, zone, zone.prove_nodata if node == name else zone.prove_wildcard_nodata, name)
            return None
        self._put(reply.answer, zone, types[kind], owner=name)
        if node != name and zone.signed:
            for record in zone.prove_gap(name):
                self._put(reply.authority, zone, record)
        return types[kind][0].target if kind != rdtype else None

    def _deny(self, reply: dns.message.Message, zone: Zone, prove: Any, name: dns.name.Name) -> None:
        self._put(reply.authority, zone, zone.nodes[zone.origin][SOA])
        for record in prove(name) if zone.signed else ():
            self._put(reply.authority, zone, record)

    @staticmethod
    def _put(section: list[Any], zone: Zone, rrset: dns.rrset.RRset, owner: dns.name.Name | None = None) -> None:
        owner = owner or rrset.name
        if any(known.name == owner and known.rdtype == rrset.rdtype for known in section):
            return
        section.append(dns.rrset.from_rdata_list(owner, rrset.ttl, list(rrset)))
        if zone.signed and not (zone.cut(rrset.name) and rrset.rdtype == NS):
            section.append(dns.rrset.from_rdata_list(owner, rrset.ttl, zone.rrsigs(rrset)))


def drop(*types: str) -> Tamper:
    """Leave RRsets of ``types`` out of a reply; ``RRSIG`` strips all signatures, ``RRSIG:MX`` those over MX."""

    def wanted(rrset: dns.rrset.RRset) -> bool:
        text = dns.rdatatype.to_text(rrset.rdtype)
        covers = f"{text}:{dns.rdatatype.to_text(rrset.covers)}"
        return text not in types and covers not in types

    def change(query: dns.message.Message, reply: dns.message.Message) -> None:
        for section in (reply.answer, reply.authority):
            section[:] = [rrset for rrset in section if wanted(rrset)]

    return change


def fail(rcode: str) -> Tamper:
    """Answer with an rcode and nothing else."""

    def change(query: dns.message.Message, reply: dns.message.Message) -> dns.message.Message:
        failed = dns.message.make_response(query)
        failed.set_rcode(dns.rcode.from_text(rcode))
        return failed

    return change


@dataclass(frozen=True)
class Lab:
    """What tests need of this file, since a conftest cannot be imported."""

    now: datetime = NOW
    key: Any = Key
    zone: Any = make_zone
    drop: Any = drop
    fail: Any = fail
    name: Any = n

    @staticmethod
    def internet(*zones: Zone) -> Internet:
        """The zones linked, with a signed root and a signed ``org`` where the test does not bring its own."""
        have = {zone.origin for zone in zones}
        more = [make_zone(origin) for origin in (".", "org.") if n(origin) not in have]
        return Internet(itertools.chain(more, zones))


@pytest.fixture
def lab() -> Lab:
    return Lab()
