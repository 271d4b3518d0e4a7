"""Random zones, one thing broken in each: our validator beside unbound-host and delv, over as many cases as wanted.

    python tests/bench/random_zones_long.py [CASES] [FIRST-SEED]

Prints every difference that no row of ``tests/peers/random_differences.py`` explains, then the counts, then how often
each row was needed.  Exit code 1 where a difference is unexplained.  Needs unbound-host and delv, no root.
"""

import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "peers"))

from random_differences import differs, findings
from random_zones_oracles import case_of, lacking, opinions

BATCH = 100


def main() -> int:
    """Run the cases in batches and print what was found."""
    if lacking():
        print(lacking(), file=sys.stderr)
        return 2
    arguments = [int(text) for text in sys.argv[1:]]
    wanted, seed = (*arguments, *(2000, 1)[len(arguments) :])
    started, counts, states = time.monotonic(), Counter[str](), Counter[str]()
    rows, kinds = Counter[str](), set[str]()
    while counts["cases"] < wanted:
        cases = [case for case in map(case_of, range(seed, seed + BATCH)) if case is not None]
        cases = cases[: wanted - counts["cases"]]
        seed += BATCH
        said = opinions(cases)
        counts["cases"] += len(cases)
        kinds |= {case.kind for case in cases}
        states.update(opinion.security for opinion in said["ours"])
        for peer in ("unbound", "delv"):
            counts[f"{peer} agrees"] += sum(not differs(*pair) for pair in zip(said["ours"], said[peer], strict=True))
        for finding in findings(cases, said):
            counts[f"{finding.peer} {'explained' if finding.row else 'unexplained'}"] += 1
            if finding.row is None:
                print(finding, flush=True)
            else:
                rows[f"{finding.peer}: {finding.row.why}"] += 1
    for why, number in rows.most_common():
        print(f"{number:5}  {why}")
    print(f"{counts['cases']} cases, {len(kinds)} breakages, {time.monotonic() - started:.0f} s; ours: {dict(states)}")
    for peer in ("unbound", "delv"):
        told = ", ".join(f"{counts[f'{peer} {word}']} {word}" for word in ("agrees", "explained", "unexplained"))
        print(f"{peer}: {told}")
    return 1 if counts["unbound unexplained"] or counts["delv unexplained"] else 0


if __name__ == "__main__":
    sys.exit(main())
