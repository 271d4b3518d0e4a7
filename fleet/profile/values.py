"""Texts that mean something: domains, addresses, networks, durations, routes, secrets kept elsewhere.

Each function takes what a profile says and gives what it means in one normal form, or raises ``UnfitError`` with the
rest of a sentence that begins with the quoted text.  May import the standard library, ``idna``, ``fleet.model`` and
``fleet.text``.
"""

import re
from ipaddress import ip_address, ip_network

from fleet.model.control import DEFAULT
from fleet.model.route import ALL, RouteHost, RouteKind
from fleet.text import show

_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
ADDRESS = rf"(?:{_OCTET}\.){{3}}{_OCTET}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:%\S+)?"
NAME = r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9_])?"
DURATION = r"[0-9]{1,9}[smhdw]"
FINGERPRINT = r"SHA256:[A-Za-z0-9+/]{43}=?"
PASSWORD = r"env:[A-Za-z_][A-Za-z0-9_]*|keyring:\S+"
CODE = r"[A-Z]{2,12}[0-9]{3}"
VERSION = r"[0-9]+\.[0-9][A-Za-z0-9.+~_-]*"
USER = r"[A-Za-z0-9_.][A-Za-z0-9_.\\-]*"
ALGORITHMS = r"[+^-]?[A-Za-z0-9@._*-]+(?:,[A-Za-z0-9@._*-]+)*"
MASTER_SERVICE = r"[^\s/]+/[a-z]+"

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)*{_LABEL}")
_ADDRESS_LIKE = re.compile(r"[0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")
_HOST_PORT = re.compile(r"(\[[^\[\]\s]+\]|[^\s:/\[\]]+)(?::([0-9]{1,5}))?")
_PRIORITY = re.compile(r"(.+?)(?:/pri=([0-9]{1,5}))?")
_JUMP = re.compile(rf"(?:{USER}@)?(\[[^\[\]\s]+\]|[^\s:@\[\]]+)(?::([0-9]{{1,5}}))?")


class UnfitError(ValueError):
    """A text that does not mean what it should; the message continues a sentence that begins with the text."""


def duration(text: str) -> int:
    """Seconds of ``90s``, ``30m``, ``72h``, ``3d`` or ``2w``."""
    if not re.fullmatch(DURATION, text):
        raise UnfitError("is no length of time: write a number and a unit, such as 90s, 30m, 72h or 3d")
    return int(text[:-1]) * _UNITS[text[-1]]


def domain(text: str) -> str:
    """A domain in lower-case A-labels, without the final dot."""
    name = text.removesuffix(".")
    if not name.isascii():
        name = _a_label(name)
    name = name.lower()
    if len(name) > 253 or not _DOMAIN.fullmatch(name):
        if "@" in name:
            raise UnfitError("is an e-mail address: write its domain, the part after the @")
        raise UnfitError("is no domain name: letters, digits, '-' and dots, labels of 1 to 63 characters, 253 in all")
    if _ADDRESS_LIKE.fullmatch(name):
        raise UnfitError("is an address, and a domain name is meant")
    return name


def suffix(text: str) -> str:
    """A domain, or ``.domain`` for what lies below it."""
    return "." + domain(text[1:]) if text.startswith(".") else domain(text)


def control_domain(text: str) -> str:
    """The key of a destination control: ``default``, a domain or ``.domain``."""
    return DEFAULT if text.lower() == DEFAULT else suffix(text)


def suffix_or_all(text: str) -> str:
    """The key of an SMTP route or RAT entry: ``ALL``, a domain or ``.domain``."""
    return ALL if text.upper() == ALL else suffix(text)


def address(text: str) -> str:
    """An IPv4 or IPv6 address in its shortest form."""
    try:
        return str(ip_address(text))
    except ValueError:
        raise UnfitError("is no IP address") from None


def network(text: str) -> str:
    """An address or CIDR range in its shortest form."""
    if "/" not in text:
        return address(text)
    try:
        return str(ip_network(text))
    except ValueError as error:
        reason = "has bits set beyond its prefix" if "host bits" in str(error) else "is no CIDR range"
        raise UnfitError(f"{reason}: write a range such as 10.0.1.0/24") from None


def host(text: str) -> str:
    """A host name or an address."""
    return address(text) if _ADDRESS_LIKE.fullmatch(text) else domain(text)


def member(text: str) -> str:
    """A member of a sender group: address, CIDR range, host name, ``.domain``, ``ALL``."""
    if text.upper() == ALL:
        return ALL
    if "/" in text or _ADDRESS_LIKE.fullmatch(text):
        return network(text)
    return suffix(text)


def trusted_network(text: str) -> str:
    """A member of Postfix's mynetworks: a range (``!`` excludes, IPv6 in brackets), a file or a ``type:table``."""
    body = text.removeprefix("!")
    if body.startswith("/") or re.fullmatch(r"[a-z]+:[/{$].*", body):
        return text
    return text[: len(text) - len(body)] + network(body.replace("[", "").replace("]", ""))


def route(entries: list[str]) -> tuple[RouteKind, tuple[RouteHost, ...]]:
    """What the hosts of an SMTP route say together."""
    if len(entries) == 1 and entries[0].upper() == "USEDNS":
        return RouteKind.USEDNS, ()
    if len(entries) == 1 and entries[0] == "/dev/null":
        return RouteKind.DISCARD, ()
    return RouteKind.HOSTS, tuple(route_host(entry) for entry in entries)


def route_host(text: str) -> RouteHost:
    """``name``, ``address``, ``[name]`` (its own address, no MX), each with ``:port`` and ``/pri=number``."""
    if text.upper() == "USEDNS" or text == "/dev/null":
        raise UnfitError("stands alone: it cannot be one of several hosts")
    wrong = UnfitError("is no route host: write host, host:port, [host] or host:port/pri=10, several as an array")
    whole = _PRIORITY.fullmatch(text)
    if whole is None:
        raise wrong
    name, port, priority = whole[1], 25, int(whole[2] or 0)
    if not _ADDRESS_LIKE.fullmatch(name):
        match = _HOST_PORT.fullmatch(name)
        if match is None:
            raise wrong
        name, port = match[1], int(match[2] or 25)
    if not (1 <= port <= 65_535 and priority <= 65_535):
        raise UnfitError("is out of range: ports go from 1 to 65535, priorities from 0 to 65535")
    return RouteHost(host(name.strip("[]")), port, priority, direct=name.startswith("["))


def jump(text: str) -> str:
    """Hosts to go through, the first one first: ``[user@]host[:port]``, separated by commas."""
    for hop in text.split(","):
        match = _JUMP.fullmatch(hop)
        if match is None or not 1 <= int(match[2] or 22) <= 65_535:
            raise UnfitError("is no host to go through: write [user@]host[:port], more of them separated by commas")
        host(match[1].strip("[]"))
    return text


def same_name(one: str, other: str) -> bool:
    """Whether two keys of a profile mean the same name: case and Unicode form do not count."""
    return one == other or folded(one) == folded(other)


def folded(text: str) -> str:
    """``text`` as it is compared with other names."""
    if text.isascii():
        return text.lower()
    try:
        return _a_label(text).lower()
    except UnfitError:
        return text.casefold()


def _a_label(text: str) -> str:
    import idna  # noqa: PLC0415  a table of half a megabyte, needed for few names

    try:
        return idna.encode(text, uts46=True).decode("ascii").rstrip(".")
    except (idna.IDNAError, UnicodeError, ValueError) as error:
        raise UnfitError(f"is no internationalised domain name: {show(str(error), 120)}") from None
