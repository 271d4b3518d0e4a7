"""Fleets read from as much of a profile as a test is about."""

import pytest

from fleet.profile import read_profile


def read(text):
    reading = read_profile(text, "test.toml")
    assert [diagnostic.finding.sentence for diagnostic in reading.diagnostics] == []
    return reading.fleet


@pytest.fixture
def fleet_of():
    return read
