"""A fleet as it was seen last, except for what somebody supposes of it.

May import ``fleet.layout`` and ``fleet.model``.
"""

from collections.abc import Mapping
from dataclasses import fields, replace

from fleet.layout import overlay_observed
from fleet.model.fleet import Fleet, Settings
from fleet.model.observation import Observation, Sight, Unit


def as_seen(declared: Fleet, supposed: Fleet, observations: Mapping[str, Observation]) -> Fleet:
    """``supposed`` with what ``observations`` saw laid over it; a field that differs from ``declared`` stays supposed.

    Fields are whole: who supposes one destination control supposes the declared ones beside it.
    """
    kept = {
        name: _without(seen, _changed(declared.nodes[name].settings, supposed.nodes[name].settings))
        for name, seen in observations.items()
        if name in declared.nodes and name in supposed.nodes
    }
    return overlay_observed(supposed, kept)


def _changed(declared: Settings, supposed: Settings) -> frozenset[str]:
    names = (one.name for one in fields(Settings))
    return frozenset(name for name in names if getattr(declared, name) != getattr(supposed, name))


def _without(seen: Observation, names: frozenset[str]) -> Observation:
    units = [unit for unit in seen.units if unit.name.partition(".")[0] not in names]
    units += [Unit(name, Sight.NOT_OBSERVED, "something else is supposed") for name in sorted(names)]
    cleared = replace(seen.settings, **dict.fromkeys(names))
    return replace(seen, settings=cleared, units=tuple(units))
