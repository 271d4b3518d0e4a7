"""``fleet check --from``: what can go wrong half-way ends as a stated unknown, in the lab, through the command."""

import itertools
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from standpoints import Declared, Standpoints, resolver, standpoints

from fleet.dane.pacing import Pacer
from fleet.faces.live.judging import node_verdicts_of, verdicts_of
from fleet.faces.live.last_known import last_known_of
from fleet.history import HistoryReader, history_path
from fleet.model.event import HERE, CheckFinished, Target
from fleet.model.fleet import Platform, Settings
from fleet.model.resolver import Resolver
from fleet.monitor import State, restore
from fleet.plain import to_plain
from fleet.settings import state_folder
from fleet.views.board.outlook import newest_verdict

GOOD = "good.lab"


@pytest.fixture
def stand(lab, tmp_path: Path, here, monkeypatch: pytest.MonkeyPatch) -> Iterator[Standpoints]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr("fleet.vantage.from_node.Pacer", lambda **_: Pacer(50, 10_000))  # the servers are ours
    with standpoints(lab, tmp_path, here, ("one", "two")) as running:
        yield running


@pytest.fixture
def asking(lab):
    """A node that asks resolvers of these kinds, each behind the one before it."""

    def declared(*kinds: str, platform: str = "asyncos", door: str = "one", more: str = "smtp = true") -> Declared:
        listed = [resolver(lab.resolvers[kind], at) for at, kind in enumerate(kinds)]
        return Declared(platform, listed, more, door)

    return declared


def only(documents: list[dict]) -> tuple[str, str]:
    """The outcome and the reason of one document, as AsyncOS in opportunistic mode has it."""
    (document,) = documents
    found = document["outcomes"]["asyncos"]["opportunistic"]
    return found["outcome"], found["reason"]


def test_through_its_resolvers_and_network_a_node_sees_what_it_delivers(stand: Standpoints, asking) -> None:
    stand.stand()
    done = stand.check({"gw1": asking("validating")}, GOOD)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("From gw1 (asyncos, tier edge), asking 192.0.2.53:53 (as declared, not polled):\n")
    assert "DANE: mail.good.lab (198.51.100.1) presents a certificate that its TLSA records name" in " ".join(
        done.stdout.split()
    )


def test_mail_servers_are_left_alone_unless_profile_or_flag_say_so(stand: Standpoints, asking) -> None:
    stand.stand()
    quiet = {"gw1": asking("validating", more="")}
    done = stand.check(quiet, GOOD)
    assert done.returncode == 3
    assert "DNS ready" in done.stdout
    assert "mail servers are not talked to from gw1: --smtp allows it" in done.stderr
    assert stand.check(quiet, GOOD, "--smtp").returncode == 0
    assert stand.check({"gw1": asking("validating")}, GOOD, "--no-smtp").returncode == 3


def test_forwarding_that_is_refused_is_unknown_and_says_so(stand: Standpoints, asking) -> None:
    stand.stand(forwarding=False)
    outcome, reason = only(stand.documents({"gw1": asking("validating")}, GOOD))
    assert outcome == "unknown"
    assert "gw1: the node forbids forwarding" in reason
    assert stand.check({"gw1": asking("validating")}, GOOD).returncode == 3


def test_a_node_that_is_not_to_be_looked_through_is_not(stand: Standpoints, asking) -> None:
    stand.stand()
    outcome, reason = only(stand.documents({"gw1": asking("validating", more="forward = false")}, GOOD))
    assert outcome == "unknown"
    assert "the profile says ssh.forward = false" in reason


def test_a_login_that_fails_is_unknown_with_its_reason(stand: Standpoints, asking) -> None:
    stand.nodes.fault("one", "reset")
    outcome, reason = only(stand.documents({"gw1": asking("validating")}, GOOD))
    assert outcome == "unknown"
    assert "closed the connection" in reason


def test_a_tunnel_that_dies_before_smtp_leaves_smtp_untested(stand: Standpoints, asking) -> None:
    stand.stand(dies_after=1)  # one connection: to the resolver
    (document,) = stand.documents({"gw1": asking("validating")}, GOOD)
    found = document["outcomes"]["asyncos"]["opportunistic"]
    assert found["outcome"] in ("not-tested", "unknown")
    assert document["incomplete"]
    assert "SSH connection to the node has ended" in " ".join(document["incomplete"])


