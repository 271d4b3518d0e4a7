"""Exim: ``-bV`` and ``-bP`` (tried on 4.96).

Options of the smtp transports count; where transports differ, no single value is true and the part is Unparsed.
Expansions (``${if ...}``) stay text: what they give depends on the message.  May import ``fleet.nodes.reading``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fleet.nodes.reading import Unparsed, quoted

PARSER = "exim.bp/1"
_VERSION = re.compile(r"(?m)^Exim version (\S+)")
_SUPPORT = re.compile(r"(?m)^Support for:(.*)$")
_BLOCK = re.compile(r"^(\S+) (transport|router):$")
_OPTION = re.compile(r"^([a-z][a-z0-9_]*)\s=(?:\s(.*))?$")
_LISTED = re.compile(r"(?m)^(?:hide\s+)?(hostlist|domainlist)\s+([A-Za-z0-9_]+)\s*=[ \t]*(.*)$")
_RETRY_TIME = re.compile(r"^[FGH],\s*((?:\d+[wdhms])+)\s*,")
_TIMES = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}


def parse_version(text: str) -> tuple[str, bool]:
    """Version and whether DANE is built in, from ``-bV``.  Raises Unparsed."""
    version, support = _VERSION.search(text), _SUPPORT.search(text)
    if version is None:
        raise Unparsed("no line 'Exim version'")
    if support is None:
        raise Unparsed("no line 'Support for:', so nothing says whether DANE is built in")
    return version[1], "DANE" in support[1].split()


@dataclass(frozen=True, slots=True)
class Driver:
    """One transport or router with its options."""

    name: str
    options: Mapping[str, str]


def parse_drivers(text: str, kind: str) -> tuple[Driver, ...]:
    """``-bP transports`` or ``routers``.  Raises Unparsed."""
    drivers: list[Driver] = []
    options: dict[str, str] = {}
    for line in text.split("\n"):
        block = _BLOCK.match(line)
        option = _OPTION.match(line)
        if block is not None and block[2] == kind:
            options = {}
            drivers.append(Driver(block[1], options))
        elif option is not None and drivers:
            options[option[1]] = (option[2] or "").strip()
    if not drivers or any("driver" not in driver.options for driver in drivers):
        raise Unparsed(f"the answer shows no {kind} with its driver")
    return tuple(drivers)


def common(transports: tuple[Driver, ...], option: str) -> str | None:
    """The option's value if all smtp transports agree; None where this Exim has no such option.  Raises Unparsed."""
    smtp = [driver for driver in transports if driver.options["driver"] == "smtp"]
    if not smtp:
        raise Unparsed("no transport delivers over SMTP")
    values = {driver.options.get(option) for driver in smtp}
    if len(values) > 1:
        told = ", ".join(f"{driver.name}: {quoted(driver.options.get(option) or '')}" for driver in smtp)
        raise Unparsed(f"the transports differ in {option} ({told})")
    return values.pop()


def parse_lists(text: str) -> dict[str, tuple[str, ...]]:
    """Named lists of ``-bP config``.  Raises Unparsed if it is no configuration."""
    if not re.search(r"(?m)^begin \w+", text):
        raise Unparsed("the answer is no Exim configuration")
    return {name: tuple(_items(value)) for _kind, name, value in _LISTED.findall(text)}


def _items(value: str) -> Iterator[str]:
    """A list at its separator: a colon (doubled inside an item), or the one that ``<;`` names."""
    text = value.strip()
    if "$" in text:
        yield text  # an expansion: its colons are not ours to split
        return
    separator = ":"
    if len(text) > 1 and text[0] == "<" and not text[1].isalnum():
        separator, text = text[1], text[2:]
    doubled = "\0"
    for item in text.replace(separator * 2, doubled).split(separator):
        plain = item.replace(doubled, separator).strip()
        if plain:
            yield plain


def parse_retry(text: str) -> int:
    """The longest time of the retry rule for everything (``*``), of ``-bP config``.  Raises Unparsed."""
    section = re.search(r"(?ms)^begin retry\s*$(.*?)(?:^begin |\Z)", text)
    if section is None:
        raise Unparsed("the configuration has no retry rules")
    for line in section[1].split("\n"):
        words = line.split(None, 2)
        if len(words) == 3 and words[:2] == ["*", "*"]:
            times = [found[1] for rule in words[2].split(";") if (found := _RETRY_TIME.match(rule.strip()))]
            if len(times) != len([rule for rule in words[2].split(";") if rule.strip()]):
                raise Unparsed(f"the retry rule {quoted(line)} has a form that is not known")
            return max(map(_seconds, times))
    raise Unparsed("no retry rule stands for every destination and every error")


def _seconds(text: str) -> int:
    return sum(int(number) * _TIMES[unit] for number, unit in re.findall(r"(\d+)([wdhms])", text))


def parse_routes(routers: tuple[Driver, ...]) -> tuple[tuple[str, str], ...]:
    """(domain, host) pairs of manualroute routers.  Raises Unparsed where they are looked up or expanded."""
    routes: list[tuple[str, str]] = []
    for router in (driver for driver in routers if driver.options["driver"] == "manualroute"):
        data, listed = router.options.get("route_data", ""), router.options.get("route_list", "")
        if data or "$" in listed:
            raise Unparsed(f"the router {quoted(router.name)} computes its routes")
        for rule in listed.split(";"):
            words = rule.split()
            if not words:
                continue
            if len(words) < 2 or words[0].startswith(("<", '"')):
                raise Unparsed(
                    f"the rule {quoted(rule)} of the router {quoted(router.name)} has a form that is not known"
                )
            routes.append((words[0].lower(), words[1].strip('"')))
    return tuple(routes)
