"""Aliases: every hop with a state of its own."""

import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from fleet.errors import FailureKind
from fleet.model import Ede, Existence, Hop, Security

SECURE, INSECURE, BOGUS = Security.SECURE, Security.INSECURE, Security.BOGUS


def only_first(query, reply):
    """A resolver that stops after the first alias."""
    reply.answer[:] = [rrset for rrset in reply.answer if rrset.name == query.question[0].name]
    reply.authority.clear()
    reply.set_rcode(dns.rcode.NOERROR)


async def test_a_chain_of_secure_aliases_is_secure(lab):
    net = lab.internet(
        lab.zone("example.org.", "a CNAME b\nb CNAME c.other.org."), lab.zone("other.org.", "c A 192.0.2.1")
    )
    answer = await net.validator().resolve("a.example.org", "A")
    assert (answer.security, answer.existence) == (SECURE, Existence.DATA)
    assert answer.canonical == lab.name("c.other.org.")
    assert answer.hops == (
        Hop("CNAME", "a.example.org", "b.example.org", SECURE),
        Hop("CNAME", "b.example.org", "c.other.org", SECURE),
    )


async def test_an_insecure_target_makes_the_answer_insecure_and_keeps_the_hop_secure(lab):
    net = lab.internet(
        lab.zone("example.org.", "a CNAME a.plain.org."), lab.zone("plain.org.", "a A 192.0.2.1", signed=False)
    )
    answer = await net.validator().resolve("a.example.org", "A")
    assert (answer.security, answer.hops[0].security) == (INSECURE, SECURE)
    assert answer.why.sentence == "no DS for plain.org in its parent org"


async def test_an_insecure_alias_makes_a_secure_target_insecure(lab):
    net = lab.internet(
        lab.zone("plain.org.", "a CNAME a.example.org.", signed=False), lab.zone("example.org.", "a A 192.0.2.1")
    )
    answer = await net.validator().resolve("a.plain.org", "A")
    assert (answer.security, answer.hops[0].security) == (INSECURE, INSECURE)


async def test_a_bogus_target_makes_the_answer_bogus(lab):
    net = lab.internet(lab.zone("example.org.", "a CNAME a.other.org."), lab.zone("other.org.", "a A 192.0.2.1"))
    net.tamper(lab.drop("RRSIG:A"))
    answer = await net.validator().resolve("a.example.org", "A")
    assert (answer.security, answer.hops[0].security, answer.existence) == (BOGUS, SECURE, Existence.DATA)


async def test_an_unsigned_alias_in_a_signed_zone_is_bogus(lab):
    net = lab.internet(lab.zone("example.org.", "a CNAME a.other.org."), lab.zone("other.org.", "a A 192.0.2.1"))
    net.tamper(lab.drop("RRSIG:CNAME"))
    answer = await net.validator().resolve("a.example.org", "A")
    assert (answer.security, answer.why.code) == (BOGUS, Ede.RRSIGS_MISSING)
    assert answer.existence is Existence.DATA


@pytest.mark.parametrize(
    ("target", "existence"),
    [("mx.other.org.", Existence.NODATA), ("nope.other.org.", Existence.NXDOMAIN)],
)
@pytest.mark.parametrize("stops_short", [False, True])
async def test_absence_at_the_end_of_an_alias_is_proven(lab, target, existence, stops_short):
    net = lab.internet(lab.zone("example.org.", f"a CNAME {target}"), lab.zone("other.org.", "mx A 192.0.2.1"))
    if stops_short:
        net.tamper(only_first, name="a.example.org.")
    answer = await net.validator().resolve("a.example.org", "MX")
    assert (answer.security, answer.existence, answer.canonical) == (SECURE, existence, lab.name(target))


@pytest.mark.parametrize("signed", [True, False])
async def test_an_answer_that_stops_short_is_followed_with_further_questions(lab, signed):
    net = lab.internet(lab.zone("example.org.", "a CNAME b\nb CNAME c\nc A 192.0.2.1", signed=signed))
    net.tamper(only_first, "A")
    answer = await net.validator().resolve("a.example.org", "A")
    security = SECURE if signed else INSECURE
    assert (answer.security, answer.existence, len(answer.hops)) == (security, Existence.DATA, 2)
    assert ("c.example.org.", "A", True) in net.queries


async def test_what_an_answer_adds_badly_about_the_target_is_asked_again(lab):
    net = lab.internet(lab.zone("example.org.", "a CNAME b"), lab.zone("other.org."))
    net.zone("example.org.").add("b.example.org.", "A", "192.0.2.1")

    def poison(query, reply):
        forged = dns.rrset.from_text("b.example.org.", 3600, "IN", "A", "203.0.113.66")
        reply.answer[:] = [rrset for rrset in reply.answer if rrset.name == query.question[0].name] + [forged]

    net.tamper(poison, "A", "a.example.org.")
    answer = await net.validator().resolve("a.example.org", "A")
    assert (answer.security, answer.rrset[0].to_text()) == (SECURE, "192.0.2.1")


