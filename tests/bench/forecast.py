"""A thousand nodes and five thousand destinations: how long a forecast takes, and what it needs.

    .venv/bin/python tests/bench/forecast.py [NODES] [DESTINATIONS]

The fleet is drawn as large ones are: sites with resolvers of their own, nodes with build numbers of their own, some
hundred destination controls and routes.  The checks are made up in a dozen forms with names of their own.  Prints the
figures, and compares a sample of cells with the forecast of one node, one flow and one destination by itself.
"""

import random
import resource
import sys
import time
from datetime import UTC, datetime

from fleet.forecast import forecast, foretell_one
from fleet.model import (
    AddressStep,
    BaseMatch,
    ChainMatch,
    Contact,
    ContactStep,
    Ede,
    Existence,
    Lookup,
    MailHost,
    MatchRules,
    MxMeaning,
    MxStep,
    Pkix,
    Reason,
    ResolverWord,
    Security,
    TlsaRecord,
    TlsaStep,
    Verdict,
)
from fleet.profile import read_profile

WANTED_SECONDS, WANTED_MEGABYTES = 3.0, 300
SITES = 40
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
RECORD = TlsaRecord(bytes([3, 1, 1]) + b"k" * 32, 3, 1, 1, b"k" * 32)


def lookup(name: str, rdtype: str, security: Security, existence: Existence = Existence.DATA) -> Lookup:
    """One answer, with the word of a resolver that validates."""
    bogus = security is Security.BOGUS
    word = ResolverWord("SERVFAIL" if bogus else "NOERROR", security is Security.SECURE, existence)
    reason = None if security is Security.SECURE else Reason(Ede.OTHER, f"{name} is {security}")
    return Lookup(name, rdtype, "192.0.2.53:53", security, existence, "NOERROR", name, reason=reason, word=word)


def check(number: int, chance: random.Random) -> Verdict:
    """A made-up check of destination ``number``."""
    domain = f"d{number}.example"
    mx = chance.choices((Security.SECURE, Security.INSECURE, Security.BOGUS), (30, 69, 1))[0]
    steps: list[MxStep | AddressStep | TlsaStep | ContactStep] = []
    hosts = tuple(MailHost(10 * place, f"mx{place}.{domain}") for place in range(chance.randint(1, 3)))
    meaning = MxMeaning.FAILED if mx is Security.BOGUS else MxMeaning.LISTED
    steps.append(MxStep(lookup(domain, "MX", mx), meaning, hosts))
    for host in hosts:
        signed = chance.choices((Security.SECURE, Security.INSECURE), (40, 60))[0]
        address = f"198.51.100.{chance.randint(1, 250)}"
        none = lookup(host.name, "AAAA", signed, Existence.NODATA)
        steps.append(AddressStep(host.name, lookup(host.name, "A", signed), none, None, (address,)))
        published = chance.random() < 0.5
        existence = Existence.DATA if published else Existence.NXDOMAIN
        records = (RECORD,) if published else ()
        name = f"_25._tcp.{host.name}"
        steps.append(TlsaStep(host.name, host.name, lookup(name, "TLSA", signed, existence), records))
        matched = ChainMatch(chance.random() < 0.95, True, "", ())
        contact = Contact(host.name, address, 25, host.name, None, starttls=True, chain=(b"leaf",))
        matches = tuple(BaseMatch(host.name, rules, matched) for rules in MatchRules) if published else ()
        steps.append(ContactStep(contact, pkix=Pkix(True, True, (host.name,)), matches=matches))
    return Verdict(domain, AT, ("192.0.2.53:53",), tuple(steps))


def profile(nodes: int, destinations: int, chance: random.Random) -> str:
    """A profile of two tiers, ``nodes`` external nodes at ``SITES`` sites."""
    lines = [
        '[fleet]\nname = "bench"\nplatform = "asyncos"\nversion = "15.0.0-104"',
        "[fleet.bounce_profiles]\nDefault = '72h'",
        '[fleet.destination_controls.default]\ntls = "preferred"\ndane = "opportunistic"',
        '[tiers.edge]\ndelivers_to = ["internet"]',
        '[tiers.edge.listeners.in]\npolicies = { R = "RELAY", A = "ACCEPT" }',
        'sender_groups = [ { name = "G", members = ["10.0.0.0/8"], policy = "R" }, '
        '{ name = "ALL", members = ["ALL"], policy = "A" } ]',
    ]
    for number in range(0, destinations, 25):
        dane = chance.choice(("none", "opportunistic", "mandatory"))
        lines.append(f'[tiers.edge.destination_controls."d{number}.example"]\ndane = "{dane}"')
    lines.append("[tiers.edge.smtp_routes]")
    lines += [f'"d{number}.example" = "[relay.example]"' for number in range(7, destinations, 100)]
    for number in range(nodes):
        site = number % SITES
        kind = chance.choice(("validates", "passes")) if site % 10 else "strips"
        lines.append(
            f'[nodes.n{number}]\ntier = "edge"\naddresses = ["10.{number >> 16}.{number >> 8 & 255}.{number & 255}"]\n'
            f'version = "15.0.0-{number}"\nresolvers = [ {{ address = "192.0.2.{site}", kind = "{kind}" }} ]'
        )
    lines += [
        f'[destinations."d{number}.example"]\nrecipients_per_day = {chance.randint(0, 500)}'
        for number in range(destinations)
    ]
    return "\n".join(lines)


def main(nodes: int = 1_000, destinations: int = 5_000) -> int:
    """Measure and print."""
    chance = random.Random(1)
    reading = read_profile(profile(nodes, destinations, chance), "bench.toml")
    fleet = reading.fleet
    assert fleet is not None
    assert not reading.diagnostics, reading.diagnostics[:3]
    verdicts = {f"d{number}.example": check(number, chance) for number in range(destinations)}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    started = time.perf_counter()
    found = forecast(fleet, tuple(fleet.destinations.values()), verdicts)
    taken = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    different = 0
    sample = 2_000
    for _ in range(sample):
        group = chance.choice(found.classes)
        ingress = chance.choice(group.ingresses)
        node = chance.choice(group.nodes)
        domain = chance.choice(found.destinations).domain
        alone = foretell_one(fleet, node, ingress.flow, domain, verdicts)
        different += alone.core != group.cells[ingress.action][found.numbers[domain]]
    print(
        f"{nodes} nodes x {destinations} destinations: {taken:.2f} s (wanted: under {WANTED_SECONDS:.0f}), "
        f"{peak:.0f} MB at most (wanted: under {WANTED_MEGABYTES}), of which {before:.0f} MB are profile and checks; "
        f"{len(found.classes)} classes; {different} of {sample} sampled cells differ from the forecast by itself"
    )
    return 0 if taken < WANTED_SECONDS and peak < WANTED_MEGABYTES and not different else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
