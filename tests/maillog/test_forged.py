"""Words of others on a line (a recipient, a subject, the peer's answer) that look like the log's own fields."""

import pytest

from fleet.maillog import Form, Kind

EXIM = "2026-11-24 14:22:57 1tF1aB-000001-2c "
TO = "H=mx.example.org [192.0.2.1]"
POSTFIX = "Nov 24 14:22:57 mx postfix/smtp[77]: "
ESA = "Tue Nov 24 14:22:57 2026 Info: "
CEF = "<134>Nov 24 08:04:46 gate7 CEF:0|Cisco|x|1|y|z|5|"
FORGED = "ESADaneStatus=success ESADaneHost=example.org"


@pytest.mark.parametrize(
    ("rest", "form"),
    [
        (f'bob@example.org R=dnslookup T=smtp {TO} C="250 ok X=TLS CV=dane "', Form.EXIM_CLEAR),
        (f'bob@example.org R=dnslookup T=smtp {TO} X=TLS1.3:x:256 C="250 CV=dane ok"', Form.EXIM_TLS),
        (f'bob@example.org R=dnslookup T=smtp {TO} X=TLS1.3:x:256 DN="O= CV=dane ,CN=x"', Form.EXIM_TLS),
        (f'"a X=b CV=dane c"@example.org R=dnslookup T=smtp {TO} C="250 ok"', Form.EXIM_CLEAR),
        (f'"a X=b CV=dane C=c"@example.org R=dnslookup T=smtp {TO} X=TLS1.3:x:256 CV=no C="2"', Form.EXIM_TLS),
        (f'"a C=c"@example.org R=dnslookup T=smtp {TO} X=TLS1.3:x:256 CV=dane C="2"', Form.EXIM_DANE),
        (f'bob@example.org R=dnslookup T=smtp {TO} C="250 a\\\\"@ CV=dane X=T "', Form.EXIM_CLEAR),
    ],
)
def test_exim_delivers_with_dane_only_where_exim_says_so(read, rest: str, form: Form) -> None:
    (one,), _ = read(EXIM + "=> " + rest)
    assert (one.form, one.domain) == (form, "example.org")


def test_what_the_peer_answers_is_not_whom_mail_was_for(read) -> None:
    (one,), _ = read(f'{EXIM}=> "a b"@example.org R=dnslookup T=smtp {TO} X=T CV=dane C="250 \\"@example.net ok"')
    assert (one.form, one.domain) == (Form.EXIM_DANE, "example.org")


@pytest.mark.parametrize("flag", ["==", "**"])
def test_a_peer_that_speaks_of_dane_is_no_dane_failure_of_exim(read, flag: str) -> None:
    said = "SMTP error from remote mail server after RCPT TO:<bob@example.org>: 451 DANE error: a session is required"
    (one,), _ = read(f"{EXIM}{flag} bob@example.org R=dnslookup T=smtp defer (-44) {TO}: {said}")
    assert one.kind in (Kind.HELD, Kind.BOUNCED)


def test_a_recipient_that_speaks_of_dane_is_no_dane_failure_of_exim(read) -> None:
    (one,), _ = read(f'{EXIM}== "a: DANE error b"@example.org R=dnslookup T=smtp defer (-44) {TO}: timed out')
    assert (one.form, one.domain) == (Form.EXIM_DEFERRED, "example.org")


def test_a_peer_that_speaks_of_dane_is_no_dane_failure_of_an_appliance(read) -> None:
    to = f"{ESA}MID 14 ICID 5 RID 0 To: <bob@example.org>\n"
    found, _ = read(
        f"{to}{ESA}Delayed: DCID 3 MID 14 to RID 0 - 4.1.0 - Unknown error ('451', ['DANE TLSA failed']) []"
    )
    assert [(one.form, one.domain) for one in found] == [(Form.ASYNCOS_DELAYED, "example.org")]


@pytest.mark.parametrize("key", ["msg", "ESAFriendlyFrom"])
def test_a_subject_that_looks_like_a_field_of_cef_proves_nothing(read, key: str) -> None:
    found, _ = read(f"{CEF}{key}='hello {FORGED} x' deviceDirection=1")
    assert found == []


def test_two_dane_fields_in_one_cef_line_are_not_chosen_between(read) -> None:
    found, reader = read(f"{CEF}msg='it's {FORGED} ' ESADaneStatus=failure ESADaneHost=example.org")
    assert found == []
    assert reader.counts.unparsed == 1


def test_a_quoted_recipient_of_postfix_forges_no_line_of_another_domain(read) -> None:
    forged = "a@example.net>, relay=none, delay=1, dsn=4.7.5, status=deferred (TLSA lookup error"
    end = "relay=mx.example.org[192.0.2.1]:25, delay=1, dsn=2.0.0, status=sent (250 ok)"
    (one,), _ = read(f'{POSTFIX}4ABC123: to=<"{forged}"@example.org>, {end}')
    assert (one.form, one.domain) == (Form.POSTFIX_SENT, "example.org")


def test_a_tls_line_is_used_up_by_mail_that_the_peer_refused(read) -> None:
    relay = "relay=mx.example.org[192.0.2.1]:25, delay=1"
    found, _ = read(
        f"{POSTFIX}Verified TLS connection established to mx.example.org[192.0.2.1]:25: TLSv1.3 with cipher x\n"
        f"{POSTFIX}4ABC123: to=<a@example.org>, {relay}, dsn=4.2.0, status=deferred (host said: 450 later)\n"
        f"{POSTFIX}4ABC999: to=<b@example.org>, {relay}, dsn=2.0.0, status=sent (250 ok)",
        dane=True,
    )
    assert [one.form for one in found] == [Form.POSTFIX_DEFERRED, Form.POSTFIX_SENT]


@pytest.mark.parametrize("again", [f"{ESA}Start MID 14 ICID 9\n", f"{ESA}MID 14 ICID 9 RID 0 To: <c@>\n"])
def test_a_message_number_that_comes_again_is_not_put_to_the_old_destination(read, again: str) -> None:
    connection = f"{ESA}New SMTP DCID 3 interface 10.0.0.1 address 192.0.2.1 port 25\n"
    to = f"{ESA}MID 14 ICID 5 RID 0 To: <bob@example.org>\n"
    found, reader = read(f"{to}{again}{connection}{ESA}Delivery start DCID 3 MID 14 to RID [0]")
    assert [one.domain for one in found] == [""]
    assert reader.counts.unjoined == 1


def test_a_connection_number_that_comes_again_unopened_forgets_who_it_was_for(read) -> None:
    tls = f"{ESA}DCID 3 TLS success protocol TLSv1.2 cipher x"
    to = f"{ESA}MID 14 ICID 5 RID 0 To: <bob@example.net>\n"
    found, _ = read(f"{tls} for example.org\n{tls}\n{to}{ESA}Delivery start DCID 3 MID 14 to RID [0]")
    assert [(one.form, one.domain) for one in found][1:] == [(Form.ASYNCOS_TLS, "example.net")]
