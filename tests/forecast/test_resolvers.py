"""Resolver what-if: kinds, priorities, secondaries and silence, on each platform."""

from dataclasses import replace

import pytest

from fleet.forecast import Audits, Resolving, Why, as_met, forecast
from fleet.model import Outcome
from fleet.model.event import ResolverJudged
from fleet.model.fleet import Destination
from fleet.model.resolver import ResolverKind

DOMAIN = "example.org"

ASYNCOS = """
[fleet]
platform = "asyncos"
version = "15.0.0-104"
resolvers = [{resolvers}]
[fleet.destination_controls.default]
tls = "preferred"
dane = "{dane}"
[tiers.edge]
delivers_to = ["internet"]
[tiers.edge.smtp_routes]
[tiers.edge.listeners.in]
policies = {{ P = "RELAY" }}
sender_groups = [{{ name = "G", members = ["ALL"], policy = "P" }}]
[nodes.n]
tier = "edge"
addresses = ["10.0.0.1"]
"""
POSTFIX = """
[fleet]
platform = "postfix"
resolvers = [{resolvers}]
[fleet.postfix]
smtp_tls_security_level = "{dane}"
smtp_dns_support_level = "dnssec"
relayhost = ""
[tiers.edge]
delivers_to = ["internet"]
[nodes.n]
tier = "edge"
addresses = ["10.0.0.1"]
"""
GOOD = '{ address = "198.51.100.1", kind = "validates" }'
PASSES = '{ address = "198.51.100.1", kind = "passes" }'
STRIPS = '{ address = "198.51.100.1", kind = "strips" }'
SPARE = '{ address = "198.51.100.2", priority = 5, kind = "strips" }'
BESIDE = '{ address = "198.51.100.2", kind = "strips" }'
SECONDARY = '{ address = "198.51.100.2", secondary = true, kind = "strips" }'


@pytest.fixture
def tell(fleets, checks):
    def told(profile, *resolvers, dane="opportunistic", verdict=None, down=(), kinds=()):
        fleet = fleets.of(profile.format(resolvers=", ".join(resolvers), dane=dane))
        verdicts = {DOMAIN: verdict or checks.verdict(checks.Host())}
        found = forecast(fleet, [Destination(DOMAIN)], verdicts, Resolving(frozenset(down), dict(kinds)))
        group = found.classes[0]
        told = found.explain(group, group.ingresses[0], DOMAIN)
        assert told.core == group.cells[group.ingresses[0].action][0]
        return told

    return told


@pytest.mark.parametrize(
    ("resolver", "outcome"), [(GOOD, Outcome.DANE), (PASSES, Outcome.DANE), (STRIPS, Outcome.HELD)]
)
def test_asyncos_needs_the_signatures_and_nothing_else(tell, resolver, outcome) -> None:
    assert tell(ASYNCOS, resolver).outcome is outcome


@pytest.mark.parametrize(("resolver", "outcome"), [(GOOD, Outcome.DANE), (PASSES, Outcome.TLS), (STRIPS, Outcome.TLS)])
def test_postfix_needs_the_ad_bit_and_drops_dane_without_a_word(tell, resolver, outcome) -> None:
    found = tell(POSTFIX, resolver, dane="dane")
    assert found.outcome is outcome
    assert (found.why is Why.RESOLVERS) == (outcome is Outcome.TLS)


def test_mandatory_dane_of_postfix_is_held_behind_a_resolver_without_ad(tell) -> None:
    found = tell(POSTFIX, PASSES, dane="dane-only")
    assert (found.outcome, found.why) == (Outcome.HELD, Why.RESOLVERS)


def test_behind_a_resolver_that_strips_both_readings_are_told(tell, checks) -> None:
    unsigned = checks.verdict(checks.Host(address="insecure"), mx="insecure")
    found = tell(ASYNCOS, STRIPS, verdict=unsigned)
    assert [(one.name, one.outcome) for one in found.readings] == [
        ("vendor's document", Outcome.TLS),
        ("strict validator", Outcome.HELD),
    ]
    assert (found.outcome, found.worst, found.assumed) == (Outcome.TLS, Outcome.HELD, True)


@pytest.mark.parametrize("spare", [SPARE, SECONDARY])
@pytest.mark.parametrize("dane", ["opportunistic", "mandatory"])
def test_a_worse_resolver_behind_a_good_one_harms_when_the_good_one_is_silent(tell, spare, dane) -> None:
    assert tell(ASYNCOS, GOOD, spare, dane=dane).outcome is Outcome.DANE
    assert tell(ASYNCOS, GOOD, spare, dane=dane, down=["198.51.100.1"]).outcome is Outcome.HELD


