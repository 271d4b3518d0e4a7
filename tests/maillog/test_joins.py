"""What ends a join, what is bounded, and what is put to nobody."""

import pytest

from fleet.maillog import Form, LogReader
from fleet.maillog.asyncos import _CONTINUED, RECIPIENTS
from fleet.maillog.window import Window

ESA = "Tue Nov 24 14:22:57 2026 Info: "
TO = f"{ESA}MID 14 ICID 5 RID 0 To: <bob@example.org>\n"
NEW = f"{ESA}New SMTP DCID 3 interface 10.0.0.1 address 192.0.2.1 port 25\n"
TLS = f"{ESA}DCID 3 TLS success protocol TLSv1.2 cipher x\n"
FAILED = f"{ESA}DCID 3 TLS failed: STARTTLS unexpected response\n"
START = f"{ESA}Delivery start DCID 3 MID 14 to RID [0]\n"
DELAYED = f"{ESA}Delayed: DCID 3 MID 14 to RID 0 - 4.4.0 - Other network problem\n"
SYSLOG = "Feb  4 20:08:48 {} mail_logs: Debug: "


@pytest.mark.parametrize(
    ("lines", "forms"),
    [
        (TO + NEW + f"{ESA}DCID 3 close\n" + START, []),
        (TO + NEW + FAILED + TLS + DELAYED, [Form.ASYNCOS_TLS_FAILED, Form.ASYNCOS_DELAYED]),
        (TO + NEW + TLS + FAILED + START, [Form.ASYNCOS_TLS_FAILED, Form.ASYNCOS_CLEAR]),
        (TO + NEW + FAILED + FAILED + DELAYED, [Form.ASYNCOS_TLS_FAILED, Form.ASYNCOS_DELAYED_TLS]),
    ],
    ids=["closed", "failed then secured", "secured then failed", "said twice"],
)
def test_a_connection_is_what_its_last_line_says(read, lines: str, forms: list[Form]) -> None:
    found, _ = read(lines)
    assert [one.form for one in found] == forms


def test_a_message_number_that_begins_again_is_unfinished_again(read) -> None:
    _, reader = read(TO + NEW + START)
    assert not reader.unfinished
    _, reader = read(TO + NEW + START + f"{ESA}Start MID 14 ICID 9\n" + TO)
    assert reader.unfinished == {"example.org": 1}


def test_recipients_of_one_message_are_bounded_and_those_beyond_are_unjoined(read) -> None:
    to = "".join(f"{ESA}MID 14 ICID 5 RID {number} To: <bob@example.org>\n" for number in range(RECIPIENTS + 1))
    found, reader = read(f"{to}{NEW}{ESA}Delivery start DCID 3 MID 14 to RID [{RECIPIENTS}]\n")
    assert [one.domain for one in found] == [""]
    assert reader.counts.unjoined == 1


def test_a_wrapped_line_ends_after_so_many_pieces(read) -> None:
    _, reader = read(f"{ESA}DNS encache (example.org, MX, [(1L,\n" + "more\n" * (_CONTINUED + 3))
    assert reader.counts.unparsed == 1
    assert reader.counts.unknown > 0


def test_an_answer_on_one_node_is_not_put_to_the_question_of_another(read) -> None:
    question = SYSLOG.format("gate1") + "DNS query: Q ('example.org', 'MX', '192.0.2.53')\n"
    (one,), _ = read(question + SYSLOG.format("gate2") + "DNSSEC Response data(['192.0.2.1'], secure, 0, 1800)\n")
    assert (one.form, one.domain, one.host) == (Form.ASYNCOS_RESPONSE, "", "")


def test_a_question_that_was_kept_is_no_longer_open(read) -> None:
    line = SYSLOG.format("gate1")
    found, _ = read(
        f"{line}DNS query: Q ('example.org', 'MX', '192.0.2.53')\n"
        f"{line}DNS encache (example.org, MX, [(1L, 0, 'SECURE', (0, 'mx.example.org'))])\n"
        f"{line}DNSSEC Response data(['192.0.2.1'], insecure, 0, 1800)\n"
    )
    assert [(one.form, one.domain) for one in found] == [
        (Form.ASYNCOS_ENCACHE, "example.org"),
        (Form.ASYNCOS_RESPONSE, ""),
    ]


def test_a_name_that_is_wrapped_behind_a_hyphen_goes_on_in_the_next_line(read) -> None:
    bad = f"{ESA}Received an invalid DNS Response: SERVER FAILED to IP 192.0.2.53 looking up mx-\none.example.org\n"
    (one,), _ = read(bad)
    assert one.host == "mx-one.example.org"


def test_a_destination_that_postfix_has_suspended_waits_for_the_same_reason(read) -> None:
    reason = "delivery temporarily suspended: TLSA lookup error for mx.example.org:25"
    line = "Nov 24 14:22:57 mx postfix/error[77]: 4ABC123: to=<bob@example.org>, relay=none, delay=1, dsn=4.7.5, "
    (one,), _ = read(f"{line}status=deferred ({reason})")
    assert one.form is Form.POSTFIX_TLSA_ERROR


def test_what_is_put_in_again_counts_as_new() -> None:
    window: Window[str, int] = Window(2)
    for key in ("a", "b", "a", "c"):
        window.put(key, 1)
    assert list(window) == ["a", "c"]
    assert window.evicted == 1


def test_another_program_that_ends_like_postfix_is_not_postfix() -> None:
    reader = LogReader()
    reader.line("Nov 24 14:22:57 mx other/thing[77]: 4ABC123: to=<bob@example.org>, status=sent (ok)")
    assert reader.counts.unknown == 1


def test_a_line_of_cef_is_of_the_node_it_names(read) -> None:
    (one,), _ = read(
        "Nov 24 08:04:46 collector CEF:0|Cisco|x|1|y|z|5|dvchost=gate7 ESADaneStatus=failure ESADaneHost=a.b"
    )
    assert one.node == "gate7"
