"""Checks from a node: our ladder through the resolvers it asks, in its platform's order, over its own network.

Which resolver answers decides what a gateway sees, and AsyncOS picks at random among those of one priority, anew for
every question.  So a destination is looked at once for each resolver that may come first (``orders``): where these see
the same, good; where not, mail fares as chance has it, and both are shown.

SMTP from a delivery node is talked in its name and from its address, so it is opt-in, and paced over all nodes
together: no mail server is to notice that many of us look.

Nothing remote is raised.  What could not be looked at (no login, forwarding refused, a tunnel that died, a resolver
that answers over UDP only) stands in the steps as *not observed*: the outcome is unknown, with the reason.

May import ``fleet.dane``, ``fleet.dnssec``, ``fleet.forecast``, ``fleet.network``, ``fleet.model`` and this package.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from fleet.clock import WallClock, now
from fleet.dane import SmtpSettings, Walker, WalkLimits
from fleet.dane.pacing import Pacer, SessionCache
from fleet.dane.pkix import Roots
from fleet.dnssec.conversation import Conversation
from fleet.dnssec.fetch import Transport
from fleet.dnssec.lookup import ValidatedResolver
from fleet.dnssec.split import split
from fleet.dnssec.validator import Validator
from fleet.errors import Failure
from fleet.forecast.failover import alternates, turns
from fleet.forecast.resolving import endpoint, trace
from fleet.model import Contact, Verdict
from fleet.model.fleet import Node, Platform
from fleet.model.resolver import Resolver
from fleet.network import Network
from fleet.network.endpoint import parse_endpoint
from fleet.text import show
from fleet.vantage.audit import Through
from fleet.vantage.observing import NoWay, observing

if TYPE_CHECKING:
    from fleet.dnssec.zone import TrustAnchors

Order = tuple[str, ...]
"""Resolvers (``address:port``) as they are asked, one after the other."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One destination as one node sees it; ``first``: the resolver that chance put first, empty where there is one."""

    node: Node
    verdict: Verdict
    first: str = ""

    @property
    def label(self) -> str:
        """Who saw it, for people."""
        return f"{show(self.node.name, 80)} by way of {self.first}" if self.first else show(self.node.name, 80)


OnSeen = Callable[[Seen], None]
_ROOTS = "it asks the root servers itself, which cannot be done for it"


def orders(node: Node, domain: str = "") -> tuple[Order, ...]:
    """The orders in which ``node`` may ask its resolvers about ``domain``: one for each that may come first.

    Empty where nothing is known of them, or where it asks the root servers itself.
    """
    settings = node.settings
    listed = settings.resolvers or ()
    if settings.root_servers and not alternates(listed, domain):
        return ()
    groups = [turn.resolvers for turn in turns(settings.platform or Platform.ASYNCOS, listed, domain)]
    if not groups:
        return ()
    first, rest = groups[0], [one for group in groups[1:] for one in group]
    return tuple(dict.fromkeys(_spelled([*first[at:], *first[:at], *rest]) for at in range(len(first))))


def secondaries(node: Node) -> frozenset[str]:
    """The resolvers that ``node`` asks only where no other can be reached; the C library knows no such thing."""
    if node.settings.platform is not Platform.ASYNCOS:
        return frozenset()
    listed = node.settings.resolvers or ()
    return frozenset(_spelled([one for one in listed if one.secondary])) - {
        endpoint(one) for one in listed if not one.secondary
    }


def _spelled(resolvers: Sequence[Resolver]) -> Order:
    return tuple(dict.fromkeys(endpoint(one) for one in resolvers))


@dataclass(slots=True)
class NodeChecks:
    """Checks from nodes.  ``smtp`` tells for each node whether mail servers may be talked to from there.

    ``jobs``: destinations at a time and node; ``question``: seconds for one DNS question.
    """

    through: Through
    anchors: "TrustAnchors"
    smtp: Callable[[Node], bool]
    ehlo: str = "localhost"
    limits: WalkLimits = field(default_factory=WalkLimits)
    question: float = 5.0
    jobs: int = 32
    roots: Roots | None = None
    clock: WallClock = now
    _pacer: Pacer = field(init=False, repr=False)

    def __post_init__(self) -> None:
        usual = SmtpSettings()
        self._pacer = Pacer(per_address=usual.per_address, new_per_second=usual.new_per_second)

    async def run(self, nodes: Sequence[Node], domains: Sequence[str], on_seen: OnSeen) -> None:
        """Check every domain from every node; ``on_seen`` is told as they come."""
        async with asyncio.TaskGroup() as group:
            for node in nodes:
                group.create_task(self._from(node, domains, on_seen))

    async def _from(self, node: Node, domains: Sequence[str], on_seen: OnSeen) -> None:
        async with self.through(node) as found, AsyncExitStack() as stack:
            network: Network = NoWay(show(node.name, 80), found) if isinstance(found, Failure) else found
            views = _Views(self, node, network, stack)
            waiting = iter([(domain, order) for domain in domains for order in orders(node, domain) or ((),)])

            async def worker() -> None:
                for domain, order in waiting:
                    on_seen(await views.see(domain, order))

            async with asyncio.TaskGroup() as group:
                for _ in range(self.jobs):
                    group.create_task(worker())


