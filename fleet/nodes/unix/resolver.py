"""The resolver below a Unix gateway: resolv.conf, systemd-resolved behind its stub, a local unbound that validates.

Order in resolv.conf is priority.  A resolver elsewhere says nothing about itself here, so its kind stays unknown; a
local unbound's own configuration says whether it validates.  May import ``fleet.model`` and ``fleet.nodes.reading``.
"""

import ipaddress
import re
from dataclasses import replace

from fleet.model.resolver import Resolver, ResolverKind
from fleet.nodes.reading import Unparsed, quoted

PARSER = "unix.resolv/1"
SYSTEMD_STUBS = frozenset({"127.0.0.53", "127.0.0.54"})
GLIBC_SERVERS = 3
"""More lines than that are not used by the C library."""

_DNS_SERVERS = re.compile(r"^\s*DNS Servers?:\s*(.*)$")
_MORE = re.compile(r"^\s+[0-9A-Fa-f.]*[.:][0-9A-Fa-f.:]*\S*(?:\s+[0-9A-Fa-f.:]+\S*)*\s*$")
_SERVER = re.compile(r"^([0-9A-Fa-f.:]+?)(?:%[\w.-]+)?(?:#[\w.-]+)?$")
_DNSSEC = re.compile(r"\bDNSSEC(?:\s*[=:]\s*|\s+setting:\s*)([a-z-]+)(?:/(\w+))?|([+-])DNSSEC\b")


def parse_resolv_conf(text: str) -> tuple[Resolver, ...]:
    """Name servers in order.  None at all means the local machine (resolv.conf(5)).  Raises Unparsed."""
    found: list[str] = []
    for line in text.split("\n"):
        words = line.split("#", 1)[0].split(";", 1)[0].split()
        if words[:1] == ["nameserver"]:
            if len(words) < 2:
                raise Unparsed(f"the line {quoted(line)} names no server")
            found.append(_address(words[1], line))
        elif words and words[0] not in {"search", "domain", "options", "sortlist", "family", "lookup"}:
            raise Unparsed(f"the line {quoted(line)} of resolv.conf is not known")
    return tuple(
        Resolver(address, priority=order) for order, address in enumerate((found or ["127.0.0.1"])[:GLIBC_SERVERS])
    )


def is_systemd_stub(resolvers: tuple[Resolver, ...]) -> bool:
    """Whether questions go to systemd-resolved, whose own servers count."""
    return bool(resolvers) and all(server.address in SYSTEMD_STUBS for server in resolvers)


def is_local(server: Resolver) -> bool:
    """Whether the resolver runs on the gateway itself."""
    return ipaddress.ip_address(server.address).is_loopback


def parse_resolvectl(text: str) -> tuple[Resolver, ...]:
    """Servers of ``resolvectl status``, global ones first; a link's own are asked for its domains or for everything.

    systemd-resolved validates only with ``DNSSEC=yes``; all else, ``allow-downgrade`` too, can be talked out of it.
    Raises Unparsed.
    """
    servers: list[str] = []
    settings: list[str] = []
    reading = False
    for line in text.split("\n"):
        heading = _DNS_SERVERS.match(line)
        words = heading[1].split() if heading is not None else line.split() if reading and _MORE.match(line) else []
        servers.extend(_address(word, line) for word in words)
        reading = heading is not None or bool(words)
        dnssec = _DNSSEC.search(line)
        if dnssec is not None:
            settings.append(dnssec[1] or {"+": "yes", "-": "no"}[dnssec[3]])
    if not servers:
        raise Unparsed("resolvectl shows no DNS server")
    if not settings:
        raise Unparsed("resolvectl does not say whether systemd-resolved validates")
    kind = ResolverKind.VALIDATES if set(settings) == {"yes"} else ResolverKind.UNKNOWN
    unique = tuple(dict.fromkeys(servers))
    return tuple(Resolver(address, priority=order, kind=kind) for order, address in enumerate(unique))


def unbound_validates(modules: str, permissive: str, anchors: str) -> bool:
    """Whether a local unbound hands out nothing bogus: validator loaded, anchor set, permissive mode off."""
    return "validator" in modules.split() and permissive.strip() == "no" and bool(anchors.strip())


def with_local_kind(resolvers: tuple[Resolver, ...], validates: bool) -> tuple[Resolver, ...]:
    """``resolvers`` with the kind of those on the gateway itself where its configuration proves it."""
    if not validates:
        return resolvers
    return tuple(replace(server, kind=ResolverKind.VALIDATES) if is_local(server) else server for server in resolvers)


def _address(text: str, line: str) -> str:
    found = _SERVER.match(text.partition("%")[0] if "%" in text else text)
    try:
        return str(ipaddress.ip_address(found[1] if found else text))
    except ValueError as error:
        raise Unparsed(f"the line {quoted(line)} names a server that is no address") from error
