"""What waits on a node is seen over real SSH: counted by destination, the people forgotten."""

from datetime import UTC, datetime, timedelta

import pytest
from node_examples import APPLIANCE, EXIM, POSTFIX, Serve

from fleet.errors import Failure, FailureKind
from fleet.lab.nodes.commandline import Appliance
from fleet.lab.nodes.unix import Gateway
from fleet.lab.nodes.waiting import TOPHOSTS, Held
from fleet.model.fleet import Settings
from fleet.model.queue import HostState, Queue
from fleet.nodes import Dialer, Kept, look_at_queue

NOW = datetime.now(UTC).replace(microsecond=0)
TWO_HOURS = NOW - timedelta(hours=2)
QUEUE = (Held("ietf.org", 1204, TWO_HOURS), Held("old.example", 3, NOW - timedelta(days=2), down=True))


async def look(serve: Serve, dialer: Dialer, behind: Appliance | Gateway, *watched: str) -> Queue | Failure:
    _server, node = await serve(behind)
    return await look_at_queue(node, dialer, watched)


def seen(found: Queue | Failure) -> Queue:
    assert isinstance(found, Queue), found
    return found


@pytest.mark.parametrize("variant", range(len(TOPHOSTS)))
@pytest.mark.parametrize("level", ["", "Machine"])
async def test_an_appliance_shows_its_fullest_destinations_in_every_layout(
    serve: Serve, dialer: Dialer, variant: int, level: str
) -> None:
    queue = seen(await look(serve, dialer, Appliance(APPLIANCE, variant=variant, level=level, queue=QUEUE, moment="")))
    assert [(one.domain, one.recipients, one.host) for one in queue.waiting] == [
        ("ietf.org", 1204, HostState.UNKNOWN),
        ("old.example", 3, HostState.DOWN),
    ]
    assert (queue.recipients, queue.unread, queue.missing) == (1207, 0, ())
    assert queue.oldest is not None
    assert abs(queue.oldest - (NOW - timedelta(days=2))) < timedelta(minutes=2)


async def test_beyond_the_twenty_an_appliance_shows_nothing_is_observed(serve: Serve, dialer: Dialer) -> None:
    many = tuple(Held(f"d{n}.example", 100 - n, TWO_HOURS) for n in range(30))
    queue = seen(await look(serve, dialer, Appliance(APPLIANCE, queue=many), "d25.example"))
    assert queue.complete is False
    assert queue.of("d24.example") is None
    watched = queue.of("d25.example")
    assert watched is not None
    assert (watched.recipients, watched.source) == (75, "hoststatus d25.example")
    assert queue.of("nobody.example") is None


@pytest.mark.parametrize("variant", range(6))
async def test_a_watched_destination_is_asked_for_by_name(serve: Serve, dialer: Dialer, variant: int) -> None:
    found = await look(serve, dialer, Appliance(APPLIANCE, variant=variant, queue=QUEUE), "ietf.org", "none.example")
    ietf, none = (seen(found).of(name) for name in ("ietf.org", "none.example"))
    assert ietf is not None
    assert ietf.oldest is not None
    assert (ietf.recipients, ietf.host) == (1204, HostState.UP)
    assert abs(ietf.oldest - TWO_HOURS) < timedelta(minutes=2)
    assert none is not None
    assert (none.recipients, none.why) == (None, "the appliance has no record of it")


async def test_a_session_at_cluster_level_shows_no_queue(serve: Serve, dialer: Dialer) -> None:
    found = await look(serve, dialer, Appliance(APPLIANCE, level="Cluster", queue=QUEUE))
    assert isinstance(found, Failure)
    assert found.kind is FailureKind.CLUSTER_MODE


@pytest.mark.parametrize("settings", [POSTFIX, EXIM], ids=["postfix", "exim"])
async def test_a_unix_gateway_shows_all_of_its_queue(serve: Serve, dialer: Dialer, settings: Settings) -> None:
    queue = seen(await look(serve, dialer, Gateway(settings, queue=QUEUE)))
    assert [(one.domain, one.recipients, one.oldest) for one in queue.waiting] == [
        ("ietf.org", 1204, TWO_HOURS),
        ("old.example", 3, NOW - timedelta(days=2)),
    ]
    assert queue.complete
    other = queue.of("nobody.example")
    assert other is not None
    assert other.recipients == 0


@pytest.mark.parametrize("settings", [POSTFIX, EXIM], ids=["postfix", "exim"])
async def test_an_empty_queue_is_known_to_be_empty(serve: Serve, dialer: Dialer, settings: Settings) -> None:
    queue = seen(await look(serve, dialer, Gateway(settings)))
    assert (queue.complete, queue.waiting, queue.recipients) == (True, (), 0)


@pytest.mark.parametrize("settings", [POSTFIX, EXIM], ids=["postfix", "exim"])
async def test_an_account_that_may_not_list_the_queue_has_seen_nothing(
    serve: Serve, dialer: Dialer, settings: Settings
) -> None:
    found = await look(serve, dialer, Gateway(settings, queue=QUEUE, lists=False))
    assert isinstance(found, Failure)
    assert "may not list the queue" in found.sentence


@pytest.mark.parametrize("settings", [POSTFIX, EXIM, APPLIANCE], ids=["postfix", "exim", "asyncos"])
async def test_no_address_of_a_person_is_kept(serve: Serve, dialer: Dialer, settings: Settings) -> None:
    behind = Appliance(settings, queue=QUEUE) if settings is APPLIANCE else Gateway(settings, queue=QUEUE)
    found = await look(serve, dialer, behind)
    assert "@" not in repr(found)
    assert "person" not in repr(found)


async def test_the_connection_of_a_unix_gateway_is_kept_for_the_next_look(serve: Serve, dialer: Dialer) -> None:
    _server, node = await serve(Gateway(POSTFIX, queue=QUEUE))
    kept = Kept()
    for _ in range(2):
        seen(await look_at_queue(node, dialer, kept=kept))
    assert kept.take(node) is not None