class _Views:
    """One node's walkers: one for each order, with lookups of a resolver and SMTP sessions shared between them."""

    def __init__(self, checks: NodeChecks, node: Node, network: Network, stack: AsyncExitStack) -> None:
        self._checks = checks
        self._node = node
        self._network = network
        self._stack = stack
        self._resolvers: dict[str, ValidatedResolver] = {}
        self._walkers: dict[Order, Walker] = {}
        self._sessions: SessionCache[Contact] = SessionCache()
        self._carrying: dict[str, Transport] = {}
        self._secondaries = secondaries(node)
        self._split = any(one.domains for one in node.settings.resolvers or ())

    async def see(self, domain: str, order: Order) -> Seen:
        """``domain`` by this order."""
        if not order:
            return Seen(self._node, self._blind(domain))
        verdict = await self._walker(order).walk(domain)
        several = len(orders(self._node, domain)) > 1
        unknown = (*verdict.unknown, *self._chance(verdict))
        return Seen(self._node, replace(verdict, vantage=self._node.name, unknown=unknown), order[0] if several else "")

    def _blind(self, domain: str) -> Verdict:
        """Nobody to ask."""
        if self._node.settings.root_servers:
            why = _ROOTS
        else:
            why = "which resolvers it asks is not known: declare them, or poll it"
        return Verdict(
            domain,
            self._checks.clock(),
            (),
            (),
            vantage=self._node.name,
            smtp=self._checks.smtp(self._node),
            unknown=(f"{show(self._node.name, 80)}: {why}",),
        )

    def _chance(self, verdict: Verdict) -> Iterator[str]:
        """Names that are asked of others than the domain itself, of which any may come first: one of them was taken."""
        if not self._split:
            return
        names = trace(verdict).names
        if alternates(self._node.settings.resolvers or (), verdict.domain):
            names = (*names, "")  # the zones above it are no alternate server's
        others = {orders(self._node, name) for name in names} - {orders(self._node, verdict.domain)}
        first = sorted({order[0] for possible in others if len(possible) > 1 for order in possible})
        if first:
            yield f"some names are asked of any of {', '.join(first)}, as chance has it; one of them was asked"

    def _whom(self, order: Order, name: str) -> tuple[ValidatedResolver, ...]:
        """The resolvers of ``name`` in a walk by ``order``."""
        return tuple(map(self._resolver, self._order_of(order, name))) or (self._nobody(),)

    def _order_of(self, order: Order, name: str) -> Order:
        """As the walk goes where chance put the same ones in another order; the first of the orders elsewhere."""
        possible = orders(self._node, name)
        return order if order in possible else next(iter(possible), ())

    def _nobody(self) -> ValidatedResolver:
        """Where the node asks the root servers itself."""
        return ValidatedResolver("the root servers", Validator(split(lambda _: (), _ROOTS), self._checks.anchors))

    def _walker(self, order: Order) -> Walker:
        if order not in self._walkers:
            checks = self._checks
            smtp = SmtpSettings(enabled=checks.smtp(self._node), ehlo=checks.ehlo)
            made = Walker(
                self._network,
                [self._resolver(name) for name in order],
                smtp=smtp,
                limits=checks.limits,
                clock=checks.clock,
                roots=checks.roots,
                believing=self._node.settings.platform in (Platform.POSTFIX, Platform.EXIM),
                whom=partial(self._whom, order) if self._split else None,
            )
            made.pacer, made.sessions = checks._pacer, self._sessions
            self._walkers[order] = made
        return self._walkers[order]

    def _resolver(self, name: str) -> ValidatedResolver:
        if name not in self._resolvers:
            transport = split(partial(self._carriers, name), _ROOTS) if self._split else self._carrier(name)
            validator = Validator(transport, self._checks.anchors, clock=self._checks.clock)
            self._resolvers[name] = ValidatedResolver(name, validator, name in self._secondaries)
        return self._resolvers[name]

    def _carriers(self, resolver: str, name: str) -> tuple[Transport, ...]:
        """Who carries a question for ``name`` in a proof through ``resolver``: that one, where the node asks it."""
        possible = orders(self._node, name)
        whom = (resolver,) if any(resolver in order for order in possible) else next(iter(possible), ())
        return tuple(map(self._carrier, whom))

    def _carrier(self, name: str) -> Transport:
        if name not in self._carrying:
            conversation = Conversation(self._network, parse_endpoint(name, 53), timeout=self._checks.question)
            self._stack.push_async_callback(conversation.close)
            self._carrying[name] = observing(conversation)
        return self._carrying[name]
