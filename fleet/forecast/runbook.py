"""Mail is held now: why, the smallest change that lets it go, how to see that it does, and the way back.

Candidates are tried on paper, smallest first: each is laid over what the node is told, and the same forecast says what
would then happen.  Only a change after which mail is delivered is proposed; where none does that (the destination's
name servers are silent, say), the runbook says so instead of sending a person to turn DANE off for nothing.

May import ``fleet.decision``, ``fleet.layout``, ``fleet.model`` and modules of this package.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from fleet.forecast.classed import Forecast, Ingress, MailClass
from fleet.forecast.foretell import Question, foretell
from fleet.forecast.instructions import COMMIT, CONTROLS, entry_for, instructions, take_back
from fleet.forecast.outcome import OPEN, Core, DaneUse, Foretold, Why
from fleet.layout import USEDNS, Decided, EffectivePolicy, canonical, effective
from fleet.model import Outcome, TlsLevel, Verdict
from fleet.model.control import DaneSupport
from fleet.model.fleet import Platform, Settings
from fleet.model.resolver import Resolver, ResolverKind
from fleet.model.route import RouteKind


@dataclass(frozen=True, slots=True)
class Change:
    """One change a person may commit, what mail then comes to, what it costs, and how it is taken back."""

    title: str
    after: Foretold
    cost: str
    lines: tuple[str, ...]
    back: tuple[str, ...]

    @property
    def delivers(self) -> bool:
        """Whether mail leaves after it: by a route, whose TLS nobody tested, is leaving too."""
        after = self.after
        by_route = after.outcome is Outcome.NOT_TESTED and after.dane is DaneUse.OFF
        stuck = after.core.stopped or after.outcome in OPEN or after.outcome is Outcome.UNDELIVERABLE
        return by_route or not stuck


@dataclass(frozen=True, slots=True)
class Page:
    """What to do on nodes to which the same happens.  ``changes``: the smallest first; empty: none of ours helps.

    ``rejected``: titles of changes that were tried on paper and do not deliver.
    """

    nodes: tuple[str, ...]
    ingress: Ingress
    found: Foretold
    changes: tuple[Change, ...]
    rejected: tuple[str, ...]
    verify: tuple[str, ...]

    @property
    def held(self) -> bool:
        """Whether mail is held, or returned for want of DANE."""
        return self.found.core.stopped


def pages(forecast: Forecast, domain: str, node: str = "") -> tuple[Page, ...]:
    """A page for each class of nodes (or for ``node`` alone) and each outcome of its flows, held mail first."""
    found: list[Page] = []
    for group in forecast.classes:
        names = tuple(name for name in group.names if node in ("", name))
        seen: set[Core] = set()
        for ingress in group.ingresses if names else ():
            told = forecast.explain(group, ingress, domain)
            if told.core not in seen:
                seen.add(told.core)
                found.append(_page(forecast, group, names, ingress, domain, told))
    return tuple(sorted(found, key=lambda page: not page.held))


def _page(
    forecast: Forecast, group: MailClass, names: tuple[str, ...], ingress: Ingress, domain: str, told: Foretold
) -> Page:
    tried = tuple(_changes(forecast, group, ingress, domain, told)) if told.core.stopped else ()
    return Page(
        names,
        ingress,
        told,
        tuple(change for change in tried if change.delivers),
        tuple(change.title for change in tried if not change.delivers),
        verify(group.settings.platform, domain),
    )


# ---------------------------------------------------------------------------------------------------------- candidates
@dataclass(frozen=True, slots=True)
class _Node:
    """One class and flow, asked what would happen if it were told something else."""

    forecast: Forecast
    group: MailClass
    ingress: Ingress
    domain: str

    @property
    def policy(self) -> EffectivePolicy:
        return effective(self.forecast.fleet, self.group.holder, self.ingress.flow, self.domain)

    def supposing(self, policy: EffectivePolicy, settings: Settings | None = None) -> Foretold:
        told = settings or self.group.settings
        return foretell(Question(told, policy, self.verdict, self.forecast.resolving, others=self.forecast.verdicts))

    @property
    def verdict(self) -> Verdict | None:
        return self.forecast.verdicts.get(canonical(self.domain))


def _changes(forecast: Forecast, group: MailClass, ingress: Ingress, domain: str, told: Foretold) -> Iterator[Change]:
    at = _Node(forecast, group, ingress, canonical(domain))
    if told.why is Why.RESOLVERS:
        yield from _other_resolvers(at)
    if told.why is Why.ROUTE and group.settings.platform is Platform.ASYNCOS:
        yield _without_dane(at)
        yield from _by_dns(at)
        return
    if told.policy.dane.value is DaneSupport.MANDATORY:
        yield _entry(
            at,
            "DANE Opportunistic instead of Mandatory for this destination",
            DaneSupport.OPPORTUNISTIC,
            at.policy.tls.value,
            "mail may then leave without DANE where the destination does not do it",
        )
    if told.policy.dane.value is not DaneSupport.NONE:
        yield _without_dane(at)
    if at.policy.tls.value not in (None, TlsLevel.NONE, TlsLevel.PREFERRED):
        yield _entry(
            at,
            "DANE None and TLS Preferred for this destination",
            DaneSupport.NONE,
            TlsLevel.PREFERRED,
            "mail to this destination may leave in clear text: only where that is acceptable",
        )


def _without_dane(at: _Node) -> Change:
    level = at.policy.tls.value
    cost = "mail to this destination is not authenticated by DANE until the entry is taken back"
    return _entry(at, "DANE None for this destination", DaneSupport.NONE, level, cost)


def _entry(at: _Node, title: str, dane: DaneSupport, tls: TlsLevel | None, cost: str) -> Change:
    """An entry of the destination's own."""
    settings = at.group.settings
    entry = entry_for(settings, at.domain, at.verdict, dane, tls)
    # The level of Postfix says both: under "dane" TLS is no longer required where DANE is not.
    level = TlsLevel.PREFERRED if settings.platform is Platform.POSTFIX and dane is DaneSupport.OPPORTUNISTIC else tls
    policy = replace(at.policy, dane=Decided(dane), tls=Decided(level) if level is not None else at.policy.tls)
    return Change(title, at.supposing(policy), cost, instructions(settings, [entry]), take_back(settings, entry))


