"""What a resolver, or whoever sits before it, may do to one reply of a random tree: the table ``REPLY``."""

from collections.abc import Callable

import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
from dns.rdatatype import CNAME, DS, SOA
from random_zones import Name, Reply, Sealed, Tree

OnReply = Callable[[Tree, Name, int, Reply], Reply]


def _rcode(tree: Tree, name: Name, rdtype: int, reply: Reply) -> Reply:
    other = dns.rcode.NOERROR if reply.rcode == dns.rcode.NXDOMAIN else dns.rcode.NXDOMAIN
    return Reply(reply.answer, reply.authority, other)


def _no_authority(tree: Tree, name: Name, rdtype: int, reply: Reply) -> Reply:
    return Reply(reply.answer, [], reply.rcode)


def _no_answer(tree: Tree, name: Name, rdtype: int, reply: Reply) -> Reply:
    return Reply([], reply.authority, reply.rcode)


def _no_soa(tree: Tree, name: Name, rdtype: int, reply: Reply) -> Reply:
    kept = [part for part in reply.authority if part.rrset is not None and part.rrset.rdtype != SOA]
    return Reply(reply.answer, kept, reply.rcode)


def _stripped(tree: Tree, name: Name, rdtype: int, reply: Reply) -> Reply:
    kept = [part for part in reply.authority if part.rrset is not None and part.rrset.rdtype == SOA]
    return Reply([Sealed(p.rrset) for p in reply.answer], [Sealed(part.rrset) for part in kept], reply.rcode)


def _replayed(choose: Callable[[Tree, Name, int], tuple[Name, int]]) -> OnReply:
    """Another question's denial, in place of whatever was true."""

    def broken(tree: Tree, name: Name, rdtype: int, reply: Reply) -> Reply:
        other = choose(tree, name, rdtype)
        zone = tree.zone_of(*other)
        authority = [tree.seal(zone, zone.name, SOA), *tree.denial(zone, other[0])]
        return Reply([], authority, dns.rcode.NOERROR if tree.chance.random() < 0.5 else dns.rcode.NXDOMAIN)

    return broken


def _in_zone(owner: str) -> Callable[[Tree, Name, int], tuple[Name, int]]:
    return lambda tree, name, rdtype: (dns.name.from_text(owner, tree.zone_of(name, rdtype).name), rdtype)


def _of_the_cut(tree: Tree, name: Name, rdtype: int) -> tuple[Name, int]:
    """The delegation's own denial: what the parent says of the child's apex (RFC 6840 4.1)."""
    zone = tree.zone_of(name, rdtype).name
    return (zone, DS) if zone != tree.top else (name, rdtype)


def _itself(tree: Tree, name: Name, rdtype: int) -> tuple[Name, int]:
    return name, rdtype


def _wildcard_instead(tree: Tree, name: Name, rdtype: int, reply: Reply) -> Reply:
    """The zone's wildcard, expanded where the record itself stands or nothing does (RFC 4035 5.3.4)."""
    zone = tree.zone_of(name, rdtype)
    source = dns.name.from_text("*.w", zone.name)
    kind = rdtype if rdtype in zone.nodes[source] else dns.rdatatype.TXT
    return Reply([tree.seal(zone, source, kind).under(name)], reply.authority)


def _renamed(tree: Tree, name: Name, rdtype: int, reply: Reply) -> Reply:
    """A record of another name, signature and all, under this one."""
    zone = tree.zone_of(name, rdtype)
    return Reply([tree.seal(zone, dns.name.from_text("a", zone.name), dns.rdatatype.A).under(name)], reply.authority)


def _synthesis_altered(tree: Tree, name: Name, rdtype: int, reply: Reply) -> Reply:
    answer = []
    for part in reply.answer:
        made = part.rrset is not None and part.rrset.rdtype == CNAME and not part.rrsigs
        target = dns.name.from_text("a", tree.top)
        answer.append(Sealed(dns.rrset.from_text(part.rrset.name, 300, "IN", "CNAME", str(target))) if made else part)
    return Reply(answer[:2], reply.authority, reply.rcode)


def _denial_beside_answer(tree: Tree, name: Name, rdtype: int, reply: Reply) -> Reply:
    zone = tree.zone_of(name, rdtype)
    return Reply(reply.answer, [*reply.authority, tree.seal(zone, zone.name, SOA)], reply.rcode)


REPLY: dict[str, OnReply] = {
    "rcode turned round": _rcode,
    "authority section emptied": _no_authority,
    "answer section emptied": _no_answer,
    "SOA removed": _no_soa,
    "all of DNSSEC removed": _stripped,
    "denial of another name replayed": _replayed(_in_zone("nothing")),
    "denial of a higher sort of name replayed": _replayed(_in_zone("0")),
    "denial at the apex replayed": _replayed(_in_zone("@")),
    "denial of an alias replayed": _replayed(_in_zone("alias0")),
    "denial at a DNAME replayed": _replayed(_in_zone("d")),
    "denial below a wildcard replayed": _replayed(_in_zone("www.w")),
    "denial at the delegation replayed": _replayed(_of_the_cut),
    "denial of what exists": _replayed(_itself),
    "wildcard in place of the answer": _wildcard_instead,
    "another name's record renamed": _renamed,
    "made-up CNAME altered": _synthesis_altered,
    "SOA beside the answer": _denial_beside_answer,
}