def test_what_that_does_with_dane_none_is_unknown(tell) -> None:
    assert tell(ASYNCOS, GOOD, SPARE, dane="none", down=["198.51.100.1"]).core.label == "dane-off: unknown"


def test_without_dane_a_resolver_nobody_tested_leaves_mail_unknown_too(tell) -> None:
    """It might strip, and what AsyncOS then does no source says."""
    assert tell(ASYNCOS, '{ address = "198.51.100.1" }', dane="none").core.label == "dane-off: unknown"
    assert tell(ASYNCOS, '{ address = "192.0.2.53" }', dane="none").core.label == "dane-off: tls"


def test_of_two_at_one_priority_chance_decides_and_the_worse_counts(tell) -> None:
    found = tell(ASYNCOS, GOOD, BESIDE)
    assert (found.outcome, found.best, found.why) == (Outcome.HELD, Outcome.DANE, Why.RESOLVERS)
    assert any("chance" in note for note in found.notes)


def test_without_any_resolver_mail_waits_whatever_dane_says(tell) -> None:
    for dane in ("none", "opportunistic", "mandatory"):
        found = tell(ASYNCOS, GOOD, dane=dane, down=["198.51.100.1"])
        assert (found.outcome, found.why) == (Outcome.HELD, Why.RESOLVERS)


def test_what_an_audit_found_counts_more_than_what_is_declared(tell) -> None:
    found = tell(ASYNCOS, GOOD, kinds={"198.51.100.1": ResolverKind.STRIPS})
    assert found.outcome is Outcome.HELD


def test_a_resolver_nobody_tested_is_unknown_unless_the_check_asked_it(tell) -> None:
    assert tell(ASYNCOS, '{ address = "198.51.100.1" }').outcome is Outcome.UNKNOWN
    measured = tell(ASYNCOS, '{ address = "192.0.2.53" }')
    assert (measured.outcome, measured.measured) == (Outcome.DANE, True)


@pytest.mark.parametrize(("platform", "dane"), [(ASYNCOS, "opportunistic"), (POSTFIX, "dane")])
def test_a_check_from_here_does_not_speak_for_a_resolver_an_audit_heard_nothing_of(tell, platform, dane) -> None:
    """The same address may be answered by somebody else where the node stands."""
    asked = '{ address = "192.0.2.53" }'
    found = tell(platform, asked, dane=dane, kinds={"192.0.2.53": ResolverKind.UNKNOWN})
    assert (found.outcome, found.measured) == (Outcome.UNKNOWN, False)
    assert found.why is Why.RESOLVERS
    assert tell(platform, asked, dane=dane, kinds={"192.0.2.53": ResolverKind.VALIDATES}).measured


def test_nor_does_it_for_a_node_that_is_told_what_audits_left_of_its_resolvers(fleets, checks) -> None:
    fleet = fleets.of(ASYNCOS.format(resolvers='{ address = "192.0.2.53" }', dane="opportunistic"))
    verdicts = {DOMAIN: checks.verdict(checks.Host())}
    at = verdicts[DOMAIN].at
    silent = ResolverJudged(at, "n", "192.0.2.53:53", "tcp", ResolverKind.UNKNOWN, evidence=("no answer",))
    for met, expected in ((fleet, Outcome.DANE), (as_met(fleet, Audits([silent])), Outcome.UNKNOWN)):
        (group,) = forecast(met, [Destination(DOMAIN)], verdicts).classes
        assert group.cells[group.ingresses[0].action][0].outcome is expected


def test_a_check_from_another_node_does_not_tell_what_an_untested_resolver_does(tell, checks) -> None:
    asked = '{ address = "192.0.2.53"%s }'
    elsewhere = replace(checks.verdict(checks.Host()), vantage="dlv9")
    assert tell(ASYNCOS, asked % "", verdict=elsewhere).outcome is Outcome.UNKNOWN
    assert tell(ASYNCOS, asked % ', kind = "validates"', verdict=elsewhere).outcome is Outcome.DANE


def test_bogus_through_a_foreign_resolver_may_be_its_own_doing(tell, checks) -> None:
    """No SERVFAIL of its own beside it: it may strip, or pass what is truly bogus."""
    doubtful = checks.verdict(checks.Host(), mx=checks.lookup(DOMAIN, "MX", "bogus", word="no-ad"))
    assert tell(ASYNCOS, GOOD, verdict=doubtful).outcome is Outcome.UNKNOWN
    certain = checks.verdict(checks.Host(), mx="bogus")
    assert tell(ASYNCOS, GOOD, verdict=certain).outcome is Outcome.HELD


