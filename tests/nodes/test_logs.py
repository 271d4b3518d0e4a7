"""Nodes search their own mail logs over real SSH, and only what was asked for comes back."""

from dataclasses import replace
from datetime import timedelta, timezone

import pytest
from node_examples import APPLIANCE, EXIM, PASSWORD, POSTFIX, QUICK, Serve

from fleet.errors import FailureKind
from fleet.lab.nodes.commandline import Appliance
from fleet.lab.nodes.faults import Fault
from fleet.lab.nodes.unix import Gateway
from fleet.nodes import Dialer, NodeClock, Searched, search_logs

ESA = (
    "Thu Jun  4 12:00:00 2026 Info: MID 14 ICID 3 RID 0 To: <someone@ietf.org>\n"
    "Thu Jun  4 12:00:01 2026 Info: DCID 30 TLS success protocol TLSv1.2 cipher C for IETF.org\n"
    "Thu Jun  4 12:00:01 2026 Info: Delivery start DCID 30 MID 14 to RID [0]\n"
    "Thu Jun  4 12:00:01 2026 Info: DCID 31 TLS success protocol TLSv1.2 cipher C for other.example\n"
)
PFX = (
    "Jun  4 12:00:00 gw postfix/smtp[7]: Verified TLS connection established to mx.example[192.0.2.1]:25: TLSv1.3\n"
    "Jun  4 12:00:01 gw postfix/smtp[7]: 327BA224252: to=<p@ietf.org>, relay=mx.example[192.0.2.1]:25, delay=1\n"
    "Jun  4 12:00:02 gw postfix/smtpd[8]: Anonymous TLS connection established from h[192.0.2.9]: TLSv1.3\n"
)
EXM = "2026-06-04 12:00:00 1tFPgE-000000-01 => p@ietf.org R=dnslookup T=remote_smtp H=mx.example [192.0.2.1] CV=dane\n"
BEHIND = {
    "asyncos": Appliance(APPLIANCE, logs={"mail_logs": ESA}, moment="Thu Jun  4 12:00:00 2026 +0200"),
    "postfix": Gateway(POSTFIX, logs={"/var/log/maillog": PFX}, zone=timezone(timedelta(hours=2))),
    "exim": Gateway(EXIM, logs={"/var/log/exim4/mainlog": EXM}, zone=timezone(timedelta(hours=2))),
}
NAMED = {"asyncos": ESA.splitlines()[:2], "postfix": PFX.splitlines()[:2], "exim": EXM.splitlines()}


async def search(
    serve: Serve,
    dialer: Dialer,
    behind: Appliance | Gateway,
    *domains: str,
    log: str = "",
    older: int = 0,
    **more: object,
) -> tuple[tuple[Searched, ...], dict[str, str]]:
    _server, node = await serve(behind, **more)
    taken: dict[str, bytearray] = {}

    def begin(name: str, _clock: NodeClock):
        return taken.setdefault(name, bytearray()).extend

    found = await search_logs(node, dialer, domains, begin, log=log, older=older, pause=0)
    return found, {name: bytes(text).decode() for name, text in taken.items()}


@pytest.mark.parametrize("platform", BEHIND)
async def test_each_platform_gives_the_lines_that_name_a_domain(serve: Serve, dialer: Dialer, platform: str) -> None:
    (one, none), taken = await search(serve, dialer, BEHIND[platform], "ietf.org", "absent.example")
    assert one.failure is None
    assert none.failure is None
    assert taken["ietf.org"].splitlines() == NAMED[platform]
    assert "absent" not in taken["absent.example"]
    assert str(one.clock.zone) == "UTC+02:00"
    assert one.clock.ahead is not None


async def test_a_log_that_is_not_there_or_may_not_be_read_is_said(serve: Serve, dialer: Dialer) -> None:
    (wrong,), _ = await search(serve, dialer, BEHIND["asyncos"], "ietf.org", log="gone_logs")
    (absent,), _ = await search(serve, dialer, Gateway(POSTFIX), "ietf.org")
    (shut,), _ = await search(
        serve, dialer, Gateway(POSTFIX, logs={"/var/log/mail.log": PFX}, unreadable=("/var/log/mail.log",)), "ietf.org"
    )
    assert wrong.failure is not None
    assert "gone_logs was not searched" in wrong.failure.sentence
    assert absent.failure is not None
    assert "there is no mail log (/var/log/mail.log, /var/log/maillog" in absent.failure.sentence
    assert shut.failure is not None
    assert (shut.failure.kind, "may not read /var/log/mail.log" in shut.failure.sentence) == (FailureKind.ROLE, True)


async def test_rotated_files_are_read_before_the_current_one(serve: Serve, dialer: Dialer) -> None:
    logs = {
        "/var/log/mail.log.2.gz": PFX[:110] + " two\n",
        "/var/log/mail.log.1": "one ietf.org\n",
        "/var/log/mail.log": "now ietf.org\n",
    }
    (one,), taken = await search(serve, dialer, Gateway(POSTFIX, logs=logs), "ietf.org", older=4)
    assert one.failure is None
    assert taken["ietf.org"].splitlines()[-2:] == ["one ietf.org", "now ietf.org"]
    assert len(taken["ietf.org"].splitlines()) == 3


async def test_dated_files_are_found_by_their_names_and_what_cannot_be_read_is_said(
    serve: Serve, dialer: Dialer
) -> None:
    logs = {
        "/var/log/mail.log-20261121": "too old ietf.org\n",
        "/var/log/mail.log-20261122.xz": "packed otherwise ietf.org\n",
        "/var/log/mail.log-20261123.gz": "one ietf.org\n",
        "/var/log/mail.log-20261124": "two ietf.org\n",
        "/var/log/mail.log": "now ietf.org\n",
    }
    (one,), taken = await search(serve, dialer, Gateway(POSTFIX, logs=logs), "ietf.org", older=3)
    assert taken["ietf.org"].splitlines() == ["one ietf.org", "two ietf.org", "now ietf.org"]
    assert one.failure is not None
    assert "mail.log-20261122.xz was not searched" in one.failure.sentence


