"""Every destination of the lab, walked and judged, comes out as the lab's builder typed from the documents.

The lab shares no code with validator, matcher or decisions, so agreement here is agreement of two programs.
"""

import asyncio
from pathlib import Path

import pytest

from fleet.dane import SmtpSettings, Walker, WalkLimits, validated_resolvers, verify
from fleet.dane.pkix import Roots
from fleet.decision import judge_all, warnings
from fleet.dnssec.anchors import load_trust_anchors
from fleet.lab import LabHandle
from fleet.model import Action, Mode, Outcome, Policy, Verdict
from fleet.network.mapped import MappedNetwork

NOBODY_WAITS = SmtpSettings(ehlo="monitor.example", new_per_second=100)


def walk_all(lab: LabHandle, names: list[str], resolvers: list[str], **limits: float) -> dict[str, Verdict]:
    network = MappedNetwork.load(lab.network)

    async def crowd() -> list[Verdict]:
        walker = Walker(
            network,
            validated_resolvers(network, resolvers, load_trust_anchors(lab.trust_anchor), timeout=1.5),
            smtp=NOBODY_WAITS,
            limits=WalkLimits(**{"seconds": 15, "smtp_seconds": 4, **limits}),
            roots=Roots.from_pem(lab.roots.read_bytes()),
        )
        gate = asyncio.Semaphore(24)

        async def one(name: str) -> Verdict:
            async with gate:
                return await walker.walk(name)

        return await asyncio.gather(*(one(name) for name in names))

    return {verdict.domain: verdict for verdict in asyncio.run(crowd())}


@pytest.fixture(scope="module")
def verdicts(lab: LabHandle) -> dict[str, Verdict]:
    return walk_all(lab, [found.name for found in lab.destinations], [lab.resolvers["validating"]])


def test_every_destination_comes_out_as_it_was_built(lab: LabHandle, verdicts: dict[str, Verdict]) -> None:
    wrong = []
    for found in lab.destinations:
        judged = judge_all(verdicts[found.name])
        for policy, modes in found.expect.items():
            for mode, outcome in modes.items():
                ours = judged[Policy(policy), Mode(mode)]
                if ours.outcome != outcome:
                    wrong.append(f"{found.name} {policy} {mode}: expected {outcome}, got {ours.outcome}: {ours.reason}")
    assert not wrong, "\n".join(wrong)


def test_only_the_zone_whose_signatures_end_tomorrow_is_warned_of(verdicts: dict[str, Verdict]) -> None:
    found = {
        name: [warning.sentence for warning in warnings(verdict, verdict.at) if warning.code == "signature-expires"]
        for name, verdict in verdicts.items()
    }
    warned = {name: sentences for name, sentences in found.items() if sentences}
    assert list(warned) == ["expiring-soon.lab"]
    assert "expires in 23 hours" in warned["expiring-soon.lab"][0]


def test_mandatory_is_never_more_lenient_than_opportunistic(verdicts: dict[str, Verdict]) -> None:
    delivered = {Outcome.TLS, Outcome.CLEAR, Outcome.TLS_VERIFIED}
    for name, verdict in verdicts.items():
        judged = judge_all(verdict)
        for policy in Policy:
            mandatory = judged[policy, Mode.MANDATORY]
            if policy is Policy.EXIM and mandatory.action is Action.TLS_UNAUTHENTICATED:
                # Exim delivers where no record can be used, whether DANE is required or not; never in clear.
                assert judged[policy, Mode.OPPORTUNISTIC].action is mandatory.action, (name, mandatory.reason)
                assert mandatory.worst is not Outcome.CLEAR, (name, mandatory.reason)
                continue
            assert mandatory.outcome not in delivered, (name, policy, mandatory.reason)
            if mandatory.action is Action.SUCCESS:
                assert judged[policy, Mode.OPPORTUNISTIC].action in (Action.SUCCESS, Action.FALLBACK), (name, policy)


def test_steps_are_told_as_they_are_made(lab: LabHandle) -> None:
    seen: list[object] = []
    network = MappedNetwork.load(lab.network)
    anchors = load_trust_anchors(lab.trust_anchor)
    verdict = asyncio.run(
        verify("good.lab", network, [lab.resolvers["validating"]], trust_anchors=anchors, on_step=seen.append)
    )
    assert [type(step).__name__ for step in seen] == ["MxStep", "AddressStep", "TlsaStep", "ContactStep"]
    assert tuple(seen) == verdict.steps


def test_a_dead_first_resolver_is_passed_over_and_recorded(lab: LabHandle) -> None:
    verdict = walk_all(lab, ["good.lab"], [lab.resolvers["dead"], lab.resolvers["validating"]], seconds=60)["good.lab"]
    assert judge_all(verdict)[Policy.ASYNCOS, Mode.MANDATORY].outcome is Outcome.DANE
    assert verdict.mx is not None
    assert [attempt.resolver for attempt in verdict.mx.lookup.attempts] == [f"{lab.resolvers['dead']}:53"]


def test_a_stripping_resolver_makes_even_unsigned_names_bogus(lab: LabHandle) -> None:
    verdicts = walk_all(lab, ["good.lab"], [lab.resolvers["stripping"]])
    judged = judge_all(verdicts["good.lab"])
    assert judged[Policy.ASYNCOS, Mode.OPPORTUNISTIC].outcome is Outcome.HELD
    assert judged[Policy.POSTFIX, Mode.OPPORTUNISTIC].outcome in (Outcome.TLS, Outcome.UNKNOWN)


def test_a_passing_resolver_serves_our_validation_and_silently_disables_postfix(lab: LabHandle) -> None:
    judged = judge_all(walk_all(lab, ["good.lab"], [lab.resolvers["passing"]])["good.lab"])
    assert judged[Policy.ASYNCOS, Mode.MANDATORY].outcome is Outcome.DANE
    assert judged[Policy.POSTFIX, Mode.OPPORTUNISTIC].outcome is Outcome.TLS
    assert judged[Policy.POSTFIX, Mode.MANDATORY].outcome is Outcome.HELD


def test_a_deadline_ends_in_a_stated_unknown(lab: LabHandle, tmp_path: Path) -> None:
    verdict = walk_all(lab, ["good.lab"], [lab.resolvers["dead"]], seconds=0.3)["good.lab"]
    assert "ended after 0.3 s" in verdict.unknown[0]
    for judgement in judge_all(verdict).values():
        assert judgement.outcome in (Outcome.UNKNOWN, Outcome.HELD, Outcome.NOT_TESTED)
        assert judgement.incomplete
