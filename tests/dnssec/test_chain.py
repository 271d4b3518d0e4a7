"""From the trust anchor down: DS, DNSKEY, insecure delegations, algorithms and digests."""

import asyncio
from datetime import timedelta

import dns.dnssec
import dns.message
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import pytest

from fleet.dnssec import SUPPORTED_ALGORITHMS, Limits, Validator, verify_signature
from fleet.dnssec.limits import Budget
from fleet.dnssec.signature import SignatureRules
from fleet.dnssec.wire import parse
from fleet.dnssec.zone import entry_keys
from fleet.model import Ede, Existence, LinkKind, Reason, Security

MX = "@ MX 10 mx\nmx A 192.0.2.1"


@pytest.mark.parametrize("algorithm", [8, 13, 15])
async def test_a_signed_domain_is_secure(lab, algorithm):
    net = lab.internet(lab.zone("example.org.", MX, algorithm=algorithm))
    answer = await net.validator().resolve("example.org", "MX")
    assert (answer.security, answer.existence, answer.why) == (Security.SECURE, Existence.DATA, None)
    assert [rdata.to_text() for rdata in answer.rrset] == ["10 mx.example.org."]


async def test_the_chain_reads_from_the_anchor_down(lab):
    net = lab.internet(lab.zone("example.org.", MX))
    chain = (await net.validator().resolve("example.org", "MX")).chain
    assert [(link.kind, link.owner, link.rdtype) for link in chain] == [
        (LinkKind.ANCHOR, ".", "DS"),
        (LinkKind.DNSKEY, ".", "DNSKEY"),
        (LinkKind.DS, "org", "DS"),
        (LinkKind.DNSKEY, "org", "DNSKEY"),
        (LinkKind.DS, "example.org", "DS"),
        (LinkKind.DNSKEY, "example.org", "DNSKEY"),
        (LinkKind.RRSET, "example.org", "MX"),
    ]
    assert {link.security for link in chain} == {Security.SECURE}


@pytest.mark.parametrize("denial", ["nsec", "nsec3"])
async def test_a_delegation_without_ds_is_insecure(lab, denial):
    net = lab.internet(lab.zone("org.", denial=denial), lab.zone("plain.org.", MX, signed=False))
    answer = await net.validator().resolve("mx.plain.org", "A")
    assert (answer.security, answer.existence) == (Security.INSECURE, Existence.DATA)
    assert answer.why.sentence == "no DS for plain.org in its parent org"
    assert next(link for link in answer.chain if link.security is not Security.SECURE).kind is LinkKind.CUT


async def test_a_signed_zone_without_ds_is_insecure(lab):
    net = lab.internet(lab.zone("island.org.", MX, ds=False))
    answer = await net.validator().resolve("island.org", "MX")
    assert answer.security is Security.INSECURE


async def test_below_an_insecure_delegation_nothing_becomes_secure_again(lab):
    plain = lab.zone("plain.org.", signed=False)
    net = lab.internet(plain, lab.zone("child.plain.org.", MX))
    answer = await net.validator().resolve("child.plain.org", "MX")
    assert answer.security is Security.INSECURE


async def test_names_between_zones_need_no_zone_of_their_own(lab):
    net = lab.internet(lab.zone("a.b.c.org.", MX))
    answer = await net.validator().resolve("a.b.c.org", "MX")
    assert answer.security is Security.SECURE


async def test_names_without_an_anchor_above_are_insecure(lab):
    net = lab.internet(lab.zone("example.org.", MX), lab.zone("net."))
    answer = await net.validator(net.anchors("org.")).resolve("net", "SOA")
    assert (answer.security, answer.existence) == (Security.INSECURE, Existence.DATA)
    assert answer.why.sentence == "no trust anchor above net"


async def test_no_anchor_at_all_makes_everything_insecure(lab):
    net = lab.internet(lab.zone("example.org.", MX))
    assert (await net.validator([]).resolve("example.org", "MX")).security is Security.INSECURE


