"""From options to what a forecast is made of: the fleet before and after, destinations, checks, what is supposed.

Everything wrong with an option is found here and said in one sentence (exit code 2).
"""

import ipaddress
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from fleet.clock import now
from fleet.errors import UsageError
from fleet.faces.cli.forecast_options import Asked
from fleet.faces.cli.given import read_profile_file, read_verdict_file
from fleet.forecast import Audits, Forecast, Resolving, as_met, forecast
from fleet.forecast.resolving import endpoint
from fleet.layout.names import canonical
from fleet.model import Verdict
from fleet.model.fleet import Destination, Fleet
from fleet.model.resolver import Resolver, ResolverKind
from fleet.profile import Reading, SourceMap, overlay, read_profile
from fleet.text import show
from fleet.views.names import moment

if TYPE_CHECKING:
    from fleet.faces.cli.world import World


@dataclass(frozen=True, slots=True)
class Given:
    """What was given.  ``fleet`` is the supposed one where something is supposed, ``declared`` always the profile's.

    ``interrupted``: checks were cut short, so some destinations have none.
    """

    declared: Fleet
    fleet: Fleet
    source: SourceMap
    destinations: tuple[Destination, ...]
    verdicts: dict[str, Verdict]
    resolving: Resolving
    supposed: tuple[str, ...]
    interrupted: bool = False

    @property
    def changed(self) -> bool:
        """Whether anything is supposed, so that there is a before and an after."""
        return bool(self.supposed or self.resolving.down)

    def before(self) -> Forecast:
        """The forecast of the fleet as it is declared."""
        return forecast(self.declared, self.destinations, self.verdicts)

    def after(self) -> Forecast:
        """The forecast of the fleet as it is supposed."""
        return forecast(self.fleet, self.destinations, self.verdicts, self.resolving)


def gather(asked: Asked, only: Sequence[str] = ()) -> Given:
    """Read what ``asked`` names; ``only`` these destinations, where any are named."""
    given = read_profile_file(asked.profile)
    reading = read_profile(given.content, given.name)
    declared = _sound(reading, "cannot be read as it is written")
    supposing = overlay(reading, asked.supposed) if asked.supposed else reading
    fleet = _sound(supposing, "cannot be read with what is supposed") if asked.supposed else declared
    down = frozenset(_address(text) for text in asked.down)
    _known(down, fleet)
    verdicts = read_verdict_file(asked.verdicts) if asked.verdicts else {}
    if asked.observed:
        from fleet.faces.live.as_seen import as_seen
        from fleet.faces.live.last_known import last_known_of
        from fleet.views.audit_ages import met_in_place_of_declared

        known = last_known_of(asked.profile)
        if not known.observations and not known.judged:
            raise UsageError("--observed: no poll was ever written down for this profile; fleet poll does that")
        verdicts = {**{canonical(name): one for name, one in known.verdicts.items()}, **verdicts}
        declared, fleet = (as_seen(declared, one, known.observations) for one in (declared, fleet))
        at = now()
        audits = Audits(known.judged, at)
        for said in met_in_place_of_declared(declared, audits, known.judged, at):
            print(f"fleet: {said}", file=sys.stderr)
        declared, fleet = as_met(declared, audits), as_met(fleet, audits, declared)
    destinations = _destinations(asked, fleet, verdicts, only)
    _aged([verdicts[name] for one in destinations if (name := canonical(one.domain)) in verdicts])
    interrupted = False
    if asked.check or asked.lab:
        missing = tuple(one.domain for one in destinations if canonical(one.domain) not in verdicts)
        interrupted = _check(asked, declared, missing, verdicts)
    elif asked.network is not None or asked.trust_anchor:
        raise UsageError("--network and --trust-anchor say how to check: they go with --check")
    return Given(
        declared,
        fleet,
        supposing.source,
        destinations,
        verdicts,
        Resolving(down),
        (*asked.supposed, *(f"{address} is down" for address in sorted(down))),
        interrupted,
    )


FRESH = timedelta(days=1)
"""How old a check may be before it is said that it is old."""


def _aged(verdicts: Sequence[Verdict]) -> None:
    """Say on stderr how old the checks are: what was true of a destination then may not be so now."""
    at = now()
    old = [verdict.at for verdict in verdicts if at - verdict.at > FRESH]
    if old:
        said = f"{len(old):,} of {len(verdicts):,} checks are more than a day old, the oldest of {moment(min(old))}"
        print(f"fleet: {said}: what these destinations publish may have changed since", file=sys.stderr)


