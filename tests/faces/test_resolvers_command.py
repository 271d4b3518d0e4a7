"""``fleet resolvers``: audited through nodes of the lab, in mail terms, with the failover of every resolver."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from document_keys import assert_pinned
from standpoints import Declared, Here, Standpoints, resolver, standpoints

from fleet.faces.live.last_known import last_known
from fleet.forecast.audited import FRESH
from fleet.history import history_path, open_history
from fleet.lab import LabHandle
from fleet.settings import state_folder

Doors = Callable[[Here, Path], Standpoints]
MORE = """
[tiers.edge.destination_controls.default]
tls = "preferred"
dane = "opportunistic"
[tiers.edge.smtp_routes]
[tiers.edge.listeners.outgoing]
public = false
policies = { RELAYED = "RELAY" }
sender_groups = [{ name = "ALL", members = ["ALL"], policy = "RELAYED" }]
[tiers.edge.postfix]
smtp_dns_support_level = "dnssec"
smtp_tls_security_level = "dane"
smtp_host_lookup = ["dns"]
relayhost = ""
maximal_queue_lifetime = "3d"
[destinations."good.lab"]
[destinations."rollover.lab"]
[references]
"""


@pytest.fixture(scope="module")
def doors(lab: LabHandle, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    with standpoints(lab, tmp_path_factory.mktemp("doors"), lambda *_: None, ("one", "two")) as stand:  # type: ignore[arg-type, return-value]
        yield lambda here, folder: Standpoints(lab, stand.nodes, folder, here)


@pytest.fixture
def stand(
    doors: Callable[..., Standpoints], here: Here, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Standpoints:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    found = doors(here, tmp_path)
    for door in ("one", "two"):
        found.nodes.fault(door, "none")
        found.stand(door)
    return found


@pytest.fixture
def ask(lab: LabHandle) -> Mapping[str, str]:
    return lab.resolvers


def profile(stand: Standpoints, nodes: dict[str, Declared]) -> Path:
    path = stand.profile(nodes)
    references = "".join(f"{kind} = {list(names)}\n" for kind, names in stand.lab.references.items())
    text = path.read_text().replace("[fleet]", '[fleet]\nversion = "15.0.0-104"')
    path.write_text(text + MORE.replace("'", '"') + references.replace("'", '"'))
    return path


def audit(stand: Standpoints, path: Path, *arguments: str) -> Any:
    lab = stand.lab
    return stand.here(
        "resolvers", str(path), "--network", str(lab.network), "--trust-anchor", str(lab.trust_anchor), *arguments
    )


def check(stand: Standpoints, path: Path) -> None:
    done = stand.here(
        "check", "--profile", str(path), "--from", "dlv1", "--trust-anchor", str(stand.lab.trust_anchor), "--smtp"
    )
    assert done.returncode == 0, done.stderr


def test_while_the_good_one_is_down_the_next_holds_mail_and_that_is_said(stand: Standpoints, ask) -> None:
    nodes = {"dlv1": Declared("asyncos", [resolver(ask["validating"]), resolver(ask["stripping"], 1)])}
    path = profile(stand, nodes)
    check(stand, path)
    done = audit(stand, path)
    assert done.returncode == 1, "a resolver in use holds mail"
    text = " ".join(done.stdout.split())
    assert "192.0.2.53 validates not observed dlv1 DANE goes on" in text
    assert "192.0.2.55 strips not observed dlv1 holds DANE mail" in text
    assert (
        "down: asks 192.0.2.55, up to 15 s later; mail to 2 of 2 destinations is held: good.lab, rollover.lab" in text
    )
    assert all(len(line) <= 100 for line in done.stdout.splitlines())


def test_the_document_has_every_node_every_cell_and_every_destination_that_is_held(stand: Standpoints, ask) -> None:
    nodes = {
        "dlv1": Declared("asyncos", [resolver(ask["validating"]), resolver(ask["stripping"], 1)]),
        "mx1": Declared("postfix", [resolver(ask["passing"])], door="two"),
    }
    path = profile(stand, nodes)
    check(stand, path)
    done = audit(stand, path, "--json")
    document = json.loads(done.stdout)
    assert_pinned(document)
    assert (document["format"], document["exit_code"]) == ("fleet-resolver-audit/1", done.returncode)
    first, postfix = document["nodes"]
    assert first["resolvers"][0]["down"]["held"] == ["good.lab", "rollover.lab"]
    assert (first["harmed"], first["unknown"]) == (True, False)
    assert (postfix["resolvers"][0]["kind"], postfix["resolvers"][0]["mail"]) == ("passes", "leaves DANE out")
    assert postfix["harmed"], "an AD bit never comes"
    cells = {(cell["vantage"], cell["resolver"], cell["transport"]): cell for cell in document["cells"]}
    assert cells["mx1", "192.0.2.54:53", "tcp"]["kind"] == "passes"
    assert cells["dlv1", "192.0.2.53:53", "udp"]["asked"] is False


def test_what_serves_everybody_is_clean_and_what_nobody_can_tell_is_incomplete(stand: Standpoints, ask) -> None:
    served = profile(stand, {"dlv1": Declared("asyncos", [resolver(ask["passing"]), resolver(ask["second"], 1)])})
    assert audit(stand, served).returncode == 0
    dead = profile(stand, {"dlv1": Declared("asyncos", [resolver(ask["passing"]), resolver(ask["udp-only"], 1)])})
    done = audit(stand, dead)
    assert done.returncode == 3
    assert "could not connect" in done.stdout
    nobody = profile(stand, {"dlv1": Declared("asyncos", [])})
    assert audit(stand, nobody).returncode == 3


def test_where_a_node_forbids_forwarding_this_host_asks_and_the_table_says_why(stand: Standpoints, ask) -> None:
    stand.stand("one", forwarding=False)
    done = audit(stand, profile(stand, {"dlv1": Declared("asyncos", [resolver(ask["validating"])])}))
    text = " ".join(done.stdout.split())
    assert done.returncode == 0
    assert "192.0.2.53 validates validates this host DANE goes on" in text
    assert "not from dlv1: 192.0.2.53 port 53 through dlv1: the node forbids forwarding" in text


def test_from_here_nobody_is_logged_in_to(stand: Standpoints, ask) -> None:
    stand.nodes.fault("one", "silent")
    path = profile(stand, {"dlv1": Declared("asyncos", [resolver(ask["validating"])])})
    assert audit(stand, path, "--from-here").returncode == 0


def test_rules_read_what_the_last_audit_found_and_say_how_old_it_is(stand: Standpoints, ask) -> None:
    path = profile(stand, {"dlv1": Declared("asyncos", [f'{resolver(ask["stripping"])}, kind = "validates"'])})
    before = stand.here("validate", str(path), "--observed", "--select", "DNS", "--format", "concise")
    assert "DNS523" not in before.stdout
    audit(stand, path)
    done = stand.here("validate", str(path), "--observed", "--select", "DNS", "--format", "concise")
    assert "is declared as 'validates' and was found as 'strips'" in done.stdout
    assert "resolvers are as audited 0 s ago" in done.stderr
    paper = stand.here("validate", str(path), "--select", "DNS", "--format", "concise")
    assert "DNS523" not in paper.stdout, "what was seen counts where it was asked for"


def test_an_audit_that_is_too_old_counts_as_unknown(stand: Standpoints, ask) -> None:
    path = profile(stand, {"dlv1": Declared("asyncos", [f'{resolver(ask["stripping"])}, kind = "validates"'])})
    audit(stand, path)
    history = history_path(path, state_folder())
    (found,) = (one for one in last_known(history).judged if one.transport == "tcp")
    with open_history(history, leased=False) as opened:
        opened.append(replace(found, at=found.at - FRESH - timedelta(hours=1)))
    done = stand.here("validate", str(path), "--observed", "--select", "DNS", "--format", "concise")
    assert "The last audit of resolver 192.0.2.55 is too old to count" in done.stdout
    assert "1 of 1 audits are more than a day old" in done.stderr


def test_a_forecast_of_what_was_observed_rests_on_audits_and_says_how_old_they_are(stand: Standpoints, ask) -> None:
    path = profile(stand, {"dlv1": Declared("asyncos", [f'{resolver(ask["validating"])}, kind = "strips"'])})
    nothing = stand.here("forecast", str(path), "--observed")
    assert (nothing.returncode, "no poll was ever written down" in nothing.stderr) == (2, True)
    check(stand, path)
    audit(stand, path)
    done = stand.here("forecast", str(path), "--observed", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert {one["label"] for one in json.loads(done.stdout)["forecasts"]} == {"dane"}
    assert "fleet: resolvers are as audited 0 s ago" in done.stderr
    assert "resolver 192.0.2.53 of dlv1: validates, not strips as declared: audited 0 s ago" in done.stderr
    with open_history(history_path(path, state_folder()), leased=False) as opened:
        for found in last_known(history_path(path, state_folder())).judged:
            opened.append(replace(found, at=found.at - FRESH - timedelta(hours=1)))
    stale = stand.here("forecast", str(path), "--observed", "--json")
    assert "what it does is unknown, not strips as declared: audited 1 d 1 h ago, its audit is too old" in stale.stderr


def test_live_audits_belong_to_what_is_observed(stand: Standpoints, ask) -> None:
    path = profile(stand, {"dlv1": Declared("asyncos", [resolver(ask["validating"])])})
    done = stand.here("validate", str(path), "--audit")
    assert done.returncode == 2
    assert "--audit asks the nodes of profiles in files: it goes with --observed" in done.stderr
    live = stand.here("validate", str(path), "--observed", "--audit", "--select", "DNS", "--format", "concise")
    assert "found out nothing" in live.stderr, "the lab's keys do not hang from the real root"
    anchor = ("--trust-anchor", str(stand.lab.trust_anchor))
    trusted = stand.here("validate", str(path), "--observed", "--audit", *anchor, "--select", "DNS")
    assert "resolvers are as audited 0 s ago" in trusted.stderr
    alone = stand.here("validate", str(path), *anchor)
    assert (alone.returncode, "it goes with --audit" in alone.stderr) == (2, True)
