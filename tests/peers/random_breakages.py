"""One thing broken, or only made unusual, in a random tree: the table ``BREAKAGES`` and the choice of a target.

Each entry is a function over what the tree is about to hand out; none knows what a validator should say of it.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import dns.dnssec
import dns.flags
import dns.name
import dns.rdata
import dns.rdatatype
import dns.rrset
from dns.rdatatype import CNAME, DNAME, DNSKEY, DS, NSEC, NSEC3, SOA
from random_reply_breakages import REPLY, OnReply
from random_zones import DAY, Breakage, Name, Reply, Seal, Sealed, Tree, ds_of, new_key

OnSealed = Callable[[Tree, Seal, Sealed], Sealed]
OnContent = Callable[[Tree, Seal, Any], list[Any]]


def _each_rrsig(**changes: Any) -> OnSealed:
    def broken(tree: Tree, seal: Seal, sealed: Sealed) -> Sealed:
        return Sealed(sealed.rrset, [rrsig.replace(**changes) for rrsig in sealed.rrsigs])

    return broken


def _resigned(start: int, end: int) -> OnSealed:
    def broken(tree: Tree, seal: Seal, sealed: Sealed) -> Sealed:
        zone = tree.zones[seal[0]]
        tags = {(rrsig.key_tag, rrsig.algorithm) for rrsig in sealed.rrsigs}
        keys = [key for key in zone.keys if (dns.dnssec.key_id(key.record), key.record.algorithm) in tags]
        return Sealed(sealed.rrset, [tree.sign(zone, key, sealed.rrset, start, end) for key in keys])

    return broken


def _flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def _signature_flipped(tree: Tree, seal: Seal, sealed: Sealed) -> Sealed:
    place = tree.chance.randrange(8, 60)
    return Sealed(sealed.rrset, [rrsig.replace(signature=_flipped(rrsig.signature, place)) for rrsig in sealed.rrsigs])


def _signature_cut(tree: Tree, seal: Seal, sealed: Sealed) -> Sealed:
    return Sealed(sealed.rrset, [rrsig.replace(signature=rrsig.signature[:-1]) for rrsig in sealed.rrsigs])


def _other_key(tree: Tree, seal: Seal, sealed: Sealed) -> Sealed:
    """Signed by a key of the right algorithm that nobody published."""
    zone = tree.zones[seal[0]]
    keys = [new_key(tree.chance, 13, 256) for _ in sealed.rrsigs]
    return Sealed(sealed.rrset, [tree.sign(zone, key, sealed.rrset) for key in keys])


def _forged_with_tag(tree: Tree, seal: Seal, sealed: Sealed) -> Sealed:
    """The signature of an unpublished key under the tag and algorithm of a real one."""
    forged = _other_key(tree, seal, sealed).rrsigs
    return Sealed(
        sealed.rrset,
        [old.replace(signature=new.signature) for old, new in zip(sealed.rrsigs, forged, strict=True)],
    )


def _signed_by_zone(choose: Callable[[Tree, Seal], Name | None]) -> OnSealed:
    def broken(tree: Tree, seal: Seal, sealed: Sealed) -> Sealed:
        name = choose(tree, seal)
        zone = tree.zones.get(name) if name is not None else None
        if zone is None or not zone.keys:
            return Sealed(sealed.rrset, [rrsig.replace(signer=tree.top.parent()) for rrsig in sealed.rrsigs])
        return Sealed(sealed.rrset, [tree.sign(zone, zone.keys[-1], sealed.rrset)])

    return broken


def _above(tree: Tree, seal: Seal) -> Name | None:
    return tree.zone_of(seal[0], DS).name if seal[0] != tree.top else None


def _beside(tree: Tree, seal: Seal) -> Name | None:
    return next((name for name in reversed(tree.zones) if name != seal[0]), None)


def _key_signing_key(tree: Tree, seal: Seal, sealed: Sealed) -> Sealed:
    """Signed by the key meant for keys only: unusual, not wrong (RFC 4034 2.1.1)."""
    zone = tree.zones[seal[0]]
    return Sealed(sealed.rrset, [tree.sign(zone, zone.keys[0], sealed.rrset)])


def _zone_signing_key(tree: Tree, seal: Seal, sealed: Sealed) -> Sealed:
    zone = tree.zones[seal[0]]
    return Sealed(sealed.rrset, [tree.sign(zone, zone.keys[-1], sealed.rrset)])


def _altered(tree: Tree, seal: Seal, sealed: Sealed) -> Sealed:
    first, *others = list(sealed.rrset)
    wire = first.to_wire()
    for place in (len(wire) - 1, 1, 0):
        try:
            changed = dns.rdata.from_wire("IN", seal[2], _flipped(wire, place), 0, len(wire))
        except Exception:
            continue
        return Sealed(_with(sealed.rrset, [changed, *others]), sealed.rrsigs)
    return Sealed(None)


def _with(rrset: dns.rrset.RRset, records: list[Any]) -> dns.rrset.RRset:
    return dns.rrset.from_rdata_list(rrset.name, rrset.ttl, records)


def _record_added(tree: Tree, seal: Seal, sealed: Sealed) -> Sealed:
    wire = next(iter(sealed.rrset)).to_wire()
    for place in (len(wire) - 1, 1, 0):
        try:
            more = dns.rdata.from_wire("IN", seal[2], _flipped(wire, place), 0, len(wire))
        except Exception:
            continue
        return Sealed(_with(sealed.rrset, [*sealed.rrset, more]), sealed.rrsigs)
    return Sealed(None)


def _record_lost(tree: Tree, seal: Seal, sealed: Sealed) -> Sealed:
    records = list(sealed.rrset)[1:]
    return Sealed(_with(sealed.rrset, records) if records else None, sealed.rrsigs if records else [])


def _gone(tree: Tree, seal: Seal, sealed: Sealed) -> Sealed:
    return Sealed(None)


def _unsigned(tree: Tree, seal: Seal, sealed: Sealed) -> Sealed:
    return Sealed(sealed.rrset)


def _ttl(factor: float) -> OnSealed:
    def changed(tree: Tree, seal: Seal, sealed: Sealed) -> Sealed:
        rrset = dns.rrset.from_rdata_list(sealed.rrset.name, int(sealed.rrset.ttl * factor), list(sealed.rrset))
        return Sealed(rrset, sealed.rrsigs)

    return changed


def _labels(change: int) -> OnSealed:
    def broken(tree: Tree, seal: Seal, sealed: Sealed) -> Sealed:
        return Sealed(sealed.rrset, [r.replace(labels=max(0, r.labels + change)) for r in sealed.rrsigs])

    return broken


def _upper_case(tree: Tree, seal: Seal, sealed: Sealed) -> Sealed:
    owner = Name(tuple(label.upper() for label in sealed.rrset.name.labels))
    return Sealed(dns.rrset.from_rdata_list(owner, sealed.rrset.ttl, list(sealed.rrset)), sealed.rrsigs)


def _bad_one_beside(tree: Tree, seal: Seal, sealed: Sealed) -> Sealed:
    return Sealed(sealed.rrset, [*_signature_flipped(tree, seal, sealed).rrsigs, *sealed.rrsigs])


def _unknown_one_beside(tree: Tree, seal: Seal, sealed: Sealed) -> Sealed:
    return Sealed(sealed.rrset, [*(rrsig.replace(algorithm=200) for rrsig in sealed.rrsigs), *sealed.rrsigs])


def _expired_one_beside(tree: Tree, seal: Seal, sealed: Sealed) -> Sealed:
    return Sealed(sealed.rrset, [*_resigned(-30 * DAY, -10 * DAY)(tree, seal, sealed).rrsigs, *sealed.rrsigs])


SEALED: dict[str, OnSealed] = {
    "signatures removed": _unsigned,
    "records removed": _gone,
    "one record removed": _record_lost,
    "one record added": _record_added,
    "record altered": _altered,
    "signature altered": _signature_flipped,
    "signature cut short": _signature_cut,
    "signature expired": _resigned(-30 * DAY, -10 * DAY),
    "signature not yet valid": _resigned(10 * DAY, 30 * DAY),
    "signature expired this half hour": _resigned(-30 * DAY, -1800),
    "signature valid in half an hour": _resigned(1800, 30 * DAY),
    "signature ends before it begins": _resigned(5 * DAY, -5 * DAY),
    "signed by an unpublished key": _other_key,
    "forged under a real key tag": _forged_with_tag,
    "signed by the zone above": _signed_by_zone(_above),
    "signed by a zone beside or below": _signed_by_zone(_beside),
    "signed by the key signing key": _key_signing_key,
    "signed by the zone signing key": _zone_signing_key,
    "labels of the signature lowered": _labels(-1),
    "labels of the signature raised": _labels(1),
    "original TTL altered": _each_rrsig(original_ttl=301),
    "key tag altered": _each_rrsig(key_tag=1),
    "algorithm altered": _each_rrsig(algorithm=200),
    "TTL raised": _ttl(10),
    "TTL lowered": _ttl(0.1),
    "TTL zero": _ttl(0),
    "owner in capitals": _upper_case,
    "bad signature beside": _bad_one_beside,
    "signature of unknown algorithm beside": _unknown_one_beside,
    "expired signature beside": _expired_one_beside,
}


def _ds(change: Callable[[Tree, list[Any]], list[Any]]) -> OnContent:
    def changed(tree: Tree, seal: Seal, rrset: Any) -> list[Any]:
        return change(tree, list(rrset))

    return changed


def _bad_digest(record: Any) -> Any:
    return record.replace(digest=_flipped(record.digest, 3))


def _cut(record: Any, octets: int) -> Any:
    """The record of so many octets: fewer than it has, or some noughts more."""
    wire = record.to_wire()
    return dns.rdata.GenericRdata(record.rdclass, record.rdtype, wire[:octets].ljust(octets, b"\x00"))


def _digests(*kinds: str) -> OnContent:
    def changed(tree: Tree, seal: Seal, rrset: Any) -> list[Any]:
        return ds_of(tree.zones[seal[1]], kinds)

    return changed


def _sha1_beside_bad_sha256(tree: Tree, seal: Seal, rrset: Any) -> list[Any]:
    zone = tree.zones[seal[1]]
    return [*ds_of(zone, ("SHA1",)), *(_bad_digest(record) for record in ds_of(zone))]


MALFORMED_DS: dict[str, OnContent] = {
    "DS with a digest too short": _ds(lambda tree, records: [_cut(record, 20) for record in records]),
    "DS with a digest too long": _ds(lambda tree, records: [_cut(record, 40) for record in records]),
    "DS that ends before its digest": _ds(lambda tree, records: [_cut(record, 4) for record in records]),
    "DS that ends before its algorithm": _ds(lambda tree, records: [_cut(record, 2) for record in records]),
    "DS with a digest too short beside": _ds(lambda tree, records: [_cut(records[0], 20), *records]),
}
DS_CONTENT: dict[str, OnContent] = {
    "DS with a wrong digest": _ds(lambda tree, records: [_bad_digest(record) for record in records]),
    "DS with a wrong tag": _ds(lambda tree, records: [r.replace(key_tag=r.key_tag ^ 1) for r in records]),
    "DS with a wrong algorithm": _ds(lambda tree, records: [r.replace(algorithm=10) for r in records]),
    "DS of an unknown algorithm": _ds(lambda tree, records: [r.replace(algorithm=200) for r in records]),
    "DS of an unknown digest type": _ds(lambda tree, records: [r.replace(digest_type=200) for r in records]),
    "DS of an unknown algorithm beside": _ds(lambda tree, records: [*records, records[0].replace(algorithm=200)]),
    "DS with a wrong digest beside": _ds(lambda tree, records: [_bad_digest(records[0]), *records]),
    "DS of an unknown digest beside": _ds(lambda tree, records: [*records, records[0].replace(digest_type=200)]),
    "wrong DS beside one of unknown algorithm": _ds(
        lambda tree, records: [_bad_digest(records[0]), records[0].replace(algorithm=200)]
    ),
    **MALFORMED_DS,
    "DS of SHA-1": _digests("SHA1"),
    "DS of SHA-384": _digests("SHA384"),
    "DS of both SHA-1 and SHA-256": _digests("SHA1", "SHA256"),
    "DS of SHA-1 beside a wrong one of SHA-256": _sha1_beside_bad_sha256,
}


def _keys(change: Callable[[Tree, list[Any]], list[Any]]) -> OnContent:
    return _ds(change)


DNSKEY_CONTENT: dict[str, OnContent] = {
    "first key lost": _keys(lambda tree, records: records[1:] or records),
    "last key lost": _keys(lambda tree, records: records[:-1] or records),
    "zone flag cleared": _keys(lambda tree, records: [r.replace(flags=r.flags & ~0x100) for r in records]),
    "zone flag of the last key cleared": _keys(
        lambda tree, records: [*records[:-1], records[-1].replace(flags=records[-1].flags & ~0x100)]
    ),
    "keys revoked": _keys(lambda tree, records: [r.replace(flags=r.flags | 0x80) for r in records]),
    "last key revoked": _keys(lambda tree, records: [*records[:-1], records[-1].replace(flags=256 | 0x80)]),
    "protocol of the keys altered": _keys(lambda tree, records: [r.replace(protocol=4) for r in records]),
    "SEP flags swapped": _keys(lambda tree, records: [r.replace(flags=r.flags ^ 1) for r in records]),
    "a stranger's key beside": _keys(lambda tree, records: [*records, new_key(tree.chance, 13, 256).record]),
    "a key of unknown algorithm beside": _keys(lambda tree, records: [*records, records[0].replace(algorithm=200)]),
}


def _bits(*types: int, less: tuple[int, ...] = ()) -> OnContent:
    """The type bitmap with ``types`` more; what comes out is signed well."""

    def changed(tree: Tree, seal: Seal, rrset: Any) -> list[Any]:
        fields = rrset[0].to_text().split()
        fixed = 1 if seal[2] == NSEC else 5
        present = {dns.rdatatype.from_text(text) for text in fields[fixed:]}
        texts = sorted((present | set(types)) - set(less))
        named = [dns.rdatatype.to_text(dns.rdatatype.RdataType.make(number)) for number in texts]
        return [dns.rdata.from_text("IN", seal[2], " ".join((*fields[:fixed], *named)))]

    return changed


def _nsec_next(to_owner: bool) -> OnContent:
    def changed(tree: Tree, seal: Seal, rrset: Any) -> list[Any]:
        following = seal[1] if to_owner else dns.name.from_text("\\000", seal[1])
        return [rrset[0].replace(next=following)]

    return changed


def _nsec3(**changes: Any) -> OnContent:
    def changed(tree: Tree, seal: Seal, rrset: Any) -> list[Any]:
        return [rrset[0].replace(**changes)]

    return changed


def _next_hash(step: int) -> OnContent:
    def changed(tree: Tree, seal: Seal, rrset: Any) -> list[Any]:
        own = dns.rdata.from_text("IN", "NSEC3", f"1 0 0 - {seal[1].labels[0].decode()}").next
        number = (int.from_bytes(own) + step) % 2**160
        return [rrset[0].replace(next=number.to_bytes(20))]

    return changed


_ANY_BITS: dict[str, OnContent] = {
    "every type in the bitmap": _bits(1, 15, 16, 28, 52),
    "CNAME in the bitmap": _bits(CNAME),
    "DNAME in the bitmap": _bits(DNAME),
    "NS without SOA in the bitmap": _bits(2, less=(SOA,)),
    "DS in the bitmap": _bits(DS),
    "NS missing in the bitmap": _bits(less=(2,)),
    "SOA in the bitmap": _bits(SOA),
    "empty bitmap": _bits(less=tuple(range(1, 70))),
}
NSEC_CONTENT = {**_ANY_BITS, "NSEC spans nothing": _nsec_next(False), "NSEC points to itself": _nsec_next(True)}
NSEC3_CONTENT = {
    **_ANY_BITS,
    "NSEC3 spans nothing": _next_hash(1),
    "NSEC3 points to itself": _next_hash(0),
    "NSEC3 spans nearly all": _next_hash(-1),
    "opt-out flag set": _nsec3(flags=1),
    "opt-out flag cleared": _nsec3(flags=0),
    "unknown NSEC3 flag": _nsec3(flags=2),
    "unknown hash algorithm": _nsec3(algorithm=2),
    "salt altered": _nsec3(salt=b"\x01"),
    "iterations altered": _nsec3(iterations=3),
    "iterations beyond all bounds": _nsec3(iterations=2500),
}
CONTENT: dict[int, dict[str, OnContent]] = {
    DS: DS_CONTENT,
    DNSKEY: DNSKEY_CONTENT,
    NSEC: NSEC_CONTENT,
    NSEC3: NSEC3_CONTENT,
}


@dataclass(slots=True)
class AtSeal(Breakage):
    """Changes one RRset, in every reply that carries it."""

    tree: Tree
    target: Seal
    on_content: OnContent | None = None
    on_sealed: OnSealed | None = None

    def content(self, seal: Seal, rrset: dns.rrset.RRset) -> dns.rrset.RRset:
        if seal != self.target or self.on_content is None:
            return rrset
        return _with(rrset, self.on_content(self.tree, seal, rrset))

    def sealed(self, seal: Seal, sealed: Sealed) -> Sealed:
        wanted = seal == self.target and self.on_sealed is not None and bool(sealed.rrsigs)
        return self.on_sealed(self.tree, seal, sealed) if wanted and self.on_sealed else sealed


@dataclass(slots=True)
class AtType(Breakage):
    """Takes the signatures of one type, or of everything, from a whole zone."""

    zone: Name
    rdtype: int | None

    def sealed(self, seal: Seal, sealed: Sealed) -> Sealed:
        hit = seal[0] == self.zone and self.rdtype in (None, seal[2])
        return Sealed(sealed.rrset) if hit else sealed


@dataclass(slots=True)
class AtReply(Breakage):
    """Changes the reply to one question."""

    tree: Tree
    question: tuple[Name, int]
    on_reply: OnReply

    def reply(self, name: Name, rdtype: int, reply: Reply) -> Reply:
        return self.on_reply(self.tree, name, rdtype, reply) if (name, rdtype) == self.question else reply


KINDS = ("nothing", "whole zone", *SEALED, *(kind for table in CONTENT.values() for kind in table), *REPLY)
"""Names of all breakages."""


def break_one_thing(tree: Tree, question: tuple[Name, int], kind: str, chance: random.Random) -> bool:
    """Break ``tree`` as ``kind`` says, where it matters to ``question``; False where it can not."""
    touched = _path(tree, question)
    if kind == "nothing":
        return True
    if kind == "whole zone":
        zone, _, rdtype = chance.choice(touched)
        tree.break_with(AtType(zone, chance.choice((None, rdtype))))
        return True
    if kind in REPLY:
        tree.break_with(AtReply(tree, question, REPLY[kind]))
        return True
    if kind in SEALED:
        signed = [seal for seal in touched if tree.zones[seal[0]].keys]
        if signed:
            tree.break_with(AtSeal(tree, chance.choice(signed), on_sealed=SEALED[kind]))
        return bool(signed)
    fitting = [seal for seal in touched if tree.zones[seal[0]].keys and kind in CONTENT.get(seal[2], {})]
    if fitting:
        seal = chance.choice(fitting)
        tree.break_with(AtSeal(tree, seal, on_content=CONTENT[seal[2]][kind]))
    return bool(fitting)


def _path(tree: Tree, question: tuple[Name, int]) -> list[Seal]:
    """Every RRset that the answer to ``question`` and its chain of trust rest on."""
    tree.touched = []
    tree.reply(*question)
    zones = {seal[0] for seal in tree.touched}
    for zone in [*zones]:
        zones |= {name for name in tree.zones if zone.is_subdomain(name)}
    for zone in sorted(zones):
        tree.reply(zone, DNSKEY)
        if zone != tree.top:
            tree.reply(zone, DS)
    return list(dict.fromkeys(tree.touched))
