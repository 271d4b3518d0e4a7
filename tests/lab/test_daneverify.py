"""The lab's appliance really looks: its own validator agrees with what the tree knows, and its place decides."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from fleet.clock import now
from fleet.lab import LabHandle
from fleet.lab.nodes.daneverify import Verification
from fleet.lab.nodes.place import Place, PlaceNetwork
from fleet.lab.nodes.proving import Prover
from fleet.model import Security
from fleet.model.resolver import Resolver


@pytest.fixture(scope="module")
def place(lab: LabHandle) -> Place:
    return Place.read({"network": str(lab.network), "anchor": str(lab.trust_anchor)})


def said(place: Place, resolvers: list[Resolver], domain: str) -> list[str]:
    async def lines() -> list[str]:
        return [line.rstrip() async for line in Verification(place, resolvers).lines(domain)]

    return asyncio.run(lines())


@pytest.mark.parametrize(
    ("domain", "begins", "ends"),
    [
        ("good.lab", "SECURE MX record(mail.good.lab)", "SUCCESS"),
        ("ta-key.lab", "SECURE MX", "SUCCESS"),
        ("wrong-key.lab", "SECURE MX", "FAILED"),
        ("mx-bogus.lab", "BOGUS MX record found for mx-bogus.lab", "FAILED"),
        ("expired-zone.lab", "BOGUS MX", "FAILED"),
        ("shop.plain", "INSECURE MX", "FAILED"),
        ("shop.opt-out.lab", "INSECURE MX", "FAILED"),
    ],
)
def test_what_it_says_is_what_it_saw(place: Place, lab: LabHandle, domain: str, begins: str, ends: str) -> None:
    lines = said(place, [Resolver(lab.resolvers["passing"])], domain)
    assert lines[0].startswith(begins), lines
    assert lines[-2:] == [f"DANE {ends} for {domain}", "DANE verification completed."]


def test_behind_a_stripping_resolver_everything_is_bogus(place: Place, lab: LabHandle) -> None:
    lines = said(place, [Resolver(lab.resolvers["stripping"])], "good.lab")
    assert lines[0] == "BOGUS MX record found for good.lab"


def test_a_dead_resolver_leads_to_the_next_priority(place: Place, lab: LabHandle) -> None:
    resolvers = [Resolver(lab.resolvers["dead"]), Resolver(lab.resolvers["validating"], priority=1)]

    async def ask() -> Security:
        prover = Prover(PlaceNetwork(place, "gw"), resolvers, place.anchor, now())
        return (await prover.look_up("plain", "SOA")).security

    assert asyncio.run(ask()) is Security.INSECURE


def test_a_clock_that_is_wrong_makes_everything_signed_bogus(place: Place, lab: LabHandle) -> None:
    wrong = replace(place, clock=timedelta(days=90).total_seconds())
    assert said(wrong, [Resolver(lab.resolvers["validating"])], "good.lab")[0].startswith("BOGUS MX")


def test_port_25_that_is_blocked_is_no_connection(place: Place, lab: LabHandle) -> None:
    lines = said(replace(place, blocked=frozenset({25})), [Resolver(lab.resolvers["validating"])], "good.lab")
    assert "Connection to 198.51.100.1 failed." in lines
    assert "DANE FAILED for good.lab" in lines
