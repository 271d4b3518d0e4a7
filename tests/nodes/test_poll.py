"""A node is asked over real SSH and shows what it is configured to do."""

import asyncio
from dataclasses import fields, replace
from datetime import UTC, datetime

import asyncssh
import pytest
from node_examples import APPLIANCE, EXIM, POSTFIX, Serve

from fleet.clock import fixed
from fleet.lab.nodes import layouts
from fleet.lab.nodes.commandline import Appliance
from fleet.lab.nodes.unix import Gateway
from fleet.model.control import DestinationControl
from fleet.model.fleet import Settings
from fleet.model.observation import Observation, Sight
from fleet.model.resolver import Resolver, ResolverKind
from fleet.nodes import Dialer, Kept, poll_node


def differences(observation: Observation, settings: Settings) -> list[str]:
    """Names of the units whose value is another than the one the simulation was given."""
    names = [field.name for field in fields(Settings)]

    def comparable(value: object) -> object:
        if isinstance(value, tuple) and value and isinstance(value[0], DestinationControl):
            return [(entry.domain, entry.tls, entry.dane) for entry in value]  # what every layout shows
        return sorted(value, key=str) if isinstance(value, tuple) else value

    return [
        name for name in names if comparable(getattr(observation.settings, name)) != comparable(getattr(settings, name))
    ]


@pytest.mark.parametrize("variant", range(7))
@pytest.mark.parametrize("level", ["", "Machine"])
async def test_an_appliance_shows_everything_it_was_given(
    serve: Serve, dialer: Dialer, variant: int, level: str
) -> None:
    _server, node = await serve(Appliance(APPLIANCE, variant=variant, level=level))
    seen = await poll_node(node, dialer, document=True)
    assert seen.failure is None
    assert differences(seen, APPLIANCE) == []
    assert seen.unit("bounce_profiles").sight is Sight.NOT_OBSERVED


async def test_every_seen_unit_has_its_evidence(serve: Serve, dialer: Dialer) -> None:
    _server, node = await serve()
    seen = await poll_node(node, dialer)
    for unit in seen.units:
        if unit.sight is Sight.SEEN:
            assert unit.evidence is not None
            assert unit.evidence.command
            assert unit.evidence.raw
            assert len(unit.evidence.sha256) == 64
            assert unit.evidence.parser.endswith("/1")
    controls = seen.unit("controls").evidence
    assert controls is not None
    assert "Mandatory" in controls.raw


@pytest.mark.parametrize("settings", [POSTFIX, EXIM], ids=["postfix", "exim"])
async def test_a_unix_gateway_shows_everything_it_was_given(serve: Serve, dialer: Dialer, settings: Settings) -> None:
    _server, node = await serve(Gateway(settings))
    seen = await poll_node(node, dialer)
    assert seen.failure is None
    assert differences(seen, settings) == []
    assert seen.unit("controls").sight is Sight.NOT_OBSERVED


async def test_a_local_unbound_that_validates_is_known_to(serve: Serve, dialer: Dialer) -> None:
    _server, node = await serve(Gateway(replace(POSTFIX, resolvers=(Resolver("127.0.0.1"),))))
    seen = await poll_node(node, dialer)
    assert seen.settings.resolvers == (Resolver("127.0.0.1", kind=ResolverKind.VALIDATES),)


async def test_the_clock_of_an_appliance_is_held_against_ours(serve: Serve, dialer: Dialer) -> None:
    _server, node = await serve(Appliance(APPLIANCE, moment="Thu Jun  4 12:05:00 2026 GMT"))
    seen = await poll_node(node, dialer, clock=fixed(datetime(2026, 6, 4, 12, 0, tzinfo=UTC)))
    assert seen.clock_offset == pytest.approx(300, abs=2)


async def test_what_is_shown_at_cluster_level_is_not_taken_for_the_machines(serve: Serve, dialer: Dialer) -> None:
    _server, node = await serve(Appliance(APPLIANCE, level="Cluster"))
    seen = await poll_node(node, dialer)
    assert seen.settings.version == APPLIANCE.version
    controls = seen.unit("controls")
    assert controls.sight is Sight.NOT_OBSERVED
    assert "which this machine may override" in controls.why
    assert controls.evidence is not None