async def test_a_folder_that_may_not_be_listed_is_said_and_the_current_file_still_searched(
    serve: Serve, dialer: Dialer
) -> None:
    logs = {"/var/log/mail.log-20261124": "one ietf.org\n", "/var/log/mail.log": "now ietf.org\n"}
    behind = Gateway(POSTFIX, logs=logs, unreadable=("/var/log",))
    (one,), taken = await search(serve, dialer, behind, "ietf.org", older=1)
    assert taken["ietf.org"] == "now ietf.org\n"
    assert one.failure is not None
    assert (one.failure.kind, "the rotated files in /var/log" in one.failure.sentence) == (FailureKind.ROLE, True)


@pytest.mark.parametrize("older", [0, 3])
async def test_a_folder_is_listed_once_and_only_where_older_files_are_asked_for(
    serve: Serve, dialer: Dialer, older: int
) -> None:
    server, node = await serve(Gateway(EXIM, logs={"/var/log/exim4/mainlog": EXM, "/var/log/exim4/mainlog.1": EXM}))
    names = ["ietf.org", "a.example"]
    await search_logs(node, dialer, names, lambda _name, _clock: lambda _block: None, older=older, pause=0)
    assert sum("ls -1" in text for text in server.commands) == bool(older)


async def test_only_rotated_files_are_a_log_too_and_the_missing_one_is_said(serve: Serve, dialer: Dialer) -> None:
    logs = {"/var/log/maillog-20261124": "one ietf.org\n"}
    (one,), taken = await search(serve, dialer, Gateway(POSTFIX, logs=logs), "ietf.org", older=1)
    assert (taken["ietf.org"], one.log) == ("one ietf.org\n", "/var/log/maillog")
    assert one.failure is not None
    assert "/var/log/maillog was not searched" in one.failure.sentence


@pytest.mark.parametrize("log", ["/etc/shadow", "../x", "/var/log/../shadow", "a;b", "/var/log/-f"])
@pytest.mark.parametrize("platform", ["asyncos", "postfix"])
async def test_no_other_file_is_ever_named(serve: Serve, dialer: Dialer, platform: str, log: str) -> None:
    server, node = await serve(BEHIND[platform])
    (one,) = await search_logs(node, dialer, ["ietf.org"], lambda _name, _clock: lambda _block: None, log=log)
    assert one.failure is not None
    assert "nothing was sent" in one.failure.sentence
    sent = [*server.commands, *(text for line in server.sessions for text in line.typed)]
    assert not any("grep" in text for text in sent)


@pytest.mark.parametrize("platform", ["asyncos", "postfix"])
async def test_more_than_a_search_may_find_is_cut_and_what_came_is_kept(serve: Serve, platform: str) -> None:
    behind = {
        "asyncos": Appliance(APPLIANCE, logs={"mail_logs": ESA * 1000}),
        "postfix": Gateway(POSTFIX, logs={"/var/log/mail.log": PFX * 1000}),
    }[platform]
    dialer = Dialer(replace(QUICK, log=40_000, document=40_000), {"PW": PASSWORD})
    try:
        (one, two), taken = await search(serve, dialer, behind, "ietf.org", "other.example")
    finally:
        await dialer.close()
    assert one.failure is not None
    assert one.failure.kind is FailureKind.LIMIT
    assert taken["ietf.org"].count("ietf.org") > 10
    assert "grep -e" not in taken["ietf.org"]
    assert two.failure is not None, "what was not asked is not clean"


async def test_an_unreachable_or_silent_node_fails_for_every_destination(serve: Serve, dialer: Dialer) -> None:
    found, taken = await search(serve, dialer, BEHIND["postfix"], "a.example", "b.example", fault=Fault.RESET)
    assert [one.failure is not None for one in found] == [True, True]
    assert taken == {}


async def test_a_cluster_level_session_searches_nothing(serve: Serve, dialer: Dialer) -> None:
    (one,), taken = await search(
        serve, dialer, Appliance(APPLIANCE, level="Cluster", logs={"mail_logs": ESA}), "ietf.org"
    )
    assert one.failure is not None
    assert one.failure.kind is FailureKind.CLUSTER_MODE
    assert taken == {}


@pytest.mark.parametrize(
    "evil",
    [
        "Info: MID 1 Subject 'ietf.org [Y]> ",
        "gw1> ietf.org",
        "There are uncommitted changes at ietf.org",
        "ietf.org -Press Any Key For More-",
        "\x1b]0;ietf.org\x07\x1b[31mietf.org",
        "Unknown command: ietf.org",
        "Do you want to commit your changes for ietf.org? [Y]> ",
    ],
)
async def test_whatever_stands_in_a_log_only_the_search_and_keys_that_change_nothing_are_sent(
    serve: Serve, dialer: Dialer, evil: str
) -> None:
    server, node = await serve(Appliance(APPLIANCE, logs={"mail_logs": ESA + evil + "\n"}))
    found = await search_logs(node, dialer, ["ietf.org"], lambda _name, _clock: lambda _block: None, pause=0)
    typed = [text for line in server.sessions for text in line.typed]
    assert set(typed) <= {"status", "grep -e ietf.org -i mail_logs", " ", "^C", "exit", ""}
    assert [changed for line in server.sessions for changed in line.changed] == []
    assert len(found) == 1
