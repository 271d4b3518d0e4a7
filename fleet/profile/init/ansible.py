"""A profile from an Ansible inventory: the INI form, or what ``ansible-inventory --list`` prints (also for YAML).

The tier is the variable ``fleet_tier`` of a host or group, or a group named ``tier_NAME``, or else the only group a
host stands in; ``fleet_platform`` and ``fleet_version`` are taken over too.  Variables count as in Ansible: host over
child group over parent group over ``all``.  May import the standard library, ``fleet.errors``, ``fleet.text`` and
modules of this package.
"""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fleet.errors import UsageError
from fleet.profile.init.hosts import MOST, Host, profile_text
from fleet.text import show

_PREFIX = "tier_"
_EVERYBODY = ("all", "ungrouped")
"""Groups that Ansible has without anybody meaning anything by them."""
_SECTION = re.compile(r"\[([^\]:]+)(?::(vars|children))?\]\s*(?:[#;].*)?")
_LONGEST = 10_000
_YAML = re.compile(r"---.*|[^\s\[;=]+:(?:\s+#.*)?")
"""A YAML document, or a key alone on its line, where an inventory begins."""
_RANGE = re.compile(r"\[([0-9]{1,6}|[a-z]):([0-9]{1,6}|[a-z])\]")
_PROXY_JUMP = re.compile(r"ProxyJump[= ]([^\s'\"]+)")


@dataclass(slots=True)
class _Group:
    hosts: dict[str, None] = field(default_factory=dict)
    children: dict[str, None] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Inventory:
    groups: dict[str, _Group] = field(default_factory=dict)
    hosts: dict[str, dict[str, str]] = field(default_factory=dict)

    def group(self, name: str) -> _Group:
        return self.groups.setdefault(name, _Group())


def from_ansible(text: str) -> str:
    """A profile from an inventory.  UsageError where it names no host or cannot be understood."""
    inventory = _from_json(text) if text.lstrip("\ufeff \t\r\n").startswith("{") else _from_ini(text)
    groups = {name: _depths(inventory, name) for name in inventory.groups}
    of_host: dict[str, list[tuple[int, str]]] = {name: [] for name in inventory.hosts}
    for name, depth in ((name, groups[name]) for name in inventory.groups):
        for member in inventory.groups[name].hosts:
            of_host.setdefault(member, []).append((depth, name))
    hosts = [_host(name, inventory, of_host[name]) for name in of_host]
    return profile_text(hosts, "an Ansible inventory")


def _depths(inventory: _Inventory, name: str) -> int:
    """How far below the top a group is: the deeper one's variables count more."""
    depth, names, seen = 0, {name}, {name}
    while names := {above for above, group in inventory.groups.items() if names & set(group.children)} - seen:
        seen |= names
        depth += 1
    return depth


def _host(name: str, inventory: _Inventory, groups: list[tuple[int, str]]) -> Host:
    above: dict[str, None] = {}
    for _, group in sorted(groups):
        above |= dict.fromkeys([*reversed(list(_ancestors(inventory, group))), group])
    variables: dict[str, str] = {}
    for group in ["all", *(item for item in above if item != "all")]:
        if group in inventory.groups:
            variables |= inventory.groups[group].variables
    variables |= inventory.hosts.get(name, {})
    named = sorted(group.removeprefix(_PREFIX) for group in above if group.startswith(_PREFIX))
    named = named or [group for _, group in groups if group not in _EVERYBODY]
    reached = variables.get("ansible_host", name)
    arguments = variables.get("ansible_ssh_common_args", "") + " " + variables.get("ansible_ssh_extra_args", "")
    jump = _PROXY_JUMP.search(arguments)
    return Host(
        name=name,
        # Of two groups that may name a tier neither is right for certain.
        tier=variables.get("fleet_tier", named[0] if len(named) == 1 else ""),
        addresses=(reached,) if re.fullmatch(r"[0-9.]+|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*", reached) else (),
        reached=reached,
        port=variables.get("ansible_port", ""),
        user=variables.get("ansible_user", ""),
        key=variables.get("ansible_ssh_private_key_file", ""),
        jump=jump[1] if jump else "",
        platform=variables.get("fleet_platform", ""),
        version=variables.get("fleet_version", ""),
    )


