"""Real peers: a lab of Debian's own DNS and mail software in a network namespace, asked the same as our engine.

Everything expensive is done once per session and only if a test wants it.  Where a machine cannot run the lab the
tests skip and say why; with ``FLEET_PEERS=required`` in the environment that is a failure instead.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from gateways import lacking as lacking_for_gateways  # noqa: E402
from internet.destination import Sent  # noqa: E402
from internet.destinations import DESTINATIONS, ZONES  # noqa: E402
from internet.exim import send_with_exim  # noqa: E402
from internet.nameservers import PASSING, VALIDATING  # noqa: E402
from internet.postfix import send_to, start_sender  # noqa: E402
from internet.unbound_host import Pair, Said, said  # noqa: E402
from internet.world import EXIM, Internet, lacking, running_internet  # noqa: E402
from required import require  # noqa: E402

PAIRS = tuple(dict.fromkeys(pair for zone in ZONES for pair in zone.questions))
DOMAINS = tuple(row.domain for row in DESTINATIONS)

Deliveries = Mapping[tuple[str, str], Sent]
Asker = Callable[[Sequence[Mapping[str, Any]]], list[dict[str, Any]]]


@pytest.fixture(scope="session")
def machine() -> None:
    """One that can run real gateways: sshd, in a namespace."""
    require(lacking_for_gateways() or lacking())


@pytest.fixture(scope="session")
def internet() -> Iterator[Internet]:
    require(lacking())
    with running_internet() as running:
        yield running


@pytest.fixture(scope="session")
def unbound_host(internet: Internet) -> Mapping[Pair, Said]:
    return said(internet.namespace, internet.anchor, PAIRS)


@pytest.fixture(scope="session")
def postfix(internet: Internet) -> Deliveries:
    """What Postfix does behind the validating resolver."""
    return send_to(start_sender(internet.namespace, internet.folder / "sender"), DOMAINS)


@pytest.fixture(scope="session")
def postfix_without_validation(internet: Internet) -> Deliveries:
    """What Postfix does behind a resolver that passes signatures on but does not validate."""
    return send_to(start_sender(internet.namespace, internet.folder / "sender-passing", PASSING), DOMAINS)


@pytest.fixture(scope="session")
def exim(internet: Internet) -> Deliveries:
    """What Exim does behind the validating resolver."""
    if not EXIM:
        pytest.skip("FLEET_EXIM does not name a folder with Exim's packages unpacked by dpkg -x")
    return send_with_exim(internet.namespace, Path(EXIM), internet.folder / "exim", DOMAINS)


@pytest.fixture(scope="session")
def ask(internet: Internet) -> Asker:
    """Our engine inside the namespace: many questions, one process."""

    def run(questions: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        lines = "".join(json.dumps(question) + "\n" for question in questions)
        command = [sys.executable, str(HERE / "ask.py"), str(internet.anchor)]
        return [json.loads(line) for line in internet.namespace.run(command, text=lines).splitlines()]

    return run


@pytest.fixture(scope="session")
def validator(ask: Asker) -> Mapping[Pair, dict[str, Any]]:
    """What our validator says of every pair, through the validating resolver."""
    answers = ask([{"resolver": VALIDATING, "name": name, "type": rdtype} for name, rdtype in PAIRS])
    return dict(zip(PAIRS, answers, strict=True))


@pytest.fixture(scope="session")
def validator_through_passing(ask: Asker) -> Mapping[Pair, dict[str, Any]]:
    """What our validator says of every pair, through the resolver that does not validate."""
    answers = ask([{"resolver": PASSING, "name": name, "type": rdtype} for name, rdtype in PAIRS])
    return dict(zip(PAIRS, answers, strict=True))


@pytest.fixture(scope="session")
def judged(ask: Asker) -> Mapping[str, dict[str, Any]]:
    """Our judgement of every destination, in both modes, through the validating resolver."""
    return dict(zip(DOMAINS, ask([{"resolver": VALIDATING, "domain": domain} for domain in DOMAINS]), strict=True))


@pytest.fixture(scope="session")
def judged_without_validation(ask: Asker) -> Mapping[str, dict[str, Any]]:
    """Our judgement of every destination, in both modes, through the resolver that does not validate."""
    return dict(zip(DOMAINS, ask([{"resolver": PASSING, "domain": domain} for domain in DOMAINS]), strict=True))
