"""``destconfig``: destination controls from LIST and DETAIL.

How a release prints them with DANE is not known to us, so nothing is read by position: columns are found by their
header words, details by their labels, values through tables of words, and an entry counts only if its TLS and DANE are
both understood.  A word that is not in a table, a blank cell, a missing column make the whole unit Unparsed: the
alternative would be to call a node that does DANE one that does not.

May import ``fleet.model`` and ``fleet.nodes.reading``.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from fleet.model.control import DEFAULT, DaneSupport, DestinationControl, IpPreference, LimitScope
from fleet.model.policy import TlsLevel
from fleet.nodes.reading import Unparsed, above_menu, quoted, read_table

PARSER = "asyncos.destconfig/1"
FIRST_WITH_DANE = (12, 0)

_TLS: Mapping[str, TlsLevel] = {
    "no": TlsLevel.NONE,
    "none": TlsLevel.NONE,
    "off": TlsLevel.NONE,
    "preferred": TlsLevel.PREFERRED,
    "preferredverify": TlsLevel.PREFERRED_VERIFY,
    "preferredandverify": TlsLevel.PREFERRED_VERIFY,
    "required": TlsLevel.REQUIRED,
    "requiredverify": TlsLevel.REQUIRED_VERIFY,
    "requiredandverify": TlsLevel.REQUIRED_VERIFY,
    "requiredverifyhosteddomain": TlsLevel.REQUIRED_VERIFY_HOSTED,
    "requiredverifyhosteddomains": TlsLevel.REQUIRED_VERIFY_HOSTED,
}
_DANE: Mapping[str, DaneSupport] = {
    "no": DaneSupport.NONE,
    "none": DaneSupport.NONE,
    "off": DaneSupport.NONE,
    "opportunistic": DaneSupport.OPPORTUNISTIC,
    "mandatory": DaneSupport.MANDATORY,
}
_IP: Mapping[str, IpPreference] = {
    "preferipv4": IpPreference.PREFER_IPV4,
    "ipv4preferred": IpPreference.PREFER_IPV4,
    "preferipv6": IpPreference.PREFER_IPV6,
    "ipv6preferred": IpPreference.PREFER_IPV6,
    "requireipv4": IpPreference.REQUIRE_IPV4,
    "ipv4required": IpPreference.REQUIRE_IPV4,
    "requireipv6": IpPreference.REQUIRE_IPV6,
    "ipv6required": IpPreference.REQUIRE_IPV6,
}
_SWITCH: Mapping[str, bool] = {"no": False, "off": False, "yes": True, "on": True}
_SCOPE: Mapping[str, LimitScope] = {
    "systemwide": LimitScope.SYSTEM,
    "system": LimitScope.SYSTEM,
    "virtualgateway": LimitScope.VIRTUAL_GATEWAY,
    "eachvirtualgateway": LimitScope.VIRTUAL_GATEWAY,
    "pervirtualgateway": LimitScope.VIRTUAL_GATEWAY,
}


def _word(table: Mapping[str, object]) -> Callable[[str], object]:
    def read(text: str) -> object:
        return table[re.sub(r"[^a-z0-9]", "", text.lower())]

    return read


def _count(text: str) -> int:
    return int(text.replace(",", ""))


def _name(text: str) -> str | None:
    """A profile's name; one is called "Default", so only brackets say "as the Default entry"."""
    if not text:
        raise ValueError
    return None if text.lower() == "(default)" else text


_FIELDS: tuple[tuple[str, re.Pattern[str], Callable[[str], object]], ...] = (
    ("dane", re.compile(r"(?i)\bDANE\b"), _word(_DANE)),
    ("tls", re.compile(r"(?i)^(?:(?:outbound |use )?TLS)(?: support| setting)?$"), _word(_TLS)),
    ("bounce_verification", re.compile(r"(?i)\bbounce verif|\baddress tagging|\btagging\b"), _word(_SWITCH)),
    ("bounce_profile", re.compile(r"(?i)\bbounce profile"), _name),
    ("ip_preference", re.compile(r"(?i)\bIP\b.*\b(?:pref|version|sort)"), _word(_IP)),
    ("concurrent_connections", re.compile(r"(?i)\bconcurren"), _count),
    ("messages_per_connection", re.compile(r"(?i)\bmessages per connection"), _count),
    ("limits_apply", re.compile(r"(?i)\bapply limits?\b|\blimits apply"), _word(_SCOPE)),
)
"""Field, what its header or label looks like, how its value is read."""

_NEEDED = frozenset({"tls", "dane"})
_DOMAIN_LABEL = re.compile(r"(?i)^(?:recipient )?(?:domain|destination|host)(?: name)?$")
_DEFAULT_WORDS = frozenset({"(default)", "default", "[default]", "default entry"})
_DOMAIN = re.compile(r"\.?[A-Za-z0-9_](?:[\w-]*\.)*[\w-]*", re.ASCII)
_LABELLED = re.compile(r"^\s*([A-Za-z][\w /().-]*?)\s*[:=]\s*(.*?)\s*$")
_SECTION = re.compile(r"^\s*\[?((?:\(?default\)?)|\.?[\w-]+(?:\.[\w-]+)+)\]?:?\s*$", re.IGNORECASE)
_INHERITS = re.compile(r"(?i)^(?:use )?default$")
_EFFECTIVE = re.compile(r"(?i)^(?:use )?default\s*\((.+)\)$")
_COUNTED = re.compile(r"(?i)there (?:are|is) (?:currently )?(no|\d+) (?:destination control )?entr(?:y|ies)")


