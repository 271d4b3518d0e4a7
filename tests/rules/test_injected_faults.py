"""Random clean fleets: no finding.  With faults: each is found, and nothing else but what a fault brings with it."""

import copy

import pytest
from facts import NOW
from fleets import CONSEQUENCES, FAULTS, blueprints, toml
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet.profile import read_profile
from fleet.rules import Question, run


def report_on(blueprint):
    reading = read_profile(toml(blueprint.profile), "random.toml")
    assert [diagnostic.finding.sentence for diagnostic in reading.diagnostics] == []
    return run(Question(reading.fleet, now=NOW, **blueprint.facts))


def keys(report):
    return {(finding.code, finding.object) for finding in report.findings}


@settings(max_examples=120, deadline=None)
@given(blueprints(), st.data())
def test_every_injected_fault_is_found_and_every_finding_is_one_or_its_consequence(blueprint, data):
    clean = copy.deepcopy(blueprint)
    injected = set()
    for name in data.draw(st.lists(st.sampled_from(sorted(FAULTS)), unique=True, min_size=1, max_size=5)):
        before = copy.deepcopy(blueprint)
        objects = FAULTS[name](blueprint, lambda tiers: data.draw(st.sampled_from(tiers)))
        if objects is None:
            blueprint = before
        else:
            injected |= {(name.split(" ")[0], about) for about in objects}
    found = keys(report_on(blueprint))
    assert injected <= found
    allowed = set().union(*(CONSEQUENCES.get(code, set()) for code, _ in injected))
    assert {key for key in found - injected if key[0] not in allowed} == set()
    assert keys(report_on(clean)) == set()


@settings(max_examples=60, deadline=None)
@given(blueprints())
def test_a_clean_fleet_has_no_finding(blueprint):
    assert keys(report_on(blueprint)) == set()


@pytest.mark.parametrize("name", sorted(FAULTS))
@settings(max_examples=8, deadline=None)
@given(st.data())
def test_each_fault_can_be_injected_and_is_found(name, data):
    blueprint = data.draw(blueprints())
    objects = FAULTS[name](blueprint, lambda tiers: data.draw(st.sampled_from(tiers)))
    if objects:
        code = name.split(" ")[0]
        assert {(code, about) for about in objects} <= keys(report_on(blueprint))
