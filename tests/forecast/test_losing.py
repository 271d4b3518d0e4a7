"""One resolver gone: who is asked instead, how late, and which mail is held for it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fleet.forecast import Audits, Losses
from fleet.forecast.losing import Loss
from fleet.model.event import ResolverJudged
from fleet.model.fleet import Destination, Fleet, Platform, Settings
from fleet.model.flow import FlowAction, FlowPolicy, SenderGroup
from fleet.model.peers import PostfixSettings
from fleet.model.resolver import Resolver, ResolverKind
from fleet.views.resolvers import loss_words

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
GOOD, NEXT, LAST = "10.0.0.53", "10.0.9.9", "10.0.9.10"
DOMAINS = tuple(f"d{number}.example" for number in range(5))


@pytest.fixture
def fleet(fleets, two_tiers: str) -> Fleet:
    listed = (
        Resolver(GOOD, priority=0, kind=ResolverKind.VALIDATES),
        Resolver(NEXT, priority=1, kind=ResolverKind.VALIDATES),
        Resolver(LAST, secondary=True, kind=ResolverKind.VALIDATES),
    )
    found: Fleet = fleets.of(two_tiers.replace('"example.org"]\ndane = "opp', '"default"]\ndane = "opp'))
    nodes = {
        name: replace(node, settings=replace(node.settings, resolvers=listed)) for name, node in found.nodes.items()
    }
    return replace(found, nodes=nodes, destinations={name: Destination(name) for name in DOMAINS})


def losses(fleet: Fleet, checks, *found: tuple[str, str, ResolverKind], checked: int = 5) -> Losses:
    """``found``: what each node met at an address, as an audit saw it."""
    verdicts = {name: replace(checks.verdict(checks.Host()), domain=name) for name in DOMAINS[:checked]}
    judged = [ResolverJudged(NOW, node, f"{address}:53", "tcp", kind) for node, address, kind in found]
    return Losses(fleet, tuple(fleet.destinations.values()), verdicts, Audits(judged))


def of(found: Losses, fleet: Fleet, node: str, address: str) -> Loss:
    return next(one for one in found.of(fleet.nodes[node]) if one.resolver.address == address)


def test_where_the_next_one_serves_mail_goes_on_only_later(fleet: Fleet, checks) -> None:
    loss = of(losses(fleet, checks), fleet, "dlv1", GOOD)
    assert [one.address for one in loss.then.resolvers] == [NEXT]
    assert (loss.held, loss.dane_lost, loss.unknown) == ((), (), ())
    assert loss_words(loss) == "asks 10.0.9.9, up to 15 s later; mail goes on as it does"


def test_where_an_audit_found_that_the_next_one_strips_mail_is_held_on_that_node_alone(fleet: Fleet, checks) -> None:
    found = losses(fleet, checks, ("dlv2", NEXT, ResolverKind.STRIPS))
    loss = of(found, fleet, "dlv2", GOOD)
    assert loss.held == DOMAINS
    assert loss_words(loss) == (
        "asks 10.0.9.9, up to 15 s later; mail to 5 of 5 destinations is held: d0.example, d1.example, d2.example and "
        "2 more"
    )
    assert of(found, fleet, "dlv1", GOOD).held == (), "what dlv2 met is not dlv1's"
    assert of(found, fleet, "dlv2", NEXT).held == (), "losing the bad one does no harm"


def test_what_was_held_already_is_not_the_doing_of_the_loss(fleet: Fleet, checks) -> None:
    found = losses(fleet, checks, ("dlv1", GOOD, ResolverKind.STRIPS), ("dlv1", NEXT, ResolverKind.STRIPS))
    loss = of(found, fleet, "dlv1", GOOD)
    assert (loss.held, loss.before.held) == ((), frozenset(DOMAINS))


def with_resolvers(fleet: Fleet, *listed: Resolver) -> Fleet:
    nodes = {
        name: replace(node, settings=replace(node.settings, resolvers=listed)) for name, node in fleet.nodes.items()
    }
    return replace(fleet, nodes=nodes)


@pytest.mark.parametrize(("next_one", "lost"), [(ResolverKind.PASSES, DOMAINS), (ResolverKind.UNKNOWN, ())])
def test_where_postfix_is_left_with_one_that_does_not_validate_dane_is_lost_and_where_that_is_unknown_not_said(
    fleet: Fleet, checks, next_one: ResolverKind, lost: tuple[str, ...]
) -> None:
    listed = (Resolver(GOOD, kind=ResolverKind.VALIDATES), Resolver(NEXT, priority=1, kind=next_one))
    postfix = PostfixSettings(
        smtp_dns_support_level="dnssec",
        smtp_host_lookup=("dns",),
        smtp_tls_security_level="dane",
        relayhost="",
        maximal_queue_lifetime=259_200,
    )
    node = replace(
        fleet.nodes["dlv1"], settings=Settings(Platform.POSTFIX, "3.7.11", resolvers=listed, postfix=postfix)
    )
    loss = of(losses(replace(fleet, nodes={"dlv1": node}), checks), replace(fleet, nodes={"dlv1": node}), "dlv1", GOOD)
    assert loss.before.dane == frozenset(DOMAINS)
    assert (loss.held, loss.dane_lost) == ((), lost)
    assert loss.unknown == (() if lost else DOMAINS)


def test_what_is_held_for_certain_is_not_said_to_be_unknown_as_well(fleet: Fleet, checks) -> None:
    verdict = replace(checks.verdict(checks.Host()), unknown=("5 MX hosts beyond the first 20 were not checked",))
    verdicts = {name: replace(verdict, domain=name) for name in DOMAINS}
    judged = [ResolverJudged(NOW, "dlv1", f"{NEXT}:53", "tcp", ResolverKind.STRIPS)]
    loss = of(Losses(fleet, tuple(fleet.destinations.values()), verdicts, Audits(judged)), fleet, "dlv1", GOOD)
    assert (loss.held, loss.unknown) == (DOMAINS, ())


def test_an_alternate_that_is_gone_leaves_its_names_to_nobody_and_not_to_the_others(fleet: Fleet, checks) -> None:
    split = with_resolvers(fleet, Resolver(GOOD), Resolver(LAST, domains=("d1.example",)))
    assert of(losses(split, checks), split, "dlv1", LAST).then.resolvers == ()


def test_the_worst_flow_of_a_node_speaks_for_it(fleet: Fleet, checks) -> None:
    """Mail that comes in under ACCEPT gets no DANE and goes on; the mail beside it is held."""
    node = fleet.nodes["dlv1"]
    (listener, *others) = node.settings.listeners or ()
    groups = (SenderGroup("ALSO", ("198.51.100.0/24",), "ACCEPTED"), *listener.sender_groups)
    policies = (*listener.policies, FlowPolicy("ACCEPTED", FlowAction.ACCEPT))
    listeners = (replace(listener, sender_groups=groups, policies=policies), *others)
    mixed = replace(fleet, nodes={"dlv1": replace(node, settings=replace(node.settings, listeners=listeners))})
    assert of(losses(mixed, checks, ("dlv1", NEXT, ResolverKind.STRIPS)), mixed, "dlv1", GOOD).held == DOMAINS


def test_what_was_never_checked_is_not_known_and_never_said_to_go_on(fleet: Fleet, checks) -> None:
    loss = of(losses(fleet, checks, checked=3), fleet, "dlv1", GOOD)
    assert loss.unknown == DOMAINS[3:]
    assert "what becomes of mail to 2 of 5 is not known" in loss_words(loss)
    assert "goes on" not in loss_words(loss)


def test_an_unknown_next_one_makes_the_outcome_unknown(fleet: Fleet, checks) -> None:
    untested = {
        name: replace(
            node,
            settings=replace(
                node.settings,
                resolvers=tuple(
                    replace(one, kind=ResolverKind.UNKNOWN) if one.address == NEXT else one
                    for one in node.settings.resolvers or ()
                ),
            ),
        )
        for name, node in fleet.nodes.items()
    }
    changed = replace(fleet, nodes=untested)
    assert of(losses(changed, checks), changed, "dlv1", GOOD).unknown == DOMAINS


def test_without_any_resolver_left_all_mail_waits(fleet: Fleet, checks) -> None:
    alone = {
        name: replace(node, settings=replace(node.settings, resolvers=(Resolver(GOOD, kind=ResolverKind.VALIDATES),)))
        for name, node in fleet.nodes.items()
    }
    changed = replace(fleet, nodes=alone)
    loss = of(losses(changed, checks), changed, "dlv1", GOOD)
    assert loss.held == DOMAINS
    assert loss_words(loss) == "nobody answers: all mail waits in the queue"


def test_an_alternate_server_concerns_its_own_domains_only(fleet: Fleet, checks) -> None:
    listed = (
        Resolver(GOOD, kind=ResolverKind.VALIDATES),
        Resolver(LAST, domains=("d1.example",), kind=ResolverKind.VALIDATES),
    )
    nodes = {
        name: replace(node, settings=replace(node.settings, resolvers=listed)) for name, node in fleet.nodes.items()
    }
    changed = replace(fleet, nodes=nodes)
    loss = of(losses(changed, checks), changed, "dlv1", LAST)
    assert (loss.concerned, loss.held) == (("d1.example",), ("d1.example",))


def test_a_node_inside_only_asks_the_next(fleet: Fleet, checks) -> None:
    loss = of(losses(fleet, checks, ("scan1", NEXT, ResolverKind.STRIPS)), fleet, "scan1", GOOD)
    assert ([one.address for one in loss.then.resolvers], loss.concerned) == ([NEXT], ())
    assert loss_words(loss) == "asks 10.0.9.9, up to 15 s later; no watched destination is affected"
