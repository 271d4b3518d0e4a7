"""The fleet of the lab, alive: two tiers of simulated gateways, an Internet of their own, and things that go wrong.

The profile is the shipped ``demo.toml`` with what a busy month does to a fleet (``TROUBLES``): a debug log somebody
forgot, a route in the way of DANE, a suppression that outlived its finding.  What the gateways really do differs from
it in places (``really``), and mail waits in its queues (``WAITING``).  While it runs, a gateway fails and recovers, and
so does a mail server (``unrest``).

May import ``fleet.lab``, ``fleet.profile``, ``fleet.plain``, ``fleet.model`` and the modules beside.
"""

import asyncio
import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

from fleet.errors import FleetError
from fleet.faces.live.reach import Reach
from fleet.lab import LabHandle, spawn
from fleet.lab.nodes.handle import NodesHandle, Simulated, spawn_nodes
from fleet.model.control import DaneSupport
from fleet.model.finding import Edit
from fleet.model.fleet import Fleet, Settings
from fleet.plain import to_plain
from fleet.profile import edit, read_profile

USERS: Mapping[str, str] = {"scan2": "admin"}
"""Who logs in, where it is not ``fleet``."""

TROUBLES: tuple[Edit, ...] = (
    # Somebody routed a test destination to a host of their own: behind a route DANE fails, and mail is held.
    Edit(("tiers", "delivery", "smtp_routes", "dual-stack.lab"), "relay.office.lab"),
    # A debug log from last month's incident, without an end.
    Edit(("tiers", "delivery", "logs", "incident", "kind"), "mail"),
    Edit(("tiers", "delivery", "logs", "incident", "level"), "debug"),
    Edit(("tiers", "delivery", "logs", "incident", "files"), 10),
    # A sender group behind ALL: whoever added it thinks its mail is relayed.
    Edit(
        ("tiers", "delivery", "listeners", "outgoing", "sender_groups", 2),
        {"name": "PARTNERS", "members": ["10.0.9.0/24"], "policy": "RELAYED"},
    ),
    # The shared administrator's login, on one node.
    Edit(("nodes", "scan2", "ssh", "user"), "admin"),
    # Everything is checked often, so that there is something to see.
    Edit(("destinations", "good.lab", "every"), "20s"),
    Edit(("destinations", "rollover.lab", "every"), "20s"),
    Edit(("destinations", "wrong-key.lab", "every"), "1m"),
)
EXTRA = """
# It hid a finding that has been mended since.
[[suppressions]]
code = "FLOW405"
object = "tier scan"
reason = "accepted while the old listener was being moved"
until = 2027-01-31
"""
WAITING: Mapping[str, tuple[Mapping[str, object], ...]] = {
    # What DANE holds stands in the queues, beside a little mail on its way out.
    "dlv1": (
        {"domain": "dual-stack.lab", "recipients": 12, "seconds": 5 * 3600},
        {"domain": "good.lab", "recipients": 1, "seconds": 20},
    ),
    "edge1": (
        {"domain": "wrong-key.lab", "recipients": 37, "seconds": 31 * 3600},
        {"domain": "good.lab", "recipients": 2, "seconds": 40},
    ),
}
"""The delivery queues of the gateways; the others' are empty.  **Synthetic**, as their layouts are."""
POLL_SECONDS = 10
_FAILS_AT, _RECOVERS_AT, _ROUND = 20.0, 45.0, 70.0
"""Seconds within a round of unrest."""


@dataclass(frozen=True, slots=True)
class DemoFleet:
    """The running demo: its profile on disk, whence to check, and the two children it rests on."""

    profile: Path
    reach: Reach
    lab: LabHandle
    nodes: NodesHandle


def shipped() -> str:
    """The profile as it is shipped."""
    return files("fleet.lab").joinpath("demo.toml").read_text(encoding="utf-8")


def really(fleet: Fleet) -> dict[str, Settings]:
    """What each node really is told to do."""
    found = {name: node.settings for name, node in fleet.nodes.items()}
    forgotten = found["dlv2"]
    controls = tuple(
        replace(one, dane=DaneSupport.NONE) if one.domain == "rollover.lab" else one for one in forgotten.controls or ()
    )
    # It was away when the others were upgraded and an entry was turned on.
    found["dlv2"] = replace(forgotten, version="11.1.2-023", controls=controls)
    return found


STANDS: Mapping[str, Mapping[str, object]] = {
    "dlv1": {"forwarding": True},
    # Somebody's firewall: mail leaves dlv2 by port 25 to nowhere, and nobody has noticed yet.
    "dlv2": {"forwarding": True, "blocked": [25]},
    "edge1": {"forwarding": True},
}
"""Where nodes stand in the lab's network; the others forbid looking through them."""


def place(lab: LabHandle, name: str) -> dict[str, object]:
    """The node's place (``fleet.lab.nodes.place``)."""
    return {"network": str(lab.network), "anchor": str(lab.trust_anchor), **STANDS.get(name, {})}


@contextlib.contextmanager
def demo_fleet(troubles: tuple[Edit, ...] = TROUBLES, extra: str = EXTRA) -> Iterator[DemoFleet]:
    """The demo for the length of a ``with`` block; nothing of it stays."""
    with tempfile.TemporaryDirectory(prefix="fleet-demo-") as folder, spawn() as lab:
        directory = Path(folder)
        text = edit(shipped(), troubles) + extra
        fleet = _fleet(text)
        settings = really(fleet)
        served = {
            name: Simulated(USERS.get(name, "fleet"), to_plain(settings[name]), place(lab, name))
            for name in fleet.nodes
        }
        with spawn_nodes(directory, served) as nodes:
            for name, held in WAITING.items():
                nodes.queue(name, held)
            doors = [item for name in fleet.nodes for item in _door(name, nodes)]
            profile = directory / "demo.toml"
            profile.write_text(edit(text, doors), encoding="utf-8")
            reach = Reach(lab.network, (lab.resolvers["validating"],), (lab.trust_anchor,), lab.roots, seconds=20.0)
            yield DemoFleet(profile, reach, lab, nodes)


def _door(name: str, nodes: NodesHandle) -> Iterator[Edit]:
    door = nodes.doors[name]
    yield Edit(("nodes", name, "ssh", "host"), "127.0.0.1")
    yield Edit(("nodes", name, "ssh", "port"), door.port)
    yield Edit(("nodes", name, "ssh", "host_key"), door.host_key)
    yield Edit(("nodes", name, "ssh", "key"), str(nodes.key))


def _fleet(text: str) -> Fleet:
    reading = read_profile(text, "demo.toml")
    if reading.fleet is None or not reading.readable:
        raise FleetError("the profile of the demo cannot be read")
    return reading.fleet


async def unrest(demo: DemoFleet) -> None:
    """Until cancelled: one gateway is gone for a while and comes back, one mail server stops answering and recovers."""
    server = next(iter(demo.lab.destination("rollover.lab").addresses.values()))[0]
    while True:
        await asyncio.sleep(_FAILS_AT)
        await asyncio.to_thread(demo.nodes.fault, "dlv1", "reset")
        await asyncio.to_thread(lambda: demo.lab.fault(fault="smtp", address=server, kind="reset"))
        await asyncio.sleep(_RECOVERS_AT - _FAILS_AT)
        await asyncio.to_thread(demo.nodes.fault, "dlv1", "none")
        await asyncio.to_thread(lambda: demo.lab.fault(fault="clear"))
        await asyncio.sleep(_ROUND - _RECOVERS_AT)
