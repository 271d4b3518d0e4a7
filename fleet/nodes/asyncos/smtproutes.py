"""``smtproutes`` PRINT.  What a route means is documented, how the list is printed is not, so several forms are read:

``key -> hosts``, ``key: hosts``, ``key hosts`` and columns.  Every line must be a route, a heading or a sentence.
May import ``fleet.model`` and ``fleet.nodes.reading``.
"""

import ipaddress
import re
from collections.abc import Mapping

from fleet.model.route import ALL, RouteHost, RouteKind, SmtpRoute
from fleet.nodes.reading import Unparsed, above_menu, quoted, read_table

PARSER = "asyncos.smtproutes/1"
_COUNTED = re.compile(r"(?i)there (?:are|is) (?:currently )?(no|\d+) (?:SMTP )?routes?")
_NONE = re.compile(r"(?i)\b(?:no|0) (?:SMTP )?routes? (?:are |is )?(?:currently )?(?:configured|defined)")
_ROUTE = re.compile(r"^\s*(?:\d+\.\s+)?(\S+?)\s*(?:\s[-=]+>\s*|:\s+|\s+|\t)(\S.*?)\s*$")
_SENTENCE = re.compile(r"^\s*[A-Z][^:>]*\s[^:>]*[.:]\s*$")
_RULE = re.compile(r"^[\s=+-]*$")
_HEADER = re.compile(r"(?i)^[ \t]*(?:receiving |recipient )?(?:domain|destination|host)\S*\s{2,}\S.*$")
_KEY = re.compile(r"\.?[A-Za-z0-9_](?:[\w-]*\.)*[\w-]*|\.|\[[0-9A-Fa-f.:]+\]", re.ASCII)
_PRIORITY = re.compile(r"(?i)/pri=(\d{1,5})$")
_NAME = re.compile(r"[A-Za-z0-9_][\w-]*(?:\.[A-Za-z0-9_][\w-]*)*", re.ASCII)


def parse_smtproutes(replies: Mapping[str, str]) -> tuple[SmtpRoute, ...]:
    """Routes of ``replies`` (print, menu).  Raises Unparsed."""
    text = replies.get("print")
    everything = replies.get("menu", "") + "\n" + (text or "")
    counted = _COUNTED.search(everything)
    number = None if counted is None else 0 if counted[1].lower() == "no" else int(counted[1])
    if number is None and _NONE.search(everything):
        number = 0
    routes = _routes(text) if text is not None else ()
    if number is None and not routes:
        raise Unparsed("no route is shown and nothing says that there are none")
    if number is not None and number != len(routes):
        raise Unparsed(f"the menu counts {number} routes, {len(routes)} were read")
    if len({route.domain for route in routes}) < len(routes):
        raise Unparsed("a domain has two routes")
    return routes


def _routes(text: str) -> tuple[SmtpRoute, ...]:
    above = above_menu(text)
    table = read_table(above)
    if table is not None and len(table.headers) == 2:
        return tuple(_route(row[table.headers[0]], row[table.headers[1]]) for row in table.rows)
    routes = []
    for line in above.split("\n"):
        if _skipped(line):
            continue
        found = _ROUTE.match(line)
        if found is None:
            raise Unparsed(f"the line {quoted(line)} is no route")
        routes.append(_route(found[1], found[2]))
    return tuple(routes)


def _skipped(line: str) -> bool:
    return bool(_RULE.match(line) or _COUNTED.search(line) or _NONE.search(line) or _HEADER.match(line)) or bool(
        _SENTENCE.match(line) and not re.search(r"(?i)usedns|/dev/null|->", line) and len(line.split()) > 3
    )


def _route(key: str, text: str) -> SmtpRoute:
    key = key.strip()
    domain = ALL if key.upper() == ALL else key.lower()
    if not _KEY.fullmatch(key) or ("." not in key and ":" not in key and domain != ALL):  # a lone word is no domain
        raise Unparsed(f"{quoted(key)} stands where the domain of a route is expected")
    words = [word for word in re.split(r"[,\s]+", text.strip()) if word]
    if [word.upper() for word in words] == ["USEDNS"]:
        return SmtpRoute(domain, RouteKind.USEDNS)
    if words == ["/dev/null"]:
        return SmtpRoute(domain, RouteKind.DISCARD)
    if not words:
        raise Unparsed(f"the route of {quoted(key)} names no host")
    return SmtpRoute(domain, RouteKind.HOSTS, tuple(_host(word, key) for word in words))


def _host(word: str, key: str) -> RouteHost:
    priority = _PRIORITY.search(word)
    rest = word[: priority.start()] if priority else word
    port = 25
    direct = rest.startswith("[") and "]" in rest
    if direct:
        name, _, tail = rest[1:].partition("]")
        if tail:
            port = _port(tail.removeprefix(":"), word, key)
    elif _is_address(rest):
        name = rest
    else:
        name, colon, tail = rest.partition(":")
        if colon:
            port = _port(tail, word, key)
    if not (_is_address(name) or _NAME.fullmatch(name)) or name.upper() == "USEDNS":
        raise Unparsed(f"the route of {quoted(key)} goes to {quoted(word)}, which is no host")
    order = int(priority[1]) if priority else 0
    if order > 65535:
        raise Unparsed(f"the route of {quoted(key)} has the priority {order}")
    return RouteHost(name.lower(), port, order, direct)


def _port(text: str, word: str, key: str) -> int:
    if text.isdecimal() and len(text) < 6 and 0 < int(text) < 65536:
        return int(text)
    raise Unparsed(f"the route of {quoted(key)} goes to {quoted(word)}, which has no readable port")


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
