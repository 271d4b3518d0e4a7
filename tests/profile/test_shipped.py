"""The profiles that come with the program read without a diagnostic and say what their comments promise."""

from pathlib import Path

import pytest

from fleet.lab.resolver import RESOLVERS
from fleet.lab.scenarios import DESTINATIONS, REFERENCES
from fleet.model.fleet import Fleet
from fleet.profile import read_profile

FOLDER = Path(__file__).parents[2] / "profiles"
NAMES = ("demo", "mixed", "postfix-edge", "two-tier-asyncos")


def shipped(name: str) -> Fleet:
    reading = read_profile((FOLDER / f"{name}.toml").read_bytes(), f"{name}.toml")
    assert reading.diagnostics == ()
    assert reading.fleet is not None
    return reading.fleet


def test_these_are_all() -> None:
    assert tuple(sorted(path.stem for path in FOLDER.glob("*.toml"))) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_it_reads_without_a_diagnostic(name: str) -> None:
    fleet = shipped(name)
    assert any(tier.external for tier in fleet.tiers.values())
    assert {node.tier for node in fleet.nodes.values()} == set(fleet.tiers)
    assert all(node.ssh.host_key for node in fleet.nodes.values())


@pytest.mark.parametrize("name", NAMES)
def test_it_teaches(name: str) -> None:
    lines = (FOLDER / f"{name}.toml").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("# ")
    assert sum("#" in line for line in lines) >= 10


def test_the_demo_speaks_of_the_lab_only() -> None:
    fleet = shipped("demo")
    assert set(fleet.destinations) <= {destination.name for destination in DESTINATIONS}
    asked = {item.address for node in fleet.nodes.values() for item in node.settings.resolvers or ()}
    assert asked <= set(RESOLVERS.values())
    names = (fleet.references.good, fleet.references.bogus, fleet.references.unsigned)
    assert names == (REFERENCES.good, REFERENCES.bogus, REFERENCES.unsigned)
