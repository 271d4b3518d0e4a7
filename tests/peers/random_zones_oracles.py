"""Serves random trees on a loopback port and asks three validators of the very same bytes: ours, unbound-host and delv.

Every reply is made once and then repeated octet for octet; only the message id and the letter case of the question
follow the query.  unbound-host forwards to the port and validates on its own; delv validates on its own anyway.
"""

import asyncio
import random
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rdatatype
from random_breakages import KINDS, break_one_thing
from random_zones import Name, Tree, questions

from fleet.dnssec import Validator
from fleet.dnssec.client import Client
from fleet.network.host import HostNetwork

PROGRAMS = {"unbound-host": "unbound-host", "delv": "bind9-dnsutils"}
UNBOUND = """
server:
  do-not-query-localhost: no
  do-ip6: no
  module-config: "validator iterator"
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@{port}
"""


def lacking() -> str:
    """One sentence about what this machine lacks; empty if nothing."""
    packages = sorted(package for program, package in PROGRAMS.items() if shutil.which(program) is None)
    return f"random zones need the Debian packages {' '.join(packages)}" if packages else ""


@dataclass(frozen=True, slots=True)
class Case:
    """One question to one tree."""

    number: int
    tree: Tree
    kind: str
    question: tuple[Name, int]

    def __str__(self) -> str:
        name, rdtype = self.question
        shapes = [
            f"{zone.name.labels[0].decode()}:{'nsec3' if zone.nsec3 else 'nsec'}"
            f"{'+optout' if zone.opt_out else ''}{'' if zone.keys else ' unsigned'}"
            f"{f' {zone.iterations}' if zone.nsec3 else ''}"
            for zone in self.tree.zones.values()
        ]
        target = getattr(self.tree.breakage, "target", None)
        at = f" at {target[1]} {dns.rdatatype.to_text(target[2])} of {target[0]}" if target else ""
        return f"seed {self.number}: {name} {dns.rdatatype.to_text(rdtype)}, {self.kind}{at} [{', '.join(shapes)}]"


def case_of(seed: int, kind: str = "") -> Case | None:
    """The case of a seed: its tree, a breakage, and a question that it may matter to; None where there is no such.

    Without ``kind`` the seed chooses the breakage, in turn.
    """
    tree, chance = Tree(seed), random.Random(seed * 7 + 1)
    kind = kind or KINDS[seed % len(KINDS)]
    for question in questions(tree)[:60]:
        if break_one_thing(tree, question, kind, chance):
            return Case(seed, tree, kind, question)
    return None


@dataclass(frozen=True, slots=True)
class Opinion:
    """``security``: secure, insecure, bogus or error; ``existence`` as in ``fleet.model``, "" where not said."""

    security: str
    existence: str
    why: str = ""
    hops: tuple[str, ...] = ()
    """States of the aliases on the way, where the validator tells."""


class Responder:
    """Answers over UDP and TCP for every tree it is given."""

    def __init__(self) -> None:
        self.trees: dict[Name, Tree] = {}
        self._made: dict[tuple[Name, int], tuple[bytes, bytes]] = {}
        self._lock = threading.Lock()
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", 0))
        self.port: int = self._udp.getsockname()[1]
        self._tcp = socket.create_server(("127.0.0.1", self.port))
        self._threads = [threading.Thread(target=serve, daemon=True) for serve in (self._serve_udp, self._serve_tcp)]
        self._closing = threading.Event()

    def __enter__(self) -> "Responder":
        for listening in (self._udp, self._tcp):
            listening.settimeout(0.2)
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        for thread in self._threads:
            thread.join()
        self._udp.close()
        self._tcp.close()

    def _serve_udp(self) -> None:
        while not self._closing.is_set():
            with suppress(TimeoutError):
                query, source = self._udp.recvfrom(4096)
                answer = self._answer(query, 1232)
                if answer:
                    self._udp.sendto(answer, source)

    def _serve_tcp(self) -> None:
        while not self._closing.is_set():
            with suppress(TimeoutError):
                connection, _ = self._tcp.accept()
                threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as stream:
            connection.settimeout(10)
            try:
                while len(head := stream.read(2)) == 2:
                    answer = self._answer(stream.read(int.from_bytes(head)), 65535)
                    connection.sendall(struct.pack("!H", len(answer)) + answer)
            except OSError:
                return

    def _answer(self, wire: bytes, size: int) -> bytes:
        try:
            query = dns.message.from_wire(wire)
        except dns.exception.DNSException:
            return b""
        asked = query.question[0]
        name = Name(tuple(label.lower() for label in asked.name.labels))
        with self._lock:
            if (name, asked.rdtype) not in self._made:
                self._made[name, asked.rdtype] = self._make(query, name)
            whole, short = self._made[name, asked.rdtype]
        chosen = whole if len(whole) <= size else short
        question = wire[12 : 12 + len(asked.name.to_wire())]
        return wire[:2] + chosen[2:12] + question + chosen[12 + len(question) :]

    def _make(self, query: dns.message.Message, name: Name) -> tuple[bytes, bytes]:
        tree = self.trees.get(Name(name.labels[-3:]))
        query.use_edns(0, dns.flags.DO, 1232)
        refusing = next(iter(self.trees.values()))
        message = (tree or refusing).message(query)
        message.use_edns(0, dns.flags.DO, 1232)
        whole = message.to_wire(max_size=65535)
        message.flags |= dns.flags.TC
        message.answer, message.authority = [], []
        return whole, message.to_wire()


