"""From options to the world a check runs in: network, resolvers, trust anchors, public roots.

Everything wrong with an option is found here, before the first packet leaves, and said in one sentence (exit code 2).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from fleet.errors import UsageError, file_trouble
from fleet.network import Network
from fleet.network.endpoint import Endpoint, parse_endpoint
from fleet.text import show

if TYPE_CHECKING:
    from fleet.dnssec.zone import TrustAnchors
    from fleet.lab import LabHandle

RESOLV_CONF = Path("/etc/resolv.conf")
_MAX_LIST_OCTETS = 1 << 24


@dataclass(frozen=True, slots=True)
class World:
    """Where questions go and what is trusted."""

    network: Network
    resolvers: tuple[Endpoint, ...]
    trust_anchors: "TrustAnchors"


def open_world(network: Path | None, resolvers: Sequence[str], anchors: Sequence[Path]) -> World:
    """Read what the options name.  Raises UsageError."""
    from fleet.network.mapped import MappedNetwork, open_network

    endpoints = tuple(dict.fromkeys(parse_endpoint(text, 53) for text in resolvers)) or _system_resolvers(network)
    carrier = open_network(network)
    if isinstance(carrier, MappedNetwork):
        for endpoint in endpoints:
            if endpoint not in carrier.udp and endpoint not in carrier.tcp:
                raise UsageError(f"resolver {endpoint} is not in the network that {network} describes")
    return World(carrier, endpoints, read_anchors(anchors))


def read_anchors(paths: Sequence[Path]) -> "TrustAnchors":
    """The trust anchors in files, with the root's where none of them is.  Raises UsageError."""
    from fleet.dnssec.anchors import ROOT_ANCHORS, load_trust_anchors

    trusted = tuple(rrset for path in paths for rrset in load_trust_anchors(path))
    if not any(rrset.name.to_text() == "." for rrset in trusted):
        # Anchors of other zones only: without the root's, all else would pass for unsigned, which is no bad news.
        trusted += ROOT_ANCHORS
    return trusted


def _system_resolvers(network: Path | None) -> tuple[Endpoint, ...]:
    if network is not None:
        raise UsageError("--network describes a network of its own: name a --resolver in it")
    try:
        lines = RESOLV_CONF.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise UsageError(f"no --resolver given and {RESOLV_CONF} cannot be read: {error.strerror}") from error
    words = [line.split() for line in lines]
    named = [word[1].split("%")[0] for word in words if len(word) > 1 and word[0] == "nameserver"]
    if not named:
        raise UsageError(f"no --resolver given and {RESOLV_CONF} names none")
    return tuple(dict.fromkeys(parse_endpoint(text, 53) for text in named))


def lab_arguments(lab: "LabHandle") -> list[str]:
    """The options that point ``fleet check`` at a running lab."""
    return [
        *("--network", str(lab.network)),
        *("--resolver", lab.resolvers["validating"]),
        *("--trust-anchor", str(lab.trust_anchor)),
    ]


def read_destinations(arguments: Sequence[str], files: Sequence[str], stdin: BinaryIO) -> tuple[str, ...]:
    """Destinations from the command line and from files (``-``: standard input), each once, as A-labels.

    In a file, one destination a line; empty lines and what follows ``#`` are skipped.  Raises UsageError naming the
    line.
    """
    from fleet.dane.domain import domain_name

    domains = [domain_name(argument) for argument in arguments if argument != "-"]
    named = [*files, "-"] if "-" in arguments else files
    for file in dict.fromkeys(named):
        shown = "standard input" if file == "-" else show(file)
        for number, line in enumerate(_lines(file, shown, stdin), start=1):
            text = line.partition("#")[0].strip()
            if not text:
                continue
            try:
                domains.append(domain_name(text))
            except UsageError as error:
                raise UsageError(f"{shown}:{number}: {error}") from error
    if not domains:
        raise UsageError("no destination given: name domains, or a file of them with -f FILE (- is standard input)")
    return tuple(dict.fromkeys(domains))


def _lines(file: str, shown: str, stdin: BinaryIO) -> list[str]:
    try:
        if file == "-":
            data = stdin.read(_MAX_LIST_OCTETS + 1)
        else:
            with Path(file).open("rb") as opened:
                data = opened.read(_MAX_LIST_OCTETS + 1)
    except OSError as error:
        raise UsageError(f"{shown} cannot be read: {file_trouble(error)}") from error
    if len(data) > _MAX_LIST_OCTETS:
        raise UsageError(f"{shown} is larger than {_MAX_LIST_OCTETS >> 20} MiB: that is no list of destinations")
    try:
        return data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise UsageError(f"{shown} is not UTF-8 text (byte {error.start})") from error