async def test_the_closest_anchor_wins(lab):
    island = lab.zone("island.org.", MX, ds=False)
    net = lab.internet(island)
    anchors = net.anchors(".") + net.anchors("island.org.")
    assert (await net.validator(anchors).resolve("island.org", "MX")).security is Security.SECURE


async def test_an_anchor_may_be_a_dnskey_in_a_mapping(lab):
    net = lab.internet(lab.zone("example.org.", MX))
    for anchors in ({".": net.zone(".").keys[0].rdata}, {dns.name.root: [net.zone(".").keys[0].rdata]}):
        assert (await net.validator(anchors).resolve("example.org", "MX")).security is Security.SECURE


async def test_an_anchor_that_matches_no_key_makes_everything_bogus(lab):
    net = lab.internet(lab.zone("example.org.", MX))
    stranger = lab.zone(".", keys=[lab.key(number=10_000)])
    answer = await net.validator([net.ds_of(stranger)]).resolve("example.org", "MX")
    assert (answer.security, answer.existence) == (Security.BOGUS, Existence.DATA)
    assert answer.why == Reason(Ede.DNSKEY_MISSING, "DNSKEY of . matches no trust anchor")


async def test_one_matching_anchor_among_several_is_enough(lab):
    net = lab.internet(lab.zone("example.org.", MX))
    stranger = lab.zone(".", keys=[lab.key(number=10_000)])
    answer = await net.validator([net.ds_of(stranger), *net.anchors()]).resolve("example.org", "MX")
    assert answer.security is Security.SECURE


async def test_a_record_that_is_no_anchor_is_refused(lab):
    net = lab.internet()
    with pytest.raises(ValueError, match="not a DS or DNSKEY"):
        net.validator([dns.rrset.from_text(".", 1, "IN", "A", "192.0.2.1")])


async def test_a_ds_of_another_key_makes_the_child_bogus(lab):
    example = lab.zone("example.org.", MX)
    net = lab.internet(example)
    example.keys[:] = [lab.key()]
    example.chain = None
    example.finish()
    answer = await net.validator().resolve("example.org", "MX")
    assert (answer.security, answer.why.sentence) == (Security.BOGUS, "DNSKEY of example.org matches no DS")
    assert answer.why.code == Ede.DNSKEY_MISSING


WRONG_LENGTH = "the digest in the DS of example.org has the wrong length"
MALFORMED = {
    "a digest too short": (slice(0, 20), False, Security.BOGUS, WRONG_LENGTH),
    "no digest": (slice(0, 4), False, Security.BOGUS, WRONG_LENGTH),
    "no algorithm": (slice(0, 2), False, Security.INSECURE, "unsupported algorithm 0 in the DS of example.org"),
    "a digest too short beside a good one": (slice(0, 20), True, Security.SECURE, ""),
    "nothing beside a good one": (slice(0, 0), True, Security.SECURE, ""),
}


@pytest.mark.parametrize("kind", MALFORMED)
async def test_a_malformed_ds_names_no_key_and_takes_nothing_from_a_good_one(lab, kind):
    """RFC 4035 5.2, and as unbound judges (tests/peers/random_breakages.py)."""
    part, beside, security, sentence = MALFORMED[kind]
    net = lab.internet(lab.zone("example.org.", MX))
    node = net.zone("org.").nodes[lab.name("example.org.")]
    [good] = node[43]
    cut = dns.rdata.GenericRdata(good.rdclass, good.rdtype, good.to_wire()[part])
    node[43] = dns.rrset.from_rdata_list(lab.name("example.org."), 3600, [cut, good] if beside else [cut])

    async def transport(query):
        reply = dns.message.make_response(query, recursion_available=True)
        net._answer(reply, query.question[0].name, query.question[0].rdtype)
        return parse(reply.to_wire(max_size=65535))

    answer = await Validator(transport, net.anchors(), clock=lambda: lab.now).resolve("example.org", "MX")
    assert (answer.security, answer.why.sentence if answer.why else "") == (security, sentence)


