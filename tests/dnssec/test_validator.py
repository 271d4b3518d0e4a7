"""The object other programs use: names, memory, concurrency."""

import asyncio
from datetime import timedelta

import dns.name
import dns.rdatatype
import pytest

from fleet.dnssec import Limits, Validator
from fleet.errors import FailureKind
from fleet.model import Existence, Security

MX = "@ MX 10 mx\nmx A 192.0.2.1\nmx AAAA 2001:db8::1"


@pytest.fixture
def net(lab):
    return lab.internet(lab.zone("example.org.", MX), lab.zone("plain.org.", MX, signed=False))


class Hour:
    """A clock that a test moves."""

    def __init__(self, lab):
        self.now = lab.now

    def __call__(self):
        return self.now

    def pass_by(self, **span):
        self.now += timedelta(**span)


async def test_names_and_types_may_be_text_or_objects(net):
    validator = net.validator()
    for name in (
        "Example.ORG",
        "example.org.",
        dns.name.from_text("example.org"),
        dns.name.from_text("example.org", None),
    ):
        for rdtype in ("mx", "MX", dns.rdatatype.MX):
            answer = await validator.resolve(name, rdtype)
            assert (answer.security, answer.rdtype) == (Security.SECURE, dns.rdatatype.MX)


@pytest.mark.parametrize("rdtype", ["ANY", "AXFR", "RRSIG", "OPT"])
async def test_what_is_no_data_cannot_be_asked(net, rdtype):
    with pytest.raises(ValueError, match="not a type of data"):
        await net.validator().resolve("example.org", rdtype)


async def test_the_clock_may_give_epoch_seconds(lab, net):
    for seconds in (lab.now.timestamp(), int(lab.now.timestamp())):
        answer = await net.validator(clock=lambda seconds=seconds: seconds).resolve("example.org", "MX")
        assert answer.security is Security.SECURE


async def test_an_answer_is_remembered_and_its_ttl_counts_down(lab, net):
    clock = Hour(lab)
    validator = net.validator(clock=clock)
    first = await validator.resolve("example.org", "MX")
    asked = len(net.queries)
    clock.pass_by(seconds=100)
    second = await validator.resolve("example.org", "MX")
    assert (first.ttl, second.ttl, len(net.queries)) == (3600, 3500, asked)


async def test_an_answer_is_remembered_for_five_minutes_at_most(lab, net):
    clock = Hour(lab)
    validator = net.validator(clock=clock)
    await validator.resolve("example.org", "MX")
    net.queries.clear()
    clock.pass_by(seconds=301)
    await validator.resolve("example.org", "MX")
    assert sorted(net.queries) == [("example.org.", "MX", False)]


async def test_validated_zones_are_remembered_across_questions(net):
    validator = net.validator()
    await validator.resolve("example.org", "MX")
    net.queries.clear()
    await validator.resolve("mx.example.org", "A")
    assert {(name, rdtype) for name, rdtype, _ in net.queries} == {("mx.example.org.", "A"), ("mx.example.org.", "DS")}


async def test_zones_are_proven_again_when_their_ttl_is_over(lab, net):
    clock = Hour(lab)
    validator = net.validator(clock=clock)
    await validator.resolve("example.org", "MX")
    net.queries.clear()
    clock.pass_by(seconds=3601)
    await validator.resolve("example.org", "MX")
    assert (".", "DNSKEY", True) in net.queries


async def test_signatures_that_expire_while_remembered_count_no_longer(lab):
    short = lab.zone("example.org.", MX, expiration=lab.now + timedelta(seconds=60))
    net = lab.internet(short)
    clock = Hour(lab)
    validator = net.validator(clock=clock)
    assert (await validator.resolve("example.org", "MX")).security is Security.SECURE
    clock.pass_by(seconds=61)
    assert (await validator.resolve("example.org", "MX")).security is Security.BOGUS


@pytest.mark.parametrize("fault", ["bogus", "failed"])
async def test_bad_news_is_remembered_for_five_seconds_at_most(lab, net, fault):
    clock = Hour(lab)
    validator = net.validator(clock=clock)
    net.tamper(lab.drop("RRSIG") if fault == "bogus" else lab.fail("SERVFAIL"))
    assert (await validator.resolve("example.org", "MX")).security is not Security.SECURE
    asked = len(net.queries)
    clock.pass_by(seconds=4)
    await validator.resolve("example.org", "MX")
    assert len(net.queries) == asked
    net.tampers.clear()
    clock.pass_by(seconds=2)
    assert (await validator.resolve("example.org", "MX")).security is Security.SECURE


async def test_a_key_rollover_does_not_wait_for_the_memory_to_fade(lab, net):
    validator = net.validator(clock=(clock := Hour(lab)))
    await validator.resolve("example.org", "MX")
    zone = net.zone("example.org.")
    zone.keys[:] = [lab.key()]
    zone.signatures.clear()
    zone.chain = None
    zone.finish()
    net.zone("org.").nodes[zone.origin][dns.rdatatype.DS] = net.ds_of(zone)
    net.zone("org.").signatures.clear()
    clock.pass_by(seconds=400)
    assert (await validator.resolve("example.org", "MX")).security is Security.SECURE