async def test_a_small_terminal_with_a_pager_gives_the_same(
    serve: Serve, dialer: Dialer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fleet.nodes.shell.ROWS", 5)
    _server, node = await serve()
    seen = await poll_node(node, dialer, document=True)
    assert seen.failure is None
    assert differences(seen, APPLIANCE) == []


async def test_a_slow_node_gives_the_same(serve: Serve, dialer: Dialer) -> None:
    _server, node = await serve(Gateway(POSTFIX), delay=0.1)
    assert differences(await poll_node(node, dialer), POSTFIX) == []


async def test_menu_and_xml_that_disagree_are_both_not_believed(
    serve: Serve, dialer: Dialer, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = layouts.xml
    monkeypatch.setattr(layouts, "xml", lambda *given: honest(*given).replace("10.1.1.1", "10.66.66.66"))
    _server, node = await serve()
    seen = await poll_node(node, dialer, document=True)
    assert seen.unit("resolvers").sight is Sight.UNPARSED
    assert seen.settings.resolvers is None


async def test_a_unix_connection_is_kept_and_an_appliances_is_not(serve: Serve, dialer: Dialer) -> None:
    kept = Kept()
    postfix, postfix_node = await serve(Gateway(POSTFIX))
    appliance, appliance_node = await serve()
    for _ in range(2):
        assert (await poll_node(postfix_node, dialer, kept=kept)).failure is None
        assert (await poll_node(appliance_node, dialer, kept=kept)).failure is None
    await kept.close()
    assert postfix.connections == 1
    assert appliance.connections == 2
    assert all(session.typed[-1] == "exit" for session in appliance.sessions)


async def test_a_kept_connection_that_broke_is_made_anew(
    serve: Serve, dialer: Dialer, host_key: asyncssh.SSHKey
) -> None:
    kept = Kept()
    server, node = await serve(Gateway(POSTFIX))
    await poll_node(node, dialer, kept=kept)
    port = server.port
    await server.close()
    await server.start(port)
    seen = await poll_node(node, dialer, kept=kept)
    await kept.close()
    assert seen.failure is None
    assert server.connections == 2


async def test_a_kept_connection_of_a_node_that_is_reached_otherwise_now_is_hung_up(
    serve: Serve, dialer: Dialer
) -> None:
    kept = Kept()
    server, node = await serve(Gateway(POSTFIX))
    other = replace(node, name="gw2")
    for each in (node, other):
        assert (await poll_node(each, dialer, kept=kept)).failure is None
    await kept.only([node, replace(other, addresses=("127.0.0.2",))])
    assert kept.take(other) is None
    still = kept.take(node)
    assert still is not None
    await asyncio.sleep(0.05)
    assert len(server.open) == 1
    still.abort()


async def test_a_node_without_a_platform_is_asked_nothing(serve: Serve, dialer: Dialer) -> None:
    server, node = await serve(Gateway(POSTFIX))
    seen = await poll_node(replace(node, settings=Settings()), dialer)
    assert seen.failure is not None
    assert "no platform is declared" in seen.failure.sentence
    assert server.connections == 0


async def test_an_appliance_declared_as_postfix_says_so_and_nothing_is_claimed(serve: Serve, dialer: Dialer) -> None:
    _server, node = await serve(Gateway(EXIM))
    seen = await poll_node(replace(node, settings=POSTFIX), dialer)
    assert seen.settings.postfix is None
    assert "there is no 'postconf' on the node" in seen.unit("postfix").why


async def test_a_cancelled_poll_leaves_no_task_and_no_connection(serve: Serve, dialer: Dialer) -> None:
    _server, node = await serve(Gateway(POSTFIX), delay=0.5)
    task = asyncio.create_task(poll_node(node, dialer))
    await asyncio.sleep(0.4)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.sleep(0.1)
    assert [other for other in asyncio.all_tasks() if "poll" in other.get_name()] == []


async def test_a_fault_of_our_own_costs_one_node_and_repeats_nothing_it_said(
    serve: Serve, dialer: Dialer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_text: str, _release: object) -> str:
        raise IndexError("\x1b[31m what the node said")

    monkeypatch.setattr("fleet.nodes.asyncos.destconfig.parse_destconfig", broken)
    _server, node = await serve()
    seen = await poll_node(node, dialer)
    assert seen.failure is not None
    assert seen.failure.sentence == "gw1: this program failed on what the node said (IndexError)"


async def test_the_version_may_stand_in_the_greeting_alone(
    serve: Serve, dialer: Dialer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layouts, "version", lambda _number: "You are not in the correct access group to use this.\n")
    _server, node = await serve()
    seen = await poll_node(node, dialer)
    assert seen.settings.version == APPLIANCE.version
