"""Five and more synthetic wordings of each piece of dialogue nobody has shown us, through the real session.

The far end is the simulated appliance; what it was typed, and what it would have changed, says what was sent.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest
from far_end import converse
from node_examples import APPLIANCE

from fleet.errors import FailureKind
from fleet.lab.nodes import layouts, wordings
from fleet.lab.nodes.commandline import UNMASKED, Appliance, CommandLine
from fleet.lab.nodes.faults import Fault
from fleet.model.observation import Observation, Sight
from fleet.nodes.asyncos import grammar

TABLES = ("STATUS", "WRONG_MODE", "UNCOMMITTED", "SHOWCONFIG", "WHICH_DOMAIN")
ITS_NOON = "Thu Jun  4 12:00:00 2026 GMT"
NOON = 1780574400.0


def polled(
    appliance: Appliance, spoilt: Callable[[str], str] = str, *, document: bool = True
) -> tuple[Observation, CommandLine]:
    """What one poll of ``appliance`` sees, its output ``spoilt`` on the way."""
    line = CommandLine(appliance, rows=10_000)
    observation = converse(lambda sent: spoilt(line.feed(sent)), line.greeting(), document=document).observation
    assert line.changed == []
    assert "commit" not in line.typed
    return observation, line


def each(table: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("variant", range(len(getattr(wordings, table))))


@pytest.mark.parametrize("table", TABLES)
def test_every_wording_that_is_not_known_has_at_least_five_variants(table: str) -> None:
    variants = getattr(wordings, table)
    assert len(set(variants)) == len(variants) >= 5


@each("STATUS")
def test_the_clock_is_read_in_every_wording(variant: int) -> None:
    seen, _line = polled(Appliance(APPLIANCE, moment=ITS_NOON, variant=variant))
    unit = seen.unit("clock")
    assert (unit.sight, seen.failure) == (Sight.SEEN, None)
    assert unit.evidence is not None
    assert unit.evidence.command == "status"
    assert seen.clock_offset is not None
    assert abs(seen.clock_offset - (NOON - unit.evidence.at.timestamp())) < 1


@each("STATUS")
@pytest.mark.parametrize("spoilt", ["12:00:60:00", "noon"])
def test_a_clock_that_is_not_understood_is_unparsed_with_its_text_and_costs_nothing_else(
    variant: int, spoilt: str
) -> None:
    appliance = Appliance(APPLIANCE, moment=ITS_NOON, variant=variant)
    seen, _line = polled(appliance, lambda text: text.replace("12:00:00", spoilt))
    unit = seen.unit("clock")
    assert (unit.sight, seen.clock_offset, seen.failure) == (Sight.UNPARSED, None, None)
    assert unit.evidence is not None
    assert spoilt in unit.evidence.raw
    assert seen.settings.controls is not None


def test_a_time_in_a_zone_that_means_several_is_no_clock_and_says_why() -> None:
    seen, _line = polled(Appliance(APPLIANCE, moment="Thu Jun  4 12:00:00 2026 CST"))
    assert (seen.unit("clock").sight, seen.clock_offset) == (Sight.NOT_OBSERVED, None)
    assert "without a zone that means one thing" in seen.unit("clock").why


@each("WRONG_MODE")
def test_an_offer_to_switch_the_cluster_mode_is_left_by_ctrl_c_and_costs_one_unit(variant: int) -> None:
    seen, line = polled(Appliance(APPLIANCE, fault=Fault.WRONG_MODE, variant=variant), document=False)
    assert seen.failure is None
    for name in ("resolvers", "root_servers"):
        unit = seen.unit(name)
        assert unit.sight is Sight.NOT_OBSERVED
        assert "cluster mode this session is in" in unit.why
        assert unit.evidence is not None
        assert wordings.WRONG_MODE[variant][0].strip().splitlines()[0] in unit.evidence.raw
    assert line.typed[line.typed.index("dnsconfig") + 1] == "^C"
    assert seen.settings.controls is not None


REFUSED = [
    ("You are not in the correct access group to use 'logconfig'.", FailureKind.ROLE, "the user's role on the node"),
    ("Unknown command or missing feature key: logconfig", FailureKind.COMMAND, "the node does not know"),
    ("Unknown command: logconfig", FailureKind.COMMAND, "the node does not know"),
    ("This command requires a feature key.", FailureKind.COMMAND, "'logconfig' needs a feature key"),
    ("The command is only available on cluster system", FailureKind.CLUSTER_MODE, "exists on clustered nodes only"),
    (
        "This machine is not yet resynchronized with the cluster after upgrading.",
        FailureKind.CLUSTER_MODE,
        "not yet back in step with its cluster after an upgrade, so 'logconfig' was not answered",
    ),
    ("Error: logconfig is restricted to cluster mode.", FailureKind.CLUSTER_MODE, "in the cluster mode"),
    ("Invalid arguments when processing: logconfig", FailureKind.COMMAND, "did not accept 'logconfig'"),
    ("Unknown option", FailureKind.COMMAND, "did not accept an answer to 'logconfig'"),
    ("Traceback (most recent call last):\r\n  File ...", FailureKind.COMMAND, "'logconfig' crashed on the node"),
]
"""Answers that are reported, the kind of failure, and what the operator reads."""


def test_every_refusal_there_is_has_an_example() -> None:
    assert [row for row in grammar.REFUSALS if not any(row is grammar.refusal(said) for said, *_ in REFUSED)] == []


@pytest.mark.parametrize(("said", "kind", "sentence"), REFUSED)
def test_a_refusal_is_told_and_costs_one_unit(said: str, kind: FailureKind, sentence: str) -> None:
    line = CommandLine(Appliance(APPLIANCE), rows=10_000)
    answer = f"logconfig\r\n{said}\r\n{line.appliance.prompt}"
    far = converse(lambda sent: answer if sent == "logconfig\n" else line.feed(sent), line.greeting(), document=False)
    unit = far.observation.unit("logs")
    assert far.failure is None
    assert grammar.refusal(said) is not None
    assert grammar.refusal(said).kind is kind  # type: ignore[union-attr]
    assert unit.sight is Sight.NOT_OBSERVED
    assert unit.why.startswith("gw1: ")
    assert sentence in unit.why
    assert far.sent[far.sent.index("logconfig\n") + 1] == "exit\n", "it stands at its prompt, and goes on"


@pytest.mark.parametrize(
    ("greeting", "kind", "sent"),
    [
        ("Welcome\r\nYour password has expired. New password: ", FailureKind.PROMPT, ["\x03"]),
        ("Welcome\r\nAccept the license agreement? (y/n) ", FailureKind.PROMPT, ["\x03"]),
        ("Welcome\r\nLoad the saved session? [Y]> ", FailureKind.PROMPT, ["\x03"]),
        ("You have uncommitted changes. Continue? (y/n) ", FailureKind.UNCOMMITTED, []),
    ],
)
def test_a_login_that_begins_with_a_question_is_left_by_ctrl_c(
    greeting: str, kind: FailureKind, sent: list[str]
) -> None:
    far = converse(lambda _sent: "", greeting)
    assert far.failure is not None
    assert (far.failure.kind, far.sent) == (kind, sent)
    assert greeting.rpartition("\r\n")[2].strip() in far.failure.sentence


def test_the_configuration_as_a_document_shows_what_a_menu_did_not() -> None:
    seen, _line = polled(Appliance(APPLIANCE, fault=Fault.WRONG_MODE))
    assert seen.unit("resolvers").sight is Sight.SEEN
    assert {one.address for one in seen.settings.resolvers or ()} == {"10.1.1.1", "10.2.2.2", "10.3.3.3"}


@each("UNCOMMITTED")
def test_a_session_that_speaks_of_changes_not_in_force_is_left_alone(variant: int) -> None:
    seen, line = polled(Appliance(APPLIANCE, fault=Fault.UNCOMMITTED, variant=variant))
    assert seen.failure is not None
    assert seen.failure.kind is FailureKind.UNCOMMITTED
    assert "ommit" in seen.failure.sentence.partition("left alone: ")[2]
    assert line.typed[-1] == "destconfig", "not a byte was sent after it"
    assert (seen.settings.controls, seen.settings.resolvers) == (None, None)


@each("UNCOMMITTED")
def test_also_where_it_greets_with_it(variant: int) -> None:
    line = CommandLine(Appliance(APPLIANCE, banner=wordings.UNCOMMITTED[variant].strip() + "\n"), rows=10_000)
    far = converse(line.feed, line.greeting())
    assert far.failure is not None
    assert far.failure.kind is FailureKind.UNCOMMITTED
    assert far.sent == []


def test_the_usual_greeting_speaks_of_uncommitted_changes_and_reports_none() -> None:
    seen, _line = polled(Appliance(APPLIANCE))
    assert "uncommitted" in CommandLine(Appliance(APPLIANCE)).greeting()
    assert seen.failure is None


@each("SHOWCONFIG")
def test_the_configuration_comes_without_its_passwords_in_every_dialogue(variant: int) -> None:
    seen, line = polled(Appliance(APPLIANCE, variant=variant))
    assert seen.failure is None
    assert line.typed[line.typed.index("showconfig") + 1] == wordings.SHOWCONFIG_ANSWERS[variant]
    assert UNMASKED not in repr(seen)


def test_the_lab_would_show_a_password_that_was_not_left_out() -> None:
    line = CommandLine(Appliance(APPLIANCE), rows=10_000)
    assert UNMASKED in line.feed("showconfig\n2\n")


@each("WHICH_DOMAIN")
def test_details_are_asked_for_all_domains_in_every_wording(variant: int) -> None:
    seen, line = polled(Appliance(APPLIANCE, variant=variant))
    assert seen.failure is None
    entries = APPLIANCE.controls or ()
    assert [(one.domain, one.tls, one.dane) for one in seen.settings.controls or ()] == [
        (one.domain, one.tls, one.dane) for one in entries
    ]
    _listed, detailed = layouts.DESTCONFIG[variant % len(layouts.DESTCONFIG)](entries)
    assert bool(detailed) == ("all" in line.typed)


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        ("Enter the domain name you wish to delete, or 'all'.\n", "[]> "),
        ("Enter the domain you wish to remove, or ALL for every entry:\n", "[ALL]> "),
        ('Please specify a destination ("all" clears every entry). ', "[]> "),
        ("For which domain do you want to reset the counters?\n", "[]> "),
        ("Add a domain name or all: ", "[all]> "),
        ("Enter the domain to show.\n", "[delete]> "),
        ("Show the details of every domain?\n", "[Y]> "),
    ],
)
def test_a_question_like_it_that_speaks_of_changing_gets_ctrl_c(text: str, prompt: str) -> None:
    line = CommandLine(Appliance(APPLIANCE), rows=10_000)
    honest = "Enter the domain name you wish to see, or 'all'.\r\n[]> "
    asked = text.replace("\n", "\r\n") + prompt
    far = converse(lambda sent: line.feed(sent).replace(honest, asked), line.greeting())
    assert far.sent[-2:] == ["DETAIL\n", "\x03"]
    assert far.failure is not None
    assert far.failure.kind is FailureKind.PROMPT
    assert far.observation.unit("controls").sight is not Sight.SEEN


@pytest.mark.parametrize("variant", range(7))
def test_a_whole_poll_in_every_variant_sees_what_the_appliance_is_told(variant: int) -> None:
    seen, _line = polled(Appliance(APPLIANCE, variant=variant))
    assert seen.failure is None
    wanted = replace(seen.settings, routes=APPLIANCE.routes, listeners=APPLIANCE.listeners, version=APPLIANCE.version)
    assert seen.settings == wanted
    assert set(seen.settings.resolvers or ()) == set(APPLIANCE.resolvers or ())


def test_a_command_that_ends_before_it_has_shown_everything_leaves_its_unit_unparsed() -> None:
    line = CommandLine(Appliance(APPLIANCE), rows=10_000)

    def answer(sent: str) -> str:
        if sent == "HOSTACCESS\n":
            line.feed("\x03")
            return "HOSTACCESS\r\n" + line.appliance.prompt
        return line.feed(sent)

    far = converse(answer, line.greeting(), document=False)
    unit = far.observation.unit("listeners")
    assert (unit.sight, far.failure) == (Sight.UNPARSED, None)
    assert unit.why == "gw1: 'listenerconfig' ended before it had shown everything"
    assert far.observation.unit("logs").sight is Sight.SEEN
