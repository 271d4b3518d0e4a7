"""The rows cover what they must: both AsyncOS tables whole, and nothing is expected that cannot be."""

import pytest

from fleet.lab.scenarios import DESTINATIONS, ZONES
from fleet.model import Outcome

BY_NAME = {row.name: row for row in DESTINATIONS}

# (MX, address, TLSA, certificate) -> destination, opportunistic, mandatory; with TLS level Preferred a fallback is TLS.
TABLE_ROWS = {
    ("secure", "secure", "secure", "success"): ("good.lab", "dane", "dane"),
    ("secure", "secure", "secure", "failed"): ("wrong-key.lab", "held", "held"),
    ("secure", "secure", "insecure", ""): ("tlsa-insecure.lab", "tls", "held"),
    ("secure", "secure", "nxdomain", ""): ("no-tlsa.lab", "tls", "held"),
    ("secure", "secure", "bogus", ""): ("tlsa-bogus.lab", "held", "held"),
    ("secure", "insecure", "", ""): ("host-insecure.lab", "tls", "held"),
    ("secure", "bogus", "", ""): ("host-bogus.lab", "held", "held"),
    ("insecure", "secure", "secure", "success"): ("mx-insecure-good.lab", "tls", "held"),
    ("insecure", "secure", "secure", "failed"): ("mx-insecure-wrong.lab", "tls", "held"),
    ("insecure", "secure", "insecure", ""): ("mx-insecure-tlsa-insecure.lab", "tls", "held"),
    ("insecure", "secure", "nxdomain", ""): ("mx-insecure-no-tlsa.lab", "tls", "held"),
    ("insecure", "secure", "bogus", ""): ("mx-insecure-tlsa-bogus.lab", "held", "held"),
    ("insecure", "insecure", "", ""): ("mx-insecure-host-insecure.lab", "tls", "held"),
    ("insecure", "bogus", "", ""): ("mx-insecure-host-bogus.lab", "held", "held"),
    ("bogus", "", "", ""): ("mx-bogus.lab", "held", "held"),
}


@pytest.mark.parametrize("states", TABLE_ROWS, ids="/".join)
def test_every_row_of_both_asyncos_tables_has_a_destination(states):
    name, opportunistic, mandatory = TABLE_ROWS[states]
    assert BY_NAME[name].expect["asyncos"] == {"opportunistic": opportunistic, "mandatory": mandatory}


def test_there_are_enough_destinations_and_none_twice():
    assert len(DESTINATIONS) == len(BY_NAME) >= 45


@pytest.mark.parametrize("row", DESTINATIONS, ids=lambda row: row.name)
def test_a_row_tells_its_story_and_expects_outcomes_that_exist(row):
    assert row.summary.endswith(".")
    assert set(row.expect) == {"asyncos", "rfc7672"}
    for modes in row.expect.values():
        assert {Outcome(value) for value in modes.values()}
        assert set(modes) == {"opportunistic", "mandatory"}


@pytest.mark.parametrize("row", DESTINATIONS, ids=lambda row: row.name)
def test_no_row_expects_mandatory_mode_to_be_more_lenient(row):
    held_or_better = ("dane", "held", "undeliverable", "not-tested")
    for modes in row.expect.values():
        assert modes["mandatory"] in held_or_better


def test_no_name_of_the_lab_is_below_a_tld_that_resolvers_answer_themselves():
    tlds = {name.rpartition(".")[2] for name in [*BY_NAME, *ZONES] if name != "."}
    assert tlds == {"lab", "sample", "plain"}
