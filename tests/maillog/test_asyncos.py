"""AsyncOS text logs: the vendor document's samples and the real forms of lines."""

from datetime import UTC, datetime

import pytest
import seed_lines

from fleet.maillog import Form, Kind, Sure, Tally
from fleet.maillog.asyncos import AsyncOsLines
from fleet.maillog.context import Context
from fleet.maillog.evidence import State

T = "Tue Feb  5 13:20:03 2019 Info: "
MESSAGE = f"{T}MID 14 ICID 5 RID 0 To: <alice.secret@example.org>\n"
CONNECTION = f"{T}New SMTP DCID 30 interface 10.13.102.10 address 10.13.101.31 port 25\n"
TLS = f"{T}DCID 30 TLS success protocol TLSv1.2 cipher ECDHE-RSA-AES256-SHA384\n"
START = f"{T}Delivery start DCID 30 MID 14 to RID [0]\n"


def test_for_domain_is_weak_on_a_node_of_which_nothing_is_known(read) -> None:
    (one,), _ = read(seed_lines.INFO)
    assert (one.kind, one.sure, one.domain) == (Kind.DANE_SUCCESS, Sure.WEAK, "karakun.com")
    assert one.at == datetime(2019, 2, 5, 13, 20, 3, tzinfo=UTC)
    assert (one.node, one.line) == ("esa1", 1)
    assert "before DANE" in one.why


def test_for_domain_counts_where_the_node_did_dane_then(read) -> None:
    asked = []

    def known(node, domain, at):
        asked.append((node, domain, at))
        return True

    (one,), _ = read(seed_lines.INFO, known=known)
    assert (one.kind, one.sure) == (Kind.DANE_SUCCESS, Sure.LIKELY)
    assert asked == [("esa1", "karakun.com", one.at)]


def test_for_domain_stays_weak_where_the_node_is_known_to_do_no_dane(read) -> None:
    assert read(seed_lines.INFO, dane=False)[0][0].sure is Sure.WEAK


def test_the_good_sample_tells_each_state_and_the_odd_answer_about_aaaa(read) -> None:
    found, reader = read(seed_lines.GOOD)
    tally = Tally()
    tally.add(found)
    assert tally.destinations["ietf.org"].states == {("MX", "secure"): 1}
    host = tally.hosts["mail.ietf.org"]
    assert host.states == {("A", "secure"): 1, ("CNAME", "none"): 1, ("TLSA", "secure"): 1}
    (bad,) = [one for one in found if one.kind is Kind.RESOLVER_BAD]
    assert (bad.host, bad.qtype, bad.resolver) == ("mail.ietf.org", "AAAA", "194.191.40.84")
    assert (bad.state, bad.detail) == (State.ERROR, "Unsupported qtype")
    assert {one.resolver for one in found if one.form is Form.ASYNCOS_RESPONSE} == {"194.191.40.83", "194.191.40.84"}
    assert reader.counts.unparsed == reader.counts.unknown == 0


def test_the_wrapped_sample_is_put_together(read) -> None:
    found, reader = read(seed_lines.UNSIGNED)
    tally = Tally()
    tally.add(found)
    assert tally.destinations["thinkbeyond.ch"].states == {("MX", "insecure"): 1}
    host = tally.hosts["thinkbeyond-ch.mail.protection.outlook.com"]
    assert host.states == {("A", "insecure"): 1}
    assert host.resolvers == {"194.191.40.83": 1, "194.191.40.84": 1}
    assert reader.counts.unparsed == 0


def test_an_answer_is_put_to_no_question_while_two_are_open(read) -> None:
    found, _ = read(
        f"{T}DNS query: Q ('a.example', 'MX', '192.0.2.53')\n{T}DNS query: Q ('b.example', 'MX', '192.0.2.53')\n"
        f"{T}DNSSEC Response data([(0, 'mx.b.example.')] , secure, 0, 1800)\n"
    )
    assert [(one.domain, one.host, one.state) for one in found] == [("", "", State.SECURE)]


def test_a_question_without_an_answer_is_forgotten_after_a_minute(read) -> None:
    found, _ = read(
        f"{T}DNS query: Q ('a.example', 'MX', '192.0.2.53')\n"
        "Tue Feb  5 13:22:03 2019 Debug: DNS query: Q ('b.example', 'MX', '192.0.2.54')\n"
        "Tue Feb  5 13:22:03 2019 Debug: DNSSEC Response data([(0, 'mx.b.example.')] , bogus, 0, 1800)\n"
    )
    assert [(one.domain, one.resolver, one.state) for one in found] == [("b.example", "192.0.2.54", State.BOGUS)]


@pytest.mark.parametrize(
    ("dane", "kind"), [(None, Kind.TLS), (False, Kind.TLS), (True, Kind.FALLBACK)], ids=["unknown", "off", "on"]
)
def test_tls_without_for_is_a_fallback_only_where_dane_was_on(read, dane, kind) -> None:
    (one,), _ = read(MESSAGE + CONNECTION + TLS + START, dane=dane)
    assert (one.kind, one.domain, one.host) == (kind, "example.org", "10.13.101.31")


