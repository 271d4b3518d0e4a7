"""What only the whole profile can show: names that lead nowhere, circles of tiers, addresses given twice.

May import ``fleet.layout``, ``fleet.model`` and modules of this room.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from fleet.layout.declared import nearest as nearest_declaration
from fleet.model.finding import Label
from fleet.model.fleet import INSIDE, INTERNET, Fleet, Node, ObjectPath
from fleet.profile.build import Sound, own_settings
from fleet.profile.keys import FORMAT
from fleet.profile.problem import Code, Problems, nearest, quoted
from fleet.profile.secrets import holds_secret

BUILT_IN_BOUNCE_PROFILE = "Default"
"""AsyncOS has a bounce profile of this name without anybody declaring it."""


def check_references(raw: Mapping[str, Any], sound: Sound, fleet: Fleet, problems: Problems) -> None:
    """Report what is wrong between the parts of a profile.  ``raw`` is only asked for places in arrays."""
    _format(sound, problems)
    _nothing(raw, problems)
    _tiers(raw, sound, problems)
    _nodes(raw, sound, problems)
    _cycles(raw, fleet, problems)
    _policies(raw, sound, problems)
    _bounce_profiles(fleet, problems)
    _addresses(raw, fleet, problems)
    _endpoints(fleet, problems)
    _suppressions(raw, problems)
    _targets(raw, problems)
    _maintenance(raw, problems)


def _format(sound: Sound, problems: Problems) -> None:
    given = sound.get("format", FORMAT)
    if given != FORMAT:
        sentence = f"{quoted(given)} is a format this version does not read"
        problems.add(Code.FORMAT, ("format",), sentence, f"it reads {quoted(FORMAT)}")


def _nothing(raw: Mapping[str, Any], problems: Problems) -> None:
    if not raw.get("nodes"):
        sentence = "the profile declares no node, so nothing can be said about any mail"
        problems.add(Code.NOTHING, ("nodes",) if "nodes" in raw else (), sentence, "`fleet init` writes a starter")


def _place(raw: Mapping[str, Any], path: ObjectPath, item: object) -> ObjectPath:
    """Where in the array at ``path`` the value ``item`` stands: unsound elements are gone from the sound one."""
    return (*path, _at(raw, path).index(item))


def _at(raw: Mapping[str, Any], path: ObjectPath) -> Any:
    value: Any = raw
    for key in path:
        value = value[key]
    return value


def _tier_names(raw: Mapping[str, Any]) -> list[str]:
    """The tiers a profile names, also those that are not sound: they are reported once, where they stand."""
    return _named(raw.get("tiers"))


def _named(table: object) -> list[str]:
    """The names a table of the text declares, sound or not."""
    return list(table) if isinstance(table, dict) else []


def _tiers(raw: Mapping[str, Any], sound: Sound, problems: Problems) -> None:
    tiers = sound.get("tiers", {})
    known = dict.fromkeys((*_tier_names(raw), INTERNET, INSIDE))
    for name, tier in tiers.items():
        for key in ("delivers_to", "receives_from"):
            for word in tier.get(key, ()):
                if word not in known:
                    path = _place(raw, ("tiers", name, key), word)
                    problems.add(Code.NO_TIER, path, f"{quoted(word)} is no tier of this profile", _meant(word, known))


def _nodes(raw: Mapping[str, Any], sound: Sound, problems: Problems) -> None:
    known = dict.fromkeys(_tier_names(raw))
    for name, node in sound.get("nodes", {}).items():
        tier = node.get("tier")
        if tier is not None and tier not in known:
            path = ("nodes", name, "tier")
            problems.add(Code.NO_TIER, path, f"{quoted(tier)} is no tier of this profile", _meant(tier, known))
        if not node.get("addresses") and not node.get("ssh", {}).get("host"):
            sentence = "the node has neither 'addresses' nor 'ssh.host': nobody can tell which gateway is meant"
            problems.add(Code.MISSING, ("nodes", name), sentence)


def _meant(word: str, known: Iterable[str]) -> str:
    names = list(known)
    return nearest(word, names) or ("known here: " + ", ".join(names) if names else "")


def _cycles(raw: Mapping[str, Any], fleet: Fleet, problems: Problems) -> None:
    """Each circle once, at the word that closes it."""
    for circle in _circles({name: tier.delivers_to for name, tier in fleet.tiers.items()}):
        path = _place(raw, ("tiers", circle[-2], "delivers_to"), circle[-1])
        hint = "a tier delivers towards the Internet or inwards, never back"
        problems.add(Code.CYCLE, path, f"mail goes in a circle: {' -> '.join(circle)}", hint)


def _circles(following: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    done: set[str] = set()
    for first in following:
        trail = {} if first in done else {first: iter(following[first])}
        while trail:
            last = next(reversed(trail))
            word = next(trail[last], None)
            if word is None:
                del trail[last]
                done.add(last)
            elif word in trail:
                names = list(trail)
                yield (*names[names.index(word) :], word)
            elif word in following and word not in done:
                trail[word] = iter(following[word])


def _levels(sound: Sound) -> Iterator[tuple[ObjectPath, Sound]]:
    yield ("fleet",), sound.get("fleet", {})
    for table in ("tiers", "nodes"):
        yield from (((table, name), item) for name, item in sound.get(table, {}).items())


def _policies(raw: Mapping[str, Any], sound: Sound, problems: Problems) -> None:
    for place, item in _levels(sound):
        for name, listener in own_settings(item).get("listeners", {}).items():  # type: ignore[attr-defined]
            if "sender_groups" not in listener:
                continue
            path = (*place, "listeners", name)
            policies = _named(_at(raw, path).get("policies"))
            for index, group in enumerate(_at(raw, (*path, "sender_groups"))):
                policy = group.get("policy") if isinstance(group, dict) else None
                if isinstance(policy, str) and policy not in policies and not holds_secret(policy):
                    problems.add(
                        Code.NO_POLICY,
                        (*path, "sender_groups", index, "policy"),
                        f"{quoted(policy)} is no policy of this listener",
                        _meant(policy, policies) or "the listener declares no policy",
                    )


def _bounce_profiles(fleet: Fleet, problems: Problems) -> None:
    """A destination control whose bounce profile is missing on a node that uses it; each declaration once."""
    seen: set[int] = set()
    reported: set[ObjectPath] = set()
    for node in fleet.nodes.values():
        settings = node.settings
        if id(settings) in seen or not settings.controls:
            continue
        seen.add(id(settings))
        known = {BUILT_IN_BOUNCE_PROFILE, *(profile.name for profile in settings.bounce_profiles or ())}
        for control in settings.controls:
            if control.bounce_profile is None or control.bounce_profile in known:
                continue
            path = nearest_declaration(fleet, node, ("destination_controls", control.domain, "bounce_profile"))
            if path not in reported:
                reported.add(path)
                sentence = f"{quoted(control.bounce_profile)} is no bounce profile of {_who(path, node)}"
                problems.add(Code.NO_BOUNCE_PROFILE, path, sentence, _meant(control.bounce_profile, known))


def _who(path: ObjectPath, node: Node) -> str:
    return f"node {path[1]}" if path[0] == "nodes" else f"node {node.name}, which inherits this entry"


def _addresses(raw: Mapping[str, Any], fleet: Fleet, problems: Problems) -> None:
    first: dict[str, str] = {}
    for node in fleet.nodes.values():
        seen: set[str] = set()
        for address in node.addresses:
            other = first.setdefault(address, node.name)
            if other == node.name and address not in seen:
                seen.add(address)
                continue
            path = _address_at(raw, node.name, address)
            sentence = f"the address {quoted(address)} belongs to node {other} already"
            problems.add(Code.DUPLICATE_ADDRESS, path, sentence, labels=_first(("nodes", other, "addresses")))


def _address_at(raw: Mapping[str, Any], name: str, address: str) -> ObjectPath:
    """Where the last spelling of ``address`` stands at a node; another spelling: the array."""
    spelled = raw["nodes"][name]["addresses"]
    places = [index for index, item in enumerate(spelled) if item == address]
    path: ObjectPath = ("nodes", name, "addresses")
    return (*path, places[-1]) if places else path


def _endpoints(fleet: Fleet, problems: Problems) -> None:
    """Two nodes behind one SSH host and port are one gateway; addresses given twice are reported as such."""
    first: dict[tuple[str, int, str], str] = {}
    for node in fleet.nodes.values():
        host = node.ssh.host or next(iter(node.addresses), "")
        if not host:
            continue
        other = first.setdefault((host, node.ssh.port, node.ssh.jump), node.name)
        if other != node.name and (node.ssh.host or fleet.nodes[other].ssh.host):
            path: ObjectPath = ("nodes", node.name, "ssh", "host") if node.ssh.host else ("nodes", node.name)
            sentence = f"{quoted(host)} port {node.ssh.port} is reached as node {other} already"
            problems.add(Code.DUPLICATE_ADDRESS, path, sentence, labels=_first(("nodes", other)))


def _first(path: ObjectPath) -> tuple[Label, ...]:
    return (Label(path, "first here"),)


def _suppressions(raw: Mapping[str, Any], problems: Problems) -> None:
    """A suppression says why and until when; one that does not hides nothing."""
    items = raw.get("suppressions")
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if not isinstance(item, dict):
            continue
        missing = [key for key in ("reason", "until") if key not in item]
        if missing:
            sentence = f"the suppression hides nothing without {' and '.join(quoted(key) for key in missing)}"
            hint = 'say why, and until when: reason = "...", until = 2027-01-31'
            problems.add(Code.SUPPRESSION, ("suppressions", index), sentence, hint)


def _elements(raw: Mapping[str, Any], key: str) -> Iterator[tuple[ObjectPath, Mapping[str, Any]]]:
    """The tables of an array below ``alerts``, sound or not."""
    alerts = raw.get("alerts")
    items = alerts.get(key) if isinstance(alerts, dict) else None
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, dict):
            yield ("alerts", key, index), item


def _targets(raw: Mapping[str, Any], problems: Problems) -> None:
    first: dict[str, ObjectPath] = {}
    for path, item in _elements(raw, "targets"):
        name = item.get("name")
        if isinstance(name, str) and first.setdefault(name, path) is not path:
            sentence = f"{quoted(name)} is a target already"
            problems.add(Code.DUPLICATE_NAME, (*path, "name"), sentence, labels=_first((*first[name], "name")))


def _maintenance(raw: Mapping[str, Any], problems: Problems) -> None:
    """A window must have a length, and what it names must be there: a slip would tell, or hide, the wrong things."""
    for path, item in _elements(raw, "maintenance"):
        start: Any = item.get("from")
        end: Any = item.get("until")
        if _zoned(start) and _zoned(end) and end <= start:
            problems.add(Code.RANGE, (*path, "until"), "'until' is not after 'from': the window has no length")
        for key in ("nodes", "tiers"):
            known, words = _named(raw.get(key)), item.get(key)
            for index, word in enumerate(words if isinstance(words, list) else ()):
                if isinstance(word, str) and word not in known and not holds_secret(word):
                    sentence = f"{quoted(word)} is none of the {key} of this profile"
                    problems.add(Code.WORD, (*path, key, index), sentence, _meant(word, known))


def _zoned(value: Any) -> bool:
    return isinstance(value, datetime) and value.tzinfo is not None
