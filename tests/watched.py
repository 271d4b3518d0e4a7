"""A fleet that is being watched, made up: two lanes, destinations of every fate, nodes that fail, findings, drift.

``watched()`` gives a picture with a profile behind it, so that every view of the board has something to show.  Names
may be replaced by hostile ones, and counts made as large as a benchmark wants.
"""

import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from verdicts import Sample, bad_match, chain, destination

from fleet.errors import Failure, FailureKind
from fleet.model import (
    Ede,
    Existence,
    MxMeaning,
    MxStep,
    Reason,
    ResolverWord,
    Security,
    Verdict,
)
from fleet.model import event as events
from fleet.model.event import Target
from fleet.model.fleet import Fleet, Settings
from fleet.model.observation import Evidence, Observation, Sight, Unit
from fleet.model.resolver import ResolverKind
from fleet.monitor import State
from fleet.profile import read_profile
from fleet.views.board import Picture
from fleet.views.validation import Beside, validate

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)

HEAD = """
format = "fleet-profile/1"
[fleet]
name = "example.com"
own_domains = ["example.com"]
[fleet.bounce_profiles]
Default = "72h"
[tiers.scan]
delivers_to = ["delivery", "inside"]
receives_from = ["internet", "inside"]
platform = "asyncos"
version = "15.0.0-104"
resolvers = [{ address = "192.0.2.54", kind = "passes" }]
[tiers.scan.destination_controls.default]
tls = "preferred"
dane = "SCAN_DANE"
bounce_profile = "Default"
[tiers.scan.smtp_routes]
ALL = ["10.0.2.11", "10.0.2.12"]
[tiers.delivery]
delivers_to = ["internet"]
receives_from = ["scan"]
platform = "asyncos"
version = "15.0.0-104"
resolvers = [
  { address = "192.0.2.53", priority = 0, kind = "validates" },
  { address = "192.0.2.58", priority = 1, kind = "validates" },
]
[tiers.delivery.destination_controls.default]
tls = "preferred"
dane = "opportunistic"
bounce_profile = "Default"
[tiers.delivery.destination_controls."strict.example"]
dane = "mandatory"
[tiers.delivery.smtp_routes]
[tiers.delivery.listeners.outgoing]
public = false
policies = { RELAYED = "RELAY", BLOCKED = "REJECT" }
sender_groups = [
  { name = "RELAYLIST", members = ["10.0.0.0/8"], policy = "RELAYED" },
  { name = "ALL", members = ["ALL"], policy = "BLOCKED" },
]
[tiers.edge]
delivers_to = ["internet"]
receives_from = ["scan"]
platform = "postfix"
version = "3.7.10"
resolvers = [{ address = "192.0.2.53", kind = "validates" }]
[tiers.edge.postfix]
smtp_tls_security_level = "dane"
smtp_dns_support_level = "dnssec"
smtp_host_lookup = ["dns"]
relayhost = ""
maximal_queue_lifetime = "3d"
"""

NODES = {"scan1": "scan", "scan2": "scan", "dlv1": "delivery", "dlv2": "delivery", "dlv3": "delivery", "edge1": "edge"}
DOMAINS = (
    "good.example",
    "bogus.example",
    "wrong-certificate.example",
    "unsigned.example",
    "no-tlsa.example",
    "silent.example",
    "strict.example",
    "never.example",
    "xn--bcher-kva.example",
)


def profile_text(domains: Sequence[str] = DOMAINS, nodes: int = 0, scan_dane: str = "none") -> str:
    named = dict(NODES)
    named.update({f"dlv{number:04}": "delivery" if number % 3 else "scan" for number in range(4, 4 + nodes)})
    lines = [HEAD.replace("SCAN_DANE", scan_dane)]
    for at, (name, tier) in enumerate(named.items()):
        lines.append(f'[nodes.{name}]\ntier = "{tier}"\naddresses = ["10.{at >> 16}.{at >> 8 & 255}.{at & 255}"]')
    for at, domain in enumerate(domains):
        weight = f"\nrecipients_per_day = {at * 40}" if at % 3 else ""
        lines.append(f'[destinations."{domain}"]\nevery = "30m"{weight}')
    return "\n".join(lines) + "\n"


