"""CEF, Postfix and Exim; Postfix's and Exim's lines are those that the real programs wrote in tests/peers."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from fleet.maillog import FORMS, Form, Kind, Sure, Tally

HERE = Path(__file__).parent
CEF = (
    "<134>Mar 18 08:04:46 gate7 CEF:0|Cisco|C100V Secure Email Gateway|14.0.0-657|ESA_CONSOLIDATED_LOG_EVENT"
    "|Consolidated Log Event|5|deviceExternalId=42 ESAMID=1034 ESADCID=55 duser=bob.secret@example.org "
    "end=Thu Mar 18 08:04:46 2021 ESADaneStatus={} ESADaneHost={} deviceDirection=1 ESATLSOutConnStatus=Success"
)


@pytest.mark.parametrize(("status", "kind"), [("success", Kind.DANE_SUCCESS), ("failure", Kind.DANE_FAILURE)])
def test_cef_says_it_outright(read, status: str, kind: Kind) -> None:
    (one,), _ = read(CEF.format(status, "example.org"))
    assert (one.kind, one.sure, one.domain, one.node) == (kind, Sure.STATED, "example.org", "gate7")
    assert one.at == datetime(2021, 3, 18, 8, 4, 46, tzinfo=UTC)


@pytest.mark.parametrize(("status", "host"), [("maybe", "example.org"), ("success", "a@b"), ("success", "")])
def test_a_cef_field_that_says_something_else_is_not_guessed_at(read, status: str, host: str) -> None:
    found, reader = read(CEF.format(status, host))
    assert found == []
    assert reader.counts.unparsed == 1


def real(name: str, read, dane: bool | None = None):
    found, reader = read((HERE / name).read_text(encoding="utf-8"), dane=dane)
    assert reader.counts.recognised == reader.counts.lines
    assert reader.counts.unparsed == 0
    tally = Tally()
    tally.add(found)
    return tally


@pytest.mark.parametrize("case", (HERE / "postfix_cases.txt").read_text().splitlines())
def test_real_postfix(read, case: str) -> None:
    domain, *kinds = case.split()
    seen = real("postfix.log", read, dane=True).destinations[domain]
    assert sorted(seen.proven) == kinds


@pytest.mark.parametrize("case", (HERE / "exim_cases.txt").read_text().splitlines())
def test_real_exim(read, case: str) -> None:
    domain, *kinds = case.split()
    seen = real("exim.log", read, dane=True).destinations[domain]
    assert sorted(seen.proven) == kinds


def test_postfix_verified_is_weak_where_nothing_is_known_of_the_node(read) -> None:
    total = real("postfix.log", read).total
    assert total.weak.keys() == {Kind.DANE_SUCCESS}
    assert Kind.DANE_SUCCESS not in total.proven


def test_exim_says_dane_without_help(read) -> None:
    assert real("exim.log", read).destinations["good.dlab"].proven == {Kind.DANE_SUCCESS: 2}


def test_a_tls_line_to_another_host_says_nothing_about_a_delivery(read) -> None:
    found, _ = read(
        "Nov 25 09:16:15 edge postfix/smtp[7]: Verified TLS connection established to mx1.a.org[192.0.2.1]:25: X\n"
        "Nov 25 09:16:15 edge postfix/smtp[7]: 327BA224252: to=<a@example.org>, relay=mx2.example.org[192.0.2.2]:25, "
        "delay=0.4, delays=0/0/0/0, dsn=2.0.0, status=sent (250 Ok)\n"
    )
    assert [one.form for one in found] == [Form.POSTFIX_SENT]


def test_every_form_says_why(read) -> None:
    assert set(FORMS) == set(Form)
    assert all(one.alone.why and one.with_dane.why and one.sample for one in FORMS.values())
