"""Gateways of the lab to look through, one set for all tests of this folder."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from audited import DOORS, SETTINGS, Auditing

from fleet.lab import LabHandle
from fleet.lab.nodes.handle import NodesHandle, Simulated, spawn_nodes
from fleet.network.mapped import MappedNetwork
from fleet.plain import to_plain


@pytest.fixture(scope="session")
def gateways(lab: LabHandle, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodesHandle]:
    served = {door: Simulated("fleet", to_plain(SETTINGS)) for door in DOORS}
    with spawn_nodes(tmp_path_factory.mktemp("gateways"), served) as nodes:
        yield nodes


@pytest.fixture
def auditing(lab: LabHandle, gateways: NodesHandle) -> Auditing:
    found = Auditing(lab, gateways, MappedNetwork.load(lab.network))
    for door in DOORS:
        gateways.fault(door, "none")
        found.stand(door)
    return found
