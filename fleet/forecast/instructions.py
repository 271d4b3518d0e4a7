"""Settings as a person enters them: by label on AsyncOS, as policy-map lines for Postfix, as host lists for Exim.

Nothing here is ever sent to a gateway.  Labels and their order are those of the vendor's document ("Configuration").

May import ``fleet.model``, ``fleet.layout`` and ``fleet.forecast.host_lists``.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from fleet.forecast.host_lists import Names, host_lists, lists_now
from fleet.layout import canonical, route_table
from fleet.model import Verdict
from fleet.model.control import DEFAULT, DaneSupport
from fleet.model.fleet import Platform, Settings
from fleet.model.peers import EximSettings
from fleet.model.policy import TlsLevel
from fleet.model.route import RouteKind

COMMIT = "Submit, then Commit Changes (a person does that, never this program)"
CONTROLS = "Mail Policies > Destination Controls"

DANE_LABELS = {
    DaneSupport.NONE: "None",
    DaneSupport.OPPORTUNISTIC: "Opportunistic",
    DaneSupport.MANDATORY: "Mandatory",
}
TLS_LABELS = {
    TlsLevel.NONE: "None",
    TlsLevel.PREFERRED: "Preferred",
    TlsLevel.REQUIRED: "Required",
    TlsLevel.PREFERRED_VERIFY: "Preferred - Verify",
    TlsLevel.REQUIRED_VERIFY: "Required - Verify",
    TlsLevel.REQUIRED_VERIFY_HOSTED: "Required - Verify Hosted Domains",
}
_POSTFIX_DANE = {DaneSupport.OPPORTUNISTIC: "dane", DaneSupport.MANDATORY: "dane-only"}
_POSTFIX_TLS = {
    TlsLevel.NONE: "none",
    TlsLevel.PREFERRED: "may",
    TlsLevel.PREFERRED_VERIFY: "may",
    TlsLevel.REQUIRED: "encrypt",
    TlsLevel.REQUIRED_VERIFY: "verify",
    TlsLevel.REQUIRED_VERIFY_HOSTED: "secure",
}
"""What is left of a security level without DANE: no less than what held before."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One destination and what its entry is to say.

    ``tls``: the level beside DANE.  ``hosts``: the mail hosts, which Exim's lists name.  ``key``: what Postfix's policy
    table looks up, the next hop where a route leads elsewhere.
    """

    domain: str
    dane: DaneSupport
    tls: TlsLevel | None = None
    hosts: tuple[str, ...] = ()
    key: str = ""


def entry_for(
    settings: Settings, domain: str, verdict: Verdict | None, dane: DaneSupport, tls: TlsLevel | None
) -> Entry:
    """The entry of ``domain`` on a node with ``settings``: under the names that the node itself looks up."""
    hosts = tuple(host.name for host in verdict.hosts) if verdict is not None else ()
    table = route_table(settings)
    routed = table.find(domain) if table is not None else None
    if routed is None or routed[1].route.kind is not RouteKind.HOSTS:
        return Entry(domain, dane, tls, hosts, domain)
    hop = routed[1]
    return Entry(domain, dane, tls, tuple(host.name for host in hop.route.hosts), hop.nexthop or domain)


def instructions(settings: Settings, entries: Sequence[Entry], earlier: Sequence[Entry] = ()) -> tuple[str, ...]:
    """How ``entries`` are entered on nodes with ``settings``; nothing for none of them.

    ``earlier``: what was entered before and must stay; ``settings`` may not have it yet.
    """
    if not entries:
        return ()
    match settings.platform:
        case Platform.ASYNCOS:
            return tuple(_asyncos(entries))
        case Platform.POSTFIX:
            return tuple(_postfix(entries))
        case Platform.EXIM:
            return tuple(_exim(settings.exim or EximSettings(), entries, earlier))
    return ("the platform is not declared, so how to enter this is not known",)


def take_back(settings: Settings, entry: Entry) -> tuple[str, ...]:
    """How one entry is undone on nodes with ``settings``: what was there before is named."""
    match settings.platform:
        case Platform.ASYNCOS:
            return (_as_it_was(settings, entry.domain), COMMIT)
        case Platform.POSTFIX:
            policies = settings.postfix.tls_policy if settings.postfix is not None else None
            for key, value in policies or ():
                if canonical(key) == canonical(entry.key):
                    return (f"smtp_tls_policy_maps: {key}  {value}", "then: postmap FILE")
            return (f"take the line of {entry.key} out of the policy map, then: postmap FILE",)
        case Platform.EXIM:
            return (*lists_now(settings.exim or EximSettings()), _EXIM_READS)
    return ()


def _as_it_was(settings: Settings, domain: str) -> str:
    for control in settings.controls or ():
        if canonical(control.domain) == domain:
            tls = TLS_LABELS[control.tls] if control.tls is not None else "Default"
            dane = DANE_LABELS[control.dane] if control.dane is not None else "Default"
            return f"{CONTROLS} > {domain}: set back TLS Support: {tls} | DANE Support: {dane}"
    return f"{CONTROLS}: delete the entry {domain}"


def _asyncos(entries: Sequence[Entry]) -> Iterable[str]:
    for entry in entries:
        if entry.domain == DEFAULT:
            yield f"{CONTROLS} > Default: {_labels(entry)}"
    own = [entry for entry in entries if entry.domain != DEFAULT]
    if own:
        yield f"{CONTROLS} > Add Destination, or open the entry that is there:"
    for entry in own:
        yield f"Destination: {entry.domain} | {_labels(entry)}"
    yield COMMIT


def _labels(entry: Entry) -> str:
    tls = TLS_LABELS[entry.tls if entry.tls not in (None, TlsLevel.NONE) else TlsLevel.PREFERRED]
    return f"TLS Support: {tls} | DANE Support: {DANE_LABELS[entry.dane]}"


def _postfix(entries: Sequence[Entry]) -> Iterator[str]:
    if any(entry.dane is not DaneSupport.NONE for entry in entries):
        yield "main.cf: smtp_dns_support_level = dnssec"
    for entry in entries:
        level = _POSTFIX_DANE.get(entry.dane) or _POSTFIX_TLS[entry.tls or TlsLevel.PREFERRED]
        if entry.domain == DEFAULT:
            yield f"main.cf: smtp_tls_security_level = {level}"
        else:
            yield f"smtp_tls_policy_maps: {entry.key}  {level}"
    weaker = [entry.domain for entry in entries if entry.dane is DaneSupport.OPPORTUNISTIC and entry.tls in _FIRM]
    if weaker:
        said = "TLS is required now, and under dane mail may leave in clear text where DANE does not apply"
        yield f"mind: {said}: {', '.join(weaker)}"
    yield "then: postmap FILE, and postfix reload where main.cf changed (a person does that, never this program)"


_FIRM = (TlsLevel.REQUIRED, TlsLevel.REQUIRED_VERIFY, TlsLevel.REQUIRED_VERIFY_HOSTED)
_EXIM_READS = "then let Exim read its configuration again (a person does that, never this program)"


def _exim(exim: EximSettings, entries: Sequence[Entry], earlier: Sequence[Entry]) -> Iterator[str]:
    """Exim names mail hosts, not domains: a list is for every domain these hosts serve."""
    for name, value in host_lists(exim, _names(entries), _names(earlier)):
        yield f"smtp transport: {name} = {value}".rstrip()
    for one in entries:
        if not one.hosts and one.domain != DEFAULT:
            yield f"{one.domain}: its mail hosts are not known; check it first"
    yield _EXIM_READS


def _names(entries: Sequence[Entry]) -> Names:
    def of(dane: DaneSupport) -> tuple[str, ...]:
        chosen = (one for one in entries if one.dane is dane and one.domain != DEFAULT)
        return tuple(dict.fromkeys(host for one in chosen for host in one.hosts))

    return Names(
        tried=of(DaneSupport.OPPORTUNISTIC),
        required=of(DaneSupport.MANDATORY),
        refused=of(DaneSupport.NONE),
        clear=tuple(host for one in entries if one.tls is TlsLevel.PREFERRED for host in one.hosts),
        everybody=any(one.domain == DEFAULT and one.dane is DaneSupport.OPPORTUNISTIC for one in entries),
    )
