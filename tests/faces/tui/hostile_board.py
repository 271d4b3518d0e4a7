"""A watched fleet in which every text that anybody else may have written is hostile."""

from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from enum import Enum
from typing import Any

from watched import DOMAINS, DOWN, NOW, observation, profile_text, verdict_for, watched_state

from fleet.errors import Failure
from fleet.model import Verdict
from fleet.model import event as events
from fleet.model.event import Act, Target
from fleet.model.fleet import Destination, Fleet
from fleet.model.proof import Proof
from fleet.model.queue import Queue, Waiting
from fleet.monitor import State
from fleet.views.board import Picture
from fleet.views.validation import Beside, validate


def poisoned(value: Any, text: str) -> Any:
    """``value`` with every text in it replaced."""
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return text
    if isinstance(value, bytes):
        return text.encode("utf-8", "replace")[:64] if len(value) == 2 else value
    if isinstance(value, tuple):
        return tuple(poisoned(one, text) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {one.name: poisoned(getattr(value, one.name), text) for one in fields(value) if one.init}
        return replace(value, **changed)
    return value


def poisoned_verdict(domain: str, kind: int, text: str) -> Verdict:
    """Hosts keep telling names apart, so that steps find each other; everything else says ``text``."""
    verdict = verdict_for(domain, kind, NOW)
    steps = []
    for step in verdict.steps:
        made = poisoned(step, text)
        for name in ("host", "base"):
            if hasattr(made, name):
                made = replace(made, **{name: getattr(step, name)})
        if hasattr(made, "contact"):
            made = replace(made, contact=replace(made.contact, host=step.contact.host))
        if hasattr(made, "hosts"):
            made = replace(made, hosts=tuple(replace(one, preference=7) for one in step.hosts))
        steps.append(made)
    return replace(verdict, steps=tuple(steps), vantage=text, resolvers=(text,), unknown=(text,))


def hostile_picture(text: str) -> Picture:
    """Names of nodes, tiers and destinations, what servers and nodes said, failures, reasons: all of it is ``text``."""
    profile = profile_text()
    state: State = watched_state(profile)
    fleet = state.fleet
    assert fleet is not None
    evil = f"node {text}"[:300]
    nodes = {**fleet.nodes, evil: replace(fleet.nodes["dlv1"], name=evil, addresses=(text,))}
    destinations = {**fleet.destinations, text: Destination(text), f"x{text}": Destination(f"x{text}")}
    tiers = {**fleet.tiers, text: replace(fleet.tiers["scan"], name=text, delivers_to=(text,), receives_from=(text,))}
    changed: Fleet = replace(fleet, name=text, nodes=nodes, destinations=destinations, tiers=tiers)
    state.apply(events.ProfileLoaded(NOW, changed, text, "x"))
    failure = Failure(DOWN.kind, text, text)
    seen = observation(changed, evil, NOW, version=text)
    units = tuple(replace(unit, why=text, evidence=poisoned(unit.evidence, text)) for unit in seen.units)
    state.apply(events.NodeObserved(NOW, replace(seen, units=units)))
    state.apply(events.PollFailed(NOW, "dlv2", failure))
    state.apply(events.CommandSent(NOW, evil, text, text, 1.0, text))
    state.apply(events.ResolverJudged(NOW, evil, "192.0.2.53:53", text, next(iter(events.ResolverKind)), (text,)))
    state.apply(events.ResolverJudged(NOW, text, text, "tcp", next(iter(events.ResolverKind)), (text,)))
    for number, domain in enumerate((*DOMAINS, text, f"x{text}")):
        target = Target(domain, text if number % 2 else "this host", (text,) if number % 3 else ())
        state.apply(events.CheckStarted(NOW, target))
        state.apply(events.CheckFinished(NOW, target, poisoned_verdict(domain, number, text)))
        state.apply(
            events.OperatorActed(NOW, text, Act.ACKNOWLEDGED, f"destination {domain}", text, NOW + timedelta(1))
        )
        if number % 4 == 0:
            state.apply(events.CheckFailed(NOW, target, failure))
        if number % 4 == 1:
            state.apply(events.CheckStarted(NOW, target))
            for step in poisoned_verdict(domain, number, text).steps:
                state.apply(events.StepSeen(NOW, target, step))
    for domain in (text, *DOMAINS[:3]):
        waiting = (Waiting(domain, 7, source=text), Waiting(f"y{text}", None, source=text, why=text))
        state.apply(events.QueueSeen(NOW, Queue(evil, NOW, waiting, missing=(text,))))
        state.apply(events.LogsRead(NOW, text, (Proof(domain, successes=1, failures=2, weak=3),), complete=False))
    state.apply(events.QueueUnseen(NOW, "dlv2", failure))
    state.apply(events.HistoryFailed(NOW, text))
    validation = validate(profile, text, Beside(NOW))
    findings = tuple(replace(one, object=text, sentence=text, hint=text) for one in validation.report.findings)
    report = replace(validation.report, findings=findings)
    return Picture(state, NOW, replace(validation, report=report), lambda verdict: (text, text))
