"""Settings as a person enters them: by label on AsyncOS, as policy-map lines for Postfix, as host lists for Exim.

Nothing here is ever sent to a gateway.  Labels and their order are those of the vendor's document ("Configuration").

May import ``fleet.model`` and ``fleet.layout``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fleet.model.control import DEFAULT, DaneSupport
from fleet.model.fleet import Platform
from fleet.model.policy import TlsLevel

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
POSTFIX_LEVELS = {DaneSupport.NONE: "may", DaneSupport.OPPORTUNISTIC: "dane", DaneSupport.MANDATORY: "dane-only"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One destination and what its entry is to say.  ``hosts``: its MX hosts, which Exim's lists name."""

    domain: str
    dane: DaneSupport
    tls: TlsLevel | None = None
    hosts: tuple[str, ...] = ()


def instructions(platform: Platform | None, entries: Sequence[Entry]) -> tuple[str, ...]:
    """How ``entries`` are entered on ``platform``; nothing for none of them."""
    if not entries:
        return ()
    match platform:
        case Platform.ASYNCOS:
            return tuple(_asyncos(entries))
        case Platform.POSTFIX:
            return tuple(_postfix(entries))
        case Platform.EXIM:
            return tuple(_exim(entries))
    return ("the platform is not declared, so how to enter this is not known",)


def take_back(platform: Platform | None, entry: Entry, existed: bool) -> tuple[str, ...]:
    """How one entry is undone; ``existed``: the destination had an entry of its own before."""
    match platform:
        case Platform.ASYNCOS if existed:
            return (f"{CONTROLS} > {entry.domain}: set TLS Support and DANE Support back as they were", COMMIT)
        case Platform.ASYNCOS:
            return (f"{CONTROLS}: delete the entry {entry.domain}", COMMIT)
        case Platform.POSTFIX:
            return (f"take the line of {entry.domain} out of the policy map, then: postmap FILE",)
        case Platform.EXIM:
            return ("set the host list back as it was, then let Exim read its configuration again",)
    return ()


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


def _postfix(entries: Sequence[Entry]) -> Iterable[str]:
    if any(entry.dane is not DaneSupport.NONE for entry in entries):
        yield "main.cf: smtp_dns_support_level = dnssec"
    for entry in entries:
        if entry.domain == DEFAULT:
            yield f"main.cf: smtp_tls_security_level = {POSTFIX_LEVELS[entry.dane]}"
        else:
            yield f"smtp_tls_policy_maps: {entry.domain}  {POSTFIX_LEVELS[entry.dane]}"
    yield "then: postmap FILE, and postfix reload where main.cf changed (a person does that, never this program)"


def _exim(entries: Sequence[Entry]) -> Iterable[str]:
    """Exim names mail hosts, not domains: a list is for every domain these hosts serve."""
    by_level = {level: [one for one in entries if one.dane is level] for level in DaneSupport}
    tried, required = by_level[DaneSupport.OPPORTUNISTIC], by_level[DaneSupport.MANDATORY]
    refused = [host for one in by_level[DaneSupport.NONE] for host in one.hosts]
    everybody = any(one.domain == DEFAULT for one in tried)
    hosts = ["*"] if everybody else [host for one in (*tried, *required) for host in one.hosts]
    words = [*(f"!{host}" for host in dict.fromkeys(refused)), *dict.fromkeys(hosts)]
    if words:
        yield f"smtp transport: hosts_try_dane = {' : '.join(words)}"
    if required:
        hosts = list(dict.fromkeys(host for one in required for host in one.hosts))
        yield f"smtp transport: hosts_require_dane = {' : '.join(hosts)}"
    for one in entries:
        if not one.hosts and one.domain != DEFAULT:
            yield f"{one.domain}: its mail hosts are not known; check it first"
    yield "then let Exim read its configuration again (a person does that, never this program)"
