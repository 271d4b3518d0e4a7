"""Resolvers audited in the lab, each from its node's own network; what could not be asked is unknown and says why."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from audited import Auditing

from fleet.errors import Failure, FailureKind, RemoteError
from fleet.model.event import HERE, ResolverJudged
from fleet.model.fleet import Node, Platform, Settings
from fleet.model.resolver import References, Resolver, ResolverKind
from fleet.network import Network, T
from fleet.network.mapped import MappedNetwork
from fleet.network.stream import CarriedStream
from fleet.vantage.audit import Audit, Pace

VALIDATES, PASSES, STRIPS, UNKNOWN = ResolverKind
KINDS = {
    "validating": VALIDATES,
    "second": VALIDATES,
    "tcp-only": VALIDATES,
    "slow": VALIDATES,
    "passing": PASSES,
    "lying": PASSES,
    "stripping": STRIPS,
    "dead": UNKNOWN,
    "refusing": UNKNOWN,
    "udp-only": UNKNOWN,
}
LEAST_QUESTIONS, MOST_QUESTIONS = 20, 90
"""What one cell may cost a resolver: nine reference names and the way down to each, some twice where it is slow."""


def why(cell: ResolverJudged) -> str:
    return " ".join(cell.evidence)


def test_every_kind_is_told_through_a_tunnel_where_udp_is_not_observed(auditing: Auditing) -> None:
    cells = auditing.audit(auditing.node("one", *KINDS))
    found = {kind: cells["one", f"{auditing.lab.resolvers[kind]}:53", "tcp"] for kind in KINDS}
    assert {kind: cell.kind for kind, cell in found.items()} == KINDS
    assert found["lying"].ad, "it vouches for everything, and no validation of ours bears it out"
    assert "gave no answer over TCP within 1.5 s" in why(found["dead"])
    assert "is answered REFUSED" in why(found["refusing"])
    assert "could not connect" in why(found["udp-only"])
    for kind in KINDS:
        udp = cells["one", f"{auditing.lab.resolvers[kind]}:53", "udp"]
        assert (udp.kind, udp.asked, why(udp)) == (UNKNOWN, False, "not observed: through one carries no UDP")
    assert not any(vantage == HERE for vantage, _, _ in cells), "nothing was asked from anywhere else"
    assert auditing.left == 0


def test_nobody_inherits_what_a_sibling_saw_behind_the_same_address(auditing: Auditing) -> None:
    auditing.stand("one", also={"10.0.0.53": auditing.lab.resolvers["validating"]})
    auditing.stand("two", also={"10.0.0.53": auditing.lab.resolvers["stripping"]})
    cells = auditing.audit(*(auditing.node(door, "10.0.0.53") for door in ("one", "two", "three")))
    kinds = {vantage: cell.kind for (vantage, _, transport), cell in cells.items() if transport == "tcp"}
    assert kinds == {"one": VALIDATES, "two": STRIPS, "three": UNKNOWN}


def test_a_node_that_forbids_forwarding_is_audited_from_here_and_says_so(auditing: Auditing) -> None:
    auditing.stand("one", forwarding=False)
    cells = auditing.audit(auditing.node("one", "validating"))
    own, udp, here = (
        cells[vantage, "192.0.2.53:53", transport]
        for vantage, transport in (("one", "tcp"), ("one", "udp"), (HERE, "udp"))
    )
    assert (own.kind, own.asked, udp.asked) == (UNKNOWN, False, False)
    assert "the node forbids forwarding" in why(own)
    assert (here.kind, here.asked) == (VALIDATES, True)


def test_from_here_a_resolver_is_asked_once_however_many_nodes_use_it(auditing: Auditing) -> None:
    for door in ("one", "two", "three"):
        auditing.stand(door, forwarding=False)
    nodes = [auditing.node(door, "validating", "passing") for door in ("one", "two", "three")]
    asked = auditing.questions(lambda: auditing.audit(*nodes))
    assert 0 < asked["validating"] <= 2 * MOST_QUESTIONS, "UDP and TCP"
    assert 0 < asked["passing"] <= 2 * MOST_QUESTIONS
    assert asked["stripping"] == 0


def test_through_nodes_each_asks_for_itself_and_no_more_than_it_should(auditing: Auditing) -> None:
    nodes = [auditing.node(door, "validating", "stripping") for door in ("one", "two", "three")]
    asked = auditing.questions(lambda: auditing.audit(*nodes))
    assert 3 * LEAST_QUESTIONS <= asked["validating"] <= 3 * MOST_QUESTIONS
    assert asked["stripping"] <= 3 * MOST_QUESTIONS


@pytest.mark.parametrize(
    ("fault", "words"),
    [("reset", "closed the connection"), ("silent", "no SSH server answered"), ("login-hangs", "login was not done")],
)
def test_a_node_that_cannot_be_reached_is_audited_from_here_and_says_so(
    auditing: Auditing, fault: str, words: str
) -> None:
    auditing.nodes.fault("one", fault)
    cells = auditing.audit(auditing.node("one", "passing"), auditing.node("two", "passing"))
    assert words in why(cells["one", "192.0.2.54:53", "tcp"])
    assert not cells["one", "192.0.2.54:53", "tcp"].asked
    assert cells[HERE, "192.0.2.54:53", "tcp"].kind is PASSES
    assert cells["two", "192.0.2.54:53", "tcp"].kind is PASSES, "the others are not held up"
    auditing.nodes.fault("one", "none")


def test_a_node_the_profile_forbids_to_look_through_is_left_alone(auditing: Auditing) -> None:
    cells = auditing.audit(auditing.node("one", "passing", forward=False))
    assert "ssh.forward = false" in why(cells["one", "192.0.2.54:53", "tcp"])
    assert cells[HERE, "192.0.2.54:53", "udp"].kind is PASSES


def test_a_tunnel_that_dies_in_the_middle_is_unknown_with_its_reason_and_nobody_waits(auditing: Auditing) -> None:
    auditing.stand("one", dies_after=1)
    cells = auditing.audit(auditing.node("one", "slow", "validating"))
    for address in ("192.0.2.60:53", "192.0.2.53:53"):
        cell = cells["one", address, "tcp"]
        assert (cell.kind, cell.asked) == (UNKNOWN, True)
        assert "closed" in why(cell) or "ended" in why(cell)
    assert auditing.seconds < 10


def test_a_firewall_that_swallows_everything_ends_at_the_deadline(auditing: Auditing) -> None:
    auditing.stand("one", blocked=[53])
    cells = auditing.audit(auditing.node("one", "validating"))
    assert "no connection within 1.5 s" in why(cells["one", "192.0.2.53:53", "tcp"])
    assert auditing.seconds < 8


def test_a_resolver_that_drags_on_is_given_up(auditing: Auditing) -> None:
    cells = auditing.audit(auditing.node("one", "slow"), pace=Pace(question=5.0, cell=2.0))
    assert "was not through with its answers within 2 s" in why(cells["one", "192.0.2.60:53", "tcp"])


def test_a_nodes_own_loopback_is_asked_through_the_node_and_never_from_here(auditing: Auditing) -> None:
    auditing.stand("one", also={"127.0.0.1": auditing.lab.resolvers["validating"]})
    auditing.stand("two", forwarding=False)
    cells = auditing.audit(auditing.node("one", "127.0.0.1"), auditing.node("two", "127.0.0.1"))
    assert cells["one", "127.0.0.1:53", "tcp"].kind is VALIDATES
    for transport in ("udp", "tcp"):
        here = cells[HERE, "127.0.0.1:53", transport]
        assert (here.kind, here.asked) == (UNKNOWN, False)
        assert "it would be another one" in why(here)


def test_asked_from_here_no_node_is_logged_in_to(auditing: Auditing) -> None:
    auditing.nodes.fault("one", "silent")
    cells = auditing.audit(auditing.node("one", "tcp-only"), from_here=True)
    assert {key: cell.kind for key, cell in cells.items()} == {
        (HERE, "192.0.2.57:53", "udp"): UNKNOWN,
        (HERE, "192.0.2.57:53", "tcp"): VALIDATES,
    }
    auditing.nodes.fault("one", "none")


class Crowd:
    """A network through which every connection hangs, counted."""

    has_udp = False

    def __init__(self, name: str, told: Callable[[str, int], None]) -> None:
        self.name = name
        self._told = told

    async def open_tcp(self, address: str, port: int, timeout: float) -> CarriedStream:
        self._told(address, 1)
        try:
            await asyncio.sleep(0.01)
        finally:
            self._told(address, -1)
        raise RemoteError(Failure(FailureKind.TIMEOUT, "nobody there"))

    async def ask_udp(
        self, address: str, port: int, payload: bytes, accept: Callable[[bytes], T | None], timeout: float
    ) -> T:
        raise AssertionError("no UDP through a tunnel")


@pytest.mark.parametrize(
    ("pace", "at_resolver", "in_all"), [(Pace(cells=10, at_resolver=2), 2, 6), (Pace(cells=5, at_resolver=4), 1, 5)]
)
async def test_no_more_are_asked_at_a_time_than_the_pace_allows(pace: Pace, at_resolver: int, in_all: int) -> None:
    at_once: dict[str, int] = {}
    most: dict[str, int] = {}

    def told(address: str, more: int) -> None:
        for key in (address, "all"):
            at_once[key] = at_once.get(key, 0) + more
            most[key] = max(most.get(key, 0), at_once[key])

    @asynccontextmanager
    async def through(node: Node) -> AsyncIterator[Network | Failure]:
        yield Crowd(node.name, told)

    settings = Settings(
        Platform.ASYNCOS, resolvers=(Resolver("192.0.2.1"), Resolver("192.0.2.2"), Resolver("192.0.2.3"))
    )
    found: list[ResolverJudged] = []
    nodes = [Node(f"gw{number}", "edge", (), settings) for number in range(50)]
    here = MappedNetwork("nowhere", {}, {})
    await Audit(here, through, (), References(), found.append, pace).run(nodes)
    assert len(found) == 50 * 3 * 2
    assert most.pop("all") == in_all
    assert max(most.values()) <= pace.at_resolver
    assert min(most.values()) >= at_resolver


async def test_what_a_node_says_of_itself_is_made_safe_before_it_becomes_evidence() -> None:
    @asynccontextmanager
    async def through(node: Node) -> AsyncIterator[Network | Failure]:
        yield Failure(FailureKind.CHANNEL, "go away\x1b]0;owned\x07\r\nvalidates " + "x" * 1000)

    found: list[ResolverJudged] = []
    node = Node("gw", "edge", (), Settings(Platform.POSTFIX, resolvers=(Resolver("127.0.0.1"),)))
    await Audit(MappedNetwork("nowhere", {}, {}), through, (), References(), found.append).run([node])
    said = [line for one in found for line in one.evidence if one.vantage == "gw"]
    assert len(said) == 2
    assert all(line.isprintable() and len(line) <= 400 for line in said)


async def test_a_round_that_is_cancelled_leaves_no_question_behind() -> None:
    class Hanging(Crowd):
        has_udp = True

        async def ask_udp(
            self, address: str, port: int, payload: bytes, accept: Callable[[bytes], T | None], timeout: float
        ) -> T:
            await asyncio.sleep(60)
            raise AssertionError("nobody waits that long")

    node = Node("gw", "edge", (), Settings(Platform.POSTFIX, resolvers=(Resolver("192.0.2.1"), Resolver("192.0.2.2"))))
    here = Hanging("here", lambda *_: None)
    before = asyncio.all_tasks()
    running = asyncio.ensure_future(Audit(here, None, (), References(), lambda _: None).run([node]))
    await asyncio.sleep(0.05)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert asyncio.all_tasks() == before


async def test_each_nodes_own_loopback_is_another_resolver_and_waits_for_no_other() -> None:
    at_once = most = 0

    def told(_address: str, more: int) -> None:
        nonlocal at_once, most
        at_once += more
        most = max(most, at_once)

    @asynccontextmanager
    async def through(node: Node) -> AsyncIterator[Network | Failure]:
        yield Crowd(node.name, told)

    settings = Settings(Platform.POSTFIX, resolvers=(Resolver("127.0.0.1"),))
    nodes = [Node(f"gw{number}", "edge", (), settings) for number in range(20)]
    await Audit(MappedNetwork("nowhere", {}, {}), through, (), References(), lambda _: None, Pace(at_resolver=1)).run(
        nodes
    )
    assert most == 20
