"""From sound values to the nouns of ``fleet.model``: a ``Fleet`` of whatever part of a profile is sound.

Nodes that declare nothing of their own share their tier's ``Settings``, and a node that declares one setting shares the
others: whoever computes per class of equal nodes can tell them by identity.  May import ``fleet.model`` and modules of
this room.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from fleet.model.alerts import AlertSettings, AlertTarget, Condition, ConditionSettings, Maintenance
from fleet.model.control import BounceProfile, DestinationControl
from fleet.model.fleet import (
    INSIDE,
    INTERNET,
    Destination,
    Fleet,
    LogSubscription,
    Node,
    ObjectPath,
    Settings,
    SshSettings,
    Suppression,
    Tier,
)
from fleet.model.flow import FlowPolicy, Listener, RatEntry, SenderGroup
from fleet.model.peers import EximSettings, PostfixSettings
from fleet.model.resolver import References, Resolver
from fleet.model.route import SmtpRoute
from fleet.profile.forms import RatAction
from fleet.profile.inherit import Declared, inherit, paths
from fleet.profile.keys import FIELDS, SETTINGS

# Sound values come from the table of keys; what a key holds is decided there, so they are Any here.
Sound = Mapping[str, Any]

_NOTHING: frozenset[ObjectPath] = frozenset()


def build(profile: Sound) -> Fleet:
    """The fleet of a sound profile: what names a tier that does not exist is left out."""
    about = profile.get("fleet", {})
    own = own_settings(about)
    settings = _settings(Settings(), own, own)
    ssh = about.get("ssh", {})
    tiers: dict[str, Tier] = {}
    nodes: dict[str, Node] = {}
    declared = {name: own_settings(item) for name, item in profile.get("tiers", {}).items()}
    known = {*declared, INTERNET, INSIDE}
    inherited: dict[str, Declared] = {}
    reached: dict[str, tuple[Declared, SshSettings]] = {}
    for name, item in profile.get("tiers", {}).items():
        inherited[name] = inherit(own, declared[name])
        tier_ssh = inherit(ssh, item.get("ssh", {}))
        reached[name] = tier_ssh, _ssh(tier_ssh)
        tiers[name] = Tier(
            name,
            tuple(word for word in item.get("delivers_to", ()) if word in known),
            tuple(word for word in item.get("receives_from", ()) if word in known),
            _settings(settings, declared[name], inherited[name]),
            _own(item, declared[name]),
            tuple(FIELDS[word] for word in item.get("may_differ", ())),
        )
    for name, item in profile.get("nodes", {}).items():
        tier = tiers.get(item.get("tier", ""))
        if tier is None:
            continue
        node_own = own_settings(item)
        tier_ssh, shared = reached[tier.name]
        nodes[name] = Node(
            name,
            tier.name,
            item.get("addresses", ()),
            _settings(tier.settings, node_own, inherit(inherited[tier.name], node_own)) if node_own else tier.settings,
            _ssh(inherit(tier_ssh, item["ssh"])) if item.get("ssh") else shared,
            _own(item, node_own),
        )
    return Fleet(
        name=about.get("name", ""),
        tiers=tiers,
        nodes=nodes,
        destinations={name: _destination(name, item) for name, item in profile.get("destinations", {}).items()},
        references=References(**profile.get("references", {})),
        own_domains=about.get("own_domains", ()),
        ehlo=about.get("ehlo", ""),
        suppressions=tuple(Suppression(**item) for item in profile.get("suppressions", ())),
        settings=settings,
        own=_own(about, own),
        alerts=_alerts(profile.get("alerts", {})),
    )


def own_settings(item: Sound) -> Declared:
    """The settings among the sound keys of a fleet, a tier or a node."""
    return {name: value for name, value in item.items() if name in SETTINGS}


def _own(item: Sound, settings: Declared) -> frozenset[ObjectPath]:
    ssh = item.get("ssh")
    if not settings and ssh is None:
        return _NOTHING
    return paths(settings if ssh is None else {**settings, "ssh": ssh})


def _settings(inherited: Settings, own: Declared, merged: Declared) -> Settings:
    """``inherited`` with the fields of the settings in ``own`` made anew from ``merged``."""
    if not own:
        return inherited
    return replace(inherited, **{FIELDS[name]: _MAKERS.get(name, _same)(merged[name]) for name in own})


def _same(value: Any) -> Any:
    return value


def _resolvers(items: tuple[Sound, ...]) -> tuple[Resolver, ...]:
    return tuple(Resolver(**item) for item in items)


def _controls(items: Mapping[str, Sound]) -> tuple[DestinationControl, ...]:
    return tuple(DestinationControl(domain, **item) for domain, item in items.items())


def _routes(items: Mapping[str, Any]) -> tuple[SmtpRoute, ...]:
    return tuple(SmtpRoute(domain, kind, hosts) for domain, (kind, hosts) in items.items())


def _bounce_profiles(items: Mapping[str, int]) -> tuple[BounceProfile, ...]:
    return tuple(BounceProfile(name, seconds) for name, seconds in items.items())


def _logs(items: Mapping[str, Sound]) -> tuple[LogSubscription, ...]:
    return tuple(LogSubscription(name, **item) for name, item in items.items())


def _listeners(items: Mapping[str, Sound]) -> tuple[Listener, ...]:
    return tuple(_listener(name, item) for name, item in items.items())


def _listener(name: str, item: Sound) -> Listener:
    return Listener(
        name,
        item.get("port", 25),
        item.get("public", True),
        tuple(FlowPolicy(policy, action) for policy, action in item.get("policies", {}).items()),
        tuple(SenderGroup(**group) for group in item.get("sender_groups", ())),
        tuple(RatEntry(address, action is RatAction.ACCEPT) for address, action in item.get("rat", {}).items()),
    )


def _postfix(item: Sound) -> PostfixSettings:
    values: dict[str, Any] = dict(item)
    for table in ("tls_policy", "transport"):
        if table in values:
            values[table] = tuple(values[table].items())
    if "master" in values:
        values["master"] = tuple(
            (service, name, value) for service, over in values["master"].items() for name, value in over.items()
        )
    return PostfixSettings(**{name: _plain(value) for name, value in values.items()})


def _exim(item: Sound) -> EximSettings:
    values: dict[str, Any] = dict(item)
    if "routes" in values:
        values["routes"] = tuple(values["routes"].items())
    return EximSettings(**values)


def _plain(value: Any) -> Any:
    """Words of enums as the plain text the model keeps for Postfix."""
    if isinstance(value, tuple):
        return tuple(_plain(item) for item in value)
    return str(value) if isinstance(value, str) else value


_MAKERS: dict[str, Callable[[Any], Any]] = {
    "resolvers": _resolvers,
    "destination_controls": _controls,
    "smtp_routes": _routes,
    "listeners": _listeners,
    "bounce_profiles": _bounce_profiles,
    "logs": _logs,
    "postfix": _postfix,
    "exim": _exim,
}
"""How a setting's sound value becomes its field of ``Settings``; settings not listed are kept as they are."""


