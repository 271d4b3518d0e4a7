"""Thousands of random certificate chains and TLSA sets: our match beside OpenSSL's, in memory and as a command.

    .venv/bin/python tests/bench/random_chains_long.py [--cases 2000] [--seed 500000] [--minutes 3] [--processes 200]

A seed names every case.  All of them go through a handshake of libssl's in memory; then as many as fit into the
minutes, and at least the given number, to a pair of real processes, ``openssl s_server`` and ``openssl s_client
-dane_tlsa_rrdata``, on loopback.  A disagreement is *explained* where a table has it, the one of
``tests/dane/test_match_openssl.py`` or the one below; exit code 1 where one is not.
"""

import argparse
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "dane"))

from chains import Case, private_der, random_case
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from openssl_dane import Opinion, library, opinion
from test_match_openssl import DIFFERENCES, Difference, explained

from fleet.dane.match import match_chain
from fleet.model import ChainMatch

OF_THE_COMMAND = (
    Difference("wildcard in part", False, "RFC 6125 6.4.3: s_client takes m*.example.com; Postfix does not, nor do we"),
)

_LEVEL = "DEFAULT:@SECLEVEL="
_MATCHED = re.compile(r"^DANE TLSA .* at depth (\d+)", re.MULTILINE)
_NOTHING_USABLE = "Failed to import any TLSA records"


def main() -> int:
    """Run both comparisons; 1 if a disagreement has no explanation."""
    asked = _arguments()
    if library() is None:
        sys.exit("the system has no libssl 3 to compare with")
    first = range(asked.seed, asked.seed + asked.cases)
    in_memory = _compare("libssl in memory", _by_library(first))
    processes = _compare("openssl s_client", _by_command(first, asked.processes, asked.minutes * 60))
    return 0 if in_memory and processes else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=500_000)
    parser.add_argument("--minutes", type=float, default=3)
    parser.add_argument("--processes", type=int, default=200)
    return parser.parse_args()


Compared = Iterator[tuple[int, Case, ChainMatch, Opinion, bool]]
"""Seed, case, our match, theirs, and whether a table has the disagreement if there is one."""


def _compare(oracle: str, compared: Compared) -> bool:
    """Count, and print what is not explained; whether everything is."""
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    verdicts: Counter[str] = Counter()
    for seed, case, ours, theirs, is_explained in compared:
        verdicts["matched" if ours.matched else "not matched" if ours.usable else "nothing usable"] += 1
        if _agree(ours, theirs):
            counts["agreed"] += 1
        elif is_explained:
            counts["explained"] += 1
            reasons.update(case.oddities & {each.oddity for each in (*DIFFERENCES, *OF_THE_COMMAND)})
        else:
            counts["unexplained"] += 1
            print(f"  seed {seed}: {ours.sentence} | {theirs} | {', '.join(sorted(case.oddities))}")
    print(
        f"{oracle}: {counts.total()} cases, {counts['agreed']} agreed, {counts['explained']} explained, "
        f"{counts['unexplained']} unexplained ({', '.join(f'{count} {word}' for word, count in verdicts.items())})"
    )
    for oddity, count in reasons.most_common():
        print(f"  explained {count} times: {oddity}")
    return not counts["unexplained"]


def _agree(ours: ChainMatch, theirs: Opinion) -> bool:
    depths = {record.depth for record in ours.records if record.matched}
    same = (ours.usable, ours.matched) == (theirs.usable, theirs.matched)
    return same and (theirs.depth in depths or not depths)


def _by_library(seeds: Sequence[int]) -> Compared:
    for seed in seeds:
        case = random_case(random.Random(seed))
        theirs = opinion(case.chain, private_der(case.leaf_key), case.records, case.names)
        ours = match_chain(case.chain, case.records, case.names, datetime.now(UTC))
        yield seed, case, ours, theirs, explained(case, ours.matched)


def _by_command(seeds: Sequence[int], at_least: int, seconds: float) -> Compared:
    deadline = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        for done, seed in enumerate(seeds):
            if done >= at_least and time.monotonic() > deadline:
                return
            case = random_case(random.Random(seed))
            names = case.names[:1]  # the command knows one reference identifier
            theirs = s_client(Path(folder), case, names[0])
            ours = match_chain(case.chain, case.records, names, datetime.now(UTC))
            known = any(row.oddity in case.oddities and row.ours is ours.matched for row in OF_THE_COMMAND)
            yield seed, case, ours, theirs, known or explained(case, ours.matched)


def s_client(folder: Path, case: Case, name: str) -> Opinion:
    """What ``openssl s_client`` says of an ``openssl s_server`` that presents the chain of ``case``."""
    certificates = [x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM) for der in case.chain]
    (folder / "leaf.pem").write_bytes(certificates[0])
    (folder / "chain.pem").write_bytes(b"".join(certificates[1:]))
    (folder / "key.der").write_bytes(private_der(case.leaf_key))
    serving = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-naccept", "1", "-cipher", f"{_LEVEL}0"]
    serving += ["-key", str(folder / "key.der"), "-keyform", "DER", "-cert", str(folder / "leaf.pem")]
    serving += ["-cert_chain", str(folder / "chain.pem")] if certificates[1:] else []
    with subprocess.Popen(serving, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as started:
        try:
            assert started.stdout is not None
            address = next(line.split()[1].decode() for line in started.stdout if line.startswith(b"ACCEPT"))
            return _asked(address, case.records, name)
        finally:
            started.kill()


def _asked(address: str, records: Sequence[bytes], name: str) -> Opinion:
    asking = ["openssl", "s_client", "-connect", address, "-cipher", f"{_LEVEL}1", "-verify_return_error", "-brief"]
    asking += ["-dane_tlsa_domain", name, "-dane_ee_no_namechecks"]
    for record in records:
        # As in the library's oracle, PKIX usages are kept away from OpenSSL, which would try them; Postfix does so.
        if len(record) > 3 and record[0] not in (0, 1):
            asking += ["-dane_tlsa_rrdata", f"{record[0]} {record[1]} {record[2]} {record[3:].hex()}"]
    if "-dane_tlsa_rrdata" not in asking:
        return Opinion(False, False, -1, "no record to give it")
    done = subprocess.run(asking, input="Q\n", capture_output=True, text=True, timeout=30, check=False)
    if _NOTHING_USABLE in done.stdout + done.stderr:
        return Opinion(False, False, -1, _NOTHING_USABLE)
    matched = _MATCHED.search(done.stdout + done.stderr)
    why = "" if done.returncode == 0 else " | ".join(done.stderr.split("\n")[:4])
    if done.returncode == 0 and matched is None:
        why = "it ended well without naming a record"
    return Opinion(True, done.returncode == 0, int(matched[1]) if matched and not why else -1, why)


if __name__ == "__main__":
    sys.exit(main())
