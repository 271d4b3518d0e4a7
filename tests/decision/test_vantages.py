"""Why a destination is not the same from everywhere: told from the first step in which two verdicts part."""

from dataclasses import replace

import pytest
from verdicts import RESOLVER, bad_match, destination

from fleet.decision import Agreement, Differing, View, beside, beside_all, compare_views, doubts_anchor, judge
from fleet.errors import Failure, FailureKind
from fleet.model import ContactStep, Existence, Mode, Outcome, Policy, ResolverAttempt, ResolverWord, Security, Verdict

GOOD = destination()
REFUSED = Failure(FailureKind.CONNECTION_REFUSED, "192.0.2.1 port 25: connection refused")
UNSEEN = Failure(FailureKind.NOT_OBSERVED, "192.0.2.56:53 gave no answer over TCP; UDP is not observed")


def parted(
    one: Verdict, other: Verdict, policy: Policy = Policy.ASYNCOS, beside_it: Policy = Policy.ASYNCOS
) -> tuple[Differing, str]:
    views = [View("gw1", policy, one), View("gw2", beside_it, other)]
    found = compare_views(views, Mode.OPPORTUNISTIC)
    assert found is not None
    (parting,) = found.partings
    return parting.differing, parting.sentence


def test_where_all_come_to_the_same_there_is_nothing_to_say() -> None:
    views = [View("gw1", Policy.ASYNCOS, GOOD.verdict), View("gw2", Policy.POSTFIX, GOOD.verdict)]
    assert compare_views(views, Mode.OPPORTUNISTIC) is None


def test_another_state_of_the_same_question_is_the_resolvers() -> None:
    differing, sentence = parted(GOOD.verdict, GOOD.with_mx(security=Security.BOGUS))
    assert differing is Differing.RESOLVER
    assert sentence.startswith(f"MX: gw1 sees it secure through {RESOLVER}; gw2 sees it bogus through {RESOLVER}")


def test_a_resolvers_own_word_counts_only_for_those_who_believe_it() -> None:
    passed = GOOD.with_mx(word=ResolverWord("NOERROR", ad=False, existence=Existence.DATA))
    appliances = [View("gw1", Policy.ASYNCOS, GOOD.verdict), View("gw2", Policy.ASYNCOS, passed)]
    assert compare_views(appliances, Mode.MANDATORY) is None
    differing, sentence = parted(GOOD.verdict, passed, Policy.EXIM, Policy.EXIM)
    assert differing is Differing.RESOLVER
    assert "without the AD bit" in sentence


def test_other_records_are_another_answer() -> None:
    def silent(step):
        return None if isinstance(step, ContactStep) else step

    moved = replace(GOOD, verdict=GOOD.with_address(records=("192.0.2.99",))).but(silent)
    differing, sentence = parted(GOOD.verdict, moved)
    assert differing is Differing.ANSWER
    assert "gw1: 192.0.2.1; gw2: 192.0.2.99" in sentence


def test_a_mail_server_that_only_one_reaches_is_reachability() -> None:
    differing, sentence = parted(GOOD.with_failure(REFUSED), GOOD.verdict)
    assert differing is Differing.REACH
    assert sentence == f"192.0.2.1 port 25 of mx1.example.org answers gw2, not gw1: {REFUSED.sentence}"


def test_another_certificate_is_the_mail_servers_difference() -> None:
    assert parted(GOOD.verdict, GOOD.with_match(bad_match()))[0] is Differing.SESSION


def test_the_same_seen_by_other_software_is_the_softwares() -> None:
    passed = GOOD.with_mx(word=ResolverWord("NOERROR", ad=False, existence=Existence.DATA))
    assert parted(passed, passed, Policy.ASYNCOS, Policy.EXIM)[0] is Differing.PLATFORM


@pytest.mark.parametrize("policy", Policy)
def test_what_was_not_observed_is_unknown_for_everybody_even_where_the_next_resolver_answered(policy: Policy) -> None:
    verdict = GOOD.with_mx(attempts=(ResolverAttempt("192.0.2.56:53", UNSEEN),))
    judged = judge(verdict, policy, Mode.OPPORTUNISTIC)
    assert judged.outcome is Outcome.UNKNOWN
    assert UNSEEN.sentence in judged.reason
    assert parted(GOOD.verdict, verdict)[0] is Differing.NOT_SEEN


def test_bogus_against_secure_doubts_the_anchor_and_silence_agrees_with_nothing() -> None:
    theirs = replace(GOOD.with_mx(security=Security.BOGUS), steps=GOOD.with_mx(security=Security.BOGUS).steps[:1])
    steps = beside(theirs, GOOD.verdict)
    assert (steps[0].theirs, steps[0].ours, steps[0].agreement) == ("bogus", "secure", Agreement.DIFFERS)
    assert {step.agreement for step in steps[1:]} == {Agreement.NOT_SAID}
    assert doubts_anchor(steps)
    assert not doubts_anchor(beside(GOOD.verdict, GOOD.verdict))
    assert {step.agreement for step in beside(GOOD.verdict, GOOD.verdict)} == {Agreement.AGREES}


STRIPPED = GOOD.with_mx(security=Security.BOGUS)


@pytest.mark.parametrize(
    ("theirs", "ours", "agreement"),
    [
        (GOOD.verdict, [GOOD.verdict, GOOD.verdict], Agreement.AGREES),
        (GOOD.verdict, [GOOD.verdict, STRIPPED], Agreement.UNSURE),
        (STRIPPED, [GOOD.verdict, STRIPPED], Agreement.UNSURE),
        (STRIPPED, [GOOD.verdict, GOOD.verdict], Agreement.DIFFERS),
        (replace(GOOD.verdict, steps=()), [GOOD.verdict, STRIPPED], Agreement.NOT_SAID),
        (GOOD.verdict, [GOOD.verdict, replace(GOOD.verdict, steps=())], Agreement.UNSURE),
        (GOOD.verdict, [GOOD.verdict], Agreement.AGREES),
    ],
)
def test_an_appliance_that_may_have_asked_one_of_several_agrees_where_all_of_ours_do(
    theirs: Verdict, ours: list[Verdict], agreement: Agreement
) -> None:
    assert beside_all(theirs, ours)[0].agreement is agreement


def test_a_step_that_one_of_ours_does_not_have_was_not_seen_that_way() -> None:
    steps = {one.step: one for one in beside_all(GOOD.verdict, [GOOD.verdict, replace(GOOD.verdict, steps=())])}
    assert len(steps) > 2
    assert {one.agreement for one in steps.values()} == {Agreement.UNSURE}
    assert steps["MX of example.org"].ours == "secure or not seen"
    assert beside_all(GOOD.verdict, []) == ()
