"""Every combination of states has an action, and insisting on DANE is never more lenient than not insisting."""

from itertools import product

import pytest

from fleet.decision import (
    STRICTNESS,
    TABLES,
    WEAKNESS,
    AddressState,
    CertificateState,
    MxState,
    TlsaState,
    decide,
    decide_row,
    strictness,
)
from fleet.model import Action, Mode, Policy

EVERY_STATE = tuple(product(MxState, AddressState, TlsaState, CertificateState))


@pytest.mark.parametrize("policy", list(Policy))
def test_every_combination_has_an_action_and_mandatory_is_never_more_lenient(policy):
    assert len(EVERY_STATE) > 8000
    for states in EVERY_STATE:
        actions = {mode: decide(policy, mode, *states) for mode in Mode}
        assert strictness(actions[Mode.MANDATORY]) >= strictness(actions[Mode.OPPORTUNISTIC]), states


@pytest.mark.parametrize("policy", list(Policy))
def test_only_a_matching_certificate_behind_secure_names_is_ever_a_success_in_mandatory_mode(policy):
    for mx, address, tlsa, certificate in EVERY_STATE:
        if decide(policy, "mandatory", mx, address, tlsa, certificate) is Action.SUCCESS:
            assert (tlsa, certificate) == (TlsaState.SECURE, CertificateState.SUCCESS)
            assert mx not in (MxState.INSECURE, MxState.BOGUS, MxState.UNKNOWN)
            assert address not in (AddressState.INSECURE, AddressState.BOGUS, AddressState.UNKNOWN)


@pytest.mark.parametrize("policy", list(Policy))
def test_mandatory_mode_delivers_unauthenticated_at_exims_hosts_with_unusable_records_only(policy):
    delivers = (Action.FALLBACK, Action.TLS_UNAUTHENTICATED, Action.FAIL_OR_TLS)
    lenient = {states[2] for states in EVERY_STATE if decide(policy, "mandatory", *states) in delivers}
    assert lenient == ({TlsaState.UNUSABLE} if policy == "exim" else set())


@pytest.mark.parametrize("policy", list(Policy))
def test_only_exim_bounces_for_want_of_dane_and_only_where_it_would_fall_back(policy):
    bounced = [states for states in EVERY_STATE if decide(policy, "mandatory", *states) is Action.BOUNCE]
    assert bool(bounced) == (policy == "exim")
    assert {decide(policy, "opportunistic", *states) for states in bounced} <= {Action.FALLBACK}
    assert not any(decide(policy, "opportunistic", *states) is Action.BOUNCE for states in EVERY_STATE)


@pytest.mark.parametrize("policy", list(Policy))
def test_the_deciding_row_holds_the_states_it_was_decided_on(policy):
    for states in EVERY_STATE:
        row = decide_row(policy, "opportunistic", *states)
        assert all(cell is None or cell is state for cell, state in zip(row.cells, states, strict=True))


@pytest.mark.parametrize("policy", list(Policy))
def test_no_row_of_a_table_is_out_of_reach(policy):
    reached = {decide_row(policy, mode, *states).name for mode in Mode for states in EVERY_STATE}
    assert {row.name for row in TABLES[policy].rows} <= reached


def test_the_orders_of_actions_name_each_action_once():
    assert sorted(STRICTNESS) == sorted(WEAKNESS) == sorted(Action)


def test_an_unknown_state_that_matters_is_never_good_news():
    for policy, mode in product(Policy, Mode):
        assert decide(policy, mode, "unknown") is Action.UNKNOWN
        assert decide(policy, mode, "secure", "unknown") is Action.UNKNOWN
        assert decide(policy, mode, "secure", "secure", "unknown") is Action.UNKNOWN
        assert decide(policy, mode, "secure", "secure", "secure", "unknown") is Action.UNKNOWN