def verdict_for(domain: str, kind: int, at: datetime) -> Verdict:
    """A verdict of one of six kinds: DANE, bogus, a certificate that does not match, unsigned, no TLSA, silent."""
    made = _KINDS[kind % len(_KINDS)](destination(domain, hosts=1 + kind % 2))
    return replace(made, at=at, milliseconds=120.0 + 10 * kind)


def _bogus(sample: Sample) -> Verdict:
    domain = sample.verdict.domain
    return sample.with_mx(
        security=Security.BOGUS,
        reason=Reason(Ede.SIGNATURE_EXPIRED, f"RRSIG of MX {domain} expired 2 days ago"),
        chain=chain("example", domain, failing=domain),
        word=ResolverWord("SERVFAIL", ad=False, existence=Existence.UNKNOWN, ede=((7, "signature expired"),)),
    )


def _unsigned(sample: Sample) -> Verdict:
    insecure = {"security": Security.INSECURE, "word": ResolverWord("NOERROR", ad=False, existence=Existence.DATA)}
    return Sample(Sample(sample.with_mx(**insecure)).with_address(**insecure)).with_tlsa(
        (), existence=Existence.NXDOMAIN, **insecure
    )


def _silent(sample: Sample) -> Verdict:
    failure = Failure(FailureKind.TIMEOUT, "192.0.2.53:53 gave no answer within 5 s", "Ask another resolver.")
    kept = sample.with_mx(failure=failure, security=Security.INDETERMINATE, existence=Existence.UNKNOWN, records=())
    steps = tuple(replace(step, meaning=MxMeaning.FAILED, hosts=()) for step in kept.steps if isinstance(step, MxStep))
    return replace(kept, steps=steps)


_KINDS = (
    lambda sample: sample.verdict,
    _bogus,
    lambda sample: sample.with_match(bad_match()),
    _unsigned,
    lambda sample: sample.with_tlsa((), existence=Existence.NXDOMAIN),
    _silent,
)


def observation(fleet: Fleet, name: str, at: datetime, **other: object) -> Observation:
    """The node as declared, with ``other`` values seen in place of some."""
    declared = fleet.nodes[name].settings
    settings = replace(declared, **other)
    evidence = Evidence("destconfig list", at, "Domain  TLS  DANE\nDefault  Pref  Off", "ab" * 32, "destconfig/1", 42.0)
    names = [field for field in Settings.__slots__ if getattr(settings, field) is not None]
    return Observation(name, at, settings, tuple(Unit(field, Sight.SEEN, "", evidence) for field in names), None, 0.2)


DOWN = Failure(FailureKind.TIMEOUT, "no answer from 10.0.0.4 port 22 within 10 s", "Is the gateway up?")


