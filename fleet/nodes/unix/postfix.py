"""Postfix: ``postconf -x`` (tried), ``postconf -P``, lookup tables.

Lists and levels stay as Postfix spells them.  A value that still holds ``$name`` after ``-x`` is an expression of a
release we do not know, and is not interpreted.  May import ``fleet.nodes.reading``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fleet.nodes.commands import MAP_TYPES
from fleet.nodes.reading import Unparsed, quoted

PARSER = "postfix.postconf/1"
MAP_PARSER = "postfix.postmap/1"
MASTER_PARSER = "postfix.master/1"
LEVELS = frozenset({"none", "may", "encrypt", "dane", "dane-only", "fingerprint", "verify", "secure", "half-dane"})
_PAIR = re.compile(r"^([A-Za-z0-9_]+)\s*=\s?(.*)$")
_OVERRIDE = re.compile(r"^(\S+/\S+)/([A-Za-z0-9_]+)\s*=\s?(.*)$")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_LIST = re.compile(r"[,\s]+")


def parse_parameters(text: str) -> dict[str, str]:
    """``name = value`` lines; a line that begins with white space continues the one before.  Raises Unparsed."""
    values: dict[str, str] = {}
    name = ""
    for line in text.split("\n"):
        if not line.strip():
            continue
        if line[0] in " \t" and name:
            values[name] = f"{values[name]} {line.strip()}".strip()
            continue
        found = _PAIR.match(line)
        if found is None:
            raise Unparsed(f"the line {quoted(line)} is no parameter")
        name = found[1]
        values[name] = found[2].strip()
    if not values:
        raise Unparsed("postconf printed no parameter")
    return values


def version_and_parameters(text: str) -> tuple[str, dict[str, str]]:
    """The release and all that ``postconf`` printed.  Raises Unparsed."""
    values = parse_parameters(text)
    version = values.get("mail_version", "")
    if not version:
        raise Unparsed("postconf does not say mail_version")
    return version, values


def plain(values: Mapping[str, str], name: str) -> str | None:
    """A value; None where this release has no such parameter.  Raises Unparsed for an expression."""
    value = values.get(name)
    if value is not None and "$" in value:
        raise Unparsed(f"{name} is {quoted(value)}, an expression that this program does not evaluate")
    return value


def level(values: Mapping[str, str]) -> str | None:
    """The TLS level in force: an empty one falls back to the two parameters that were there before it."""
    value = plain(values, "smtp_tls_security_level")
    if value == "":
        if plain(values, "smtp_enforce_tls") == "yes":
            return "encrypt"
        return "may" if plain(values, "smtp_use_tls") == "yes" else "none"
    if value is not None and value not in LEVELS:
        raise Unparsed(f"smtp_tls_security_level is {quoted(value)}, which is no level")
    return value


def words(values: Mapping[str, str], name: str) -> tuple[str, ...] | None:
    """A list."""
    value = plain(values, name)
    return None if value is None else tuple(word for word in _LIST.split(value) if word)


def seconds(values: Mapping[str, str], name: str, unit: str) -> int | None:
    """A time; ``unit`` is the one of a bare number."""
    value = plain(values, name)
    if value is None:
        return None
    found = re.fullmatch(r"(\d{1,9})([smhdw]?)", value)
    if found is None:
        raise Unparsed(f"{name} is {quoted(value)}, which is no time")
    return int(found[1]) * _UNITS[found[2] or unit]


def parse_overrides(text: str) -> tuple[tuple[str, str, str], ...]:
    """``postconf -P``: service/type/parameter = value.  Nothing printed: there are none.  Raises Unparsed."""
    overrides = []
    for line in text.split("\n"):
        if not line.strip():
            continue
        found = _OVERRIDE.match(line)
        if found is None:
            raise Unparsed(f"the line {quoted(line)} is no override of master.cf")
        overrides.append((found[1], found[2], found[3].strip()))
    return tuple(overrides)


@dataclass(frozen=True, slots=True)
class Map:
    """A lookup table as a parameter names it.  ``inline`` holds the pairs of an inline table."""

    name: str
    inline: tuple[tuple[str, str], ...] | None = None

    @property
    def listable(self) -> bool:
        """Whether ``postmap -s`` can print it: an indexed or plain file."""
        kind, _, path = self.name.partition(":")
        return kind in MAP_TYPES.words and path.startswith("/")


def parse_maps(value: str) -> tuple[Map, ...]:
    """``hash:/etc/postfix/tls_policy, inline:{...}``.  Raises Unparsed."""
    maps = []
    for word in _braced_words(value):
        kind, colon, rest = word.partition(":")
        if not colon or not re.fullmatch(r"[a-z][a-z0-9_]*", kind):
            raise Unparsed(f"{quoted(word)} is no lookup table")
        maps.append(Map(word, tuple(_inline_pairs(rest)) if kind == "inline" else None))
    return tuple(maps)


def _braced_words(text: str) -> Iterator[str]:
    """Words at blanks and commas, except inside braces."""
    word, depth = "", 0
    for character in text:
        depth += (character == "{") - (character == "}")
        if depth < 0:
            break
        if depth == 0 and character in ", \t":
            if word:
                yield word
            word = ""
        else:
            word += character
    if depth:
        raise Unparsed(f"the braces in {quoted(text)} do not match")
    if word:
        yield word


def _inline_pairs(text: str) -> Iterator[tuple[str, str]]:
    if not (text.startswith("{") and text.endswith("}")):
        raise Unparsed(f"{quoted(text)} is no inline table")
    for word in _braced_words(text[1:-1]):
        pair = word[1:-1] if word.startswith("{") and word.endswith("}") else word
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise Unparsed(f"{quoted(word)} is no pair of an inline table")
        yield key.strip(), value.strip()


def parse_listing(text: str) -> tuple[tuple[str, str], ...]:
    """``postmap -s``: key, tab, value.  Raises Unparsed."""
    pairs = []
    for line in text.split("\n"):
        if not line.strip():
            continue
        found = re.match(r"^(\S+)\s+(\S.*?)\s*$", line)
        if found is None:
            raise Unparsed(f"the line {quoted(line)} is no entry of a lookup table")
        pairs.append((found[1], found[2]))
    return tuple(pairs)


def policies(pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Levels out of policy entries (``dane-only match=...``); the first table that knows a key decides."""
    found: dict[str, str] = {}
    for key, value in pairs:
        words = value.split()
        if not words or words[0] not in LEVELS:
            raise Unparsed(f"the TLS policy of {quoted(key)} is {quoted(value)}, which is no level")
        found.setdefault(key.lower(), words[0])
    return tuple(found.items())


def transports(pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Transport entries; the first table that knows a key decides."""
    found: dict[str, str] = {}
    for key, value in pairs:
        found.setdefault(key.lower(), value)
    return tuple(found.items())