def test_a_delivery_without_a_tls_line_went_in_clear(read) -> None:
    (one,), _ = read(MESSAGE + CONNECTION + START)
    assert (one.kind, one.sure) == (Kind.CLEAR, Sure.LIKELY)


def test_a_delivery_whose_connection_was_not_seen_says_nothing(read) -> None:
    found, reader = read(MESSAGE + START)
    assert found == []
    assert reader.counts.unjoined == 1


def test_a_dane_delivery_is_counted_once(read) -> None:
    found, _ = read(MESSAGE + CONNECTION + TLS.replace("\n", " for example.org\n") + START, dane=True)
    assert [one.kind for one in found] == [Kind.DANE_SUCCESS]


@pytest.mark.parametrize(
    ("line", "form"),
    [
        ("Delayed: DCID 30 MID 14 to RID 0 - 4.4.0 - Other network problem ('000', ['x@y']) []", Form.ASYNCOS_DELAYED),
        ("Delayed: DCID: 30 Message 14 to 0 - 4.4.0 - Other network problem ('000', ['...']) []", Form.ASYNCOS_DELAYED),
        ("Delayed: DCID 0 MID 14 to RID 0 - 4.7.0 - DANE failed ('000', []) []", Form.ASYNCOS_DELAYED_DANE),
        ("Bounced: DCID 0 MID 14 to RID 0 - 5.1.2 - Bad destination host ('000', ['DNS'])", Form.ASYNCOS_BOUNCED),
    ],
)
def test_mail_that_does_not_leave_is_put_to_its_destination(read, line: str, form: Form) -> None:
    (one,), _ = read(MESSAGE + T + line)
    assert (one.form, one.domain) == (form, "example.org")
    assert one.detail[1:2] == "."


@pytest.mark.parametrize(("dane", "kind"), [(None, Kind.HELD), (True, Kind.DANE_FAILURE)])
def test_mail_that_waits_after_tls_failed(read, dane, kind) -> None:
    failed = f"{T}DCID 30 TLS failed: STARTTLS unexpected response\n"
    delayed = f"{T}Delayed: DCID 30 MID 14 to RID 0 - 4.4.0 - Other network problem\n"
    found, _ = read(MESSAGE + CONNECTION + failed + delayed, dane=dane)
    assert [one.kind for one in found] == [Kind.TLS_FAILED, kind]


@pytest.mark.parametrize(
    ("stamp", "node", "at"),
    [
        ("<166>Mar 17 18:24:37 mail_logs: Info: ", "esa1", datetime(2026, 3, 17, 18, 24, 37, tzinfo=UTC)),
        ("<94>Nov 24 14:22:57 gate7 mail_logs: Info: ", "gate7", datetime(2026, 11, 24, 14, 22, 57, tzinfo=UTC)),
        ("Dec 24 14:22:57 gate7 mail_logs: Info: ", "gate7", datetime(2025, 12, 24, 14, 22, 57, tzinfo=UTC)),
        ("2026-11-25T09:10:04.5+01:00 gate7 mail_logs: Info: ", "gate7", datetime(2026, 11, 25, 8, 10, 4, tzinfo=UTC)),
    ],
)
def test_behind_syslog(read, stamp: str, node: str, at: datetime) -> None:
    (one,), _ = read(f"{stamp}DCID 1 TLS success protocol TLSv1 cipher AES128-SHA for example.org")
    assert (one.node, one.at, one.domain) == (node, at, "example.org")


def test_two_nodes_in_one_log_are_not_joined(read) -> None:
    lines = MESSAGE + CONNECTION + TLS + START
    mixed = "".join(
        line.replace(T, f"Nov 24 14:22:57 gate{1 + number % 2} mail_logs: Info: ")
        for number, line in enumerate(lines.splitlines(keepends=True))
    )
    found, reader = read(mixed)
    assert not [one for one in found if one.domain == "example.org"]
    assert reader.counts.unjoined == 1


def test_what_leaves_the_window_is_counted() -> None:
    lines = AsyncOsLines(Context(), connections=2, messages=2)
    for number in range(5):
        lines.read(f"{T}MID {number} ICID 1 RID 0 To: <a@example.org>", number)
        lines.read(f"{T}New SMTP DCID {number} interface 10.0.0.1 address 192.0.2.1 port 25", number)
    assert lines.evicted == 6
    for number in (3, 4):
        lines.read(f"{T}Message finished MID {number} done", number)
        lines.read(f"{T}DCID {number} close", number)
    lines.read(f"{T}MID 9 ICID 1 RID 0 To: <a@example.org>", 9)
    assert lines.evicted == 6


def test_lines_that_begin_like_evidence_and_break_off_are_counted(read) -> None:
    found, reader = read(f"{T}DCID 30 TLS success proto\n{T}Delivery start DCID 3\n{T}DNSSEC Response data([\n")
    assert found == []
    assert reader.counts.unparsed == 3
