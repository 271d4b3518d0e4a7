"""What unbound-host says of many (name, type) pairs: libunbound validating on its own, through the validating resolver.

Imports the standard library and the sibling ``namespace``.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from internet.namespace import Namespace

Pair = tuple[str, str]

BATCH = """
import json, subprocess, sys
from concurrent.futures import ThreadPoolExecutor
key, pairs = json.load(sys.stdin)
def ask(pair):
    command = ["unbound-host", "-f", key, "-r", "-v", "-t", pair[1], pair[0].rstrip(".") + "."]
    done = subprocess.run(command, capture_output=True, text=True)
    return pair, done.stdout + done.stderr
with ThreadPoolExecutor(3) as pool:
    json.dump(list(pool.map(ask, pairs)), sys.stdout)
"""
"""Entering the namespace costs as much as a lookup, so it is entered once for all."""


@dataclass(frozen=True, slots=True)
class Said:
    """``security``: secure, insecure, bogus or error (it could not find out); ``existence`` as in ``fleet.model``."""

    security: str
    existence: str
    text: str


def said(namespace: Namespace, anchor: Path, pairs: Iterable[Pair]) -> Mapping[Pair, Said]:
    """What unbound-host says of each pair."""
    text = namespace.run([sys.executable, "-c", BATCH], text=json.dumps([str(anchor), list(pairs)]), timeout=300)
    return {(name, rdtype): _read(answer) for (name, rdtype), answer in json.loads(text)}


def _read(text: str) -> Said:
    words = {"BOGUS (security failure)": "bogus", "(insecure)": "insecure", "(secure)": "secure"}
    security = next((state for word, state in words.items() if word in text), "error")
    shapes = {"not found: 3(NXDOMAIN)": "nxdomain", "not found: 2(SERVFAIL)": "unknown", " has no ": "nodata"}
    existence = next((state for shape, state in shapes.items() if shape in text), "data")
    return Said(security, existence, text)
