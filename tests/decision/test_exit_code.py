"""What a script is told."""

import pytest

from fleet.decision import ExitCode, exit_code, judge, worst_code
from fleet.model import Mode, Policy, Require


def code(*verdicts, require=None, mode=Mode.OPPORTUNISTIC, policy=Policy.ASYNCOS):
    return exit_code([judge(verdict, policy, mode) for verdict in verdicts], require)


def test_delivery_under_dane_is_clean(build):
    assert code(build.verdict(build.Host()), require=Require.DANE) == 0


def test_held_mail_is_1(build):
    assert code(build.verdict(build.Host(tlsa="bogus"))) == 1


def test_a_fallback_is_clean_unless_dane_is_required(build):
    verdict = build.verdict(build.Host(tlsa="nxdomain"))
    assert code(verdict) == 0
    assert code(verdict, require=Require.DANE) == 1
    assert code(verdict, mode=Mode.MANDATORY) == 1


def test_undeliverable_mail_is_not_danes_doing(build):
    assert code(build.without_hosts("null")) == 0
    assert code(build.without_hosts("null"), require=Require.DANE) == 1


def test_mail_that_bounces_because_dane_was_required_is_1(build):
    lost = build.verdict(build.Host(tlsa="nxdomain"))
    assert code(lost, mode=Mode.MANDATORY, policy=Policy.EXIM) == 1
    assert code(lost, mode=Mode.OPPORTUNISTIC, policy=Policy.EXIM) == 0
    assert code(build.without_hosts("null"), mode=Mode.MANDATORY, policy=Policy.EXIM) == 0


@pytest.mark.parametrize("require", [None, *Require])
def test_what_was_not_tested_is_3(build, require):
    assert code(build.verdict(build.Host(session="timeout")), require=require) == 3


def test_one_silent_address_beside_good_ones_is_3_and_never_0(build):
    silent = build.Host("mx2.example", 20, session="connection-refused")
    assert code(build.verdict(build.Host("mx1.example"), silent)) == 3


def test_without_smtp_ready_dns_is_3_unless_that_is_what_was_required(build):
    verdict = build.verdict(build.Host(), smtp=False)
    assert code(verdict) == 3
    assert code(verdict, require=Require.DANE) == 3
    assert code(verdict, require=Require.DNS_READY) == 0


def test_dns_that_is_not_ready_falls_short_of_it(build):
    for verdict in (
        build.verdict(build.Host(tlsa="nxdomain"), smtp=False),
        build.verdict(build.Host("mx1.example"), build.Host("mx2.example", 20, tlsa="nxdomain"), smtp=False),
    ):
        assert code(verdict, require=Require.DNS_READY) == 1
        assert code(verdict) == 3


def test_a_walk_cut_short_is_not_dns_ready(build):
    verdict = build.verdict(build.Host(), smtp=False, unknown=("the check was ended after 60 s",))
    assert code(verdict, require=Require.DNS_READY) == 3


def test_dane_is_required_of_every_usable_host_behind_a_proven_mx(build):
    weaker = build.verdict(build.Host("mx1.example"), build.Host("mx2.example", 20, tlsa="nxdomain"))
    assert code(weaker) == 0
    assert code(weaker, require=Require.DANE) == 1
    forged = build.verdict(build.Host(), mx="insecure")
    assert code(forged, policy=Policy.POSTFIX) == 0
    assert code(forged, policy=Policy.POSTFIX, require=Require.DANE) == 1


def test_the_worst_domain_wins(build):
    good, silent = build.verdict(build.Host()), build.verdict(build.Host(session="timeout"))
    held = build.verdict(build.Host(tlsa="bogus"))
    assert code(good, silent) == 3
    assert code(good, silent, held) == 1


def test_precedence_is_2_130_1_3_0():
    order = [ExitCode.USAGE, ExitCode.INTERRUPTED, ExitCode.FINDINGS, ExitCode.INCOMPLETE, ExitCode.CLEAN]
    assert [int(one) for one in order] == [2, 130, 1, 3, 0]
    for number, one in enumerate(order):
        assert worst_code(reversed(order[number:])) is one


def test_nothing_checked_is_never_clean():
    assert exit_code([]) == 3
