"""An appliance's own check: what is answered to its questions, and what ends a run that has no end."""

from dataclasses import replace

import pytest
from node_examples import APPLIANCE, PASSWORD, QUICK, Serve

from fleet.errors import FailureKind
from fleet.lab.nodes.commandline import Appliance
from fleet.lab.nodes.faults import Fault
from fleet.nodes import Dialer, OwnCheck, own_checks

HASTY = replace(QUICK, errand=1.0)


@pytest.mark.parametrize("variant", range(5))
async def test_its_questions_get_the_domain_and_no_and_nothing_else_is_typed(serve: Serve, variant: int) -> None:
    server, node = await serve(Appliance(replace(APPLIANCE, resolvers=()), variant=variant))
    found: list[OwnCheck] = []
    dialer = Dialer(QUICK, {"PW": PASSWORD})
    await own_checks(node, dialer, ["example.org"], found.append, pause=0)
    await dialer.close()
    assert [(one.domain, one.failure) for one in found] == [("example.org", None)]
    assert "DANE FAILED for example.org" in found[0].text
    (session,) = server.sessions
    assert set(session.typed) <= {"daneverify example.org", "example.org", "N", "exit"}
    assert session.changed == []


async def test_a_run_without_an_end_is_left_and_the_others_are_told_so(serve: Serve) -> None:
    _server, node = await serve(Appliance(APPLIANCE, fault=Fault.DANEVERIFY_HANGS))
    found: list[OwnCheck] = []
    dialer = Dialer(HASTY, {"PW": PASSWORD})
    await own_checks(node, dialer, ["example.org", "example.net"], found.append, pause=0)
    await dialer.close()
    assert [one.domain for one in found] == ["example.org", "example.net"]
    assert all(
        one.failure is not None and one.failure.kind in (FailureKind.PROMPT, FailureKind.TIMEOUT) for one in found
    )


async def test_a_name_that_is_no_domain_is_never_sent(serve: Serve) -> None:
    server, node = await serve(Appliance(APPLIANCE))
    found: list[OwnCheck] = []
    dialer = Dialer(QUICK, {"PW": PASSWORD})
    await own_checks(node, dialer, ["a;commit"], found.append, pause=0)
    await dialer.close()
    (one,) = found
    assert one.failure is not None
    assert one.failure.kind is FailureKind.COMMAND
    assert server.sessions[0].typed == ["exit"]
