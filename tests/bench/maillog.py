"""How fast mail logs are read, and in how much memory: ``python tests/bench/maillog.py [LINES]``.

A made-up log of each platform is written to a temporary folder and read by ``fleet logs --json`` in a process of its
own; beside it ``grep -c`` (and ``zgrep -c``) of the same file, and pflogsumm where it is installed.  CPU seconds count.
Memory is shown for a tenth of the lines too: it must not grow with them.
"""

import gzip
import json
import random
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

DESTINATIONS = 20_000
_DRAW = random.Random(20)


def domain() -> str:
    """One of the destinations, some far more often than others."""
    return f"dest{min(int(_DRAW.paretovariate(0.7)), DESTINATIONS)}.example"


def asyncos() -> Iterator[str]:
    """Level Information: nine lines a message."""
    number = 0
    while True:
        number += 1
        stamp = f"Tue Feb  5 {number // 36000 % 24:02}:{number // 600 % 60:02}:{number // 10 % 60:02} 2019 Info:"
        to, marked = domain(), _DRAW.random() < 0.3
        yield f"{stamp} Start MID {number} ICID {number}"
        yield f"{stamp} MID {number} ICID {number} From: <sender@example.com>"
        yield f"{stamp} MID {number} ICID {number} RID 0 To: <someone.{number}@{to}>"
        yield f"{stamp} MID {number} ready 2048 bytes from <sender@example.com>"
        yield f"{stamp} New SMTP DCID {number} interface 10.0.0.1 address 192.0.2.1 port 25"
        success = f"DCID {number} TLS success protocol TLSv1.2 cipher ECDHE-RSA-AES256-GCM-SHA384"
        yield f"{stamp} {success}{f' for {to}' if marked else ''}"
        yield f"{stamp} Delivery start DCID {number} MID {number} to RID [0]"
        yield f"{stamp} Message finished MID {number} done"
        yield f"{stamp} DCID {number} close"


def postfix() -> Iterator[str]:
    """Six lines a message, all of its services."""
    number = 0
    while True:
        number += 1
        stamp = f"Nov 24 {number // 36000 % 24:02}:{number // 600 % 60:02}:{number // 10 % 60:02} edge"
        to, process, queue = domain(), number % 100 + 1000, f"{number:010X}"
        trust = "Verified" if _DRAW.random() < 0.3 else "Untrusted"
        yield f"{stamp} postfix/smtpd[900]: {queue}: client=inside.example[10.0.0.2]"
        yield f"{stamp} postfix/cleanup[901]: {queue}: message-id=<{number}@example.com>"
        yield f"{stamp} postfix/qmgr[902]: {queue}: from=<sender@example.com>, size=2048, nrcpt=1 (queue active)"
        connection = (
            f"{trust} TLS connection established to mx.{to}[192.0.2.1]:25: TLSv1.3 with cipher X (256/256 bits)"
        )
        yield f"{stamp} postfix/smtp[{process}]: {connection}"
        delays = "delay=0.5, delays=0.1/0/0.2/0.2, dsn=2.0.0, status=sent (250 2.0.0 Ok)"
        yield f"{stamp} postfix/smtp[{process}]: {queue}: to=<someone@{to}>, relay=mx.{to}[192.0.2.1]:25, {delays}"
        yield f"{stamp} postfix/qmgr[902]: {queue}: removed"


def exim() -> Iterator[str]:
    """Three lines a message."""
    number = 0
    while True:
        number += 1
        stamp = f"2026-11-25 {number // 36000 % 24:02}:{number // 600 % 60:02}:{number // 10 % 60:02}"
        to, name = domain(), f"1x{number % 10_000:04}-{number % 1_000_000:06}-0e"
        verified = "dane" if _DRAW.random() < 0.3 else "no"
        yield f"{stamp} {name} <= sender@example.com H=inside [10.0.0.2] P=esmtp S=2048"
        by = f"R=lookup T=remote_smtp H=mx.{to} [192.0.2.1] X=TLS1.3:X:256 CV={verified} K"
        yield f'{stamp} {name} => someone@{to} {by} C="250 2.0.0 Ok"'
        yield f"{stamp} {name} Completed"


def made(lines: int, source: Callable[[], Iterator[str]], path: Path) -> Path:
    """``lines`` lines of ``source`` in ``path``."""
    with path.open("w") as file:
        file.writelines(f"{line}\n" for line in islice(source(), lines))
    return path


PROGRAM = """
import json, resource, sys
from fleet.faces.cli import main
sys.argv = ["fleet", "logs", "--json", sys.argv[1]]
try:
    main()
finally:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


def read(path: Path) -> tuple[float, int, dict[str, object]]:
    """CPU seconds, peak KiB and the document of ``fleet logs``."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(path)], capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode in (0, 1, 3), done.stderr
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used, int(done.stderr.split()[-1]), json.loads(done.stdout)


def seconds(command: list[str]) -> float:
    """CPU seconds of another program."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measure and print a line per log."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    print(f"{'log':<12}{'CPU s':>8}{'lines/s':>12}{'peak MB':>9}{'of a tenth':>11}  beside")
    with tempfile.TemporaryDirectory(prefix="fleet-maillog-") as folder:
        for source in (asyncos, postfix, exim):
            path = made(lines, source, Path(folder) / "log")
            few = made(lines // 10, source, Path(folder) / "few")
            used, peak, document = read(path)
            counts = document["counts"]
            assert isinstance(counts, dict)
            assert counts["lines"] == counts["recognised"] == lines, counts
            assert not counts["unparsed"], counts
            beside = f"grep -c {seconds(['grep', '-c', 'TLS', str(path)]):.2f} s"
            if source is postfix and (pflogsumm := shutil.which("pflogsumm")):
                beside += f", pflogsumm {seconds([pflogsumm, str(path)]):.2f} s"
            print(
                f"{source.__name__:<12}{used:>8.2f}{lines / used:>12,.0f}{peak / 1024:>9.0f}"
                f"{read(few)[1] / 1024:>11.0f}  {beside}"
            )
            if source is asyncos:
                packed = Path(folder) / "log.gz"
                with path.open("rb") as plain, gzip.open(packed, "wb", compresslevel=3) as out:
                    shutil.copyfileobj(plain, out)
                used, peak, _ = read(packed)
                beside = f"zgrep -c {seconds(['zgrep', '-c', 'TLS', str(packed)]):.2f} s"
                print(f"{'asyncos.gz':<12}{used:>8.2f}{lines / used:>12,.0f}{peak / 1024:>9.0f}{'':>11}  {beside}")


if __name__ == "__main__":
    main()
