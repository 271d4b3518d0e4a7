"""Who answers: priority groups and waits on AsyncOS, resolv.conf order elsewhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.forecast import answering, never_asked, turns
from fleet.model.fleet import Platform
from fleet.model.resolver import Resolver

A, B, C, D = (f"10.0.0.{number}" for number in range(1, 5))


def asked(platform, *resolvers, down=(), name=""):
    found = answering(platform, resolvers, down, name)
    return [one.address for one in found.resolvers], found.seconds, [one.address for one in found.next]


@pytest.mark.parametrize(
    ("groups", "seconds"),
    [(1, [60]), (2, [15, 45]), (3, [5, 10, 45]), (4, [1, 3, 11, 45]), (6, [1, 3, 11, 45, 1, 1])],
)
def test_the_time_of_a_group_depends_on_how_many_there_are(groups, seconds) -> None:
    resolvers = [Resolver(f"10.0.0.{number}", priority=number) for number in range(groups)]
    assert [turn.seconds for turn in turns(Platform.ASYNCOS, resolvers)] == seconds


def test_the_example_of_the_guide() -> None:
    resolvers = [
        Resolver("1.2.3.4"),
        Resolver("1.2.3.5"),
        Resolver("1.2.3.6", priority=1),
        Resolver("1.2.3.7", priority=2),
    ]
    order = [([one.address for one in turn.resolvers], turn.seconds) for turn in turns(Platform.ASYNCOS, resolvers)]
    assert order == [(["1.2.3.4", "1.2.3.5"], 5), (["1.2.3.6"], 10), (["1.2.3.7"], 45)]


def test_of_one_priority_any_may_answer() -> None:
    assert asked(Platform.ASYNCOS, Resolver(A), Resolver(B), Resolver(C, priority=1)) == ([A, B], 0.0, [A, B, C])


def test_a_silent_group_costs_its_time_and_the_next_one_answers() -> None:
    resolvers = Resolver(A), Resolver(B, priority=7), Resolver(C, priority=9)
    assert asked(Platform.ASYNCOS, *resolvers, down={A}) == ([B], 5.0, [C])
    assert asked(Platform.ASYNCOS, *resolvers, down={A, B}) == ([C], 15.0, [])
    assert asked(Platform.ASYNCOS, *resolvers, down={A, B, C}) == ([], 60.0, [])


def test_secondary_servers_answer_only_when_no_other_does_and_never_after_servfail() -> None:
    resolvers = Resolver(A), Resolver(B, priority=1), Resolver(C, secondary=True)
    assert asked(Platform.ASYNCOS, *resolvers) == ([A], 0.0, [B])
    assert asked(Platform.ASYNCOS, *resolvers, down={A, B})[0] == [C]


def test_an_alternate_server_answers_for_its_domain_and_what_lies_below() -> None:
    resolvers = Resolver(A), Resolver(B, domains=("corp.example",)), Resolver(C, domains=("x.corp.example",))
    for name, answers in (
        ("example", A),
        ("corp.example", B),
        ("mail.CORP.example.", B),
        ("mail.x.corp.example", C),
        ("notcorp.example", A),
        ("", A),
    ):
        assert asked(Platform.ASYNCOS, *resolvers, name=name)[0] == [answers], name


def test_the_c_library_asks_three_in_their_order_and_goes_on_after_servfail() -> None:
    resolvers = Resolver(A), Resolver(B), Resolver(C), Resolver(D)
    assert asked(Platform.POSTFIX, *resolvers) == ([A], 0.0, [B, C])
    assert asked(Platform.EXIM, *resolvers, down={A}) == ([B], 5.0, [C])
    assert asked(Platform.POSTFIX, *resolvers, down={A, B, C})[0] == []
    assert never_asked(Platform.POSTFIX, resolvers) == (Resolver(D),)
    assert never_asked(Platform.ASYNCOS, resolvers) == ()


def test_the_c_library_asks_what_is_called_secondary_behind_all_others() -> None:
    resolvers = Resolver(A, secondary=True), Resolver(B, priority=2), Resolver(C, priority=1)
    assert asked(Platform.POSTFIX, *resolvers) == ([C], 0.0, [B, A])
    assert asked(Platform.POSTFIX, *resolvers, down={B, C})[0] == [A]


RESOLVERS = st.lists(
    st.builds(Resolver, st.sampled_from([A, B, C, D]), priority=st.integers(0, 3), secondary=st.booleans()),
    max_size=5,
    unique_by=lambda one: one.address,
)


@given(resolvers=RESOLVERS, down=st.sets(st.sampled_from([A, B, C, D])))
def test_whoever_answers_is_alive_and_nobody_alive_was_to_be_asked_before(resolvers, down) -> None:
    found = answering(Platform.ASYNCOS, resolvers, down)
    alive = [one for one in resolvers if one.address not in down]
    if not alive:
        assert found.resolvers == ()
        return
    first = min((one.secondary, one.priority) for one in alive)
    assert set(found.resolvers) == {one for one in alive if (one.secondary, one.priority) == first}
    assert (found.seconds > 0) == any((one.secondary, one.priority) <= first and one not in alive for one in resolvers)