async def test_an_alias_through_a_wildcard_needs_its_proof(lab):
    net = lab.internet(lab.zone("example.org.", "* CNAME b.other.org."), lab.zone("other.org.", "b A 192.0.2.1"))
    answer = await net.validator().resolve("x.example.org", "A")
    assert (answer.security, answer.hops[0].security) == (SECURE, SECURE)
    net.tamper(lab.drop("NSEC"), "A")
    assert (await net.validator().resolve("x.example.org", "A")).security is BOGUS


async def test_a_signed_dname_vouches_for_the_alias_made_from_it(lab):
    net = lab.internet(
        lab.zone("example.org.", "old DNAME new.other.org."), lab.zone("other.org.", "x.new A 192.0.2.1")
    )
    answer = await net.validator().resolve("x.old.example.org", "A")
    assert (answer.security, answer.existence) == (SECURE, Existence.DATA)
    assert answer.hops == (Hop("DNAME", "old.example.org", "new.other.org", SECURE),)
    assert answer.canonical == lab.name("x.new.other.org.")


async def test_the_alias_made_from_a_dname_can_be_asked_for(lab):
    net = lab.internet(lab.zone("example.org.", "old DNAME new.other.org."), lab.zone("other.org."))
    answer = await net.validator().resolve("x.old.example.org", "CNAME")
    assert (answer.security, answer.rrset[0].to_text()) == (SECURE, "x.new.other.org.")


async def test_an_alias_that_does_not_follow_from_its_dname_is_bogus(lab):
    net = lab.internet(
        lab.zone("example.org.", "old DNAME new.other.org."), lab.zone("other.org.", "x.new A 192.0.2.1")
    )

    def redirect(query, reply):
        reply.answer[:] = [rrset for rrset in reply.answer if rrset.rdtype != dns.rdatatype.CNAME]
        reply.answer.append(dns.rrset.from_text("x.old.example.org.", 3600, "IN", "CNAME", "evil.org."))

    net.tamper(redirect, "A", "x.old.example.org.")
    answer = await net.validator().resolve("x.old.example.org", "A")
    assert answer.security is BOGUS
    assert answer.why.sentence == "CNAME x.old.example.org does not follow from DNAME old.example.org"


async def test_an_unsigned_dname_in_a_signed_zone_is_bogus(lab):
    net = lab.internet(lab.zone("example.org.", "old DNAME new"))
    net.tamper(lab.drop("RRSIG:DNAME"), "A")
    assert (await net.validator().resolve("x.old.example.org", "A")).security is BOGUS


async def test_a_dname_that_makes_a_name_too_long_fails_the_lookup(lab):
    label = "l" * 60
    net = lab.internet(lab.zone("example.org.", f"old DNAME {label}.{label}.{label}.org."))

    def bare(query, reply):
        net.tampers.clear()
        zone = net.zone("example.org.")
        owner = lab.name("old.example.org.")
        net._put(reply.answer, zone, zone.nodes[owner][dns.rdatatype.DNAME])

    async def transport(query):
        if query.question[0].rdtype != dns.rdatatype.A:
            return await net.transport(query)
        reply = dns.message.make_response(query)
        bare(query, reply)
        return reply

    from fleet.dnssec import Validator

    name = f"{label}.{label}.old.example.org"
    answer = await Validator(transport, net.anchors(), clock=lambda: lab.now).resolve(name, "A")
    assert answer.failure.kind is FailureKind.LIMIT


@pytest.mark.parametrize("stops_short", [False, True])
async def test_aliases_that_lead_in_a_circle_fail_the_lookup(lab, stops_short):
    net = lab.internet(lab.zone("example.org.", "a CNAME b\nb CNAME a"))
    if stops_short:
        net.tamper(only_first, "A")
    answer = await net.validator().resolve("a.example.org", "A")
    assert (answer.security, answer.existence) == (Security.INDETERMINATE, Existence.UNKNOWN)
    assert answer.failure.kind is FailureKind.LIMIT
    assert answer.failure.sentence == "aliases of a.example.org lead back to a.example.org"


async def test_only_so_many_aliases_are_followed(lab):
    text = "\n".join(f"h{number} CNAME h{number + 1}" for number in range(40)) + "\nh40 A 192.0.2.1"
    net = lab.internet(lab.zone("example.org.", text))
    validator = net.validator()
    assert (await validator.resolve("h25.example.org", "A")).security is SECURE
    answer = await validator.resolve("h0.example.org", "A")
    assert (answer.failure.kind, len(answer.hops)) == (FailureKind.LIMIT, 16)


async def test_a_failing_target_fails_the_lookup_and_keeps_the_hops(lab):
    net = lab.internet(lab.zone("example.org.", "a CNAME a.other.org."), lab.zone("other.org.", "a A 192.0.2.1"))
    net.tamper(only_first, "A", "a.example.org.")
    net.tamper(lab.fail("SERVFAIL"), "A", "a.other.org.")
    answer = await net.validator().resolve("a.example.org", "A")
    assert (answer.failure.kind, answer.existence) == (FailureKind.SERVFAIL, Existence.UNKNOWN)
    assert answer.hops[0].security is SECURE


async def test_an_alias_is_an_answer_to_a_question_for_aliases(lab):
    net = lab.internet(lab.zone("example.org.", "a CNAME b\nb A 192.0.2.1"))
    answer = await net.validator().resolve("a.example.org", "CNAME")
    assert (answer.security, answer.existence, answer.hops) == (SECURE, Existence.DATA, ())