def test_a_tunnel_that_dies_while_the_resolver_is_asked_is_unknown(stand: Standpoints, asking) -> None:
    stand.stand()

    def break_it() -> None:
        time.sleep(1.5)  # the slow resolver takes a second for each answer
        stand.nodes.fault("one", "reset")

    breaking = threading.Thread(target=break_it)
    breaking.start()
    outcome, reason = only(stand.documents({"gw1": asking("slow")}, GOOD))
    breaking.join()
    assert outcome == "unknown", reason


@pytest.mark.parametrize("kind", ["udp-only", "dead"])
def test_what_a_resolver_does_over_udp_is_not_observed_through_a_tunnel(stand: Standpoints, asking, kind: str) -> None:
    stand.stand()
    outcome, reason = only(stand.documents({"gw1": asking(kind)}, GOOD, "--timeout", "8"))
    assert outcome == "unknown"
    assert "over UDP is not observed" in reason


def test_behind_a_resolver_that_cannot_be_observed_nothing_is_known_but_what_if(stand: Standpoints, asking) -> None:
    stand.stand()
    done = stand.check({"gw1": asking("udp-only", "stripping")}, GOOD, "--timeout", "8")
    assert done.returncode == 3, done.stdout  # held is what the next one shows; it is not known to be asked
    assert "good.lab: if they are silent for the node too, held" in done.stdout


def test_port_25_that_is_blocked_is_not_tested_with_its_reason(stand: Standpoints, asking) -> None:
    stand.stand(blocked=[25])
    outcome, reason = only(stand.documents({"gw1": asking("validating")}, GOOD, "--timeout", "6"))
    assert outcome == "not-tested"
    assert "port 25: no connection within 3 s" in reason


def test_a_mail_server_that_one_node_reaches_only_is_untested_from_the_other_and_said(
    stand: Standpoints, asking, lab
) -> None:
    stand.stand("one")
    stand.stand("two", hidden=["198.51.100.1"])
    fleet = {"gw1": asking("validating"), "gw2": asking("validating", door="two")}
    done = stand.check(fleet, GOOD, "--json")
    document = json.loads(done.stdout)
    assert done.returncode == 3
    outcomes = {
        one["vantage"]: one["outcomes"]["asyncos"]["opportunistic"]["outcome"] for one in document["destinations"]
    }
    assert outcomes == {"gw1": "dane", "gw2": "not-tested"}
    (differs,) = document["differs"]
    (parting,) = differs["partings"]
    assert parting["differing"] == "reach"
    assert parting["sentence"].startswith("198.51.100.1 port 25 of mail.good.lab answers gw1, not gw2")


def test_resolvers_that_differ_are_the_reason_and_each_is_named(stand: Standpoints, asking) -> None:
    stand.stand()
    done = stand.check({"gw1": asking("validating"), "gw2": asking("stripping")}, GOOD)
    assert done.returncode == 1
    text = " ".join(done.stdout.split())
    assert "✓ DANE: gw1 ✗ held: gw2" in text
    assert "why: resolvers differ: MX: gw1 sees it secure through 192.0.2.53:53; gw2 sees it bogus through" in text


def test_the_same_answers_in_other_software_are_the_softwares_difference(stand: Standpoints, asking) -> None:
    stand.stand()
    fleet = {"gw1": asking("passing"), "gw2": asking("passing", platform="postfix")}
    text = " ".join(stand.check(fleet, GOOD).stdout.split())
    assert "✓ DANE: gw1 ! TLS: gw2" in text
    assert "software differs: both see the same" in text


def test_a_resolver_of_the_nodes_own_network_is_reached_through_the_node(stand: Standpoints, lab) -> None:
    stand.stand(also={"10.0.0.53": lab.resolvers["validating"]})
    (document,) = stand.documents({"gw1": Declared("postfix", [resolver("10.0.0.53")])}, GOOD)
    assert document["outcomes"]["postfix"]["mandatory"]["outcome"] == "dane"
    assert (document["vantage"], document["resolvers"]) == ("gw1", ["10.0.0.53:53"])


