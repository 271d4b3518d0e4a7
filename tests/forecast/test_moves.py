"""Before and after a change: what moves, how much of it, and why."""

import pytest

from fleet.forecast import forecast
from fleet.forecast.moves import Unmatched, moves, unmatched
from fleet.forecast.rows import entries, totals
from fleet.model import Outcome

DOMAINS = {"example.org": 40_000, "plain.example": 12}


@pytest.fixture
def both(fleets, checks, two_tiers):
    """Forecasts of the two tiers before and after changes of the profile's text."""
    verdicts = {
        "example.org": checks.verdict(checks.Host(match=checks.mismatched())),
        "plain.example": checks.verdict(checks.Host(address="insecure"), mx="insecure", domain="plain.example"),
    }

    def told(*changes):
        texts = [two_tiers.replace('dane = "opportunistic"', 'dane = "none"')] * 2
        for old, new in changes:
            assert old in texts[1]
            texts[1] = texts[1].replace(old, new)
        found = [fleets.of(text) for text in texts]
        return [forecast(fleet, list(fleet.destinations.values()), verdicts) for fleet in found]

    return told


def test_turning_dane_on_moves_the_destination_with_the_wrong_certificate_to_held(both) -> None:
    before, after = both(('dane = "none"', 'dane = "opportunistic"'))
    first, second = moves(before, after)
    assert (first.before, first.after, first.stays) == ("dane-off: tls", "held", False)
    assert [one.destination.domain for one in first.moved] == ["example.org"]
    assert (first.recipients, first.unweighed, first.nodes) == (40_000, 0, ("dlv1", "dlv2"))
    assert (second.before, second.after, second.stays) == ("dane-off: tls", "tls", True)


def test_nothing_moves_where_nothing_is_changed(both) -> None:
    assert moves(*both()) == ()


def test_a_change_on_one_node_is_told_of_that_node_alone(both) -> None:
    own = '[nodes.dlv2]\ntier = "delivery"\ndestination_controls.default.dane = "mandatory"'
    before, after = both(('[nodes.dlv2]\ntier = "delivery"', own))
    (move,) = moves(before, after)
    assert (move.after, move.nodes, [one.destination.domain for one in move.moved]) == (
        "held",
        ("dlv2",),
        ["plain.example"],
    )


def test_flows_are_compared_with_themselves_when_their_action_changes(both) -> None:
    before, after = both(('RELAYED = "RELAY"', 'RELAYED = "ACCEPT"'), ('dane = "none"', 'dane = "opportunistic"'))
    assert moves(before, after) == ()


def test_a_move_names_only_the_flows_on_which_mail_moves(fleets, two_tiers, checks) -> None:
    accepting = two_tiers.replace('BLOCKED = "REJECT"', 'BLOCKED = "ACCEPT"')
    verdicts = {"example.org": checks.verdict(checks.Host(match=checks.mismatched()))}
    before, after = (
        forecast(fleets.of(text), [fleets.of(text).destinations["example.org"]], verdicts)
        for text in (accepting.replace('dane = "opportunistic"', 'dane = "none"'), accepting)
    )
    (move,) = moves(before, after)
    assert (move.after, move.flows) == ("held", ("outgoing > RELAYLIST: RELAY",))
    assert moves(after, after) == ()


def test_rows_are_worst_first_then_heaviest_and_unknown_above_clean(fleets, checks, two_tiers) -> None:
    text = two_tiers + '[destinations."new.example"]\n[destinations."held.example"]\nrecipients_per_day = 1\n'
    fleet = fleets.of(text.replace('dane = "none"', 'dane = "opportunistic"'))
    verdicts = {
        "example.org": checks.verdict(checks.Host()),
        "held.example": checks.verdict(checks.Host(match=checks.mismatched()), domain="held.example"),
        "plain.example": checks.verdict(checks.Host(tlsa="nxdomain"), domain="plain.example"),
    }
    found = entries(forecast(fleet, list(fleet.destinations.values()), verdicts))
    assert [entry.destination.domain for entry in found] == [
        "held.example",
        "new.example",
        "plain.example",
        "example.org",
    ]
    counted = [(total.core.outcome, total.destinations, total.recipients, total.unweighed) for total in totals(found)]
    assert counted[:2] == [(Outcome.HELD, 1, 1, 0), (Outcome.NOT_TESTED, 1, 0, 1)]


