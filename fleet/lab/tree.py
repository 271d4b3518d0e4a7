"""The lab's DNS tree and what a perfect resolver answers from it: aliases followed, proofs attached, the truth known.

It exists so that every kind of resolver of the lab speaks about the same Internet.  ``Tree.build`` turns zone plans
and records into signed zones; ``Tree.ask`` answers one question with full CNAME and DNAME chains and never touches a
socket. May import the standard library, dnspython, ``fleet.model`` and the lab's own nouns.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from dns.rcode import Rcode
from dns.rdatatype import RdataType

from fleet.lab.denial import wildcard_of
from fleet.lab.scenario import Breakage, ZonePlan
from fleet.lab.zone import SECURE, TTL, Question, Truth, Zone, ZoneKeys, child_truth, finish_zone, worst

NAME_SERVER = dns.name.from_text("ns.lab.")
MAXIMUM_HOPS = 16

_SERVER_FAILURES = frozenset({Breakage.SERVFAIL, Breakage.TIMEOUT, Breakage.REFUSED})


@dataclass(frozen=True, slots=True)
class Record:
    """One record of the tree before it is signed."""

    owner: dns.name.Name
    rdata: dns.rdata.Rdata


@dataclass(frozen=True, slots=True)
class Reply:
    """What the tree answers.  RRSIG, NSEC and NSEC3 are included; who asks without DO does not get to see them.

    ``failure`` is set where the servers for the question are broken; then the rest is empty.
    """

    rcode: Rcode
    answer: tuple[dns.rrset.RRset, ...] = ()
    authority: tuple[dns.rrset.RRset, ...] = ()
    truth: Truth = SECURE
    failure: Breakage | None = None


@dataclass(frozen=True, slots=True)
class _Finding:
    """What one zone says to one question; ``follow`` is where an alias points."""

    rcode: Rcode
    answer: tuple[dns.rrset.RRset, ...]
    authority: tuple[dns.rrset.RRset, ...]
    truth: Truth
    follow: dns.name.Name | None = None


@dataclass(frozen=True, slots=True)
class Tree:
    """The zones of the lab by origin, and the root's key-signing key as its trust anchor."""

    zones: Mapping[dns.name.Name, Zone]
    anchor: dns.rrset.RRset

    @classmethod
    def build(
        cls,
        plans: Mapping[dns.name.Name, ZonePlan],
        records: Iterable[Record],
        breaks: Mapping[Question, Breakage],
        start: datetime,
    ) -> "Tree":
        """Sign everything.  ``plans`` must hold the root; each record goes to the deepest zone above its owner."""
        keys = {origin: ZoneKeys.generate(plan) for origin, plan in plans.items()}
        contents = _contents(plans, keys, records)
        zones: dict[dns.name.Name, Zone] = {}
        for origin in sorted(plans, key=len):
            truth = SECURE if origin == dns.name.root else zones[_holder(plans, origin.parent())].truth
            zones[origin] = finish_zone(
                origin,
                plans[origin],
                child_truth(truth, plans[origin]),
                keys[origin],
                contents[origin],
                {asked: kind for asked, kind in breaks.items() if _zone_of(plans, *asked) == origin},
                start,
            )
        root = keys[dns.name.root].delegation(dns.name.root, plans[dns.name.root])
        assert root is not None, "the root of the lab is signed"
        return cls(zones, dns.rrset.from_rdata(dns.name.root, TTL, root))

    def ask(self, name: dns.name.Name, rdtype: RdataType) -> Reply:
        """The answer to one question, aliases followed (RFC 1034 5.3.3, RFC 6672 3.2)."""
        answer: list[dns.rrset.RRset] = []
        authority: list[dns.rrset.RRset] = []
        truths: list[Truth] = []
        for _ in range(MAXIMUM_HOPS):
            zone = self.zones[_zone_of(self.zones, name, rdtype)]
            failure = zone.breaks.get((name, rdtype))
            if failure in _SERVER_FAILURES:
                return Reply(dns.rcode.SERVFAIL, failure=failure)
            found = _find(zone, name, rdtype)
            answer.extend(found.answer)
            authority.extend(found.authority)
            truths.append(found.truth)
            if found.follow is None:
                return Reply(found.rcode, tuple(answer), tuple(authority), worst(*truths))
            name = found.follow
        return Reply(dns.rcode.SERVFAIL, failure=Breakage.SERVFAIL)


def _holder(origins: Mapping[dns.name.Name, object], name: dns.name.Name) -> dns.name.Name:
    while name not in origins:
        name = name.parent()
    return name


def _zone_of(origins: Mapping[dns.name.Name, object], name: dns.name.Name, rdtype: RdataType) -> dns.name.Name:
    """The zone that answers: a DS is the parent's to give (RFC 4035 3.1.4.1)."""
    above = rdtype == dns.rdatatype.DS and name != dns.name.root and name in origins
    return _holder(origins, name.parent() if above else name)