@pytest.mark.parametrize(
    ("resolvers", "more", "words"),
    [([], "", "which resolvers it asks is not known"), (None, "", "it asks the root servers itself")],
)
def test_where_nobody_can_be_asked_that_is_said(stand: Standpoints, resolvers, more: str, words: str) -> None:
    stand.stand()
    profile = stand.profile({"gw1": Declared("asyncos", resolvers or [])})
    if resolvers is None:
        profile.write_text(profile.read_text().replace("resolvers = []", "root_servers = true"))
    done = stand.here("check", GOOD, "--from", "gw1", "--profile", str(profile))
    assert done.returncode == 3
    assert words in " ".join(done.stdout.split())


def test_verdicts_are_written_down_with_their_vantage(stand: Standpoints, asking) -> None:
    stand.stand()
    declared = {"gw1": asking("validating")}
    stand.check(declared, GOOD)
    profile, state = stand.folder / "fleet.toml", known_state(stand)
    ((target, entry),) = state.checks.items()
    assert (target.domain, target.vantage, target.resolvers) == (GOOD, "gw1", ("192.0.2.53:53",))
    assert entry.verdict is not None
    assert entry.verdict.vantage == "gw1"
    assert last_known_of(str(profile)).verdicts == {GOOD: entry.verdict}  # nobody else has looked
    state.apply(CheckFinished(entry.verdict.at, Target(GOOD), here := replace(entry.verdict, vantage=HERE)))
    assert verdicts_of(state) == {GOOD: here}  # what one node sees is not everybody's
    assert newest_verdict(state, GOOD) is here


def test_a_node_nobody_could_look_from_does_not_speak_for_the_destination(stand: Standpoints, asking) -> None:
    stand.stand("one")
    stand.stand("two", forwarding=False)
    for order in (("gw1", "gw2"), ("gw2", "gw1")):
        fleet = {name: asking("validating", door="one" if name == "gw1" else "two") for name in order}
        stand.check(fleet, GOOD)
        told = last_known_of(str(stand.folder / "fleet.toml")).verdicts[GOOD]
        assert (told.vantage, told.mx is not None and told.mx.lookup.failed) == ("gw1", False)


def test_an_appliance_that_agrees_is_said_step_by_step(stand: Standpoints, asking, lab) -> None:
    stand.stand()
    stand.nodes.change("one", appliance(lab.resolvers["validating"]))
    done = stand.check({"gw1": asking("validating")}, GOOD, "--daneverify")
    assert done.returncode == 0, done.stdout + done.stderr
    text = " ".join(done.stdout.split())
    assert "gw1, good.lab: DANE SUCCESS" in text
    for step in ("MX of good.lab: both secure", "TLSA of mail.good.lab: both secure", "(198.51.100.1): both matches"):
        assert step in text


@pytest.mark.parametrize("wrong", [{"clock": 90 * 86_400.0}, {"anchor": "other"}])
def test_an_appliance_that_finds_bogus_what_is_secure_has_a_wrong_anchor_or_clock(
    stand: Standpoints, asking, lab, tmp_path: Path, wrong: dict
) -> None:
    other = tmp_path / "other.key"
    # Another root key: one octet of the lab's.
    words = lab.trust_anchor.read_text().split()
    other.write_text(" ".join([*words[:-1], ("0" if words[-1][0] != "0" else "1") + words[-1][1:]]) + "\n")
    stand.nodes.change("one", appliance(lab.resolvers["validating"]))
    stand.stand(**({"anchor": str(other)} if "anchor" in wrong else wrong))
    done = stand.check({"gw1": asking("validating")}, GOOD, "--daneverify", "--json")
    assert done.returncode == 1
    (own,) = json.loads(done.stdout)["daneverify"]
    assert (own["state"], own["says"]) == ("said", "failed")
    assert own["steps"][0] == {
        "step": "MX of good.lab", "theirs": "bogus", "ours": "secure", "agreement": "differs",
    }  # fmt: skip
    (finding,) = own["findings"]
    assert finding["code"] == "VER602"
    assert "Node gw1 finds good.lab bogus, which is proven secure through the same resolver" in finding["sentence"]
    assert "mail of signed domains" in finding["sentence"]
    state = known_state(stand)
    assert {key for key, _ in node_verdicts_of(state).items()} == {("gw1", GOOD)}