def parse_destconfig(replies: Mapping[str, str], version: tuple[int, ...] | None) -> tuple[DestinationControl, ...]:
    """Entries of ``replies`` (list, detail, menu).  Raises Unparsed.

    ``version``: the release if it was read.  Before 12.0 there was no DANE (seed), so its absence proves it is off.
    """
    listed = _from_table(replies.get("list", ""))
    detailed = _from_labels(replies.get("detail", ""))
    entries = _united(listed, detailed)
    if not entries:
        raise Unparsed("neither LIST nor DETAIL shows a table or labels with TLS and DANE")
    if DEFAULT not in entries:
        raise Unparsed("the Default entry, which stands for every other destination, is not among the entries")
    if version is not None and version < FIRST_WITH_DANE and not any("dane" in entry for entry in entries.values()):
        entries[DEFAULT]["dane"] = DaneSupport.NONE
        entries = {name: {"dane": None, **entry} for name, entry in entries.items()}
    for name, entry in entries.items():
        missing = sorted(_NEEDED - entry.keys())
        if missing:
            raise Unparsed(f"the entry {quoted(name)} does not show {' and '.join(map(str.upper, missing))}")
    _held_to_count(replies, len(entries))
    for field in sorted(_NEEDED):
        if entries[DEFAULT][field] is None:
            raise Unparsed(f"the Default entry shows '{field.upper()} Default', which cannot be")
    return tuple(replace(DestinationControl(name), **_known(entry)) for name, entry in entries.items())


_Entries = dict[str, dict[str, Any]]


def _known(entry: Mapping[str, object]) -> dict[str, Any]:
    return {field: value for field, value in entry.items() if value is not None}


def _from_table(text: str) -> _Entries:
    table = read_table(text)
    if table is None or not table.rows:
        return {}
    fields = {header: field for header in table.headers if (field := _field(header)) is not None}
    if len(set(fields.values())) < len(fields):
        raise Unparsed("two columns of the list have the same meaning")
    entries: _Entries = {}
    for row in table.rows:
        name = _entry_name(row[table.headers[0]])
        if name in entries:
            raise Unparsed(f"the entry {quoted(name)} is listed twice")
        entries[name] = {field: _value(field, row[header], name) for header, field in fields.items()}
    return entries


def _from_labels(text: str) -> _Entries:
    entries: _Entries = {}
    current: dict[str, Any] | None = None
    for line in above_menu(text).split("\n"):
        labelled = _LABELLED.match(line)
        section = _SECTION.match(line)
        if labelled and _DOMAIN_LABEL.match(labelled[1]):
            current = _begin(entries, labelled[2])
        elif section is not None:
            current = _begin(entries, section[1])
        elif labelled and current is not None:
            field = _field(labelled[1])
            if field is not None:
                value = _value(field, labelled[2], next(reversed(entries)))
                if current.get(field, value) != value:
                    raise Unparsed(f"the line {quoted(line)} says something else than a line before")
                current[field] = value
        elif re.search(r"(?i)\bDANE\b", line):
            raise Unparsed(f"the line {quoted(line)} speaks of DANE in a form that is not known")
    return {name: entry for name, entry in entries.items() if entry}


def _begin(entries: _Entries, text: str) -> dict[str, Any]:
    name = _entry_name(text)
    if entries.get(name):
        raise Unparsed(f"the entry {quoted(name)} is shown twice")
    return entries.setdefault(name, {})


def _field(label: str) -> str | None:
    return next((field for field, pattern, _read in _FIELDS if pattern.search(label.strip())), None)


def _value(field: str, text: str, entry: str) -> object:
    """The value, or None for "as the Default entry"."""
    effective = _EFFECTIVE.match(text.strip())
    if effective is not None:
        _value(field, effective[1], entry)  # a word in the brackets that we do not know is not passed over
        return None
    if _INHERITS.match(text.strip()) and field != "bounce_profile":
        return None
    read = next(reader for name, _pattern, reader in _FIELDS if name == field)
    try:
        return read(text.strip())
    except (KeyError, ValueError) as error:
        label = field.replace("_", " ").upper() if field in _NEEDED else field.replace("_", " ")
        raise Unparsed(f"{label} of the entry {quoted(entry)} reads {quoted(text)}, which is not known") from error


def _entry_name(text: str) -> str:
    stripped = text.strip()
    if stripped.lower() in _DEFAULT_WORDS:
        return DEFAULT
    if not _DOMAIN.fullmatch(stripped):
        raise Unparsed(f"{quoted(stripped)} stands where a domain is expected")
    return stripped.lower()


def _united(listed: _Entries, detailed: _Entries) -> _Entries:
    """Both sources as one; where both speak they must agree."""
    if listed and detailed and listed.keys() != detailed.keys():
        odd = sorted(listed.keys() ^ detailed.keys())[0]
        raise Unparsed(f"the entry {quoted(odd)} stands in only one of LIST and DETAIL")
    entries: _Entries = {}
    for name in [*listed, *(name for name in detailed if name not in listed)]:
        short, long = listed.get(name, {}), detailed.get(name, {})
        for field in short.keys() & long.keys():
            if short[field] != long[field]:
                raise Unparsed(f"LIST and DETAIL disagree about {field} of the entry {quoted(name)}")
        entries[name] = {**short, **long}
    return entries


def _held_to_count(replies: Mapping[str, str], shown: int) -> None:
    """The menu says how many entries there are; releases may or may not count the Default entry."""
    texts: Iterable[str] = (replies.get("menu", ""), replies.get("list", ""))
    counted = next((found[1] for text in texts if (found := _COUNTED.search(text)) is not None), None)
    if counted is not None:
        number = 0 if counted.lower() == "no" else int(counted)
        if number not in {shown, shown - 1}:
            raise Unparsed(f"the menu counts {number} entries, {shown} were read")
