"""Every place in a node's settings that turns DANE on, in one form for all platforms.

A place counts where it decides for some mail: a Postfix policy for a next hop that no mail goes to turns nothing on.

May import ``fleet.model`` and modules of this package.
"""

from collections.abc import Callable
from dataclasses import dataclass

from fleet.layout import exim as exim_options
from fleet.layout import postfix as postfix_levels
from fleet.layout.controls import controls_of
from fleet.layout.names import canonical
from fleet.layout.routes import route_table
from fleet.model.control import DEFAULT, DaneSupport
from fleet.model.fleet import ObjectPath, Platform, Settings
from fleet.model.peers import EximSettings
from fleet.model.policy import Mode


@dataclass(frozen=True, slots=True)
class DanePlace:
    """One place that turns DANE on.

    ``key``: ``default`` for every destination, else a domain, ``.domain`` or (Postfix, Exim) the next-hop key or host
    list it is for.  ``why_off``: configured, but the platform will not do it, and why; ``off_path`` is the setting that
    prevents it.
    """

    key: str
    mode: Mode
    path: ObjectPath
    why_off: str = ""
    off_path: ObjectPath = ()

    @property
    def for_all(self) -> bool:
        """Whether it is for every destination."""
        return self.key == DEFAULT


_MODES = {DaneSupport.OPPORTUNISTIC: Mode.OPPORTUNISTIC, DaneSupport.MANDATORY: Mode.MANDATORY}


def mode_of(support: DaneSupport | None) -> Mode | None:
    """The mode a DANE Support value asks for; None: none, or not known."""
    return _MODES.get(support) if support is not None else None


def dane_places(settings: Settings) -> tuple[DanePlace, ...] | None:
    """Where ``settings`` turn DANE on, the default first; None: what decides it is not declared."""
    return _READERS[settings.platform](settings) if settings.platform else None


def does_dane(settings: Settings) -> bool | None:
    """Whether any destination gets DANE; None: not declared."""
    places = dane_places(settings)
    return None if places is None else any(not place.why_off for place in places)


def _asyncos(settings: Settings) -> tuple[DanePlace, ...] | None:
    if settings.controls is None:
        return None
    controls = controls_of(settings)
    found = [
        DanePlace(
            DEFAULT if canonical(entry.domain) == DEFAULT else canonical(entry.domain),
            _MODES[entry.dane],
            ("destination_controls", entry.domain, "dane"),
        )
        for entry in settings.controls
        if entry.dane in _MODES
    ]
    if controls is not None and not found and (controls.default is None or controls.default.dane is None):
        return None
    return tuple(sorted(found, key=lambda place: not place.for_all))


def _postfix(settings: Settings) -> tuple[DanePlace, ...] | None:
    postfix = settings.postfix
    if postfix is None:
        return None
    levels = tuple(postfix_levels.places(postfix))
    in_force = postfix_levels.Levels(postfix).in_force(route_table(settings))
    found = []
    for level in levels:
        mode = mode_of(postfix_levels.LEVELS.get(level.level, (None, None))[1])
        if mode is not None and level.path in in_force:
            why = postfix_levels.why_off(postfix, level.service)
            found.append(DanePlace(level.key or DEFAULT, mode, level.path, why.value or "", why.path))
    declared = any(not level.key for level in levels)
    return tuple(found) if found or declared else None


def _exim(settings: Settings) -> tuple[DanePlace, ...] | None:
    exim = settings.exim or EximSettings()
    why = exim_options.why_off(exim)
    found = []
    for mode, hosts, option in (
        (Mode.MANDATORY, exim_options.requires(exim), exim_options.REQUIRE),
        (Mode.OPPORTUNISTIC, exim_options.tries(exim), exim_options.TRY),
    ):
        if hosts:
            key = DEFAULT if hosts == "*" else hosts
            found.append(DanePlace(key, mode, ("exim", option), why.value or "", why.path))
    return tuple(found)


_READERS: dict[Platform, Callable[[Settings], tuple[DanePlace, ...] | None]] = {
    Platform.ASYNCOS: _asyncos,
    Platform.POSTFIX: _postfix,
    Platform.EXIM: _exim,
}