def test_where_it_may_have_asked_one_of_two_nothing_is_claimed_that_holds_for_one_only(stand: Standpoints, lab) -> None:
    stand.stand()
    tied = (Resolver(lab.resolvers["validating"]), Resolver(lab.resolvers["stripping"]))
    settings = Settings(platform=Platform.ASYNCOS, version="15.0.0-104", resolvers=tied)
    stand.nodes.change("one", to_plain(settings))
    declared = {"gw1": Declared("asyncos", [resolver(one.address) for one in tied])}
    document = json.loads(stand.check(declared, GOOD, "--daneverify", "--json").stdout)
    (own,) = document["daneverify"]
    assert sorted(one[0] for one in own["through"]) == ["192.0.2.53:53", "192.0.2.55:53"]
    assert {one["step"]: one["agreement"] for one in own["steps"]}["MX of good.lab"] == "unsure"
    assert own["findings"] == [], "what one of them made bogus is no fault of its anchor"


SPLIT = (("mail.good.lab", ("held", "bogus")), ("other.lab", ("dane", "secure")))
"""Domains that a stripping alternate server has: what becomes of mail, and what the address of the mail host is."""


@pytest.mark.parametrize(("domain", "expected"), SPLIT)
def test_each_name_is_asked_where_the_node_asks_it_and_its_own_check_agrees(
    stand: Standpoints, lab, domain: str, expected: tuple[str, str]
) -> None:
    stand.stand()
    listed = (Resolver(lab.resolvers["validating"]), Resolver(lab.resolvers["stripping"], domains=(domain,)))
    stand.nodes.change("one", to_plain(Settings(Platform.ASYNCOS, "15.0.0-104", resolvers=listed)))
    alternate = f'{resolver(lab.resolvers["stripping"])}, domains = ["{domain}"]'
    declared = {"gw1": Declared("asyncos", [resolver(lab.resolvers["validating"]), alternate])}
    document = json.loads(stand.check(declared, GOOD, "--daneverify", "--json").stdout)
    (ours,) = document["destinations"]
    (own,) = document["daneverify"]
    assert ours["outcomes"]["asyncos"]["opportunistic"]["outcome"] == expected[0]
    asked = {lookup["name"]: lookup["resolver"] for step in ours["steps"] for lookup in lookups_of(step)}
    host = "192.0.2.55:53" if domain == "mail.good.lab" else "192.0.2.53:53"
    assert (asked[GOOD], asked["mail.good.lab"]) == ("192.0.2.53:53", host)
    assert {one["step"]: (one["theirs"], one["ours"]) for one in own["steps"]}["A of mail.good.lab"] == (
        expected[1],
    ) * 2


def lookups_of(step: dict) -> list[dict]:
    return [one for one in step.values() if isinstance(one, dict) and "resolver" in one and "rdtype" in one]


def test_a_domain_of_an_alternate_server_is_proven_with_the_zones_above_it_from_the_usual_ones(
    stand: Standpoints, lab
) -> None:
    stand.stand()
    alternate = f'{resolver(lab.resolvers["passing"])}, domains = ["{GOOD}"]'
    for usual, outcome in (("second", "dane"), ("stripping", "held")):
        declared = {"gw1": Declared("asyncos", [resolver(lab.resolvers[usual]), alternate])}
        assert only(stand.documents(declared, GOOD))[0] == outcome, usual
    tied = [resolver(lab.resolvers["second"]), resolver(lab.resolvers["stripping"]), alternate]
    (document,) = stand.documents({"gw1": Declared("asyncos", tied)}, GOOD)
    assert "some names are asked of any of 192.0.2.55:53, 192.0.2.58:53" in " ".join(document["incomplete"])