def watched_state(text: str, domains: Sequence[str] = DOMAINS, polled: Sequence[str] | None = None) -> State:
    """Everything that was seen until ``NOW``."""
    state = State()
    fleet = read_profile(text, "profile.toml").fleet
    assert fleet is not None
    start = NOW - timedelta(hours=31)
    state.apply(events.MonitorStarted(start, "bastion 4711", "1.0"))
    state.apply(events.ProfileLoaded(start, fleet, "profile.toml", "cd" * 32))
    nodes = polled if polled is not None else [name for name in fleet.nodes if name != "dlv3"]
    for at, name in enumerate(nodes):
        when = NOW - timedelta(seconds=90 + at % 60)
        state.apply(events.PollStarted(when, name))
        state.apply(events.CommandSent(when, name, "10.0.0.1", "destconfig", 41.0, "ok"))
        other: dict[str, object] = {"version": "14.2.0-620"} if name == "dlv2" else {}
        state.apply(events.NodeObserved(when + timedelta(seconds=2), observation(fleet, name, when, **other)))
        if name == "edge1":
            state.apply(events.PollStarted(when + timedelta(seconds=60), name))
            retry = NOW + timedelta(minutes=4)
            state.apply(events.PollFailed(when + timedelta(seconds=70), name, DOWN, retry))
    for resolver, transport, vantage, kind in (
        ("192.0.2.53:53", "udp", "this host", ResolverKind.VALIDATES),
        ("192.0.2.53:53", "tcp", "dlv1", ResolverKind.VALIDATES),
        ("192.0.2.58:53", "tcp", "dlv1", ResolverKind.STRIPS),
        ("192.0.2.54:53", "tcp", "this host", ResolverKind.PASSES),
    ):
        evidence = ("3 of 3 known-good names arrive with signatures",)
        state.apply(events.ResolverJudged(NOW - timedelta(hours=2), vantage, resolver, transport, kind, evidence))
    for number, domain in enumerate(domains):
        if domain == "never.example":
            continue
        target = Target(domain)
        old = 3 * 3600.0 if number % 7 == 4 else 240.0 + number % 900
        for back in (31, 20, 0) if len(domains) < 100 else (0,):
            when = NOW - timedelta(hours=back, seconds=old)
            state.apply(events.CheckStarted(when, target))
            state.apply(events.CheckFinished(when, target, verdict_for(domain, 0 if back == 31 else number, when)))
    if len(domains) > 6 and domains[6] == "strict.example":
        running = Target("strict.example")
        state.apply(events.CheckStarted(NOW - timedelta(seconds=3), running))
        for step in verdict_for("strict.example", 0, NOW).steps[:2]:
            state.apply(events.StepSeen(NOW - timedelta(seconds=2), running, step))
        state.apply(events.CheckStarted(NOW - timedelta(minutes=9), Target("silent.example")))
        state.apply(events.CheckFailed(NOW - timedelta(minutes=8), Target("silent.example"), DOWN))
    return state


def watched(
    domains: Sequence[str] = DOMAINS, nodes: int = 0, scan_dane: str = "none", polled: Sequence[str] | None = None
) -> Picture:
    """The picture of it."""
    text = profile_text(domains, nodes, scan_dane)
    state = watched_state(text, domains, polled)
    observations = {name: entry.known for name, entry in state.nodes.items() if entry.known is not None}
    verdicts = {target.domain: entry.verdict for target, entry in state.checks.items() if entry.verdict is not None}
    validation = validate(text, "profile.toml", Beside(NOW, observations, verdicts))
    return Picture(state, NOW, validation, lambda verdict: (f"daneverify {verdict.domain}", "DANE SUCCESS"))


def shaking(picture: Picture, dice: random.Random) -> Callable[[datetime], None]:
    """Each call, one event: polls and checks begin, show steps and end, on nodes and destinations of any kind.

    What they will have seen is made beforehand: what is measured is who shows it.
    """
    state = picture.state
    fleet = state.fleet
    assert fleet is not None
    nodes, domains = tuple(fleet.nodes), tuple(fleet.destinations)
    ready = {domain: [verdict_for(domain, kind, NOW) for kind in range(6)] for domain in dice.sample(domains, 300)}
    some = tuple(ready)
    queue: deque[Callable[[datetime], events.Event]] = deque()

    def poll() -> None:
        name = dice.choice(nodes)
        seen = observation(fleet, name, NOW)
        queue.append(lambda at: events.PollStarted(at, name))
        queue.append(lambda at: events.CommandSent(at, name, "10.0.0.1", "destconfig", 41.0, "ok"))
        queue.append(lambda at: events.NodeObserved(at, replace(seen, at=at)))

    def check() -> None:
        target = Target(dice.choice(some))
        verdict = dice.choice(ready[target.domain])
        queue.append(lambda at: events.CheckStarted(at, target))
        for step in verdict.steps:
            queue.append(lambda at, step=step: events.StepSeen(at, target, step))
        queue.append(lambda at: events.CheckFinished(at, target, replace(verdict, at=at)))

    def happen(at: datetime) -> None:
        while len(queue) < 10:
            (poll if dice.random() < 0.3 else check)()
        state.apply(queue.popleft()(at))

    return happen


__all__ = ["DOMAINS", "NOW", "observation", "profile_text", "shaking", "verdict_for", "watched", "watched_state"]
