"""Verdicts as JSON: a stable document per destination, named ``fleet-check/1``, for programs to act on.

Programs must be able to rely on it, so its shape is written down (``schema``), versioned in its ``format`` and tested.
Within one version, keys are added but never renamed or removed.  Values are true, not made for the eye; whoever prints
them is protected by the encoding, which escapes everything that is not ASCII.

``fleet.plain.read_verdicts`` reads them back.

May import ``fleet.views``, ``fleet.dane.transcript``, ``fleet.decision``, ``fleet.plain`` and ``fleet.model``.
"""

from collections.abc import Mapping
from datetime import datetime

from fleet.dane.transcript import render
from fleet.decision import Judgement, advice, by_level, differences, warnings
from fleet.faces.export.schema import OutcomeDocument
from fleet.model import Mode, Policy, Verdict
from fleet.plain import CHECK_FORMAT, Json, dumps, to_plain
from fleet.views.names import unicode_name

__all__ = ["check_document", "dumps", "outcome"]


def check_document(
    verdict: Verdict,
    judgements: Mapping[tuple[Policy, Mode], Judgement],
    *,
    policy: Policy = Policy.ASYNCOS,
    mode: Mode = Mode.OPPORTUNISTIC,
    now: datetime | None = None,
) -> dict[str, Json]:
    """One destination as a ``fleet-check/1`` document.

    ``policy`` and ``mode`` are those the exit code speaks for; ``outcomes`` holds every policy and mode of
    ``judgements`` all the same.  Look-ahead warnings are as of ``now``, an aware time; without it, as of the check.
    """
    outcomes: dict[str, Json] = {}
    for (its_policy, its_mode), judgement in judgements.items():
        of_policy = outcomes.setdefault(str(its_policy), {})
        assert isinstance(of_policy, dict)
        of_policy[str(its_mode)] = to_plain(outcome(judgement))
    missing = [what for judgement in judgements.values() for what in judgement.incomplete]
    return {
        "format": CHECK_FORMAT,
        "domain": verdict.domain,
        "name": unicode_name(verdict.domain),
        "at": verdict.at.isoformat(),
        "vantage": verdict.vantage,
        "resolvers": list(verdict.resolvers),
        "port": verdict.port,
        "smtp": verdict.smtp,
        "milliseconds": verdict.milliseconds,
        "policy": str(policy),
        "mode": str(mode),
        "outcomes": outcomes,
        "levels": {its_mode.value: to_plain(by_level(verdict, policy, its_mode)) for its_mode in Mode},
        "differences": list(differences(judgements.values())),
        "warnings": to_plain(warnings(verdict, now or verdict.at)),
        "unknown": list(verdict.unknown),
        "incomplete": list(dict.fromkeys((*verdict.unknown, *missing))),
        "transcript": to_plain(render(verdict)),
        "steps": to_plain(verdict.steps),
    }


def outcome(judgement: Judgement) -> OutcomeDocument:
    """What one policy and mode come to."""
    return OutcomeDocument(
        outcome=judgement.outcome,
        headline=judgement.headline,
        best=judgement.best,
        worst=judgement.worst,
        action=judgement.action,
        alternative=judgement.alternative,
        level=judgement.level,
        all_dane=judgement.all_dane,
        assumed=judgement.assumed,
        cause=judgement.cause,
        reason=judgement.reason,
        advice=advice(judgement),
        report=judgement.report,
        expected_path=judgement.expected_path,
        weakest_path=judgement.weakest_path,
        paths=judgement.paths,
        incomplete=judgement.incomplete,
    )
