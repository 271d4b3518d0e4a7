"""Keys of tables: one spelling, exact before suffix before everybody; held to a naive model."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.layout import DomainTable, canonical, rat_entry, routes_of
from fleet.model.fleet import Platform, Settings
from fleet.model.flow import RatEntry
from fleet.model.peers import EximSettings, PostfixSettings
from fleet.model.route import RouteHost, RouteKind

LABELS = st.lists(st.sampled_from(["a", "b", "c", "xn--bcher-kva"]), min_size=1, max_size=4)
DOMAINS = LABELS.map(".".join)
KEYS = st.one_of(DOMAINS, DOMAINS.map(lambda name: f".{name}"), st.just("ALL"))
SPELL = st.sampled_from([str.upper, str.lower, lambda text: f"{text}.", lambda text: f"{text}..", str.title])


def naive(keys, domain):
    """The key that decides, by looking at every key for itself."""
    exact = [key for key in keys if key == domain]
    below = [key for key in keys if key.startswith(".") and domain.endswith(key) and domain != key[1:]]
    everybody = [key for key in keys if key == "ALL"]
    return next(iter(exact or sorted(below, key=len, reverse=True) or everybody), None)


@given(st.lists(KEYS, unique=True), DOMAINS, SPELL, SPELL)
def test_the_lookup_is_the_naive_one_however_names_are_spelled(keys, domain, spell_key, spell_domain):
    table = DomainTable(((spell_key(key), key) for key in keys), "ALL")
    found = table.find(spell_domain(domain))
    assert (found[1] if found else None) == naive(keys, domain)


@given(st.lists(st.tuples(KEYS, st.booleans()), unique_by=lambda pair: pair[0]), DOMAINS)
def test_a_rat_decides_by_the_same_lookup(entries, domain):
    found = rat_entry([RatEntry(key, accept) for key, accept in entries], domain)
    decides = naive([key for key, _ in entries], domain)
    assert (found.address if found else None) == decides
    assert found is None or found.accept == dict(entries)[decides]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Bücher.example", "xn--bcher-kva.example"),
        (".Bücher.example.", ".xn--bcher-kva.example"),
        ("EXAMPLE.Com..", "example.com"),
        ("\udce4.example", "\udce4.example"),
        ("", ""),
    ],
)
def test_names_have_one_spelling_and_nonsense_stays_itself(text, name):
    assert canonical(text) == name


def postfix(**parameters):
    return routes_of(Settings(Platform.POSTFIX, postfix=PostfixSettings(**parameters)))


def test_postfix_routes_are_its_transport_table_then_its_relay_host():
    found = postfix(relayhost="[mx.example.net]:587", transport=(("a.example", "smtp:"), ("b.example", "discard:")))
    assert [(one.route.domain, one.route.kind) for one in found] == [
        ("a.example", RouteKind.USEDNS),
        ("b.example", RouteKind.DISCARD),
        ("ALL", RouteKind.HOSTS),
    ]
    assert found[2].route.hosts == (RouteHost("mx.example.net", 587, direct=True),)
    assert found[2].path == ("postfix", "relayhost")


def test_a_star_in_the_transport_table_comes_before_the_relay_host():
    found = DomainTable(
        ((one.route.domain, one) for one in postfix(relayhost="[r.example]", transport=(("*", "smtp:[t.example]"),))),
        "ALL",
    )
    assert found.everybody[1].nexthop == "[t.example]"


def test_no_relay_host_and_no_routes_declared_are_two_things():
    assert postfix(relayhost="") == ()
    assert postfix() is None
    assert routes_of(Settings(Platform.ASYNCOS)) is None
    assert routes_of(Settings(Platform.ASYNCOS, routes=())) == ()
    assert routes_of(Settings(Platform.EXIM, exim=EximSettings())) is None
    assert routes_of(Settings()) is None


def test_exim_routes_are_the_keys_of_its_manualroute():
    (one, two) = routes_of(Settings(Platform.EXIM, exim=EximSettings(routes=(("*", "10.0.0.1"), ("*.a.b", "h.b")))))
    assert (one.route.domain, two.route.domain) == ("ALL", ".a.b")
    assert one.path == ("exim", "routes", "*")
