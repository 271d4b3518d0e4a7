"""The JSON Schema says what the reader says, as far as a schema can."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import tomli
from jsonschema import Draft202012Validator

from fleet.profile import PROFILE_RULES, ProfileRule, json_schema
from fleet.profile.init import from_csv, starter
from fleet.profile.problem import Code

PROFILES = sorted(Path(__file__).parents[2].glob("profiles/*.toml"))
VALIDATOR = Draft202012Validator(json_schema())
BEYOND = {
    *(Code.TEXT, Code.SYNTAX, Code.LIMIT, Code.NO_TIER, Code.NO_POLICY, Code.NO_BOUNCE_PROFILE, Code.CYCLE),
    *(Code.DUPLICATE_NAME, Code.DUPLICATE_ADDRESS, Code.SUPPRESSION, Code.NOTHING, Code.ROUTE, Code.DATE),
}
"""What a schema cannot see: what is no TOML, and what only two places together show."""


def as_editors_see_it(value: Any) -> Any:
    """TOML's dates as strings, which is how editors give them to a schema."""
    if isinstance(value, dict):
        return {key: as_editors_see_it(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_editors_see_it(item) for item in value]
    return value.isoformat() if isinstance(value, date | datetime) else value


def valid(text: str) -> bool:
    return VALIDATOR.is_valid(as_editors_see_it(tomli.loads(text)))


def test_it_is_a_schema_of_its_draft_and_is_json() -> None:
    Draft202012Validator.check_schema(json_schema())
    assert json.loads(json.dumps(json_schema())) == json_schema()


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.name)
def test_shipped_profiles_are_valid(path: Path) -> None:
    data = as_editors_see_it(tomli.loads(path.read_text(encoding="utf-8")))
    assert [error.message for error in VALIDATOR.iter_errors(data)] == []


@pytest.mark.parametrize("rule", PROFILE_RULES, ids=lambda rule: str(rule.code))
def test_good_examples_are_valid(rule: ProfileRule) -> None:
    assert valid(rule.good)


@pytest.mark.parametrize(
    "rule", [rule for rule in PROFILE_RULES if rule.code not in BEYOND], ids=lambda rule: str(rule.code)
)
def test_bad_examples_are_refused(rule: ProfileRule) -> None:
    assert not valid(rule.bad)


def test_first_profiles_are_valid() -> None:
    assert valid(starter())
    assert valid(from_csv("name,address,tier,user,jump\ngw1,192.0.2.1,edge,reader,ops@b.example:22\ngw2,::1,,,\n"))


@pytest.mark.parametrize("text", ['[fleet]\nnme = "x"', "[tiers.a]", "[fleet.destination_controls.default]\ndane = 1"])
def test_broken_profiles_are_refused(text: str) -> None:
    assert not valid(text)


def test_every_key_is_described() -> None:
    def walk(schema: Any) -> None:
        if isinstance(schema, dict):
            for name, item in schema.get("properties", {}).items():
                assert item["description"], name
            for item in schema.values():
                walk(item)

    walk(json_schema())
