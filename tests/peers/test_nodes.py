"""Real gateways over real OpenSSH: what Postfix, Exim and the resolver below them are told to do comes home."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from gateways import Gateway, running_gateway
from internet.world import EXIM

from fleet.nodes import replayed

HERE = Path(__file__).parent
Poll = Callable[[Gateway, str, str], dict[str, Any]]


@pytest.fixture(scope="module")
def postfix(machine: None) -> Iterator[Gateway]:
    with running_gateway("fleet-pfx", "127.0.0.1") as gateway:
        yield gateway


@pytest.fixture(scope="module")
def exim(machine: None) -> Iterator[Gateway]:
    if not EXIM:
        pytest.skip("FLEET_EXIM does not name a folder with Exim's packages unpacked by dpkg -x")
    with running_gateway("fleet-exm", "10.9.9.9", with_exim=True) as gateway:
        yield gateway


def poll(gateway: Gateway, platform: str, pin: str) -> dict[str, Any]:
    command = [sys.executable, str(HERE / "poll_here.py"), platform, str(gateway.key), pin]
    answer: dict[str, Any] = json.loads(gateway.namespace.run(command))
    return answer


def why(observation: dict[str, Any]) -> dict[str, str]:
    return {unit["name"]: unit["why"] for unit in observation["units"] if unit["sight"] != "seen"}


def test_postfix_shows_what_it_is_told_to_do(postfix: Gateway) -> None:
    seen = poll(postfix, "postfix", postfix.pins[0])
    for observation in seen["polls"]:
        assert observation["failure"] is None
        settings = observation["settings"]["postfix"]
        assert settings["smtp_tls_security_level"] == "dane", why(observation)
        assert settings["smtp_dns_support_level"] == "dnssec"
        assert settings["smtp_host_lookup"] == ["dns"]
        assert settings["relayhost"] == ""
        assert settings["mynetworks"] == ["127.0.0.0/8", "10.0.1.0/24"]
        assert settings["relay_domains"] == ["example.com", "example.org"]
        assert settings["maximal_queue_lifetime"] == 3 * 86400
        assert sorted(settings["tls_policy"]) == [
            [".example.com", "encrypt"],
            ["example.com", "dane-only"],
            ["other.example", "may"],
        ]
        assert settings["transport"] == [["inside.example", "smtp:[10.0.0.5]:25"]]
        assert ["danesmtp/unix", "smtp_tls_security_level", "dane-only"] in settings["master"]
        assert abs(observation["clock_offset"]) < 3


def test_its_local_unbound_is_known_to_validate(postfix: Gateway) -> None:
    (first, _second) = poll(postfix, "postfix", postfix.pins[0])["polls"]
    (server,) = first["settings"]["resolvers"]
    assert (server["address"], server["kind"]) == ("127.0.0.1", "validates")


def test_every_host_key_is_shown_and_either_may_be_pinned(postfix: Gateway) -> None:
    seen = poll(postfix, "postfix", postfix.pins[1])
    assert seen["polls"][0]["failure"] is None
    assert {key["fingerprint"] for key in seen["keys"]} == set(postfix.pins)


def test_a_key_that_nobody_pinned_ends_it(postfix: Gateway) -> None:
    seen = poll(postfix, "postfix", "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
    assert seen["polls"][0]["failure"]["kind"] == "host-key-changed"


def test_exim_shows_what_it_is_told_to_do_and_the_rest_is_said(exim: Gateway) -> None:
    seen = poll(exim, "exim", exim.pins[0])
    (first, second) = seen["polls"]
    assert first["failure"] is None
    settings = first["settings"]["exim"]
    assert settings is not None, why(first)["exim"]
    assert settings["dane_built_in"] is True
    assert settings["hosts_try_dane"] == ""
    assert settings["hosts_require_dane"] == "*.bank.example"
    assert settings["routes"] == [["inside.example", "10.0.0.5"]]
    assert first["settings"]["resolvers"][0]["address"] == "10.9.9.9"
    assert first["settings"]["resolvers"][0]["kind"] == "unknown"
    assert second["failure"] is None
    assert "Planted-Secret-42" not in json.dumps(seen)
    if "exim.retry_seconds" in why(first):  # an ordinary account may not print the configuration
        assert settings["relay_from_hosts"] is None
        assert "may not run" in why(first)["exim.retry_seconds"] or "failed" in why(first)["exim.retry_seconds"]
    else:
        assert settings["retry_seconds"] == 4 * 86400
        assert settings["relay_from_hosts"] == ["127.0.0.1", "::1"]


def test_a_gateway_declared_as_the_other_platform_claims_nothing(postfix: Gateway) -> None:
    (first, _second) = poll(postfix, "exim", postfix.pins[0])["polls"]
    assert first["settings"]["exim"] is None
    assert "there is no 'exim" in why(first)["exim"]


PROFILE = """\
[tiers.edge]
platform = "{platform}"
delivers_to = ["internet"]
[tiers.edge.ssh]
user = "fleetmon"
key = "{key}"
agent = false
[nodes.gw1]
tier = "edge"
addresses = ["127.0.0.1"]
[nodes.gw1.ssh]
host_key = "{pin}"
"""


@pytest.mark.parametrize("platform", ["postfix", "exim"])
def test_the_commands_reach_it_log_in_poll_it_and_record_it(platform: str, request: pytest.FixtureRequest) -> None:
    gateway: Gateway = request.getfixturevalue(platform)
    profile, recording = gateway.folder / "fleet.toml", gateway.folder / "gw1.jsonl"
    profile.write_text(PROFILE.format(platform=platform, key=gateway.key, pin=gateway.pins[1]))

    def fleet(*words: str, code: int = 0) -> str:
        command = gateway.namespace.inside([sys.executable, "-m", "fleet", words[0], str(profile), *words[1:]])
        environment = {**os.environ, "HOME": str(gateway.folder), "XDG_STATE_HOME": str(gateway.folder)}
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment, check=False)
        assert done.returncode == code, (words, done.stdout, done.stderr)
        return done.stdout

    assert json.loads(fleet("probe", "--json"))["nodes"][0]["host_key"] == "pinned"
    assert json.loads(fleet("login", "--json"))["nodes"][0]["user"] == "fleetmon"
    (polled,) = json.loads(fleet("poll", "--json"))["nodes"]
    fleet("record", "gw1", "--output", str(recording))
    assert "Planted-Secret-42" not in recording.read_text()
    seen = asyncio.run(replayed(recording.read_text().splitlines(), "gw1"))
    assert seen.failure is None
    assert {unit.name: str(unit.sight) for unit in seen.units} == {
        unit["name"]: unit["sight"] for unit in polled["observation"]["units"]
    }
    profile.write_text(profile.read_text().replace(gateway.pins[1], "SHA256:" + "A" * 43))
    assert json.loads(fleet("probe", "--json", code=1))["nodes"][0]["host_key"] == "changed"


def test_known_hosts_that_holds_no_kind_of_key_the_server_has_is_said_not_called_closed(postfix: Gateway) -> None:
    """OpenSSH hangs up without a word where it is asked for a kind of key that it has not got."""
    profile, known = postfix.folder / "kinds.toml", postfix.folder / "kinds"
    subprocess.run(["ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", str(postfix.folder / "other")], check=True)
    known.write_text(f"127.0.0.1 {(postfix.folder / 'other.pub').read_text()}")
    text = PROFILE.format(platform="postfix", key=postfix.key, pin="")
    profile.write_text(text.replace('host_key = ""', f'known_hosts = "{known}"'))
    for command in ("login", "probe"):
        words = postfix.namespace.inside([sys.executable, "-m", "fleet", command, str(profile), "--json"])
        done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
        (node,) = json.loads(done.stdout)["nodes"]
        assert (done.returncode, node["failure"]["kind"]) == (1, "host-key-changed")
        assert node["failure"]["sentence"] == (
            f"127.0.0.1 shows a host key of another kind (ssh-ed25519 {postfix.pins[0]}) than known_hosts holds "
            "(ecdsa-sha2-nistp256)"
        )
