"""Kind of resolver x its place in the list x platform x mode, through the command, against what was decided.

The table below is typed from the decisions, not computed: a kind that *passes* is enough for AsyncOS and useless for
Postfix and Exim; one that *strips* holds mail on AsyncOS and silently switches DANE off on the others; SERVFAIL or a
refusal leads to the next resolver, also of lower priority; and what a tunnel cannot show is unknown.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from standpoints import Declared, Standpoints, resolver, standpoints

from fleet.dane.pacing import Pacer

GOOD = "good.lab"
BOTH = ("opportunistic", "mandatory")
DANE, UNKNOWN, HELD = ("dane", "dane"), ("unknown", "unknown"), ("held", "held")
PLAIN = {"postfix": ("tls", "held"), "exim": ("tls", "undeliverable")}
"""DANE never done: opportunistic mail goes out over TLS; mandatory mail is held, or returned at once by Exim."""

ALONE: dict[str, dict[str, tuple[str, str]]] = {
    "validating": {"asyncos": DANE, "postfix": DANE, "exim": DANE},
    "slow": {"asyncos": DANE, "postfix": DANE, "exim": DANE},
    "tcp-only": {"asyncos": DANE, "postfix": DANE, "exim": DANE},
    "passing": {"asyncos": DANE, **PLAIN},
    "stripping": {"asyncos": HELD, **PLAIN},
    "lying": {"asyncos": DANE, "postfix": DANE, "exim": DANE},
    "refusing": {"asyncos": HELD, "postfix": HELD, "exim": HELD},
    "dead": {"asyncos": UNKNOWN, "postfix": UNKNOWN, "exim": UNKNOWN},
    "udp-only": {"asyncos": UNKNOWN, "postfix": UNKNOWN, "exim": UNKNOWN},
}
"""What becomes of mail to a signed domain with TLSA, in both modes, where the only resolver is of this kind."""


def expected(kind: str, position: str, platform: str) -> list[tuple[str, str]]:
    """The outcomes of every view of a node: one, or two where AsyncOS picks at random."""
    alone = ALONE[kind][platform]
    # A refusal is an answer, and leads to the next; so does silence, but silence is not observed through a tunnel.
    first = DANE if kind == "refusing" else alone
    match position:
        case "alone":
            return [alone]
        case "first":
            return [first]
        case "beside" if platform == "asyncos":
            return [first, DANE]
        case "beside":
            return [first]  # the C library asks in the order of the list
        case "behind a refusing one":
            return [alone]
        case "secondary to a refusing one":
            # An appliance asks it only where the others cannot be reached; the C library knows no secondaries.
            return [ALONE["refusing"][platform] if platform == "asyncos" else alone]
        case _:
            return [DANE]  # never asked while the first one answers


POSITIONS = ("alone", "first", "second", "beside", "secondary", "behind a refusing one", "secondary to a refusing one")


def listed(position: str, address: str, good: str, refusing: str) -> list[str]:
    return {
        "alone": [resolver(address)],
        "first": [resolver(address), resolver(good, 1)],
        "second": [resolver(good), resolver(address, 1)],
        "beside": [resolver(address), resolver(good)],
        "secondary": [resolver(good), resolver(address, secondary=True)],
        "behind a refusing one": [resolver(refusing), resolver(address, 1)],
        "secondary to a refusing one": [resolver(refusing), resolver(address, secondary=True)],
    }[position]


@pytest.fixture
def stand(lab, tmp_path: Path, here, monkeypatch: pytest.MonkeyPatch) -> Iterator[Standpoints]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr("fleet.vantage.from_node.Pacer", lambda **_: Pacer(50, 10_000))  # the servers are ours
    with standpoints(lab, tmp_path, here) as running:
        running.stand()
        yield running


@pytest.mark.parametrize("kind", ALONE)
def test_every_place_of_a_resolver_in_the_list_on_every_platform_in_both_modes(
    stand: Standpoints, lab, kind: str
) -> None:
    good, refusing = lab.resolvers["second"], lab.resolvers["refusing"]
    fleet = {
        f"{platform}-{at}": Declared(platform, listed(position, lab.resolvers[kind], good, refusing))
        for at, position in enumerate(POSITIONS)
        for platform in ("asyncos", "postfix", "exim")
    }
    found: dict[str, list[tuple[str, str]]] = {}
    for document in stand.documents(fleet, GOOD, "--timeout", "30"):
        outcomes = document["outcomes"][document["policy"]]
        found.setdefault(document["vantage"], []).append(tuple(outcomes[mode]["outcome"] for mode in BOTH))
    wanted = {
        f"{platform}-{at}": sorted(expected(kind, position, platform))
        for at, position in enumerate(POSITIONS)
        for platform in ("asyncos", "postfix", "exim")
    }
    assert {name: sorted(outcomes) for name, outcomes in found.items()} == wanted


@pytest.mark.parametrize(
    ("kinds", "outcomes"),
    [
        # Postfix believes its resolver: SERVFAIL for a broken domain holds its mail ...
        (("validating",), {"asyncos": "held", "postfix": "held", "exim": "held"}),
        # ... unless the C library goes on to one that does not validate.  There the broken MX passes for unsigned, and
        # Postfix still does DANE with the host it names (smtp_tls_dane_insecure_mx_policy); Exim does not.
        (("validating", "passing"), {"asyncos": "held", "postfix": "dane", "exim": "tls"}),
        # A liar vouches for it.
        (("lying",), {"asyncos": "held", "postfix": "dane", "exim": "dane"}),
        # Whether the second one says anything the node would hear is not observed.
        (("validating", "udp-only"), {"asyncos": "held", "postfix": "unknown", "exim": "unknown"}),
    ],
)
def test_a_broken_domain_shows_whom_the_next_resolver_serves(
    stand: Standpoints, lab, kinds: tuple[str, ...], outcomes: dict[str, str]
) -> None:
    listed = [resolver(lab.resolvers[kind], at) for at, kind in enumerate(kinds)]
    fleet = {platform: Declared(platform, listed) for platform in outcomes}
    documents = stand.documents(fleet, "mx-bogus.lab", "--timeout", "30")
    found = {one["vantage"]: one["outcomes"][one["policy"]]["opportunistic"]["outcome"] for one in documents}
    assert found == outcomes
