"""Checks and audits through a real sshd, of real resolvers and mail servers, beside what that node's software does.

The node's namespace has no way in but its sshd, so whatever is seen was seen from there.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from internet.destination import Destination
from internet.destinations import DESTINATIONS
from internet.difference import compare
from internet.nameservers import PASSING, VALIDATING
from internet.world import Internet
from looking import Looking, lacking
from required import require
from test_exim import DELIVERIES
from test_exim import DIFFERENCES as EXIM_DIFFERENCES
from test_postfix import EVERY, LEVELS, delivery

DOMAINS = tuple(row.domain for row in DESTINATIONS)
Judged = Mapping[tuple[str, str], Mapping[str, Any]]


@pytest.fixture(scope="module")
def looking(internet: Internet, tmp_path_factory: pytest.TempPathFactory) -> Looking:
    require(lacking())
    return Looking.into(internet.namespace, tmp_path_factory.mktemp("node") / "gw", internet.anchor)


def judged_from(looking: Looking, platform: str, *resolvers: str) -> Judged:
    """What nodes make of every destination, each through one of ``resolvers``: gw0 asks the first."""
    documents = looking.fleet("check", platform, resolvers, "--jobs", "8", *DOMAINS)["destinations"]
    return {
        (one["vantage"], one["domain"]): {
            mode: {**found, "mx": found["expected_path"]["row"]["mx"]}
            for mode, found in one["outcomes"][platform].items()
        }
        for one in documents
    }


@pytest.fixture(scope="module")
def from_postfix(looking: Looking) -> Judged:
    return judged_from(looking, "postfix", VALIDATING, PASSING)


@pytest.fixture(scope="module")
def from_exim(looking: Looking) -> Judged:
    return judged_from(looking, "exim", VALIDATING)


@LEVELS
@EVERY
def test_from_a_node_our_postfix_policy_decides_what_its_postfix_does(
    destination: Destination, level: str, mode: str, postfix, from_postfix: Judged
) -> None:
    ours = from_postfix["gw0", destination.domain][mode]
    key = (level, destination.domain)
    compare(key, ours, delivery(ours), postfix[key])


@LEVELS
@EVERY
def test_behind_its_resolver_that_does_not_validate_too(
    destination: Destination, level: str, mode: str, postfix_without_validation, from_postfix: Judged
) -> None:
    ours = from_postfix["gw1", destination.domain][mode]
    assert delivery(ours) is postfix_without_validation[level, destination.domain].delivery, ours["reason"]


@LEVELS
def test_from_a_node_our_exim_policy_decides_what_its_exim_does(level: str, mode: str, exim, from_exim: Judged) -> None:
    for domain in DOMAINS:
        ours, key = from_exim["gw0", domain][mode], (level, domain)
        compare(key, ours, DELIVERIES.get(ours["outcome"]), exim[key], EXIM_DIFFERENCES)


def test_its_resolvers_are_audited_from_there(looking: Looking) -> None:
    document = looking.fleet("resolvers", "postfix", [VALIDATING, PASSING])
    cells = {(cell["vantage"], cell["resolver"], cell["transport"]): cell["kind"] for cell in document["cells"]}
    assert cells["gw0", f"{VALIDATING}:53", "tcp"] == "validates"
    assert cells["gw1", f"{PASSING}:53", "tcp"] == "passes"
    assert cells["gw0", f"{VALIDATING}:53", "udp"] == "unknown"


def test_an_sshd_that_forbids_forwarding_leaves_everything_unknown(internet: Internet, tmp_path: Path) -> None:
    shut = Looking.into(internet.namespace, tmp_path / "gw", internet.anchor, forwarding=False, port=2222)
    (document,) = shut.fleet("check", "postfix", [VALIDATING], "good.dlab")["destinations"]
    found = document["outcomes"]["postfix"]["opportunistic"]
    assert found["outcome"] == "unknown"
    assert "the node forbids forwarding" in found["reason"]