async def test_dnskeys_not_signed_by_the_key_of_the_ds_are_bogus(lab):
    example = lab.zone("example.org.", MX, keys=[lab.key(), lab.key(flags=256)])
    net = lab.internet(example)
    parent = net.zone("org.")
    name = lab.name("example.org.")
    parent.nodes[name][43] = dns.rrset.from_rdata_list(name, 3600, [net.ds_of(example)[0]])
    rrset = example.nodes[name][dns.rdatatype.DNSKEY]
    ds_tag = parent.nodes[name][43][0].key_tag
    other = next(key for key in example.keys if key.rdata.key_id() != ds_tag)
    example.signatures[(name, rrset.rdtype)] = [example.sign(rrset, other)]
    answer = await net.validator().resolve("example.org", "MX")
    assert answer.security is Security.BOGUS
    assert answer.why.sentence == "DNSKEY of example.org is not signed by a key that its DS names"


async def test_a_zone_key_other_than_the_entry_key_may_sign_data(lab):
    ksk, zsk = lab.key(), lab.key(flags=256)
    example = lab.zone("example.org.", MX, keys=[ksk, zsk])
    net = lab.internet(example)
    name = lab.name("example.org.")
    example.signatures[(name, 15)] = [example.sign(example.nodes[name][15], zsk)]
    example.signatures[(name, 48)] = [example.sign(example.nodes[name][48], ksk)]
    assert (await net.validator().resolve("example.org", "MX")).security is Security.SECURE


async def test_an_altered_ds_is_bogus(lab):
    net = lab.internet(lab.zone("example.org.", MX))
    forged = net.ds_of(lab.zone("example.org."))

    def swap(query, reply):
        reply.answer[0] = dns.rrset.from_rdata_list(forged.name, 3600, list(forged))

    net.tamper(swap, "DS", "example.org.")
    answer = await net.validator().resolve("example.org", "MX")
    assert answer.security is Security.BOGUS
    assert "RRSIG of DS example.org" in answer.why.sentence


@pytest.mark.parametrize(("algorithm", "code"), [(12, Ede.UNSUPPORTED_DNSKEY_ALGORITHM), (1, 1), (3, 1), (6, 1)])
async def test_an_unsupported_algorithm_makes_a_zone_insecure(lab, algorithm, code):
    net = lab.internet(lab.zone("example.org.", MX))
    name = lab.name("example.org.")
    ds = net.ds_of(net.zone("example.org."))[0].replace(algorithm=algorithm)
    net.zone("org.").nodes[name][43] = dns.rrset.from_rdata(name, 3600, ds)
    answer = await net.validator().resolve("example.org", "MX")
    assert (answer.security, answer.why.code) == (Security.INSECURE, code)
    assert answer.why.sentence == f"unsupported algorithm {algorithm} in the DS of example.org"


async def test_the_caller_decides_which_algorithms_are_supported(lab):
    net = lab.internet(lab.zone("example.org.", MX, algorithm=15))
    answer = await net.validator(algorithms={13}).resolve("example.org", "MX")
    assert (answer.security, answer.why.code) == (Security.INSECURE, Ede.UNSUPPORTED_DNSKEY_ALGORITHM)


async def test_an_anchor_with_an_unsupported_algorithm_makes_its_zone_insecure(lab):
    net = lab.internet(lab.zone("example.org.", MX))
    answer = await net.validator(algorithms={8}).resolve("example.org", "MX")
    assert answer.security is Security.INSECURE
    key = await net.validator({".": net.zone(".").keys[0].rdata}, algorithms={8}).resolve("example.org", "MX")
    assert key.why.sentence == "unsupported algorithm in the trust anchor of ."


async def test_an_unsupported_digest_makes_a_zone_insecure(lab):
    net = lab.internet(lab.zone("example.org.", MX))
    name = lab.name("example.org.")
    ds = net.ds_of(net.zone("example.org."))[0]
    gost = ds.replace(digest_type=3)
    net.zone("org.").nodes[name][43] = dns.rrset.from_rdata(name, 3600, gost)
    answer = await net.validator().resolve("example.org", "MX")
    assert (answer.security, answer.why.code) == (Security.INSECURE, Ede.UNSUPPORTED_DS_DIGEST)


