"""``dnsconfig``: resolvers, priorities, secondary and alternate servers.

The layout of the lists is documented for a sibling product; the root-server sentence and the alternate entries are
reported without their exact form, so headings are told by their words and entries by what they contain.
May import ``fleet.model`` and ``fleet.nodes.reading``.
"""

import ipaddress
import re
from dataclasses import dataclass
from enum import StrEnum

from fleet.model.resolver import Resolver
from fleet.nodes.reading import Unparsed, above_menu, quoted

PARSER = "asyncos.dnsconfig/1"
_PRIORITY = re.compile(r"(?i)\bpriority:?\s*(\d+)")
_DOMAIN = re.compile(r"(?<![\w.@-])((?:[A-Za-z0-9_][\w-]*\.)+[A-Za-z][\w-]*|localhost)(?![\w@-])")
_NUMBERED = re.compile(r"^\s*\d+\.\s+(.*)$")
_ADDRESS = re.compile(r"(?<![\w.:])(\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7})(?![\w:])")


class _Part(StrEnum):
    LOCAL = "local"
    ROOT = "root"
    SECONDARY = "secondary"
    ALTERNATE = "alternate"


_HEADINGS: tuple[tuple[re.Pattern[str], _Part], ...] = (
    (re.compile(r"(?i)^[ \t]*currently using the .*\bsecondary\b"), _Part.SECONDARY),
    (re.compile(r"(?i)^[ \t]*(?:the )?secondary DNS"), _Part.SECONDARY),
    (re.compile(r"(?i)^[ \t]*(?:currently using the )?alternate\b"), _Part.ALTERNATE),
    (re.compile(r"(?i)^[ \t]*currently using the (?:\S+ )?internet(?:'s)?\b.*\broot\b"), _Part.ROOT),
    (re.compile(r"(?i)^[ \t]*currently using the internet\b"), _Part.ROOT),
    (re.compile(r"(?i)^[ \t]*currently using the local\b"), _Part.LOCAL),
)
_NOTHING = re.compile(r"(?i)^[ \t]*(?:no|there are no|none)\b.*(?:configured|defined|servers)?\.?\s*$")


@dataclass(frozen=True, slots=True)
class Dns:
    """Who is asked.  ``root_servers``: the Internet's root servers instead of resolvers of one's own."""

    root_servers: bool
    resolvers: tuple[Resolver, ...]


def parse_dnsconfig(text: str) -> Dns:
    """Read the lists before the menu.  Raises Unparsed."""
    part: _Part | None = None
    modes: set[_Part] = set()
    resolvers: list[Resolver] = []
    for line in above_menu(text).split("\n"):
        heading = next((kind for pattern, kind in _HEADINGS if pattern.search(line)), None)
        if heading is not None:
            part = heading
            modes.add(heading)
        elif line.strip() and not _NOTHING.match(line):
            resolvers.extend(_entry(line, part))
    if not modes & {_Part.LOCAL, _Part.ROOT}:
        raise Unparsed("no heading says whether resolvers or the Internet's root servers are asked")
    own = [server for server in resolvers if not server.secondary and not server.domains]
    if _Part.LOCAL in modes and not own:
        raise Unparsed("the heading announces resolvers and none could be read below it")
    if modes >= {_Part.LOCAL, _Part.ROOT}:
        raise Unparsed("both resolvers and root servers are announced")
    return Dns(_Part.ROOT in modes, tuple(resolvers))


def _entry(line: str, part: _Part | None) -> list[Resolver]:
    numbered = _NUMBERED.match(line)
    body = numbered[1] if numbered else line
    addresses = [str(found) for text in _ADDRESS.findall(body) if (found := _ip(text)) is not None]
    if not addresses and part is _Part.ROOT and numbered is None:
        return []  # the sentence about root servers goes on
    if not addresses or part in (None, _Part.ROOT):
        raise Unparsed(f"the line {quoted(line)} is neither a heading nor a server")
    priority = _PRIORITY.search(body)
    if part is _Part.ALTERNATE:
        domains = tuple(dict.fromkeys(name.lower() for name in _DOMAIN.findall(body)))
        if not domains:
            raise Unparsed(f"the alternate server {quoted(line)} names no domain")
        number = int(priority[1]) if priority else 0
        return [Resolver(address, priority=number, domains=domains) for address in addresses]
    if priority is None:
        raise Unparsed(f"the server {quoted(line)} has no priority")
    if len(addresses) != 1:
        raise Unparsed(f"the line {quoted(line)} names several servers")
    return [Resolver(addresses[0], priority=int(priority[1]), secondary=part is _Part.SECONDARY)]


def _ip(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