def _sound(reading: Reading, why: str) -> Fleet:
    """The fleet of ``reading``; where anything was left out of it, what was is said on stderr."""
    if reading.fleet is not None and not reading.diagnostics:
        return reading.fleet
    for one in reading.diagnostics:
        said = f"{one.finding.sentence}: {one.finding.hint}" if one.finding.hint else one.finding.sentence
        place = f"{show(one.span.file)}:{one.span.line}:{one.span.column}"
        print(f"{place}: {one.finding.code} {show(said)}", file=sys.stderr)
    raise UsageError(f"{show(reading.source.file)} {why}, so nothing can be forecast from it")


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text.strip().strip("[]")))
    except ValueError:
        raise UsageError(f"--down {show(text)}: this is no address of a resolver") from None


def _known(down: frozenset[str], fleet: Fleet) -> None:
    declared = {one.address for one in _resolvers(fleet)}
    for address in sorted(down - declared):
        raise UsageError(f"--down {address}: no external node of this profile asks this resolver")


def _resolvers(fleet: Fleet) -> tuple[Resolver, ...]:
    """The resolvers of external nodes, in the order of the profile."""
    settings = [node.settings for node in fleet.nodes.values() if fleet.tiers[node.tier].external]
    settings += [tier.settings for tier in fleet.tiers.values() if tier.external]
    return tuple(dict.fromkeys(one for each in settings for one in each.resolvers or ()))


def _destinations(
    asked: Asked, fleet: Fleet, verdicts: dict[str, Verdict], only: Sequence[str]
) -> tuple[Destination, ...]:
    known = {canonical(name): one for name, one in fleet.destinations.items()}
    if only or asked.destinations:
        from fleet.faces.cli.world import read_destinations

        names = read_destinations(only, asked.destinations, sys.stdin.buffer)
    else:
        names = tuple(known) or tuple(verdicts)
    if not names:
        raise UsageError("no destinations: declare [destinations] in the profile, or give --destinations or --verdicts")
    from fleet.faces.cli.destination_list import read_weights

    weights = read_weights(asked.destinations)
    found = (known.get(canonical(name)) or Destination(canonical(name)) for name in names)
    return tuple(
        replace(one, recipients_per_day=weights[canonical(one.domain)]) if canonical(one.domain) in weights else one
        for one in found
    )


def _check(asked: Asked, declared: Fleet, missing: tuple[str, ...], verdicts: dict[str, Verdict]) -> bool:
    """Check ``missing`` and put what was seen into ``verdicts``; whether that was interrupted."""
    from fleet.faces.cli.progress import progress
    from fleet.faces.cli.run import RunSettings, run_checks

    if not missing:
        return False
    asking = _asking(declared)
    with _world(asked, asking) as (world, roots), progress(len(missing), "checking") as advance:

        def take(verdict: Verdict) -> None:
            verdicts[canonical(verdict.domain)] = verdict
            advance()

        try:
            run_checks(world, missing, RunSettings(timeout=asked.timeout, jobs=asked.jobs, roots=roots), take)
        except KeyboardInterrupt:
            return True
    return False


_BEST_FIRST = (ResolverKind.VALIDATES, ResolverKind.PASSES, ResolverKind.UNKNOWN, ResolverKind.STRIPS)


def _asking(declared: Fleet) -> list[str]:
    """The declared resolvers as a check asks them: those first that lose nothing; nobody is asked who strips.

    What a resolver that strips would have made of it is known from what another one shows, never the other way round.
    What is supposed of resolvers changes nothing here: a check is of the world as it is.
    """
    known = [one for one in _resolvers(declared) if not one.domains]
    fit = [one for one in known if one.kind is not ResolverKind.STRIPS] or known
    if not fit:
        raise UsageError("--check asks the declared resolvers, and no external node has one")
    ordered = sorted(fit, key=lambda one: (_BEST_FIRST.index(one.kind), one.secondary, one.priority))
    return list(dict.fromkeys(endpoint(one) for one in ordered))


@contextmanager
def _world(asked: Asked, resolvers: Sequence[str]) -> Iterator[tuple["World", Path | None]]:
    from fleet.faces.cli.world import open_world

    if not asked.lab:
        yield open_world(asked.network, resolvers, asked.trust_anchor), None
        return
    from fleet.lab import spawn

    if asked.network is not None or asked.trust_anchor:
        raise UsageError("--lab brings its own network and trust anchor")
    print("fleet: starting the lab", file=sys.stderr)
    with spawn() as lab:
        yield open_world(lab.network, resolvers, [lab.trust_anchor]), lab.roots