@pytest.mark.parametrize("digest", [1, 2, 4])
async def test_sha1_sha256_and_sha384_digests_are_checked(lab, digest):
    net = lab.internet(lab.zone("example.org.", MX, ds_digest=digest))
    assert (await net.validator().resolve("example.org", "MX")).security is Security.SECURE


async def test_a_sha1_ds_is_ignored_beside_a_sha256_one(lab):
    example = lab.zone("example.org.", MX)
    net = lab.internet(example)
    name = lab.name("example.org.")
    sha1 = net.ds_of(example, 1)[0]
    wrong = net.ds_of(example, 2)[0].replace(digest=bytes(32))
    net.zone("org.").nodes[name][43] = dns.rrset.from_rdata(name, 3600, sha1, wrong)
    answer = await net.validator().resolve("example.org", "MX")
    assert (answer.security, answer.why.sentence) == (Security.BOGUS, "DNSKEY of example.org matches no DS")


@pytest.mark.parametrize(
    ("change", "code"),
    [({"flags": 1}, Ede.NO_ZONE_KEY_BIT), ({"protocol": 2}, Ede.DNSSEC_BOGUS), ({"flags": 385}, Ede.DNSSEC_BOGUS)],
    ids=["no zone bit", "protocol 2", "revoked"],
)
async def test_a_ds_that_names_an_unfit_key_is_bogus(lab, change, code):
    net = lab.internet(lab.zone("example.org.", MX, keys=[lab.key(**change)]))
    answer = await net.validator().resolve("example.org", "MX")
    assert (answer.security, answer.why.code) == (Security.BOGUS, code)


async def test_a_missing_dnskey_is_bogus(lab):
    net = lab.internet(lab.zone("example.org.", MX))
    net.tamper(lab.drop("DNSKEY"), "DNSKEY", "example.org.")
    answer = await net.validator().resolve("example.org", "MX")
    assert (answer.security, answer.why.sentence) == (Security.BOGUS, "example.org has a DS but no DNSKEY")


async def test_no_proof_that_a_ds_is_absent_is_bogus(lab):
    net = lab.internet(lab.zone("plain.org.", MX, signed=False))
    net.tamper(lab.drop("NSEC", "RRSIG:NSEC"), "DS", "plain.org.")
    answer = await net.validator().resolve("plain.org", "MX")
    assert (answer.security, answer.why.code) == (Security.BOGUS, Ede.NSEC_MISSING)


async def test_the_childs_own_denial_of_its_ds_is_no_proof(lab):
    example = lab.zone("example.org.", MX)
    net = lab.internet(example)

    def by_child(query, reply):
        reply.answer.clear()
        reply.authority.clear()
        net._deny(reply, example, example.prove_nodata, example.origin)

    net.tamper(by_child, "DS", "example.org.")
    net.tamper(lab.drop("RRSIG"), "MX")
    answer = await net.validator().resolve("example.org", "MX")
    assert answer.security is Security.BOGUS


async def test_a_resolver_that_strips_signatures_makes_every_name_bogus(lab):
    net = lab.internet(lab.zone("example.org.", MX), lab.zone("plain.org.", MX, signed=False))
    net.tamper(lab.drop("RRSIG", "NSEC", "NSEC3"))
    validator = net.validator()
    for name in ("example.org", "plain.org"):
        answer = await validator.resolve(name, "MX")
        assert (answer.security, answer.existence) == (Security.BOGUS, Existence.DATA)
        assert answer.why.code == Ede.RRSIGS_MISSING


