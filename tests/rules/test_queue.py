"""What queues and logs show becomes findings: held by DANE, news of unknown cause, and contradictions."""

from datetime import timedelta

import pytest
from verdicts import AT, bad_match, destination

from fleet.model.dns import Existence, ResolverWord
from fleet.model.proof import Proof
from fleet.model.queue import Delivery, Level, Queue, Series, Waiting
from fleet.model.testimony import Counted, Witness
from fleet.profile import read_profile
from fleet.rules.queue import Seen, queue_findings

PROFILE = """
[fleet]
name = "one"
platform = "asyncos"
version = "15.0.0-104"
resolvers = [{ address = "192.0.2.53", kind = "validates" }]
[fleet.bounce_profiles]
Default = "72h"
[tiers.delivery]
delivers_to = ["internet"]
receives_from = ["inside"]
[tiers.delivery.destination_controls.default]
tls = "preferred"
dane = "opportunistic"
[tiers.delivery.smtp_routes]
[tiers.delivery.listeners.outgoing]
public = false
policies = { RELAYED = "RELAY" }
sender_groups = [{ name = "ALL", members = ["ALL"], policy = "RELAYED" }]
[nodes.dlv1]
tier = "delivery"
addresses = ["10.0.2.11"]
[destinations."example.org"]
"""
FLEET = read_profile(PROFILE, "one.toml").fleet
NOW = AT + timedelta(minutes=10)
OLDEST = NOW - timedelta(hours=31)
BAD = {"example.org": destination().with_match(bad_match())}
GOOD = {"example.org": destination().verdict}
RISING = Series("example.org", tuple(Level(NOW - timedelta(minutes=5 * n), 100 - 40 * n) for n in (2, 1, 0)), AT)


def delivery(recipients: int = 100, series: Series | None = RISING) -> Delivery:
    waiting = (Waiting("example.org", recipients, OLDEST),)
    return Delivery(Queue("dlv1", NOW, waiting), () if series is None else (series,))


def found(seen: Seen) -> list[str]:
    assert FLEET is not None
    return [one.code for one in queue_findings(FLEET, seen, NOW)]


def test_mail_held_by_dane_says_when_the_first_message_bounces() -> None:
    assert FLEET is not None
    (one,) = queue_findings(FLEET, Seen((delivery(),), BAD), NOW)
    assert (one.code, one.object, one.path) == ("QUEUE101", "node dlv1 queue example.org", ("nodes", "dlv1"))
    assert "held by DANE" in one.sentence
    assert "first bounce in 41 h" in one.sentence


def test_a_rise_without_proof_has_an_unknown_cause() -> None:
    assert FLEET is not None
    (one,) = queue_findings(FLEET, Seen((delivery(),), GOOD), NOW)
    assert one.code == "QUEUE102"
    assert "have risen" in one.sentence
    assert "cause unknown" in one.sentence


def test_mail_that_waits_as_it_always_did_is_no_finding() -> None:
    steady = Series("example.org", tuple(Level(NOW - timedelta(minutes=5 * n), 100) for n in (2, 1, 0)), AT)
    assert found(Seen((delivery(series=steady),), GOOD)) == []
    assert found(Seen((delivery(0, None),), BAD)) == []


@pytest.mark.parametrize(
    ("verdicts", "proof", "codes"),
    [
        (GOOD, Proof("example.org", failures=3, last_failure=AT), ["QUEUE103"]),
        (GOOD, Proof("example.org", 5, failures=3, last_failure=AT - timedelta(hours=2), last_success=AT), []),
        (GOOD, Proof("example.org", failures=3, last_failure=AT - timedelta(days=2)), []),
        (GOOD, Proof("example.org", 5, last_success=AT), []),
        (BAD, Proof("example.org", 5, last_success=NOW), ["QUEUE103"]),
        (BAD, Proof("example.org", 5, last_success=AT - timedelta(hours=1)), []),
        (BAD, Proof("example.org", failures=5, last_failure=NOW), []),
        ({}, Proof("example.org", failures=5, last_failure=NOW), []),
    ],
)
def test_logs_that_contradict_the_check_are_a_finding(verdicts, proof: Proof, codes: list[str]) -> None:
    assert found(Seen(verdicts=verdicts, proofs={"example.org": (proof,)})) == codes


BOTH = (
    PROFILE
    + """
[tiers.edge]
platform = "postfix"
delivers_to = ["internet"]
receives_from = ["inside"]
[nodes.edge1]
tier = "edge"
addresses = ["10.0.3.11"]
"""
)


def test_a_check_that_ends_otherwise_on_another_platform_is_not_contradicted() -> None:
    """Its resolver does not say AD: an appliance validates by itself, Postfix takes the domain for unsigned."""
    unsaid = destination().with_tlsa(word=ResolverWord("NOERROR", ad=False, existence=Existence.DATA))
    verdict = {"example.org": unsaid}
    failed = Proof("example.org", failures=3, last_failure=AT)
    seen = Seen(verdicts=verdict, proofs={"example.org": (failed,)})
    both = read_profile(BOTH, "both.toml").fleet
    assert both is not None
    assert found(seen) == ["QUEUE103"]
    assert queue_findings(both, seen, NOW) == ()
    agreed = Seen(verdicts=GOOD, proofs={"example.org": (failed,)})
    assert [one.code for one in queue_findings(both, agreed, NOW)] == ["QUEUE103"]


def told(bad: int, *, good: int = 9, ends: timedelta = timedelta(0), **other: object) -> Counted:
    start, end = AT - timedelta(days=1), AT + ends
    return Counted(
        "example.org", **{"policy": "tlsa", "successful": good, "failed": bad, "start": start, "end": end, **other}
    )


@pytest.mark.parametrize(
    ("verdicts", "testimony", "codes"),
    [
        (GOOD, told(3), ["QUEUE104"]),
        (GOOD, told(3, policy="sts"), []),
        (GOOD, told(3, policy="no-policy-found", dane_failed=3), ["QUEUE104"]),
        (GOOD, told(0), []),
        (GOOD, told(3, ends=-timedelta(days=1)), ["QUEUE104"]),
        (GOOD, told(3, ends=-timedelta(days=3)), []),
        (BAD, told(3), []),
        (BAD, told(0, ends=timedelta(hours=1)), ["QUEUE104"]),
        (BAD, told(0, ends=-timedelta(hours=1)), []),
        ({}, told(3), []),
    ],
)
def test_reports_that_contradict_the_check_are_a_finding(verdicts, testimony: Counted, codes: list[str]) -> None:
    assert found(Seen(verdicts=verdicts, testimonies={"example.org": (testimony,)})) == codes


def test_a_report_is_a_finding_of_those_whose_mail_it_counts() -> None:
    assert FLEET is not None
    ours = told(2, witness=Witness.OUTBOUND, results=(("dnssec-invalid", 2),))
    both = (ours, told(4, witness=Witness.OTHERS), told(0, witness=Witness.UNKNOWN))
    one, two = queue_findings(FLEET, Seen(verdicts=GOOD, testimonies={"example.org": both}), NOW)
    assert "our own senders' mail to example.org count 9 good sessions and 2 failed sessions" in one.sentence
    assert "(dnssec-invalid 2) from 2026-11-22 to 2026-11-23" in one.sentence
    assert (one.object, two.object) == (
        "destination example.org reports outbound",
        "destination example.org reports others",
    )
