"""How long a profile takes to read: 1,000 nodes and 500 destinations, and ten times that.

Run: ``python tests/bench/profiles.py``.  For each size a fresh interpreter prints milliseconds for importing, for
reading, for the first place (which scans the text), for twenty edits, and its peak memory.
"""

import subprocess
import sys

SIZES = ((1_000, 500), (10_000, 5_000))

CHILD = """
import resource, sys, time
begun = time.perf_counter()
from fleet.profile import edit, read_profile
imported = time.perf_counter()
from fleet.model.finding import Edit
text = sys.stdin.read()
start = time.perf_counter()
reading = read_profile(text.encode(), "bench.toml")
read = time.perf_counter()
assert reading.fleet is not None and not reading.diagnostics, reading.diagnostics[:3]
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
reading.source.locate(("nodes", "gw0", "tier"))
located = time.perf_counter()
edit(text, [Edit(("nodes", f"gw{number}", "tier"), "scan") for number in range(1, 41, 2)])
edited = time.perf_counter()
times = (imported - begun, read - start, located - read, edited - located)
print(*(f"{1000 * seconds:8.1f}" for seconds in times), f"{peak / 1024:8.1f}")
"""

HEAD = """
[fleet]
platform = "asyncos"
version = "15.0.0-104"
resolvers = [{ address = "192.0.2.53", kind = "validates" }, { address = "192.0.2.54", kind = "validates" }]
[fleet.destination_controls.default]
tls = "preferred"
dane = "none"
[tiers.scan]
delivers_to = ["delivery", "inside"]
smtp_routes = { ALL = ["10.0.0.1", "10.0.0.2"], "example.com" = "[exchange.example.com]" }
[tiers.delivery]
delivers_to = ["internet"]
may_differ = ["version"]
"""


def profile(nodes: int, destinations: int) -> str:
    """A fleet of two tiers in which every tenth node has a version of its own."""
    parts = [HEAD]
    for number in range(nodes):
        parts.append(f'[nodes.gw{number}]\ntier = "{("scan", "delivery")[number % 2]}"\n')
        parts.append(f'addresses = ["10.{number >> 16}.{number >> 8 & 255}.{number & 255}"]\n')
        parts.append(f'ssh.host_key = "SHA256:{number:043d}"\n')
        if number % 10 == 0:
            parts.append('version = "15.0.1-030"\n')
    for number in range(destinations):
        parts.append(f'[destinations."d{number}.example"]\nevery = "30m"\nrecipients_per_day = {number}\n')
    return "".join(parts)


def main() -> None:
    """Print one line a size: the best of three."""
    print("   nodes  characters   import     read   locate  20 edits  MiB after reading")
    for nodes, destinations in SIZES:
        text = profile(nodes, destinations)
        rows = []
        for _ in range(3):
            done = subprocess.run([sys.executable, "-c", CHILD], input=text, capture_output=True, text=True, check=True)
            rows.append(done.stdout.rstrip())
        print(f"{nodes:8,} {len(text):11,} {min(rows, key=lambda row: float(row.split()[1]))}")


if __name__ == "__main__":
    main()
