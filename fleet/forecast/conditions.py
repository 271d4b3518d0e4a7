"""What must be right for DANE to be done at all, one small question for each: the two-tier picture as a table.

The vendor's document asks for AsyncOS 12 or later, for TLS Support other than None beside DANE Support, and for mail
that came in under a RELAY policy; routes and resolvers then decide whether DANE, once it is tried, delivers
(``foretell``).  Postfix and Exim tell DANE on and off by their own settings, whoever sent the mail.

Each question answers yes, no, or not known.  One "no" is enough for DANE to be off, whatever is not known beside it.

May import ``fleet.layout`` and ``fleet.model``.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from fleet.forecast.outcome import DaneUse, Why
from fleet.layout import EffectivePolicy
from fleet.model.control import DaneSupport
from fleet.model.fleet import Platform, Settings
from fleet.model.flow import FlowAction
from fleet.model.policy import TlsLevel

FIRST_VERSION = 12
"""DANE came with AsyncOS 12.0 (seed, "Prerequisites")."""

_MAJOR = re.compile(r"\d+")


def major(version: str | None) -> int | None:
    """The major version of "15.0.0-104"; None where it is not declared or no version."""
    found = _MAJOR.match((version or "").strip())
    return int(found.group()) if found else None


def new_enough(settings: Settings) -> bool | None:
    """Whether an appliance knows DANE at all; None: its version is not declared."""
    number = major(settings.version)
    return None if number is None else number >= FIRST_VERSION


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing DANE needs.  ``off`` and ``unknown`` are sentences for a "no" and for what is not known."""

    why: Why
    holds: Callable[[EffectivePolicy, Settings], bool | None]
    off: str
    unknown: str


def _supported(policy: EffectivePolicy, _: Settings) -> bool | None:
    return None if policy.dane.value is None else policy.dane.value is not DaneSupport.NONE


def _tls(policy: EffectivePolicy, _: Settings) -> bool | None:
    return None if policy.tls.value is None else policy.tls.value is not TlsLevel.NONE


def _version(_: EffectivePolicy, settings: Settings) -> bool | None:
    return new_enough(settings)


def _relay(policy: EffectivePolicy, _: Settings) -> bool | None:
    return None if policy.action.value is None else policy.action.value is FlowAction.RELAY


_ASYNCOS = (
    Condition(
        Why.CONTROL,
        _supported,
        "DANE Support is None for this destination",
        "DANE Support is not declared for this destination",
    ),
    Condition(
        Why.TLS,
        _tls,
        "TLS Support is None, and DANE Support is active only beside another level",
        "TLS Support is not declared for this destination",
    ),
    Condition(
        Why.VERSION,
        _version,
        f"DANE needs AsyncOS {FIRST_VERSION}.0 or later",
        "the version is not declared, so whether this appliance knows DANE is not known",
    ),
    Condition(
        Why.FLOW,
        _relay,
        "mail taken in under an ACCEPT policy gets no DANE; RELAY is needed",
        "the policy of this flow is not declared",
    ),
)
_PEER = (Condition(Why.CONTROL, _supported, "DANE is off for this destination", "whether DANE is done is not told"),)

CONDITIONS: dict[Platform, tuple[Condition, ...]] = {
    Platform.ASYNCOS: _ASYNCOS,
    Platform.POSTFIX: _PEER,
    Platform.EXIM: _PEER,
}
"""What DANE needs on each platform; the first that fails is named as the reason."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether DANE is tried, and the conditions that keep it off or leave it unknown."""

    use: DaneUse
    failing: tuple[Condition, ...] = ()

    @property
    def blockers(self) -> tuple[Why, ...]:
        """What the failing conditions are about."""
        return tuple(condition.why for condition in self.failing)


def standing(policy: EffectivePolicy, settings: Settings) -> Standing:
    """Whether DANE is tried for mail under ``policy``."""
    assert policy.platform is not None
    answers = [(condition, condition.holds(policy, settings)) for condition in CONDITIONS[policy.platform]]
    off = tuple(condition for condition, holds in answers if holds is False)
    if off:
        return Standing(DaneUse.OFF, off)
    unknown = tuple(condition for condition, holds in answers if holds is None)
    return Standing(DaneUse.UNKNOWN, unknown) if unknown else Standing(DaneUse.ATTEMPTED)