def _contents(
    plans: Mapping[dns.name.Name, ZonePlan], keys: Mapping[dns.name.Name, ZoneKeys], records: Iterable[Record]
) -> dict[dns.name.Name, dict[dns.name.Name, dict[RdataType, dns.rrset.RRset]]]:
    contents: dict[dns.name.Name, dict[dns.name.Name, dict[RdataType, dns.rrset.RRset]]] = {
        origin: defaultdict(dict) for origin in plans
    }

    def add(zone: dns.name.Name, owner: dns.name.Name, rdata: dns.rdata.Rdata) -> None:
        node = contents[zone][owner]
        node.setdefault(rdata.rdtype, dns.rrset.RRset(owner, dns.rdataclass.IN, rdata.rdtype)).add(rdata, TTL)

    server = NAME_SERVER.to_text()
    for origin, plan in plans.items():
        add(origin, origin, _rdata("SOA", f"{server} hostmaster.lab. 1 7200 900 1209600 {TTL}"))
        add(origin, origin, _rdata("NS", server))
        if origin != dns.name.root:
            parent = _holder(plans, origin.parent())
            add(parent, origin, _rdata("NS", server))
            if ds := keys[origin].delegation(origin, plan):
                add(parent, origin, ds)
    for record in records:
        add(_zone_of(plans, record.owner, record.rdata.rdtype), record.owner, record.rdata)
    return contents


def _rdata(rdtype: str, text: str) -> dns.rdata.Rdata:
    return dns.rdata.from_text("IN", rdtype, text)


def _signed(zone: Zone, *rrsets: dns.rrset.RRset) -> tuple[dns.rrset.RRset, ...]:
    """Each RRset followed by its signature, where it has one."""
    out: list[dns.rrset.RRset] = []
    for rrset in rrsets:
        out.append(rrset)
        if signature := zone.signatures.get((rrset.name, rrset.rdtype)):
            out.append(signature)
    return tuple(out)


def _find(zone: Zone, name: dns.name.Name, rdtype: RdataType) -> _Finding:
    encloser = name
    while encloser not in zone.names:
        encloser = encloser.parent()
    if alias := _dname_above(zone, name):
        return _redirect(zone, name, alias, rdtype)
    if encloser == name:
        return _at_node(zone, name, name, rdtype)
    wildcard = wildcard_of(encloser)
    if wildcard in zone.records:
        return _at_node(zone, name, wildcard, rdtype)
    proof = zone.chain.nxdomain(name, encloser) if zone.chain else ()
    return _negative(zone, (name, rdtype), dns.rcode.NXDOMAIN, proof, opt_out=True)


def _at_node(zone: Zone, name: dns.name.Name, owner: dns.name.Name, rdtype: RdataType) -> _Finding:
    """What is at ``owner``: the name itself, or the wildcard that stands for it."""
    node = zone.records.get(owner, {})
    encloser = owner.parent() if owner != name else owner
    held = node.get(rdtype) or node.get(dns.rdatatype.CNAME)
    if held is None:
        if zone.chain is None:
            proof: tuple[dns.rrset.RRset, ...] = ()
        elif owner == name:
            proof = zone.chain.nodata(name)
        else:
            proof = zone.chain.wildcard_nodata(name, encloser)
        hidden = not node.get(dns.rdatatype.DS) and dns.rdatatype.NS in node and name != zone.origin
        return _negative(zone, (name, rdtype), dns.rcode.NOERROR, proof, opt_out=hidden)
    answer = tuple(_renamed(rrset, name) for rrset in _signed(zone, held))
    truth = zone.truth_of((owner, held.rdtype))
    authority: tuple[dns.rrset.RRset, ...] = ()
    if owner != name and zone.chain is not None:
        authority = _signed(zone, *zone.chain.expansion(name, encloser))
        truth = worst(truth, zone.truth_of_denial((owner, held.rdtype), opt_out=True))
    follow = held[0].target if held.rdtype == dns.rdatatype.CNAME and rdtype != dns.rdatatype.CNAME else None
    return _Finding(dns.rcode.NOERROR, answer, authority, truth, follow)


def _renamed(rrset: dns.rrset.RRset, name: dns.name.Name) -> dns.rrset.RRset:
    return rrset if rrset.name == name else dns.rrset.from_rdata_list(name, rrset.ttl, list(rrset))


def _negative(
    zone: Zone, question: Question, rcode: Rcode, proof: tuple[dns.rrset.RRset, ...], opt_out: bool
) -> _Finding:
    if zone.breaks.get(question) is Breakage.NO_PROOF:
        proof = ()
    soa = zone.records[zone.origin][dns.rdatatype.SOA]
    return _Finding(rcode, (), _signed(zone, soa, *proof), zone.truth_of_denial(question, opt_out))


def _dname_above(zone: Zone, name: dns.name.Name) -> dns.rrset.RRset | None:
    while name != zone.origin:
        name = name.parent()
        if found := zone.records.get(name, {}).get(dns.rdatatype.DNAME):
            return found
    return None


def _redirect(zone: Zone, name: dns.name.Name, dname: dns.rrset.RRset, rdtype: RdataType) -> _Finding:
    """The DNAME with its signature and the CNAME made from it, which has none (RFC 6672 3.1)."""
    target = name.relativize(dname.name).derelativize(dname[0].target)
    cname = dns.rrset.from_text(name, TTL, "IN", "CNAME", target.to_text())
    truth = zone.truth_of((dname.name, dname.rdtype))
    follow = None if rdtype == dns.rdatatype.CNAME else target
    return _Finding(dns.rcode.NOERROR, (*_signed(zone, dname), cname), (), truth, follow)
