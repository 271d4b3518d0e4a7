"""A recorded session is read as the node was, says nothing that must not be said, and forgets no turn."""

import json
from datetime import UTC, datetime

import pytest
from node_examples import APPLIANCE, EXIM, PASSWORD, POSTFIX, Serve

from fleet.clock import fixed
from fleet.errors import FailureKind, UsageError
from fleet.lab.nodes.commandline import Appliance
from fleet.lab.nodes.faults import Fault
from fleet.lab.nodes.unix import Gateway
from fleet.model.observation import Observation, Sight
from fleet.nodes import Dialer, Recording, poll_node, replayed
from fleet.nodes import recording as recording_module

AT = datetime(2026, 6, 4, 12, tzinfo=UTC)
IN_CONFIGURATION = "ExampleSecret99"
"""What the simulated Exim prints for its database."""


def facts(seen: Observation) -> object:
    return seen.node, seen.settings, [(unit.name, unit.sight, unit.why) for unit in seen.units], seen.failure


@pytest.mark.parametrize(
    "behind",
    [
        Appliance(APPLIANCE),
        Appliance(APPLIANCE, level="Machine", variant=1),
        Appliance(APPLIANCE, fault=Fault.ROLE_TOO_LOW),
        Appliance(APPLIANCE, fault=Fault.ODD_QUESTION),
        Gateway(POSTFIX),
        Gateway(EXIM),
        Gateway(EXIM, debian=False),
    ],
    ids=["standalone", "cluster", "role", "unknown question", "postfix", "exim4", "exim"],
)
async def test_a_recording_is_read_as_the_node_was(serve: Serve, dialer: Dialer, behind: Appliance | Gateway) -> None:
    _server, node = await serve(behind)
    recording = Recording()
    seen = await poll_node(node, dialer, record=recording)
    lines = [*recording.lines(str(node.settings.platform), dialer.credentials.secrets)]
    assert facts(await replayed(lines, "gw1")) == facts(seen)
    assert not [line for line in lines if PASSWORD in line or IN_CONFIGURATION in line]


async def test_a_recording_can_be_read_in_a_year_with_the_clock_of_its_day(serve: Serve, dialer: Dialer) -> None:
    _server, node = await serve()
    recording = Recording(fixed(AT))
    await poll_node(node, dialer, record=recording)
    seen = await replayed(recording.lines("asyncos", []), "gw1")
    assert seen.at == AT
    assert seen.clock_offset == 0


async def test_a_session_longer_than_a_recording_may_be_says_that_its_end_is_missing(
    serve: Serve, dialer: Dialer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording_module, "MAX_BYTES", 1000)
    _server, node = await serve()
    recording = Recording()
    assert (await poll_node(node, dialer, record=recording)).failure is None
    lines = [*recording.lines("asyncos", [])]
    assert (recording.complete, json.loads(lines[0])["complete"]) == (False, False)
    assert len("".join(lines)) < 3000
    seen = await replayed(lines, "gw1")
    assert seen.failure is not None


async def test_names_replaced_everywhere_alike_still_play_back(serve: Serve, dialer: Dialer) -> None:
    _server, node = await serve()
    recording = Recording()
    seen = await poll_node(node, dialer, record=recording)
    renamed = [line.replace("esa1.example.com", "host.invalid") for line in recording.lines("asyncos", [])]
    assert (await replayed(renamed, "gw1")).settings == seen.settings


async def test_a_password_that_a_command_prints_is_masked_in_both_streams() -> None:
    recording = Recording()
    recording("sent", b"postconf")
    recording("received", b"smtp_sasl = Sesame-open-77\n")
    recording("complained", b"warning: Sesame-open-77\n")
    recording("ended", b"0")
    lines = [*recording.lines("postfix", [PASSWORD])]
    assert PASSWORD not in "".join(lines)
    assert [*json.loads(lines[-1])] == ["ended"]


@pytest.mark.parametrize("behind", [Appliance(APPLIANCE), Gateway(POSTFIX)], ids=["asyncos", "postfix"])
async def test_a_recording_that_stops_in_the_middle_is_a_poll_that_failed(
    serve: Serve, dialer: Dialer, behind: Appliance | Gateway
) -> None:
    _server, node = await serve(behind)
    recording = Recording()
    await poll_node(node, dialer, record=recording)
    lines = [*recording.lines(str(node.settings.platform), [])]
    for length in (1, 2, 3, len(lines) // 2, len(lines) // 2 + 1, len(lines) - 2):
        seen = await replayed(lines[:length], "gw1")
        assert seen.failure is not None
        assert seen.failure.kind in {FailureKind.CLOSED, FailureKind.PROMPT}


async def test_another_platforms_recording_is_not_taken_for_this_one(serve: Serve, dialer: Dialer) -> None:
    _server, node = await serve(Gateway(POSTFIX))
    recording = Recording()
    await poll_node(node, dialer, record=recording)
    seen = await replayed(recording.lines("exim", []), "gw1")
    assert seen.failure is not None
    assert "goes on differently" in seen.failure.sentence
    assert [unit.name for unit in seen.units if unit.sight is Sight.SEEN] == ["clock"], "which both are asked alike"
    with pytest.raises(UsageError, match="platform"):
        await replayed(recording.lines("sendmail", []), "gw1")


def test_nothing_recorded_is_no_recording() -> None:
    assert not Recording()
