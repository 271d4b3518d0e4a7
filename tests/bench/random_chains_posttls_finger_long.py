"""Thousands of random certificate chains as whole destinations: our ``postfix`` policy beside posttls-finger.

    python tests/bench/random_chains_posttls_finger_long.py [CASES] [FIRST-SEED]

Each batch lives in a network namespace of its own, as in ``tests/peers/test_random_chains.py``, whose table of
differences counts here as well.  posttls-finger 3.7 panics over a TLSA record without data, which is no opinion: such
cases are counted apart.  Prints what no row explains, then the counts; exit code 1 where anything is left.  Needs root
and the Debian packages of Postfix and iproute2.
"""

import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "peers"))

from internet.namespace import Namespace
from internet.world import lacking
from test_random_chains import DIFFERENCES, verified

SERVING = Path(__file__).parents[1] / "peers" / "random_chains.py"
BATCH = 240
"""Cases at a time: each has an address in 127.0.2.0/24."""
PANIC = "panic: mymalloc: requested length 0"


def main() -> int:
    """Run the cases in batches and print what was found."""
    if lacking():
        print(lacking(), file=sys.stderr)
        return 2
    arguments = [int(text) for text in sys.argv[1:]]
    wanted, seed = (*arguments, *(2000, 600_000)[len(arguments) :])
    started, counts, oddities = time.monotonic(), Counter[str](), Counter[str]()
    for result in results(seed, wanted):
        counts[result["outcome"]] += 1
        counts[judged := judge(result)] += 1
        if judged == "explained":
            oddities.update(DIFFERENCES.keys() & set(result["oddities"]))
        elif judged == "unexplained":
            print(result["seed"], result["outcome"], result["sentence"], result["oddities"], result["said"], flush=True)
    told = ", ".join(f"{counts[word]} {word}" for word in ("agreed", "explained", "unexplained", "panicked"))
    ends = ", ".join(f"{counts[word]} {word}" for word in ("dane", "held", "tls"))
    print(f"posttls-finger: {wanted} cases, {told} (ours: {ends}), {time.monotonic() - started:.0f} s")
    for oddity, count in oddities.most_common():
        print(f"  explained {count} times: {oddity}")
    return 1 if counts["unexplained"] else 0


def results(seed: int, wanted: int) -> Iterator[dict[str, Any]]:
    """What both sides say of every case."""
    for first in range(seed, seed + wanted, BATCH):
        count, name = min(BATCH, seed + wanted - first), f"fleet-chains-{os.getpid()}"
        with tempfile.TemporaryDirectory() as folder, Namespace(name, "127.0.3.1") as namespace:
            command = [sys.executable, str(SERVING), folder, str(first), str(count)]
            for line in namespace.run(command, timeout=600).splitlines():
                yield json.loads(line)


def judge(result: dict[str, Any]) -> str:
    """How the two opinions of one case stand to each other."""
    if PANIC in result["said"]:
        return "panicked"
    theirs = verified(result)
    if theirs is (result["outcome"] == "dane"):
        return "agreed"
    return "explained" if not theirs and DIFFERENCES.keys() & set(result["oddities"]) else "unexplained"


if __name__ == "__main__":
    sys.exit(main())
