"""Whatever the model's types allow goes out as JSON text and comes back equal; what is no such thing is told apart."""

import contextlib
import json
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from anything import anything
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleet.model import AddressStep, ContactStep, MxStep, TlsaStep, Verdict
from fleet.model.dns import Link
from fleet.model.event import Event, PollStarted, Target
from fleet.model.fleet import Fleet, Node, Settings, Tier
from fleet.model.observation import Observation
from fleet.plain import (
    KINDS,
    ShapeError,
    UnknownEvent,
    dumps,
    event_from_plain,
    event_to_plain,
    from_plain,
    to_plain,
)

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
quick = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
NOUNS = [Verdict, Observation, Settings, Fleet, Target, MxStep, AddressStep, TlsaStep, ContactStep]
"""Facts.  Findings are derived from them and never stored, so nothing has to read one back."""


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.__name__)
@given(data=st.data())
@quick
def test_every_noun_comes_back_as_it_was(noun: type, data: st.DataObject) -> None:
    value = data.draw(anything(noun))
    assert from_plain(noun, json.loads(dumps(value))) == value


@pytest.mark.parametrize("kind", get_args(Event), ids=lambda kind: kind.__name__)
@given(data=st.data())
@quick
def test_every_event_comes_back_as_it_was(kind: type, data: st.DataObject) -> None:
    event = data.draw(anything(kind))
    assert event_from_plain(json.loads(dumps(event_to_plain(event)))) == event


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def places(data: Any, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [at, *(place for key, value in inner for place in places(value, (*at, key)))]


def put(data: Any, place: tuple[str | int, ...], value: object) -> Any:
    if not place:
        return value
    copy = data.copy()
    copy[place[0]] = put(data[place[0]], place[1:], value)
    return copy


@pytest.mark.parametrize("noun", [Verdict, Observation, Fleet], ids=lambda noun: noun.__name__)
@given(data=st.data())
@quick
def test_junk_anywhere_is_a_value_or_one_clear_error(noun: type, data: st.DataObject) -> None:
    plain = to_plain(data.draw(anything(noun)))
    spoilt = put(plain, data.draw(st.sampled_from(places(plain))), data.draw(JUNK))
    with contextlib.suppress(ShapeError):
        assert isinstance(from_plain(noun, spoilt), noun)


@given(st.data())
@quick
def test_keys_of_a_newer_program_are_passed_over(data: st.DataObject) -> None:
    verdict = data.draw(anything(Verdict))

    def grown(plain: Any) -> Any:
        if isinstance(plain, dict):
            return {"from the future": [1], **{key: grown(value) for key, value in plain.items()}}
        return [grown(item) for item in plain] if isinstance(plain, list) else plain

    assert from_plain(Verdict, grown(to_plain(verdict))) == verdict


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"port": "25"}, "port: a whole number is expected, not text"),
        ({"port": True}, "port: a whole number is expected, not true or false"),
        ({"port": None}, "port: a whole number is expected, not null"),
        ({"at": "noon"}, "at: a time is expected, not other text"),
        ({"at": "2026-11-23T12:00:00"}, "at: a time with its offset from UTC is expected"),
        ({"steps": {}}, "steps: an array is expected, not an object"),
        ({"steps": [{"kind": "quic"}]}, "steps[0].kind: not a known kind"),
        ({"steps": [{"kind": "tlsa", "host": "", "base": ""}]}, "steps[0].lookup: is missing"),
        ({"resolvers": ["a", 1]}, "resolvers[1]: text is expected, not a whole number"),
    ],
)
def test_an_error_says_where_and_what(change: dict[str, object], sentence: str) -> None:
    whole = to_plain(Verdict("example.org", AT, (), ()))
    assert isinstance(whole, dict)
    with pytest.raises(ShapeError) as caught:
        from_plain(Verdict, whole | change)
    assert str(caught.value) == sentence


