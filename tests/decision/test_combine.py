"""From single hosts to the domain, against a second, naive model written from the documents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.decision import combine
from fleet.model import Action, Policy

ACTIONS = st.lists(st.sampled_from([action.value for action in Action]), min_size=1, max_size=6)
POLICIES = st.sampled_from([policy.value for policy in Policy])


def naive(policy, actions):
    """What happens to the mail, told as a client's story."""
    remembered = set()
    for action in actions:
        passes_failures = policy != "asyncos"
        if action in ("not-tested", "next-host") or (passes_failures and action in ("dane-fail", "soft-error")):
            remembered.add(action)
            continue
        return action
    if "not-tested" in remembered:
        return "not-tested"
    if "dane-fail" in remembered:
        return "dane-fail"
    if "soft-error" in remembered or policy == "asyncos":
        return "soft-error"
    return "undeliverable"


@given(POLICIES, ACTIONS)
def test_the_action_that_counts_is_that_of_the_naive_client(policy, actions):
    assert combine(policy, "opportunistic", actions).action == naive(policy, actions)


@given(ACTIONS)
def test_the_alternative_of_asyncos_is_the_next_host_reading_where_it_differs(actions):
    next_host = naive("next-host", actions)
    if set(actions) == {"next-host"}:
        next_host = "soft-error"
    combined = combine("asyncos", "mandatory", actions)
    assert combined.alternative == (next_host if next_host != combined.action else None)


@given(POLICIES, ACTIONS)
def test_the_weakest_path_is_at_least_as_weak_as_the_expected_one(policy, actions):
    gain = ["dane-success", "not-tested", "next-host", "undeliverable", "soft-error", "dane-fail"]
    gain += ["dane-bounce", "fail-or-tls", "tls-unauthenticated", "unknown", "fallback"]
    combined = combine(policy, "opportunistic", actions)
    assert gain.index(actions[combined.weakest_index]) == max(map(gain.index, actions))


@given(POLICIES, ACTIONS)
def test_all_dane_means_that_every_usable_host_is_authenticated(policy, actions):
    usable = [action for action in actions if action not in ("not-tested", "next-host")]
    expected = usable != [] and set(usable) == {"dane-success"}
    assert combine(policy, "opportunistic", actions).all_dane is expected


@given(POLICIES.filter(lambda policy: policy != "asyncos"), ACTIONS)
def test_only_asyncos_has_a_second_reading(policy, actions):
    assert combine(policy, "opportunistic", actions).alternative is None


EXAMPLES = [
    # policy, attempts, action, weakest
    ("asyncos", "dane-fail dane-success", "dane-fail", "dane-fail"),
    ("postfix", "dane-fail dane-success", "dane-success", "dane-fail"),
    ("rfc7672", "dane-success fallback", "dane-success", "fallback"),
    ("asyncos", "not-tested dane-success", "dane-success", "not-tested"),
    ("asyncos", "next-host fallback", "fallback", "fallback"),
    ("asyncos", "next-host", "soft-error", "soft-error"),
    ("postfix", "next-host next-host", "undeliverable", "undeliverable"),
    ("rfc7672", "soft-error dane-success", "dane-success", "soft-error"),
    ("rfc7672", "dane-fail not-tested", "not-tested", "dane-fail"),
    ("rfc7672", "unknown dane-success", "unknown", "unknown"),
    ("exim", "dane-bounce dane-success", "dane-bounce", "dane-bounce"),
    ("exim", "dane-fail not-tested dane-bounce dane-success", "dane-bounce", "dane-bounce"),
    ("exim", "dane-success dane-bounce", "dane-success", "dane-bounce"),
]


@pytest.mark.parametrize(("policy", "attempts", "action", "weakest"), EXAMPLES)
def test_examples(policy, attempts, action, weakest):
    combined = combine(policy, "opportunistic", attempts.split())
    assert (combined.action, combined.weakest) == (action, weakest)


def test_no_hosts_at_all_are_unknown():
    combined = combine("asyncos", "opportunistic", [])
    assert (combined.action, combined.all_dane, combined.expected_index) == ("unknown", False, None)
