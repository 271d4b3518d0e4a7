"""From the shell to the first question on the wire: how long ``fleet check ONE`` takes to begin.

    .venv/bin/python tests/bench/start_up.py

Prints the median of a few cold processes, beside an empty Python and beside posttls-finger where it is installed.
"""

import json
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 9
WANTED = 0.35


def first_question(folder: Path) -> float:
    """Seconds until one cold ``fleet check`` has sent its first datagram."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as resolver:
        resolver.bind(("127.0.0.1", 0))
        resolver.settimeout(20)
        network = folder / "network.json"
        mapped = [["192.0.2.53", 53, "127.0.0.1", resolver.getsockname()[1]]]
        network.write_text(json.dumps({"format": "fleet-network/1", "name": "bench", "udp": mapped, "tcp": []}))
        program = Path(sys.executable).with_name("fleet")
        command = [str(program), "check", "one.lab", "--network", str(network), "--resolver", "192.0.2.53"]
        started = time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            resolver.recv(4096)
            taken = time.perf_counter() - started
            process.kill()
        return taken


def whole(command: list[str]) -> float:
    """Seconds that ``command`` takes from start to end."""
    started = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.perf_counter() - started


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        ours = statistics.median(first_question(Path(folder)) for _ in range(ROUNDS))
    empty = statistics.median(whole([sys.executable, "-c", "pass"]) for _ in range(ROUNDS))
    print(f"fleet check, first question after {ours:.3f} s (wanted: at most {WANTED}); an empty Python {empty:.3f} s")
    if shutil.which("posttls-finger"):
        peer = statistics.median(whole(["posttls-finger"]) for _ in range(ROUNDS))
        print(f"posttls-finger, to say its usage: {peer:.3f} s")


if __name__ == "__main__":
    main()
