"""What if: a setting is supposed, and every destination that would move between delivered, fallback and held is told.

Nothing is sent to a node: the profile is read again with the setting laid over it, and both fleets are forecast from
the checks there are.

May import ``fleet.forecast``, ``fleet.profile`` and its own package.
"""

from collections.abc import Iterator, Mapping, Sequence

from fleet.errors import UsageError
from fleet.forecast import Forecast, as_met, forecast
from fleet.forecast.moves import moves
from fleet.forecast.rows import entries, totals
from fleet.layout import canonical
from fleet.model.fleet import Destination
from fleet.profile import Reading, overlay
from fleet.text import show
from fleet.views.board.audits import audits_of
from fleet.views.board.document import Document, section
from fleet.views.board.outlook import domains_of, newest_verdict
from fleet.views.board.picture import Picture
from fleet.views.explanation import Detail
from fleet.views.forecast import ForecastView, forecast_view
from fleet.views.marks import Mark, worst
from fleet.views.policy_changes import policy_changes

MOST = 200
"""Destinations named under one move."""


def what_if_document(picture: Picture, reading: Reading, supposed: Sequence[str]) -> Document:
    """What ``supposed`` (as ``--set`` takes it) would do to mail, against the profile of ``reading``."""
    title = f"what if {'; '.join(show(one, 120) for one in supposed)}"
    try:
        after = overlay(reading, supposed)
    except UsageError as error:
        no_setting = section("That cannot be supposed", [(show(str(error), 400), Mark.FAIL)])
        return Document(title, Mark.FAIL, (no_setting,))
    problems = [
        Detail(0, f"{one.finding.code} {show(one.finding.sentence, 400)}", Mark.FAIL) for one in after.diagnostics
    ]
    if reading.fleet is None or after.fleet is None or problems:
        problems = problems or [Detail(0, "the profile cannot be read, so nothing can be supposed of it", Mark.FAIL)]
        return Document(title, Mark.FAIL, (section("That cannot be supposed", problems),))
    state = picture.state
    destinations = tuple(after.fleet.destinations.get(name) or Destination(name) for name in domains_of(state))
    found = ((canonical(name), newest_verdict(state, name)) for name in domains_of(state))
    verdicts = {name: verdict for name, verdict in found if verdict is not None}
    audits = audits_of(picture)
    before = forecast(as_met(reading.fleet, audits), destinations, verdicts)
    then = forecast(as_met(after.fleet, audits, reading.fleet), destinations, verdicts)
    shown = entries(then)
    view = forecast_view(
        then, shown[:0], totals(shown), after.source, moves=moves(before, then), supposed=supposed, each=MOST
    )
    settings = [Detail(0, change.sentence) for change in policy_changes(reading.fleet, after.fleet)]
    none = [Detail(0, "Nothing changes.", Mark.NONE)]
    return Document(
        title,
        _mark(view),
        (
            section("Mail that moves", list(_moves(view)) or [Detail(0, "No mail moves.", Mark.OK)]),
            section("Settings that change", settings or none),
            section("Then", [Detail(0, text, mark) for mark, text in view.totals]),
            section("Rests on", list(_rests(then, verdicts))),
            section("Not modelled", [Detail(0, note) for note in view.notes]),
        ),
    )


def _mark(view: ForecastView) -> Mark:
    return worst(*(move.mark for move in view.moves or ()))


def _moves(view: ForecastView) -> Iterator[Detail]:
    for move in view.moves or ():
        yield Detail(0, move.sentence, move.mark)
        if move.where:
            yield Detail(1, move.where)
        for domain, why in move.destinations:
            yield Detail(1, domain, move.mark)
            yield Detail(2, why)
        if move.more:
            yield Detail(1, f"and {move.more:,} more")


def _rests(found: Forecast, verdicts: Mapping[str, object]) -> Iterator[Detail]:
    """How much of it is known: what nobody checked cannot move."""
    missing = len(found.destinations) - len(verdicts)
    yield Detail(0, f"{len(verdicts):,} checks of {len(found.destinations):,} destinations")
    if missing > 0:
        yield Detail(0, f"{missing:,} were never checked: what becomes of their mail is not known", Mark.UNKNOWN)
