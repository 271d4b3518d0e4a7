"""Postfix: its TLS security level for a domain, as destination controls would say it.

The level comes from the TLS policy table (by next hop; only a next hop that is a bare domain is also looked up by its
parents), else from a ``-o`` override of the delivery service in master.cf, else from main.cf.  ``dane`` and
``dane-only`` need ``smtp_dns_support_level = dnssec`` and a host lookup through DNS; without them Postfix delivers
``dane`` as ``may`` and defers ``dane-only`` (smtp_tls_policy.c, dane_init).  A route with a host name keeps DANE, with
that name.

May import ``fleet.model`` and modules of this package.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fleet.layout.decided import Decided
from fleet.layout.names import canonical, sample, suffixes
from fleet.layout.routes import Routed, RouteTable
from fleet.model.control import DaneSupport
from fleet.model.fleet import ObjectPath
from fleet.model.peers import PostfixSettings
from fleet.model.policy import TlsLevel
from fleet.model.route import ALL

LEVELS: Mapping[str, tuple[TlsLevel, DaneSupport]] = {
    "": (TlsLevel.NONE, DaneSupport.NONE),
    "none": (TlsLevel.NONE, DaneSupport.NONE),
    "may": (TlsLevel.PREFERRED, DaneSupport.NONE),
    "encrypt": (TlsLevel.REQUIRED, DaneSupport.NONE),
    "fingerprint": (TlsLevel.REQUIRED_VERIFY, DaneSupport.NONE),
    "verify": (TlsLevel.REQUIRED_VERIFY, DaneSupport.NONE),
    "secure": (TlsLevel.REQUIRED_VERIFY_HOSTED, DaneSupport.NONE),
    "dane": (TlsLevel.PREFERRED, DaneSupport.OPPORTUNISTIC),
    "dane-only": (TlsLevel.REQUIRED, DaneSupport.MANDATORY),
}
"""What each security level means in the words of a destination control."""

_LEVEL, _SUPPORT, _LOOKUP = "smtp_tls_security_level", "smtp_dns_support_level", "smtp_host_lookup"


@dataclass(frozen=True, slots=True)
class Level:
    """One place that sets a level: its key (``""`` for the main one), the level, the setting path, the service."""

    key: str
    level: str
    path: ObjectPath
    service: str = "smtp"


def level_word(text: str) -> str:
    """The level in a policy table's value ("dane-only match=..."), or in a parameter."""
    words = text.split(None, 1)
    return words[0].lower() if words else ""


def parameter(postfix: PostfixSettings, service: str, name: str) -> Decided[str]:
    """A parameter as the delivery ``service`` sees it: a master.cf override, else main.cf."""
    for entry, key, value in postfix.master or ():
        if entry.partition("/")[0] == service and key == name:
            return Decided(value, ("postfix", "master", entry, key))
    value = getattr(postfix, name)
    text = " ".join(value) if isinstance(value, tuple) else value
    return Decided(None) if text is None else Decided(text, ("postfix", name))


class Levels:
    """The security levels of one Postfix, ready for lookups."""

    def __init__(self, postfix: PostfixSettings) -> None:
        self._postfix = postfix
        self._policies = {canonical(key): (key, value) for key, value in reversed(postfix.tls_policy or ())}

    def of(self, domain: str, routed: Routed | None) -> Decided[str]:
        """The level for mail to ``domain``, which goes by the route ``routed``."""
        service = (routed.service if routed else "") or "smtp"
        nexthop = (routed.nexthop if routed else "") or domain
        for key in _policy_keys(nexthop) if self._policies else ():
            if key in self._policies:
                spelled, value = self._policies[key]
                return Decided(level_word(value), ("postfix", "tls_policy", spelled))
        found = parameter(self._postfix, service, _LEVEL)
        return found if found.value is None else Decided(level_word(found.value), found.path)

    def in_force(self, table: RouteTable | None) -> frozenset[ObjectPath]:
        """The places that decide for some mail: a policy whose next hop no route leads to decides nothing."""
        keys = [ALL, *(routed.route.domain for routed in table.values())] if table is not None else [ALL]
        keys += [key for key in self._policies if _bare(key)]
        return frozenset(self._decides(sample(key), table).path for key in keys)

    def _decides(self, domain: str, table: RouteTable | None) -> Decided[str]:
        found = table.find(domain) if table is not None else None
        return self.of(domain, found[1] if found else None)


def places(postfix: PostfixSettings) -> Iterator[Level]:
    """Every place that sets a level: the main one, each service's, each policy's."""
    main = parameter(postfix, "smtp", _LEVEL)
    if main.value is not None:
        yield Level("", level_word(main.value), main.path)
    for entry, key, value in postfix.master or ():
        service = entry.partition("/")[0]
        if key == _LEVEL and service != "smtp":
            yield Level(entry, level_word(value), ("postfix", "master", entry, key), service)
    for key, value in postfix.tls_policy or ():
        yield Level(key, level_word(value), ("postfix", "tls_policy", key))


def why_off(postfix: PostfixSettings, service: str = "smtp") -> Decided[str]:
    """Why ``service`` can do no DANE whatever its level says; the value is None where it can."""
    support = parameter(postfix, service, _SUPPORT)
    if (support.value or "").strip().lower() != "dnssec":
        said = f"is {support.value!r}" if support.value is not None else "is not declared (its default is empty)"
        return Decided(f"{_SUPPORT} {said}, not dnssec", support.path or ("postfix", _SUPPORT))
    lookup = parameter(postfix, service, _LOOKUP)
    if lookup.value is not None and "dns" not in lookup.value.replace(",", " ").lower().split():
        return Decided(f"{_LOOKUP} is {lookup.value!r}, without dns", lookup.path)
    return Decided(None)


def _policy_keys(nexthop: str) -> Iterator[str]:
    name = canonical(nexthop)
    yield name
    if _bare(name):
        yield from suffixes(name)


def _bare(nexthop: str) -> bool:
    """Whether a next hop is a domain as it stands in an address: without brackets or a port."""
    return not any(character in nexthop for character in "[]:")
