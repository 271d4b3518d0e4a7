"""Running ``fleet alerts``: a look at what the monitor keeps beside its history, or a test message.

May import ``fleet.alerts``, ``fleet.faces.live`` and what lies below.
"""

import asyncio
import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from fleet.alerts import Memory, Message, Phase, load_memory, memory_path, patience_for
from fleet.alerts.courier import try_once
from fleet.alerts.messages import defused
from fleet.clock import minute, now
from fleet.decision import ExitCode
from fleet.errors import UsageError
from fleet.faces.cli.watch_run import default_history
from fleet.faces.live.alerting import find_secret
from fleet.faces.live.profile_file import ProfileFile
from fleet.model.alerts import AlertSettings, AlertTarget, Condition
from fleet.model.fleet import Fleet
from fleet.text import show

_PHASES = {
    Phase.PENDING: "not told yet",
    Phase.FIRING: "FIRING",
    Phase.RECOVERING: "FIRING, seems to recover",
}


def show_alerts(profile: Path, history: Path | None) -> ExitCode:
    """Print what is told to whom and what was told last."""
    fleet = sound_fleet(profile)
    path = memory_path(history if history is not None else default_history(profile))
    known = path.exists()
    memory = load_memory(path)
    for line in alert_lines(fleet, memory, now(), known=known):
        print(line)
    if any(one.alert.fires for one in memory.alerts):
        return ExitCode.FINDINGS
    return ExitCode.CLEAN if known else ExitCode.INCOMPLETE


def send_test(profile: Path, names: Sequence[str]) -> ExitCode:
    """Send a test message to the targets called ``names``, or to all."""
    fleet = sound_fleet(profile)
    targets = {one.name: one for one in fleet.alerts.targets}
    if not targets:
        raise UsageError(f"{show(str(profile))} declares no target: [[alerts.targets]] with name and secret_url")
    unknown = [name for name in names if name not in targets]
    if unknown:
        raise UsageError(f"{show(unknown[0], 80)} is no target of this profile; it declares {', '.join(targets)}")
    wanted = [targets[name] for name in names or targets]
    troubles = asyncio.run(_send(wanted, _test_message(fleet)))
    for target, trouble in zip(wanted, troubles, strict=True):
        print(f"{target.name}: {f'NOT DELIVERED: {show(trouble, 300)}' if trouble else 'delivered'}")
    return ExitCode.FINDINGS if any(troubles) else ExitCode.CLEAN


async def _send(targets: Sequence[AlertTarget], message: Message) -> list[str]:
    return [one.trouble for one in await asyncio.gather(*(try_once(one, message, find_secret) for one in targets))]


def _test_message(fleet: Fleet) -> Message:
    name = defused(fleet.name or "fleet", 64)
    return Message(
        f"fleet {name}: test",
        "This is a test of fleet alerts: nothing is wrong. What stops mail would be told here.\n",
        good=True,
    )


def sound_fleet(profile: Path) -> Fleet:
    """The fleet of ``profile``; UsageError where anything in it, a secret that stands there above all, is an error."""
    file = ProfileFile(profile)
    if file.reading.diagnostics:
        first = file.reading.diagnostics[0]
        where = f"{show(first.span.file)}:{first.span.line}:{first.span.column}"
        raise UsageError(f"{where}: {show(first.finding.sentence)} (fleet validate tells more)")
    return file.fleet


def alert_lines(fleet: Fleet, memory: Memory, at: datetime, *, known: bool) -> Iterator[str]:
    """All of it in lines."""
    settings = fleet.alerts
    yield f"alerts of {show(fleet.name or 'this fleet', 64)} at {minute(at)}"
    yield ""
    if not known:
        yield "no monitor of this profile has run: nothing is known"
    elif not memory.alerts:
        yield "nothing is wrong that the monitor knows of"
    for one in sorted(memory.alerts, key=lambda one: (not one.alert.fires, one.alert.since)):
        reading = one.alert.reading
        told = f", told {minute(one.told_at)}" if one.told_at is not None else ", nobody was told"
        yield f"{_PHASES[one.alert.phase]} since {minute(one.alert.since)}{told}"
        yield f"  {reading.condition}: {show(reading.sentence, 400)}"
    yield ""
    yield "conditions"
    yield from _condition_lines(settings)
    yield ""
    yield "targets" if settings.targets else "no target is declared: nobody is told, but for the screen of fleet watch"
    fares = {state.target.name: state for state in memory.targets}
    for target in settings.targets:
        told_of = ", ".join(target.conditions) or "everything"
        yield f"  {target.name}: {_kept(target)}; told of {told_of}"
        state = fares.get(target.name)
        if state is not None:
            last = f", last {minute(state.delivered_at)}" if state.delivered_at is not None else ""
            yield f"    delivered {state.delivered:,}{last}; failed {state.failed:,}; given up {state.lost:,}"
            if state.trouble:
                yield f"    last try failed: {show(state.trouble, 300)}"
    for window in settings.maintenance:
        names = ", ".join((*window.nodes, *window.tiers, *window.destinations)) or "the whole fleet"
        when = "now" if window.start <= at < window.end else "over" if window.end <= at else "to come"
        times = f"{minute(window.start)} to {minute(window.end)}"
        yield f"maintenance ({when}) {times}: {show(names)}: {show(window.reason)}"


def _condition_lines(settings: AlertSettings) -> Iterator[str]:
    patience = patience_for(settings)
    for condition in Condition:
        one = patience.get(condition)
        if one is None:
            yield f"  {condition:<20} off"
            continue
        bad, good = _span(one.checks, one.seconds), _span(one.good_checks, one.good_seconds)
        yield f"  {condition:<20} told after {bad}, taken back after {good}"
    yield f"  what lasts is told again every {_duration(settings.repeat_seconds)}; findings from {settings.findings} on"


def _kept(target: AlertTarget) -> str:
    """Where the URL is kept, and whether it is there as far as that can be seen without asking for it."""
    kind, _, name = target.secret_url.partition(":")
    if kind != "env":
        return f"URL in {target.secret_url}"
    return f"URL in {target.secret_url}, which is {'set (not shown)' if os.environ.get(name) else 'NOT SET here'}"


def _span(checks: int, seconds: int) -> str:
    times = f"{checks} look{'s' if checks > 1 else ''}"
    return f"{times} and {_duration(seconds)}" if seconds else times


def _duration(seconds: int) -> str:
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
