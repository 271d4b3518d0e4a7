"""What is asked, what counts as an answer, and what a failure is."""

import asyncio

import dns.exception
import dns.flags
import dns.message
import dns.rdatatype
import dns.rrset
import pytest

from fleet.dnssec import Validator
from fleet.errors import Failure, FailureKind, RemoteError
from fleet.model import Ede, Existence, Security

MX = "@ MX 10 mx\nmx A 192.0.2.1"


@pytest.fixture
def net(lab):
    return lab.internet(lab.zone("example.org.", MX), lab.zone("plain.org.", MX, signed=False))


async def test_a_sound_answer_takes_one_question_without_cd_and_the_chain_is_asked_with_cd(lab, net):
    queries = []

    async def transport(query):
        queries.append(query)
        return await net.transport(query)

    await Validator(transport, net.anchors(), clock=lambda: lab.now).resolve("example.org", "MX")
    assert all(query.flags & dns.flags.RD and query.ednsflags & dns.flags.DO for query in queries)
    assert {query.payload for query in queries} == {1232}
    mx = [query for query in queries if query.question[0].rdtype == dns.rdatatype.MX]
    assert [(bool(query.flags & dns.flags.CD), bool(query.flags & dns.flags.AD)) for query in mx] == [(False, True)]
    others = [query for query in queries if query not in mx]
    assert others
    assert all(query.flags & dns.flags.CD for query in others)


@pytest.mark.parametrize(
    ("rcode", "kind"),
    [
        ("SERVFAIL", FailureKind.SERVFAIL),
        ("REFUSED", FailureKind.REFUSED),
        ("FORMERR", FailureKind.REFUSED),
        ("NOTIMP", FailureKind.REFUSED),
        ("YXDOMAIN", FailureKind.REFUSED),
    ],
)
async def test_an_rcode_that_is_no_answer_is_a_failure_never_none(lab, net, rcode, kind):
    net.tamper(lab.fail(rcode), "MX")
    answer = await net.validator().resolve("example.org", "MX")
    assert (answer.security, answer.existence, answer.rrset) == (Security.INDETERMINATE, Existence.UNKNOWN, None)
    assert (answer.failure.kind, answer.why.code) == (kind, Ede.NO_REACHABLE_AUTHORITY)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (RemoteError(Failure(FailureKind.CLOSED, "gone")), FailureKind.CLOSED),
        (TimeoutError(), FailureKind.TIMEOUT),
        (dns.exception.Timeout(), FailureKind.TIMEOUT),
        (ConnectionRefusedError(), FailureKind.CONNECTION_REFUSED),
        (ConnectionResetError(), FailureKind.CLOSED),
        (EOFError(), FailureKind.CLOSED),
        (OSError("no route"), FailureKind.UNREACHABLE),
        (dns.exception.FormError(), FailureKind.MALFORMED),
        (RuntimeError("whatever"), FailureKind.MALFORMED),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_whatever_a_transport_raises_is_a_failure_of_the_lookup(lab, net, error, kind):
    async def transport(query):
        raise error

    answer = await Validator(transport, net.anchors(), clock=lambda: lab.now).resolve("example.org", "MX")
    assert (answer.security, answer.existence, answer.failure.kind) == (
        Security.INDETERMINATE,
        Existence.UNKNOWN,
        kind,
    )
    assert (answer.word.failure.kind, answer.ad, answer.rcode) == (kind, None, None)


async def test_a_cancelled_transport_cancels_the_caller(lab, net):
    async def transport(query):
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await Validator(transport, net.anchors(), clock=lambda: lab.now).resolve("example.org", "MX")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (lambda reply: dns.message.make_response(dns.message.make_query("other.org", "MX")), "another question"),
        (lambda reply: None, "no message"),
        (lambda reply: setattr(reply, "flags", reply.flags | dns.flags.TC) or reply, "truncated"),
    ],
    ids=["another question", "nothing", "truncated"],
)
async def test_what_is_no_reply_to_the_question_is_a_failure(lab, net, wrong, sentence):
    async def transport(query):
        return wrong(await net.transport(query))

    answer = await Validator(transport, net.anchors(), clock=lambda: lab.now).resolve("example.org", "MX")
    assert answer.failure.kind is FailureKind.MALFORMED
    assert sentence in answer.failure.sentence


@pytest.mark.parametrize(
    ("rdtype", "name"), [("DS", "plain.org."), ("DNSKEY", "org."), ("DNSKEY", "."), ("DS", "org.")]
)
@pytest.mark.parametrize("rcode", ["SERVFAIL", "REFUSED"])
async def test_a_link_that_cannot_be_fetched_makes_the_state_indeterminate(lab, net, rdtype, name, rcode):
    net.tamper(lab.fail(rcode), rdtype, name)
    answer = await net.validator().resolve("plain.org", "MX")
    assert (answer.security, answer.existence) == (Security.INDETERMINATE, Existence.UNKNOWN)
    assert answer.failure.kind.value == rcode.lower()
    assert answer.why.code == Ede.NO_REACHABLE_AUTHORITY
    assert answer.chain[-1].security is Security.INDETERMINATE


async def test_the_resolvers_own_word_is_recorded_beside_ours(lab, net):
    net.ad = True
    answer = await net.validator().resolve("example.org", "MX")
    assert (answer.ad, answer.word.ad, answer.word.rcode) == (True, True, "NOERROR")
    assert answer.word.existence is Existence.DATA


async def test_a_resolver_that_calls_it_bogus_does_not_hide_the_data_from_us(lab, net):
    def refuse(query, reply):
        if query.flags & dns.flags.CD:
            return None
        failed = lab.fail("SERVFAIL")(query, reply)
        failed.use_edns(0, options=[dns.edns.EDEOption(7, "signature expired")])
        return failed

    net.tamper(refuse, "MX")
    net.tamper(lab.drop("RRSIG:MX"), "MX")
    answer = await net.validator().resolve("example.org", "MX")
    assert (answer.security, answer.existence, answer.failure) == (Security.BOGUS, Existence.DATA, None)
    assert (answer.word.rcode, answer.word.existence) == ("SERVFAIL", Existence.UNKNOWN)
    assert answer.word.ede == ((7, "signature expired"),)


async def test_records_that_hold_only_with_cd_are_still_proven(lab, net):
    def strip(query, reply):
        return None if query.flags & dns.flags.CD else lab.drop("RRSIG:MX")(query, reply)

    net.tamper(strip, "MX")
    answer = await net.validator().resolve("example.org", "MX")
    assert (answer.security, answer.existence) == (Security.SECURE, Existence.DATA)
    assert [checked for _, rdtype, checked in net.queries if rdtype == "MX"] == [False, True]


async def test_a_resolver_that_takes_long_without_cd_is_asked_with_cd_beside(lab, net):
    released = asyncio.Event()

    async def transport(query):
        if query.question[0].rdtype == dns.rdatatype.MX:
            if query.flags & dns.flags.CD:
                released.set()
            else:
                await released.wait()
        return await net.transport(query)

    async with asyncio.timeout(20):
        answer = await Validator(transport, net.anchors(), clock=lambda: lab.now).resolve("example.org", "MX")
    assert (answer.security, answer.word.rcode) == (Security.SECURE, "NOERROR")


async def test_records_of_other_names_in_an_answer_are_ignored(lab, net):
    def add(query, reply):
        reply.answer.append(dns.rrset.from_text("evil.org.", 3600, "IN", "MX", "10 evil.org."))

    net.tamper(add, "MX")
    answer = await net.validator().resolve("example.org", "MX")
    assert (answer.security, len(answer.rrset)) == (Security.SECURE, 1)
