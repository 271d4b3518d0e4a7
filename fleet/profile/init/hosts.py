"""Hosts found in a list, and the profile made of them.

May import ``fleet.layout.names``, ``fleet.model``, ``fleet.errors``, ``fleet.text`` and ``fleet.profile``.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from fleet.errors import UsageError
from fleet.layout.names import canonical
from fleet.model.fleet import INSIDE, INTERNET, Platform
from fleet.profile.keys import FORMAT
from fleet.profile.secrets import holds_secret
from fleet.profile.values import USER, VERSION, UnfitError, address, host, jump
from fleet.profile.writing import key_text, value_text
from fleet.text import show

UNASSIGNED = "unassigned"
"""The tier of nodes whose list says none: it delivers to nothing, so nothing is believed of their mail."""
MOST = 20_000
"""How many hosts are taken from one list."""


@dataclass(frozen=True, slots=True)
class Host:
    """One host, in the words of its list.  ``addresses`` are tried as addresses; ``reached``: a name or address."""

    name: str
    tier: str = ""
    addresses: tuple[str, ...] = ()
    reached: str = ""
    port: str = ""
    user: str = ""
    key: str = ""
    jump: str = ""
    platform: str = ""
    version: str = ""


def profile_text(hosts: Sequence[Host], origin: str, notes: Iterable[str] = ()) -> str:
    """A profile of ``hosts``; what of them cannot be used is said in comments.

    UsageError where there is no host, or more than a profile is meant for.
    """
    if not hosts:
        raise UsageError(f"{origin} names no host")
    if len(hosts) > MOST:
        raise UsageError(f"{origin} names {len(hosts):,} hosts, more than {MOST:,} are not taken over")
    lines = [*_HEAD.format(origin=origin, format=FORMAT).splitlines(), *(f"# {show(note, 300)}" for note in notes)]
    taken = _Taken()
    nodes = [line for item in hosts for line in taken.node(item)]
    if not taken.tiers:
        raise UsageError(f"{origin} names no host that can be reached by a name or an address")
    for tier in taken.tiers.values():
        lines += _tier_lines(tier)
    return "\n".join((*lines, *nodes)) + "\n"


_HEAD = f"""\
# Made from {{origin}}.  What this profile does not say is unknown to every check.  Fill in:
#   tiers: where their mail goes and comes from; only a tier that delivers to "{INTERNET}" may do DANE
#   per tier: resolvers, destination_controls, smtp_routes, listeners with their sender groups, bounce_profiles
#   per node: ssh.host_key (compare `ssh-keygen -lf` with the gateway's own console), what differs from its tier
#   destinations to watch
# Then run `fleet validate` on it.
format = "{{format}}"
"""


def _tier_lines(tier: str) -> list[str]:
    if tier == UNASSIGNED:
        why = "# The list gives these nodes no tier: move each to the tier it belongs to."
    else:
        why = f'# Fill in: names of tiers, "{INTERNET}", "{INSIDE}".  While it is empty the tier delivers to nothing.'
    return ["", f"[tiers.{key_text([tier])}]", why, "delivers_to = []", "receives_from = []"]


def _name(text: str) -> str:
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-.")[:64].rstrip("-.")
    return name or "gateway"


def _tier(text: str) -> str:
    if not text.strip():
        return UNASSIGNED
    name = _name(text.strip())
    return f"{name}-tier" if canonical(name) in (INTERNET, INSIDE) else name


def _form(pattern: str, words: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if re.fullmatch(pattern, text):
            return text
        raise UnfitError(words)

    return check


def _platform(text: str) -> str:
    try:
        return str(Platform(text.lower()))
    except ValueError:
        raise UnfitError(f"is none of {', '.join(Platform)}") from None


def _port(text: str) -> int:
    if text.isdecimal() and len(text) < 6 and 1 <= int(text) <= 65_535:
        return int(text)
    raise UnfitError("is no port")


_FIELDS: tuple[tuple[str, str, Callable[[str], object]], ...] = (
    ("platform", "platform", _platform),
    ("version", "version", _form(VERSION, "is no version")),
    ("port", "ssh.port", _port),
    ("user", "ssh.user", _form(USER, "is no user name")),
    ("key", "ssh.key", _form(r"\S(?:.*\S)?", "is no path")),
    ("jump", "ssh.jump", jump),
)
"""A field of ``Host``, its key of a node, and how it is checked."""


class _Taken:
    """The nodes written so far: no name, address or SSH host stands twice in a profile."""

    def __init__(self) -> None:
        self.tiers: dict[str, str] = {}  # as first spelled, by canonical name: a profile takes both for one
        self._names: set[str] = set()
        self._addresses: dict[str, str] = {}
        self._reached: dict[tuple[object, ...], str] = {}

    def node(self, item: Host) -> list[str]:
        """The lines of one node; a host that cannot be reached by anything becomes a comment."""
        refused: list[str] = []
        name = self._unique(_name(item.name))
        tier = _tier(item.tier)
        tier = self.tiers.get(canonical(tier), tier)
        fields: dict[str, object] = {"tier": tier}
        for field, key, check in _FIELDS:
            self._take(fields, key, getattr(item, field), check, refused)
        addresses = self._own_addresses(item, name, refused)
        if addresses:
            fields["addresses"] = addresses
        reached: dict[str, object] = {}
        if (item.reached and item.reached not in addresses[:1]) or not addresses:
            self._take(reached, "ssh.host", item.reached or item.name, host, refused)
        end = (
            reached.get("ssh.host", addresses[0] if addresses else ""),
            fields.get("ssh.port", 22),
            fields.get("ssh.jump", ""),
        )
        other = self._reached.setdefault(end, name)
        if end[0] and other == name:
            fields |= reached
            self.tiers[canonical(tier)] = tier
            return self._lines(item, name, fields, refused)
        why = f"reached as node {other} already" if end[0] else "nothing to reach it by"
        return ["", f"# not taken over: {show(item.name, 200)}: {why}"]

    @staticmethod
    def _lines(item: Host, name: str, fields: dict[str, object], refused: list[str]) -> list[str]:
        lines = ["", f"[nodes.{key_text([name])}]"]
        if name != item.name:
            lines.append(f"# in the list: {show(item.name, 200)}")
        lines += [f"{key} = {value_text(value)}" for key, value in fields.items()]
        return lines + [f"# not taken over: {why}" for why in refused]

    def _unique(self, name: str) -> str:
        unique, number = name, 1
        while canonical(unique) in self._names:
            number += 1
            unique = f"{name[:56]}-{number}"
        self._names.add(canonical(unique))
        return unique

    def _own_addresses(self, item: Host, name: str, refused: list[str]) -> list[str]:
        found: list[str] = []
        for text in item.addresses:
            checked: dict[str, object] = {}
            self._take(checked, "address", text, address, refused)
            value = str(checked.get("address", ""))
            other = self._addresses.setdefault(value, name) if value else name
            if other != name:
                refused.append(f"address {value} belongs to node {other}")
            elif value and value not in found:
                found.append(value)
        return found

    @staticmethod
    def _take(
        fields: dict[str, object], key: str, text: str, check: Callable[[str], object], refused: list[str]
    ) -> None:
        """Put the checked value of ``text`` into ``fields``, or the reason why not into ``refused``."""
        if not text:
            return
        if holds_secret(text):
            refused.append(f"{key} holds a secret")
            return
        try:
            fields[key] = check(text)
        except UnfitError as unfit:
            refused.append(f"{key} '{show(text, 80)}' {unfit}")