async def test_concurrent_lookups_share_their_questions(net):
    validator = net.validator()
    answers = await asyncio.gather(*(validator.resolve("example.org", "MX") for _ in range(20)))
    assert {answer.security for answer in answers} == {Security.SECURE}
    assert len(net.queries) == len(set(net.queries))
    await asyncio.gather(validator.resolve("mx.example.org", "A"), validator.resolve("mx.example.org", "AAAA"))
    assert len(net.queries) == len(set(net.queries))


@pytest.mark.parametrize(
    ("rdtype", "expected"), [("MX", 1), ("TXT", 2)], ids=["where a zone is likely", "where a host is likelier"]
)
async def test_a_cold_question_needs_so_many_round_trips(lab, net, rdtype, expected):
    """DS questions go out with the question itself, DNSKEY beside them where a zone is likely, else behind its DS."""
    rounds = 0
    waiting = []

    async def transport(query):
        arrived = asyncio.get_running_loop().create_future()
        waiting.append(arrived)
        await arrived
        return await net.transport(query)

    task = asyncio.create_task(
        Validator(transport, net.anchors(), clock=lambda: lab.now).resolve("example.org", rdtype)
    )
    while not task.done():
        for _ in range(20):
            await asyncio.sleep(0)
        if waiting:
            rounds += 1
            batch, waiting[:] = waiting[:], []
            for arrived in batch:
                arrived.set_result(None)
    assert ((await task).security, rounds) == (Security.SECURE, expected)


async def test_a_cancelled_caller_does_not_break_the_others(lab, net):
    release = asyncio.Event()

    async def transport(query):
        await release.wait()
        return await net.transport(query)

    validator = Validator(transport, net.anchors(), clock=lambda: lab.now)
    first, second = (asyncio.create_task(validator.resolve("example.org", "MX")) for _ in range(2))
    await asyncio.sleep(0.01)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    release.set()
    assert (await second).security is Security.SECURE


async def test_a_lookup_nobody_waits_for_any_more_ends(lab, net):
    cancelled = 0

    async def transport(query):
        nonlocal cancelled
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled += 1
            raise

    validator = Validator(transport, net.anchors(), clock=lambda: lab.now)
    task = asyncio.create_task(validator.resolve("example.org", "MX"))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.sleep(0.01)
    assert cancelled == 1


def test_one_validator_serves_several_event_loops(net):
    validator = net.validator()
    for name in ("example.org", "plain.org"):
        assert asyncio.run(validator.resolve(name, "MX")).existence is Existence.DATA


async def test_memory_is_bounded(net):
    validator = net.validator(limits=Limits(cache_entries=8))
    for number in range(50):
        await validator.resolve(f"n{number}.example.org", "A")
    assert len(validator._answers._entries) <= 8
    assert len(validator._chain._zones._entries) <= 8
    assert len(validator._fetcher._replies._entries) <= 8


async def test_below_a_name_that_does_not_exist_no_delegation_is_looked_for(lab, net):
    name = ".".join(["a"] * 110) + ".example.org"
    net.tamper(lab.drop("RRSIG", "NSEC"), "A")
    answer = await net.validator().resolve(name, "A")
    assert (answer.security, answer.failure) == (Security.BOGUS, None)
    assert len(net.queries) < 30


async def test_questions_are_bounded(lab, net):
    long = ".".join(["a"] * 110)
    net.zone("example.org.").add(f"{long}.example.org.", "A", "192.0.2.1")
    net.zone("example.org.").chain = None
    net.zone("example.org.").finish()
    net.tamper(lab.drop("RRSIG"), "A")
    answer = await net.validator(limits=Limits(queries_per_resolve=40)).resolve(f"{long}.example.org", "A")
    assert answer.failure.kind is FailureKind.LIMIT
    assert len(net.queries) <= 42


async def test_what_a_forged_alias_had_fetched_ahead_does_no_harm_later(lab):
    net = lab.internet(lab.zone("evil.org.", "@ MX 10 mx"), lab.zone("victim.org.", "@ MX 10 mx"))

    def alias(query, reply):
        targets = [("evil.org.", "victim.org."), ("victim.org.", "else.where.")]
        reply.answer[:] = [dns.rrset.from_text(owner, 300, "IN", "CNAME", target) for owner, target in targets]

    def wrong(query, reply):
        reply.answer[:] = [dns.rrset.from_text("victim.org.", 86400, "IN", "DS", f"1 13 2 {'00' * 32}")]

    net.tamper(alias, "MX", "evil.org.")
    net.tamper(wrong, "DS", "victim.org.")
    validator = net.validator()
    assert (await validator.resolve("evil.org", "MX")).security is Security.BOGUS
    net.tampers.clear()
    net.clock = lambda: lab.now + timedelta(minutes=30)
    assert (await validator.resolve("victim.org", "MX")).security is Security.SECURE


async def test_a_reply_of_very_many_records_is_not_remembered(lab):
    many = "\n".join(f"@ MX {number} mx" for number in range(300))
    net = lab.internet(lab.zone("example.org.", many))

    def swell(query, reply):
        reply.answer.append(dns.rrset.from_text_list("a.org.", 3600, "IN", "TXT", [str(one) for one in range(300)]))

    net.tamper(swell, "DS", "example.org.")
    validator = net.validator()
    for _ in range(2):
        assert len((await validator.resolve("example.org", "MX")).rrset) == 300
    assert net.queries.count(("example.org.", "MX", False)) == 2
    assert validator._fetcher.remembers(lab.name("org."), 43)
    assert not validator._fetcher.remembers(lab.name("example.org."), 43)
