"""A check in the words of the appliance.  May import ``fleet.dane.transcript`` (when needed) and ``fleet.text``."""

from fleet.model import Mode, Verdict
from fleet.text import show


def transcript(verdict: Verdict) -> tuple[str, ...]:
    """What ``daneverify`` would say of it, safe to show."""
    from fleet.dane.transcript import render, text  # noqa: PLC0415  start-up stays light

    return tuple(show(line, 500) for line in text(render(verdict, Mode.OPPORTUNISTIC)).splitlines())