async def test_data_signed_by_the_parent_below_a_signed_delegation_is_bogus(lab):
    org, example = lab.zone("org."), lab.zone("example.org.", MX)
    net = lab.internet(org, example)
    forged = dns.rrset.from_text("mx.example.org.", 3600, "IN", "A", "203.0.113.66")
    signature = org.sign(forged, org.keys[0])

    def forge(query, reply):
        reply.answer[:] = [forged, dns.rrset.from_rdata("mx.example.org.", 3600, signature)]

    net.tamper(forge, "A", "mx.example.org.")
    answer = await net.validator().resolve("mx.example.org", "A")
    assert answer.security is Security.BOGUS
    assert answer.why.sentence == "RRSIG of A mx.example.org is by org, but the zone is example.org"


async def test_data_signed_by_a_zone_beside_it_is_bogus(lab):
    evil = lab.zone("evil.org.")
    net = lab.internet(evil, lab.zone("bank.org.", MX))
    forged = dns.rrset.from_text("mx.bank.org.", 3600, "IN", "A", "203.0.113.66")
    signature = evil.sign(forged, evil.keys[0])

    def forge(query, reply):
        reply.answer[:] = [forged, dns.rrset.from_rdata("mx.bank.org.", 3600, signature)]

    net.tamper(forge, "A", "mx.bank.org.")
    assert (await net.validator().resolve("mx.bank.org", "A")).security is Security.BOGUS


async def test_a_probe_for_a_delegation_that_fails_does_not_harm_the_answer(lab):
    net = lab.internet(lab.zone("example.org.", MX))
    net.tamper(lab.fail("SERVFAIL"), "DS", "mx.example.org.")
    assert (await net.validator().resolve("mx.example.org", "A")).security is Security.SECURE


async def test_an_alias_is_no_delegation(lab):
    net = lab.internet(
        lab.zone("example.org.", "host CNAME mx\n_25._tcp.host TLSA 3 1 1 " + "ab" * 32 + "\nmx A 192.0.2.1")
    )
    net.tamper(lab.drop("RRSIG"), "TLSA")
    answer = await net.validator().resolve("_25._tcp.host.example.org", "TLSA")
    assert (answer.security, answer.why.code) == (Security.BOGUS, Ede.RRSIGS_MISSING)


async def test_an_alias_from_a_wildcard_is_no_delegation_once_the_wildcard_is_proven(lab):
    net = lab.internet(lab.zone("example.org.", "* CNAME mx\nmx A 192.0.2.1"))

    def forge(query, reply):
        reply.answer[:] = [dns.rrset.from_text("q.example.org.", 3600, "IN", "A", "203.0.113.66")]
        reply.authority.clear()

    net.tamper(forge, "A")
    proven = await net.validator().resolve("q.example.org", "A")
    assert (proven.security, proven.why.code) == (Security.BOGUS, Ede.RRSIGS_MISSING)
    net.tamper(lab.drop("NSEC"), "DS", "q.example.org.")
    unproven = await net.validator().resolve("q.example.org", "A")
    assert (unproven.security, unproven.why.code) == (Security.BOGUS, Ede.NSEC_MISSING)


def test_a_zone_with_many_wrong_digests_of_a_key_is_given_up(lab):
    zone = lab.zone("example.org.", MX)
    right = lab.internet(zone).ds_of(zone)[0]
    wrong = [right.replace(digest=bytes([number]) * 32) for number in range(8)]
    rules = SignatureRules(SUPPORTED_ALGORITHMS, verify_signature, Limits())
    keys = [zone.keys[0].rdata]
    assert not isinstance(entry_keys(zone.origin, [*wrong[:4], right], keys, "DS", rules), Reason)
    given_up = entry_keys(zone.origin, [*wrong, right], keys, "DS", rules)
    assert given_up == Reason(Ede.DNSKEY_MISSING, "DNSKEY of example.org matches no DS")