def _by_dns(at: _Node) -> Iterator[Change]:
    """The route taken away: right only where mail was never meant to go by it."""
    route = at.policy.route.value
    if route is None or route.kind is not RouteKind.HOSTS:
        return
    after = at.supposing(replace(at.policy, route=Decided(USEDNS)))
    hosts = ", ".join(host.name for host in route.hosts)
    own = canonical(route.domain) == at.domain
    where = f"Network > SMTP Routes > {at.domain}" if own else f"Network > SMTP Routes > Add Route: {at.domain}"
    back = f"set Destination Hosts back to {hosts}" if own else "delete this route"
    yield Change(
        "USEDNS for this destination",
        after,
        f"mail then goes to its MX and no longer to {hosts}: only where the route is not needed",
        (f"{where}: Destination Hosts: USEDNS", COMMIT),
        (f"Network > SMTP Routes > {at.domain}: {back}", COMMIT),
    )


def _other_resolvers(at: _Node) -> Iterator[Change]:
    """The order of resolvers, with those last that lose DNSSEC."""
    settings, resolving = at.group.settings, at.forecast.resolving
    declared = settings.resolvers or ()
    fit = [one for one in declared if _fit(settings.platform, resolving.kind(one))]
    alive = [one for one in fit if one.address not in resolving.down]
    if not alive or len(fit) == len(declared):
        return
    ordered = tuple(
        replace(one, priority=0, secondary=False) if one in fit else replace(one, priority=1) for one in declared
    )
    after = at.supposing(at.policy, replace(settings, resolvers=ordered))
    first, late = ", ".join(one.address for one in fit), [one for one in declared if one not in fit]
    if settings.platform is Platform.ASYNCOS:
        lines: tuple[str, ...] = (
            f"Network > DNS: priority 0 for {first}; a higher number for {_listed(late)}, or take it out",
            COMMIT,
        )
        back: tuple[str, ...] = (
            f"Network > DNS: {', '.join(f'{one.address} priority {one.priority}' for one in declared)}",
            COMMIT,
        )
    else:
        lines = (f"/etc/resolv.conf: nameserver {first} alone; take out {_listed(late)}",)
        back = (f"/etc/resolv.conf: {', '.join(one.address for one in declared)} in this order",)
    yield Change(
        "Resolvers that do DNSSEC first",
        after,
        "every destination is looked up through them; a resolver of a higher number is still asked when they fail",
        lines,
        back,
    )


def _listed(resolvers: list[Resolver]) -> str:
    return ", ".join(one.address for one in resolvers)


def _fit(platform: Platform | None, kind: ResolverKind) -> bool:
    if platform is Platform.ASYNCOS:
        return kind in (ResolverKind.VALIDATES, ResolverKind.PASSES)
    return kind is ResolverKind.VALIDATES


def verify(platform: Platform | None, domain: str) -> tuple[str, ...]:
    """How a person sees that mail leaves again."""
    match platform:
        case Platform.ASYNCOS:
            return (
                f"daneverify {domain}  (what the appliance itself finds; it does not look at the new entry)",
                f"hoststatus {domain}  (Active Recipients falls, Delivered Recipients grows)",
                "tophosts  (the destination leaves the list); Monitor > Delivery Status: Active Recipients",
                f'grep "TLS success.*for {domain}" mail_logs  (deliveries under DANE: none while its entry says None)',
                f"{CONTROLS}: the entry reads as intended",
            )
        case Platform.POSTFIX:
            return (
                f"posttls-finger -c -l dane {domain}",
                f"postqueue -p | grep {domain}  (the queue empties)",
                f"grep 'to=<.*@{domain}>.*status=' of the mail log  (sent instead of deferred)",
            )
        case Platform.EXIM:
            return (
                f"exim -bp | grep {domain}  (the queue empties)",
                "grep '=>' of the main log  (CV=dane where DANE was done)",
            )
    return ()