def test_what_a_stripping_resolver_showed_speaks_for_itself_and_for_no_other(tell, checks) -> None:
    spoiled = checks.verdict(checks.Host(), mx=checks.lookup(DOMAIN, "MX", "bogus", word="no-ad"))
    itself = '{ address = "192.0.2.53", kind = "strips" }'
    assert tell(ASYNCOS, itself, verdict=spoiled).outcome is Outcome.HELD
    assert tell(ASYNCOS, GOOD, itself.replace("kind", "priority = 1, kind"), verdict=spoiled).outcome is Outcome.UNKNOWN


def test_after_servfail_postfix_believes_a_resolver_that_does_not_validate(tell, checks) -> None:
    bogus = checks.verdict(checks.Host(), mx="bogus")
    assert tell(POSTFIX, GOOD, dane="dane", verdict=bogus).outcome is Outcome.HELD
    assert tell(POSTFIX, GOOD, BESIDE, dane="dane", verdict=bogus).outcome is not Outcome.HELD


def test_an_alternate_server_that_strips_harms_the_domains_it_is_asked_for(tell) -> None:
    alternate = '{ address = "198.51.100.9", domains = ["example.org"], kind = "strips" }'
    assert tell(ASYNCOS, GOOD, alternate).outcome is Outcome.HELD
    elsewhere = '{ address = "198.51.100.9", domains = ["example.net"], kind = "strips" }'
    assert tell(ASYNCOS, GOOD, elsewhere).outcome is Outcome.DANE


def test_root_servers_hide_nothing(tell) -> None:
    profile = ASYNCOS.replace("resolvers = [{resolvers}]", "root_servers = true")
    assert tell(profile).outcome is Outcome.DANE


OWN = '{ address = "198.51.100.2", kind = "%s", domains = ["example.org"] }'
ALL_OWN = '{ address = "198.51.100.1", kind = "%s", domains = ["example.org", "mx.example"] }'


def test_an_alternate_server_is_asked_instead_of_the_root_servers(tell) -> None:
    root = ASYNCOS.replace('version = "15', 'root_servers = true\nversion = "15')
    assert tell(root).outcome is Outcome.DANE
    assert tell(root, GOOD.replace("validates", "strips")).outcome is Outcome.DANE  # not asked: the root servers are
    found = tell(root, OWN % "strips")
    assert (found.outcome, found.why, found.through[0]) == (Outcome.HELD, Why.RESOLVERS, "198.51.100.2")
    assert tell(root, OWN % "unknown").outcome is Outcome.UNKNOWN
    assert tell(root, OWN % "validates").outcome is Outcome.DANE
    assert tell(root, OWN % "passes", down=["198.51.100.2"]).outcome is Outcome.HELD


def test_a_server_is_of_no_matter_where_alternates_are_asked_for_every_name(tell) -> None:
    assert tell(ASYNCOS, ALL_OWN % "validates", BESIDE).outcome is Outcome.DANE
    assert tell(ASYNCOS, ALL_OWN % "strips", SPARE.replace("strips", "validates")).outcome is Outcome.HELD


@pytest.mark.parametrize("late", [SPARE, SECONDARY])
def test_a_resolver_that_strips_is_named_before_it_is_ever_asked(tell, late) -> None:
    """The vendor's document: it harms delivery as a lower priority or a secondary one, whatever the mode."""
    (note,) = tell(ASYNCOS, GOOD, late).notes
    assert note.startswith("198.51.100.2 strips DNSSEC records and is asked when those before it do not answer")
    assert tell(ASYNCOS, GOOD, late.replace("strips", "passes")).notes == ()
    assert tell(ASYNCOS, GOOD, late, down=["198.51.100.2"]).notes == ()


def test_nodes_are_told_apart_by_who_is_silent_where_nothing_was_checked(fleets) -> None:
    own = '[nodes.m]\ntier = "edge"\naddresses = ["10.0.0.2"]\nresolvers = [{ address = "198.51.100.9" }]\n'
    fleet = fleets.of(ASYNCOS.format(resolvers=GOOD, dane="opportunistic") + own)
    found = forecast(fleet, [Destination(DOMAIN)], {}, Resolving(frozenset({"198.51.100.9"})))
    outcomes = {group.names: group.cells[group.ingresses[0].action][0].outcome for group in found.classes}
    assert outcomes == {("n",): Outcome.NOT_TESTED, ("m",): Outcome.HELD}