def test_a_missing_key_takes_the_default_of_its_field() -> None:
    assert from_plain(Verdict, {"domain": "a", "at": AT.isoformat(), "resolvers": [], "steps": []}) == Verdict(
        "a", AT, (), ()
    )
    with pytest.raises(ShapeError, match="domain: is missing"):
        from_plain(Verdict, {"at": AT.isoformat(), "resolvers": [], "steps": []})


def test_every_kind_of_step_has_a_kind() -> None:
    assert set(KINDS) == {MxStep, AddressStep, TlsaStep, ContactStep}
    assert len(set(KINDS.values())) == len(KINDS)


def test_nodes_that_share_their_settings_share_them_again() -> None:
    of_tier, of_fleet = Settings(version="15.0.0-104"), Settings()
    tier = Tier("edge", ("internet",), (), of_tier)
    nodes = {f"dlv{n}": Node(f"dlv{n}", "edge", (), of_tier) for n in range(3)}
    fleet = Fleet("example", {"edge": tier}, nodes, settings=of_fleet)
    plain = to_plain(fleet)
    assert isinstance(plain, dict)
    assert len(plain["shared"]) == 2  # type: ignore[arg-type]
    back = from_plain(Fleet, json.loads(json.dumps(plain)))
    assert back == fleet
    assert len({id(owner.settings) for owner in [*back.nodes.values(), *back.tiers.values()]}) == 1


def test_an_index_without_settings_is_an_error() -> None:
    plain = to_plain(Fleet("example", {}, {}))
    assert isinstance(plain, dict)
    with pytest.raises(ShapeError, match="no shared settings number 7"):
        from_plain(Fleet, plain | {"settings": 7})


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({"event": "TeaMade", "v": 1, "at": AT.isoformat()}, "does not know events of this name"),
        ({"event": "PollStarted", "v": 2, "at": AT.isoformat(), "node": "a"}, "does not read version 2"),
        ({"event": "PollStarted", "v": 1, "at": AT.isoformat()}, "node: is missing"),
        ({"event": ["PollStarted"], "v": 1}, "does not know events of this name"),
        ([], "an event is an object"),
        (None, "an event is an object"),
    ],
)
def test_what_cannot_be_read_is_kept_as_it_is(data: object, why: str) -> None:
    event = event_from_plain(data)
    assert isinstance(event, UnknownEvent)
    assert why in event.why
    if isinstance(data, dict):
        assert event_to_plain(event) == data


def test_an_event_names_its_type_and_version_first() -> None:
    assert list(event_to_plain(PollStarted(AT, "dlv1")))[:3] == ["event", "v", "at"]


LINK = {
    "kind": "ds",
    "zone": "org",
    "owner": "org",
    "rdtype": "DS",
    "security": "secure",
    "sentence": "DS of org is signed by its parent",
}


def test_equal_links_of_a_chain_are_made_once() -> None:
    assert from_plain(Link, dict(LINK)) is from_plain(Link, dict(reversed(LINK.items())))
    assert from_plain(Link, LINK | {"zone": "net", "owner": "org"}) != from_plain(
        Link, LINK | {"zone": "org", "owner": "net"}
    )


def test_what_is_made_once_is_bounded_in_number_and_length() -> None:
    long = LINK | {"sentence": "x" * 1000}
    assert from_plain(Link, long) is not from_plain(Link, dict(long))
    first = from_plain(Link, LINK)
    for number in range(3000):
        from_plain(Link, LINK | {"zone": f"{number}.example"})
    assert from_plain(Link, LINK) is not first


@pytest.mark.parametrize("wrong", [None, 1, True, [], {}, ["ds"]])
@pytest.mark.parametrize("field", LINK)
def test_what_was_good_once_lets_nothing_wrong_pass(field: str, wrong: object) -> None:
    assert from_plain(Link, LINK)
    with pytest.raises(ShapeError):
        from_plain(Link, LINK | {field: wrong})
    with pytest.raises(ShapeError, match=f"{field}: is missing"):
        from_plain(Link, {name: value for name, value in LINK.items() if name != field})
