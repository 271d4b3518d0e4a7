"""A rule that finds nothing is clean only where it knew enough: take away what it looked at, and it is undecided."""

from dataclasses import replace

import pytest
from facts import FACTS, NOW

from fleet.layout.classes import SETTING_FIELDS
from fleet.model.resolver import ResolverKind
from fleet.profile import read_profile
from fleet.rules import RULES, Question, run


def changed(fleet, change):
    """``fleet`` with every level's settings changed; what was shared stays shared."""
    made = {}

    def once(settings):
        return made.setdefault(id(settings), change(settings))

    return replace(
        fleet,
        settings=once(fleet.settings),
        tiers={name: replace(tier, settings=once(tier.settings)) for name, tier in fleet.tiers.items()},
        nodes={name: replace(node, settings=once(node.settings)) for name, node in fleet.nodes.items()},
    )


def without(field):
    return lambda settings: replace(settings, **{field: None})


def untested(settings):
    unknown = [replace(one, kind=ResolverKind.UNKNOWN) for one in settings.resolvers or ()]
    return replace(settings, resolvers=tuple(unknown))


CASES = [
    pytest.param(rule, example, id=f"{rule.code}-{number}")
    for rule in RULES
    if rule.check is not None and rule.family != "DRIFT"  # its subject is what is not declared
    for number, example in enumerate(rule.bad)
]


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_a_rule_whose_setting_nobody_declared_is_not_called_clean(rule, example):
    fleet = read_profile(example.text, "example.toml").fleet
    for field in SETTING_FIELDS:
        told = changed(fleet, without(field))
        assert rule.code not in run(Question(told, now=NOW, **FACTS[example.given]())).clean, field


AUDITED = [rule for rule in RULES if rule.family == "DNS" and rule.code not in ("DNS521", "DNS522", "DNS524")]


@pytest.mark.parametrize("rule", AUDITED, ids=lambda rule: rule.code)
def test_a_resolver_nobody_tested_leaves_its_rules_undecided(rule):
    for example in rule.bad:
        fleet = read_profile(example.text, "example.toml").fleet
        if all(node.settings.resolvers for node in fleet.nodes.values()):
            report = run(Question(changed(fleet, untested), now=NOW))
            assert rule.code not in report.clean
            assert rule.code in report.undecided