def _ancestors(inventory: _Inventory, name: str) -> Iterator[str]:
    """Groups above ``name``, nearest first."""
    names, seen = [name], {name}
    while names:
        names = [
            above
            for above, group in inventory.groups.items()
            if above not in seen and any(child in names for child in group.children)
        ]
        seen.update(names)
        yield from names


def _from_ini(text: str) -> _Inventory:
    said = (line.strip() for line in text.removeprefix("\ufeff").splitlines())
    if _YAML.fullmatch(next((line for line in said if line and line[0] not in "#;"), "")):  # its keys are no hosts
        raise UsageError("this inventory is YAML: give what `ansible-inventory -i FILE --list` prints")
    inventory = _Inventory()
    group, kind = "ungrouped", ""
    for number, raw in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        line = raw.strip()
        if not line or line[0] in "#;":
            continue
        if len(line) > _LONGEST:
            raise UsageError(f"line {number} is too long for an inventory")
        section = _SECTION.fullmatch(line)
        if section:
            group, kind = section[1].strip(), section[2] or ""
            inventory.group(group)
        elif kind == "children":
            inventory.group(group).children[line.split()[0]] = None
            inventory.group(line.split()[0])
        elif kind == "vars":
            key, _, value = line.partition("=")
            inventory.group(group).variables[key.strip()] = value.strip().strip("\"'")
        else:
            _ini_host(inventory, group, line, number)
    return inventory


def _ini_host(inventory: _Inventory, group: str, line: str, number: int) -> None:
    try:
        name, *words = shlex.split(line, comments=True)
    except ValueError:
        raise UsageError(f"line {number} of the inventory has a quote that is never closed") from None
    variables = dict(word.split("=", 1) for word in words if "=" in word)
    for host in _expanded(name):
        inventory.group(group).hosts[host] = None
        inventory.hosts.setdefault(host, {}).update(variables)
        if len(inventory.hosts) > MOST:
            raise UsageError(f"the inventory names more than {MOST:,} hosts, which are not taken over")


def _expanded(name: str) -> Iterator[str]:
    """``gw[01:03]`` as gw01, gw02, gw03."""
    match = _RANGE.search(name)
    if match is None:
        yield name
        return
    first, last = match[1], match[2]
    if first.isdecimal() != last.isdecimal():
        yield name
        return
    if first.isdecimal():
        items: Iterator[str] = (str(number).zfill(len(first)) for number in range(int(first), int(last) + 1))
    else:
        items = (chr(code) for code in range(ord(first), ord(last) + 1))
    for item in items:
        yield from _expanded(name[: match.start()] + item + name[match.end() :])


def _from_json(text: str) -> _Inventory:
    try:
        data = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"the inventory is no JSON: {show(str(error), 120)}") from None
    inventory = _Inventory()
    for name, item in data.items():
        if name == "_meta" or not isinstance(item, dict):
            continue
        group = inventory.group(name)
        group.hosts = dict.fromkeys(_texts(item.get("hosts")))
        group.children = dict.fromkeys(_texts(item.get("children")))
        group.variables = _variables(item.get("vars"))
        for host in group.hosts:
            inventory.hosts.setdefault(host, {})
    meta = data.get("_meta")
    of_hosts = meta.get("hostvars") if isinstance(meta, dict) else None
    for host, variables in (of_hosts if isinstance(of_hosts, dict) else {}).items():
        inventory.hosts.setdefault(host, {}).update(_variables(variables))
    return inventory


def _texts(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list | dict) else []


def _variables(value: Any) -> dict[str, str]:
    items: Mapping[str, Any] = value if isinstance(value, dict) else {}
    return {name: str(item) for name, item in items.items() if isinstance(item, str | int)}