@pytest.mark.parametrize("variant", range(5))
@pytest.mark.parametrize(
    ("domain", "step", "theirs"),
    [
        ("wrong-key.lab", "certificate of mail.wrong-key.lab", "does not match"),
        ("no-starttls.lab", "TLS with mail.no-starttls.lab", "no-starttls"),
        ("tlsa-servfail.lab", "TLSA of mail.tlsa-servfail.lab", "failed"),
        ("refused.lab", "TLS with mail.refused.lab", "no connection"),
        ("no-tlsa.lab", "TLSA of mail.no-tlsa.lab", None),
    ],
)
def test_wordings_nobody_has_seen_are_read_by_their_gist_and_agree(
    stand: Standpoints, asking, lab, variant: int, domain: str, step: str, theirs: str | None
) -> None:
    stand.stand()
    stand.nodes.change("one", appliance(lab.resolvers["validating"]))
    stand.nodes.vary("one", variant)
    document = json.loads(stand.check({"gw1": asking("validating")}, domain, "--daneverify", "--json").stdout)
    (own,) = document["daneverify"]
    assert (own["state"], own["unread"]) == ("said", [])
    (found,) = [one for one in own["steps"] if one["step"].startswith(step)]
    assert found["agreement"] == "agrees", found
    if theirs is not None:
        assert found["theirs"] == theirs
    elif theirs is None:
        assert found["theirs"] in ("none", "secure none")


def test_what_cannot_be_read_is_a_state_of_its_own_with_the_raw_text(stand: Standpoints, asking, lab) -> None:
    stand.stand()
    stand.nodes.fault("one", "unknown-command")
    done = stand.check({"gw1": asking("validating")}, GOOD, "--daneverify")
    assert done.returncode == 3
    assert "gw1, good.lab: could not be asked: gw1: the node does not know 'daneverify good.lab'" in " ".join(
        done.stdout.split()
    )
    stand.nodes.fault("one", "odd-daneverify")
    document = json.loads(stand.check({"gw1": asking("validating")}, GOOD, "--daneverify", "--json").stdout)
    (own,) = document["daneverify"]
    assert (own["state"], own["steps"]) == ("unparsed", [])
    assert "Verifizierung" in own["text"]


def test_only_appliances_have_such_a_check(stand: Standpoints, asking) -> None:
    stand.stand()
    done = stand.check({"gw1": asking("validating", platform="postfix")}, GOOD, "--daneverify")
    assert done.returncode == 3
    assert "gw1 is no appliance" in " ".join(done.stdout.split())


def appliance(address: str) -> object:
    return to_plain(Settings(platform=Platform.ASYNCOS, version="15.0.0-104", resolvers=(Resolver(address),)))


def known_state(stand: Standpoints) -> State:
    with HistoryReader.open(history_path(stand.folder / "fleet.toml", state_folder())) as reader:
        return restore(reader).state


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--from", "gw9"], "there is no such node or tier"),
        (["--from", "gw1", "--resolver", "192.0.2.53"], "asks the node's resolvers"),
        (["--from", "gw1", "--smtp", "--no-smtp"], "exclude each other"),
        (["--smtp"], "go with --from"),
    ],
)
def test_what_makes_no_sense_is_one_sentence(stand: Standpoints, asking, arguments: list[str], words: str) -> None:
    profile = stand.profile({"gw1": asking("validating")})
    done = stand.here("check", GOOD, "--profile", str(profile), *arguments)
    assert done.returncode == 2
    assert words in done.stderr


def test_mail_servers_meet_one_new_connection_a_second_from_all_nodes_together(
    stand: Standpoints, asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[float] = []

    class Noting(Pacer):
        async def _wait_for_start(self, lane) -> None:
            await super()._wait_for_start(lane)
            begun.append(time.monotonic())

    monkeypatch.setattr("fleet.vantage.from_node.Pacer", Noting)
    stand.stand()
    stand.stand("two")
    fleet = {f"gw{at}": asking("validating", door=door) for at, door in enumerate(("one", "two", "one"))}
    assert stand.check(fleet, GOOD).returncode == 0
    begun.sort()
    assert len(begun) == 3
    assert all(after - before > 0.9 for before, after in itertools.pairwise(begun))
