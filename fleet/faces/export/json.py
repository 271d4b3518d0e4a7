"""Verdicts as JSON: a stable document per destination, named ``fleet-check/1``, for programs to act on.

Programs must be able to rely on it, so its shape is written down (``schema``), versioned in its ``format`` and tested.
Within one version, keys are added but never renamed or removed.  Values are true, not made for the eye; whoever prints
them is protected by the encoding, which escapes everything that is not ASCII.

May import ``fleet.views``, ``fleet.dane.transcript``, ``fleet.decision`` and ``fleet.model``.
"""

import dataclasses
import json
from collections.abc import Mapping, Set
from datetime import date, datetime
from enum import Enum

from fleet.dane.transcript import render
from fleet.decision import Judgement, advice, by_level, differences, warnings
from fleet.faces.export.schema import FORMAT, STEP_KINDS, OutcomeDocument
from fleet.model import Mode, Policy, Step, Verdict
from fleet.views.names import unicode_name

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def to_json(value: object) -> Json:
    """``value`` as plain JSON data.

    Dataclasses become objects (field by field, in order), enums their value, aware times ISO 8601, bytes hexadecimal,
    tuples and sets lists.  TypeError for anything else: nothing is turned into text by accident.
    """
    match value:
        case Enum():
            return to_json(value.value)
        case None | bool() | int() | float() | str():
            return value
        case bytes():
            return value.hex()
        case datetime() | date():
            return value.isoformat()
        case Mapping():
            return {_key(key): to_json(item) for key, item in value.items()}
        case list() | tuple():
            return [to_json(item) for item in value]
        case Set():
            return sorted((to_json(item) for item in value), key=json.dumps)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_json(getattr(value, field.name)) for field in dataclasses.fields(value)}
    raise TypeError(f"no JSON form for {type(value).__name__}")


def _key(key: object) -> str:
    plain = to_json(key)
    if not isinstance(plain, str):
        raise TypeError(f"a key of a JSON object must be text, not {type(key).__name__}")
    return plain


def dumps(value: object, *, indent: int | None = None) -> str:
    """``value`` as ASCII-only JSON text, on one line unless ``indent`` is given; NaN and infinity raise ValueError."""
    return json.dumps(to_json(value), ensure_ascii=True, allow_nan=False, indent=indent)


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
        of_policy[str(its_mode)] = to_json(outcome(judgement))
    missing = [what for judgement in judgements.values() for what in judgement.incomplete]
    return {
        "format": FORMAT,
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
        "levels": {its_mode.value: to_json(by_level(verdict, policy, its_mode)) for its_mode in Mode},
        "differences": list(differences(judgements.values())),
        "warnings": to_json(warnings(verdict, now or verdict.at)),
        "incomplete": list(dict.fromkeys((*verdict.unknown, *missing))),
        "transcript": to_json(render(verdict)),
        "steps": [step(one) for one in verdict.steps],
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


def step(one: Step) -> Json:
    """A recorded step, its ``kind`` first."""
    fields = to_json(one)
    assert isinstance(fields, dict)
    return {"kind": STEP_KINDS[type(one)]} | fields