def _ssh(declared: Declared) -> SshSettings:
    values: dict[str, Any] = dict(declared)
    if "algorithms" in values:
        values["algorithms"] = tuple(values["algorithms"].items())
    return SshSettings(**values)


def _destination(name: str, item: Sound) -> Destination:
    return Destination(name, item.get("every", 1800), item.get("recipients_per_day"))


_ALERT_FIELDS = {"repeat": "repeat_seconds", "gather": "gather_seconds", "findings": "findings"}
_CONDITION_FIELDS = {"for": "seconds", "good_for": "good_seconds"}
_MAINTENANCE_FIELDS = {"from": "start", "until": "end"}


def _alerts(item: Sound) -> AlertSettings:
    plain = {field: item[name] for name, field in _ALERT_FIELDS.items() if name in item}
    return AlertSettings(
        **plain,
        conditions=tuple(
            ConditionSettings(Condition(name), **_renamed(given, _CONDITION_FIELDS))
            for name, given in item.get("conditions", {}).items()
        ),
        targets=tuple(AlertTarget(**target) for target in item.get("targets", ())),
        maintenance=tuple(Maintenance(**_renamed(one, _MAINTENANCE_FIELDS)) for one in item.get("maintenance", ())),
    )


def _renamed(item: Sound, fields: Mapping[str, str]) -> dict[str, Any]:
    return {fields.get(name, name): value for name, value in item.items()}
