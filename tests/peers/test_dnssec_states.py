"""For every (name, type) of the tree our validator says what unbound-host says, on both axes.

Where the two part, the pair stands in ``DIFFERENCES`` with the reason; a difference that has gone is a failure too.
"""

from dataclasses import dataclass

import pytest
from internet.destinations import ZONES
from internet.zones import Zone

EVERY_ZONE = pytest.mark.parametrize("zone", ZONES, ids=lambda zone: zone.name)


@dataclass(frozen=True, slots=True)
class Difference:
    """A zone whose pairs may differ as ``ours`` and ``theirs`` say, and why (with the RFC section)."""

    zone: str
    ours: str
    theirs: str
    why: str


DIFFERENCES = (
    Difference(
        "ed448.dlab",
        "secure",
        "insecure",
        "RFC 8080: Debian's libunbound is built with nettle, which lacks Ed448; unbound itself, on OpenSSL, sets AD",
    ),
    Difference(
        "skewed.dlab",
        "bogus",
        "secure",
        "RFC 4035 5.3.1 wants inception <= now; unbound forgives a tenth of it, at most a day (val-sig-skew-max)",
    ),
)

FAILED = {"indeterminate": "error"}
"""A lookup that failed: our word for it and unbound-host's."""


def states(zone, unbound_host, validator):
    """(pair, ours, theirs, the explanation of ours) of every question of the zone, on the axis of security."""
    for pair in zone.questions:
        ours = validator[pair]
        yield pair, FAILED.get(ours["security"], ours["security"]), unbound_host[pair].security, ours["why"]


def listed(zone):
    return {(row.ours, row.theirs) for row in DIFFERENCES if row.zone == zone.name}


@EVERY_ZONE
def test_security_is_what_unbound_host_says(zone: Zone, unbound_host, validator):
    differing = [
        f"{pair[0]} {pair[1]}: ours {ours} ({why}), theirs {theirs}"
        for pair, ours, theirs, why in states(zone, unbound_host, validator)
        if ours != theirs and (ours, theirs) not in listed(zone)
    ]
    assert not differing, "\n".join(differing)


@EVERY_ZONE
def test_existence_is_what_unbound_host_says(zone: Zone, unbound_host, validator):
    differing = [
        f"{name} {rdtype}: ours {ours}, theirs {theirs}"
        for name, rdtype in zone.questions
        if unbound_host[name, rdtype].security in ("secure", "insecure")
        and (ours := validator[name, rdtype]["existence"]) != (theirs := unbound_host[name, rdtype].existence)
    ]
    assert not differing, "\n".join(differing)


@pytest.mark.parametrize("row", DIFFERENCES, ids=lambda row: row.zone)
def test_a_listed_difference_is_still_there(row: Difference, unbound_host, validator):
    zone = next(zone for zone in ZONES if zone.name == row.zone)
    assert any((ours, theirs) == (row.ours, row.theirs) for _, ours, theirs, _ in states(zone, unbound_host, validator))


def test_every_state_and_every_existence_occurs(unbound_host):
    assert {said.security for said in unbound_host.values()} == {"secure", "insecure", "bogus", "error"}
    assert {said.existence for said in unbound_host.values()} == {"data", "nodata", "nxdomain", "unknown"}


@EVERY_ZONE
def test_a_resolver_that_only_passes_changes_nothing(zone: Zone, validator, validator_through_passing):
    differing = [
        f"{pair[0]} {pair[1]}: {validator[pair]} behind the validating one, {validator_through_passing[pair]}"
        for pair in zone.questions
        if validator[pair]["security"] != validator_through_passing[pair]["security"]
    ]
    assert not differing, "\n".join(differing)


def word_means(answer):
    """The states that unbound's own word, as we recorded it, leaves possible."""
    if answer["rcode"] == "SERVFAIL":
        return ("bogus", "error")
    return ("secure",) if answer["ad"] else ("insecure",)


@EVERY_ZONE
def test_the_word_recorded_beside_ours_is_unbounds(zone: Zone, unbound_host, validator):
    listed_states = {row.theirs for row in DIFFERENCES if row.zone == zone.name}
    differing = [
        f"{pair[0]} {pair[1]}: recorded AD {validator[pair]['ad']} {validator[pair]['rcode']}, unbound-host {said}"
        for pair in zone.questions
        if (said := unbound_host[pair].security) not in word_means(validator[pair]) and said not in listed_states
    ]
    assert not differing, "\n".join(differing)