async def test_an_expired_signature_of_a_ds_is_the_first_cause(lab):
    org = lab.zone("org.", expiration=lab.now + timedelta(days=30))
    net = lab.internet(org, lab.zone("example.org.", MX))
    name = lab.name("example.org.")
    rrset = org.nodes[name][43]
    org.signatures[(name, 43)] = [org.sign(rrset, org.keys[0], expiration=lab.now - timedelta(days=2))]
    answer = await net.validator().resolve("example.org", "MX")
    assert (answer.security, answer.why.code) == (Security.BOGUS, Ede.SIGNATURE_EXPIRED)
    assert answer.why.sentence == "RRSIG of DS example.org expired 2 days ago"
    assert answer.chain[-1].owner == "example.org"
    assert answer.chain[-1].security is Security.BOGUS


async def test_a_root_ds_question_is_answered_by_the_root(lab):
    answer = await lab.internet().validator().resolve(".", "DS")
    assert (answer.security, answer.existence) == (Security.SECURE, Existence.NODATA)


@pytest.mark.parametrize("signer", ["org.", "."])
async def test_a_signature_that_names_a_zone_above_the_trust_anchor_makes_nothing_insecure(lab, signer):
    """Above the only anchor everything is insecure: naming it must not take a name out of the zone that is anchored."""
    net = lab.internet(lab.zone("example.org.", MX))

    def forge(query, reply):
        rrset = dns.rrset.from_text("example.org.", 300, "IN", "MX", "10 evil.test.")
        key = lab.key()
        times = {"inception": lab.now - timedelta(days=1), "expiration": lab.now + timedelta(days=1)}
        rrsig = dns.dnssec.sign(rrset, key.private, lab.name(signer), key.rdata, **times)
        reply.answer[:] = [rrset, dns.rrset.from_rdata_list(rrset.name, 300, [rrsig])]
        reply.authority.clear()

    net.tamper(forge, "MX")
    answer = await net.validator(net.anchors("example.org.")).resolve("example.org", "MX")
    assert (answer.security, answer.why.code) == (Security.BOGUS, Ede.DNSSEC_BOGUS)


async def test_a_dname_above_the_trust_anchor_leads_nowhere(lab):
    net = lab.internet(lab.zone("example.org.", MX))

    def forge(query, reply):
        reply.answer[:] = [
            dns.rrset.from_text("org.", 300, "IN", "DNAME", "evil.test."),
            dns.rrset.from_text("example.org.", 300, "IN", "CNAME", "example.evil.test."),
            dns.rrset.from_text("example.evil.test.", 300, "IN", "MX", "10 evil.test."),
        ]
        reply.authority.clear()

    net.tamper(forge, "MX", "example.org.")
    answer = await net.validator(net.anchors("example.org.")).resolve("example.org", "MX")
    assert answer.security is Security.BOGUS
    assert answer.hops == ()


@pytest.mark.parametrize("limits", [Limits(queries_per_resolve=3), Limits(verifications_per_resolve=2)])
async def test_a_question_that_used_up_its_budget_leaves_no_verdict_on_the_zones_it_passed(lab, limits):
    aliases = "\n".join(f"a.b.c.d{number} CNAME a.b.c.d{number + 1}" for number in range(9))
    net = lab.internet(lab.zone("evil.org.", aliases), lab.zone("example.org.", MX))
    validator = net.validator(limits=limits)
    costly = await validator.resolve("a.b.c.d0.evil.org", "MX")
    assert costly.security in (Security.BOGUS, Security.INDETERMINATE)
    kept = [validator._chain._zones.get(lab.name(name), lab.now.timestamp()) for name in (".", "org.", "evil.org.")]
    assert {zone.security for zone in kept if zone is not None} <= {Security.SECURE}


async def test_a_question_that_shares_a_step_with_one_that_used_up_its_budget_makes_the_step_itself(lab):
    net = lab.internet(lab.zone("example.org.", MX))
    chain = net.validator()._chain
    spent, fresh = Budget(Limits(verifications_per_resolve=0)), Budget(Limits())
    name = lab.name("example.org.")
    poor, rich = await asyncio.gather(chain.zone_at(name, spent), chain.zone_at(name, fresh))
    assert (poor.security, rich.security) == (Security.BOGUS, Security.SECURE)