def test_platforms_with_one_outcome_have_rows_of_their_own(fleets, checks, two_tiers) -> None:
    postfix = """
[tiers.postfix]
platform = "postfix"
delivers_to = ["internet"]
[tiers.postfix.postfix]
smtp_tls_security_level = "dane"
smtp_dns_support_level = "dnssec"
relayhost = ""
[nodes.p]
tier = "postfix"
addresses = ["10.0.3.1"]
"""
    fleet = fleets.of(two_tiers + postfix)
    found = entries(
        forecast(fleet, [fleet.destinations["example.org"]], {"example.org": checks.verdict(checks.Host())})
    )
    assert [(entry.core.outcome, entry.nodes) for entry in found] == [
        (Outcome.DANE, ("dlv1", "dlv2")),
        (Outcome.DANE, ("p",)),
    ]


def test_both_readings_of_a_first_host_that_fails_are_told(fleets, checks, two_tiers) -> None:
    fleet = fleets.of(two_tiers)
    hosts = checks.Host(name="a.example", match=checks.mismatched()), checks.Host(name="b.example", preference=20)
    found = forecast(fleet, [fleet.destinations["example.org"]], {"example.org": checks.verdict(*hosts)})
    group = found.classes[0]
    told = found.explain(group, group.ingresses[0], "example.org")
    assert [(one.name, one.outcome) for one in told.readings] == [("strict", Outcome.HELD), ("RFC 7672", Outcome.DANE)]
    assert (told.outcome, told.best, told.assumed) == (Outcome.HELD, Outcome.DANE, True)


def test_what_is_on_one_side_only_never_counts_as_staying_the_same(both) -> None:
    """A flow that is refused, a tier that turns inward: their mail does not come to the same as before."""
    before, after = both(('RELAYED = "RELAY"', 'RELAYED = "REJECT"'))
    assert moves(before, after) == ()
    assert unmatched(before, after) == (Unmatched(("dlv1", "dlv2"), "outgoing > RELAYLIST: RELAY", new=False),)
    assert unmatched(after, before, "dlv2") == (Unmatched(("dlv2",), "outgoing > RELAYLIST: RELAY", new=True),)
    before, after = both(('delivers_to = ["internet"]', 'delivers_to = ["inside"]'))
    assert unmatched(before, after) == (Unmatched(("dlv1", "dlv2"), "", new=False),)
    assert unmatched(after, after) == ()


def test_flows_that_were_not_declared_before_are_compared_with_all_mail(fleets, checks, two_tiers) -> None:
    listeners = two_tiers[two_tiers.index("[tiers.delivery.listeners") : two_tiers.index("[tiers.delivery.destination")]
    verdicts = {"example.org": checks.verdict(checks.Host())}
    with_flows, without = (
        forecast(fleets.of(text), [fleets.of(text).destinations["example.org"]], verdicts)
        for text in (two_tiers, two_tiers.replace(listeners, ""))
    )
    assert [(move.before, move.after) for move in moves(without, with_flows)] == [("unknown", "dane")]
    assert [(move.before, move.after) for move in moves(with_flows, without)] == [("dane", "unknown")]
    assert unmatched(with_flows, without) == ()


def test_one_node_is_told_of_its_own_destinations_only(both) -> None:
    """Two nodes on which different mail comes to be held: each of them is asked for by itself."""
    own = '[nodes.dlv{}]\ntier = "delivery"\ndestination_controls."{}".dane = "mandatory"'
    changes = [
        (f'[nodes.dlv{number}]\ntier = "delivery"', own.format(number, domain))
        for number, domain in ((1, "example.org"), (2, "plain.example"))
    ]
    before, after = both(*changes)
    assert [(move.recipients, move.nodes) for move in moves(before, after)] == [(40_012, ("dlv1", "dlv2"))]
    assert [(move.recipients, move.nodes) for move in moves(before, after, "dlv2")] == [(12, ("dlv2",))]


def test_recipients_that_nobody_knows_are_counted_by_themselves(fleets, checks, two_tiers) -> None:
    texts = [
        text + '[destinations."new.example"]\n' for text in (two_tiers.replace('"opportunistic"', '"none"'), two_tiers)
    ]
    verdicts = {"example.org": checks.verdict(checks.Host(match=checks.mismatched()))}
    verdicts["new.example"] = checks.verdict(checks.Host(match=checks.mismatched()), domain="new.example")
    on = [
        text.replace('dane = "none"', 'dane = "opportunistic"') if number else text for number, text in enumerate(texts)
    ]
    before, after = (
        forecast(fleet, [fleet.destinations[name] for name in verdicts], verdicts) for fleet in map(fleets.of, on)
    )
    (move,) = moves(before, after)
    assert (len(move.moved), move.recipients, move.unweighed) == (2, 40_000, 1)
