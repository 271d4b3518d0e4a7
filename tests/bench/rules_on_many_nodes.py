"""How long all rules take on profiles of many nodes; run by hand: ``python tests/bench/rules_on_many_nodes.py``.

Per profile: nodes, destinations with an entry of their own, what each node declares itself, seconds of the best of
three runs, findings.  The cost is to grow with the nodes, not with nodes times destinations.
"""

import time
from datetime import UTC, datetime

from fleet.profile import read_profile
from fleet.rules import Question, run

NOW = datetime(2026, 11, 23, tzinfo=UTC)
RESOLVERS = """resolvers = [
  { address = "10.0.0.53", kind = "validates" },
  { address = "10.0.0.54", priority = 1, kind = "validates" },
]
"""
HEAD = f"""
[fleet]
name = "example.com"
own_domains = ["example.com"]
platform = "asyncos"
version = "15.0.0-104"
{RESOLVERS}
[fleet.ssh]
user = "monitor"
[fleet.destination_controls.default]
tls = "preferred"
dane = "none"
[tiers.scan]
delivers_to = ["edge"]
receives_from = ["internet", "inside"]
[tiers.scan.smtp_routes]
ALL = "10.2.0.1"
"example.com" = "USEDNS"
[tiers.edge]
delivers_to = ["internet"]
receives_from = ["scan"]
[tiers.edge.listeners.out]
policies = {{ RELAYED = "RELAY", BLOCKED = "REJECT" }}
sender_groups = [
  {{ name = "RELAYLIST", members = ["10.1.0.0/16"], policy = "RELAYED" }},
  {{ name = "ALL", members = ["ALL"], policy = "BLOCKED" }},
]
[tiers.edge.smtp_routes]
"example.com" = "10.9.9.9"
"""


def profile(nodes: int, destinations: int, own: str) -> str:
    parts = [HEAD]
    for number in range(destinations):
        parts.append(f'[tiers.edge.destination_controls."d{number}.example"]\ndane = "mandatory"\n')
        parts.append(f'[destinations."d{number}.example"]\nevery = "30m"\n')
    for number in range(nodes):
        tier, net = ("scan", 1) if number % 2 else ("edge", 2)
        address = f"10.{net}.{number // 2 // 250}.{number // 2 % 250 + 1}"
        parts.append(f'[nodes.n{number}]\ntier = "{tier}"\naddresses = ["{address}"]\n{own.format(number=number)}')
        parts.append(f'[nodes.n{number}.ssh]\nhost_key = "SHA256:{number:043d}"\n')
    return "\n".join(parts)


def main() -> None:
    for nodes, destinations, own in (
        (1_000, 500, ""),
        (10_000, 500, ""),
        (10_000, 5_000, ""),
        (1_000, 500, 'version = "15.0.{number}"\n'),
    ):
        fleet = read_profile(profile(nodes, destinations, own), "many.toml").fleet
        assert fleet is not None
        best, findings = float("inf"), 0
        for _ in range(3):
            begun = time.perf_counter()
            findings = len(run(Question(fleet, now=NOW)).findings)
            best = min(best, time.perf_counter() - begun)
        print(
            f"{nodes:6} nodes {destinations:5} destinations  {own.strip() or '-':28} {best:6.3f} s  {findings} findings"
        )


if __name__ == "__main__":
    main()