def ask_ours(cases: Sequence[Case], port: int) -> list[Opinion]:
    """What our validator says."""

    async def one(case: Case) -> Opinion:
        validator = Validator(Client(HostNetwork(), "127.0.0.1", port, timeout=20.0), [case.tree.anchor])
        answer = await validator.resolve(*case.question)
        words = {"indeterminate": "error"}
        why = answer.why.sentence if answer.why else ""
        hops = tuple(str(hop.security) for hop in answer.hops)
        return Opinion(words.get(answer.security, str(answer.security)), str(answer.existence), why, hops)

    async def everything() -> list[Opinion]:
        return [await one(case) for case in cases]

    return asyncio.run(everything())


def ask_unbound(cases: Sequence[Case], port: int, folder: Path) -> list[Opinion]:
    """What unbound-host says."""
    conf = folder / "unbound.conf"
    conf.write_text(UNBOUND.format(port=port))

    def one(case: Case) -> Opinion:
        name, rdtype = case.question
        anchor = f"{case.tree.top} DS {case.tree.anchor[0]}"
        command = ["unbound-host", "-C", str(conf), "-y", anchor, "-v", "-t", dns.rdatatype.to_text(rdtype), str(name)]
        return read_unbound(_run(command))

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, cases))


def ask_delv(cases: Sequence[Case], port: int, folder: Path) -> list[Opinion]:
    """What delv says."""

    def one(case: Case) -> Opinion:
        name, rdtype = case.question
        anchor = folder / f"{case.number}.keys"
        ds = case.tree.anchor[0]
        named = f'"{case.tree.top}" static-ds {ds.key_tag} {ds.algorithm} {ds.digest_type} "{ds.digest.hex()}"'
        anchor.write_text(f"trust-anchors {{ {named}; }};\n")
        command = ["delv", "@127.0.0.1", "-p", str(port), "-a", str(anchor), f"+root={case.tree.top}"]
        return read_delv(_run([*command, "-t", dns.rdatatype.to_text(rdtype), "-q", str(name)]))

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, cases))


def _run(command: Sequence[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except subprocess.TimeoutExpired:
        return "timed out"
    return done.stdout + done.stderr


def read_unbound(text: str) -> Opinion:
    """What unbound-host printed."""
    words = {"BOGUS (security failure)": "bogus", "(insecure)": "insecure", "(secure)": "secure"}
    security = next((state for word, state in words.items() if word in text), "error")
    shapes = {"not found: 3(NXDOMAIN)": "nxdomain", "not found: 2(SERVFAIL)": "unknown", " has no ": "nodata"}
    return Opinion(security, next((state for shape, state in shapes.items() if shape in text), "data"), text)


def read_delv(text: str) -> Opinion:
    """What delv printed: one remark per RRset of the answer, the worst of them counts."""
    if "pending validation" in text:
        return Opinion("error", "", text)
    if "resolution failed" in text:
        denied = {"ncache nxdomain": "nxdomain", "ncache nxrrset": "nodata"}
        existence = next((state for shape, state in denied.items() if shape in text), "")
        if not existence:
            if "broken trust chain" in text:
                return Opinion("bogus", "", text)
            hopeless = ("timed out", "connection refused", "REFUSED", "SERVFAIL", "too many", "loop")
            return Opinion("error" if any(word in text for word in hopeless) else "bogus", "", text)
    else:
        existence = "nodata" if "negative response" in text else "data"
    if "unsigned answer" in text or "negative response, unsigned" in text:
        return Opinion("insecure", existence, text)
    return Opinion("secure" if "fully validated" in text else "error", existence, text)


def opinions(cases: Sequence[Case]) -> Mapping[str, list[Opinion]]:
    """All three opinions of all cases."""
    with Responder() as responder, tempfile.TemporaryDirectory() as folder:
        responder.trees = {case.tree.top: case.tree for case in cases}
        return {
            "ours": ask_ours(cases, responder.port),
            "unbound": ask_unbound(cases, responder.port, Path(folder)),
            "delv": ask_delv(cases, responder.port, Path(folder)),
        }
