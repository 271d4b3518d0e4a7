"""Rules cost what classes of equal nodes cost, and load nothing heavy."""

import subprocess
import sys
import time
from dataclasses import replace

from facts import NOW

from fleet.model.fleet import Destination
from fleet.profile import read_profile
from fleet.rules import RULES, Question, run
from fleet.rules.rule import Example


def fleet_of(nodes, destinations):
    example: Example = next(rule for rule in RULES if rule.code == "FLOW401").good[0]
    fleet = read_profile(example.text, "test.toml").fleet
    one = fleet.nodes["dlv1"]
    many = {f"n{n}": replace(one, name=f"n{n}", addresses=(f"192.0.{n // 250}.{n % 250}",)) for n in range(nodes)}
    watched = {f"d{n}.example": Destination(f"d{n}.example") for n in range(destinations)}
    return replace(fleet, nodes={**fleet.nodes, **many}, destinations=watched)


def test_a_thousand_nodes_and_five_hundred_destinations_are_quick():
    fleet = fleet_of(1_000, 500)
    begun = time.perf_counter()
    run(Question(fleet, now=NOW))
    assert time.perf_counter() - begun < 0.5  # measured 0.02 to 0.05; tests run on busy machines


def test_nodes_that_are_told_the_same_are_looked_at_once():
    question = Question(fleet_of(1_000, 0), now=NOW)
    assert len(question.classes) == 2
    assert len(question.each("controls", "routes")) == 2


def test_the_rules_load_no_heavy_library():
    heavy = ("textual", "asyncssh", "dns", "cryptography", "idna", "asyncio", "ssl", "fleet.profile", "fleet.network")
    program = f"import fleet.rules, sys; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[]\n"
