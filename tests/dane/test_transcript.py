"""The appliance's own words, in both directions, and what is honest to conclude from them."""

import dataclasses
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fleet.dane.transcript import LastWord, Line, parse, parse_transcript, render, text
from fleet.decision import judge
from fleet.errors import FailureKind, UsageError
from fleet.model import Action, Existence, MatchRules, Mode, MxMeaning, Policy, Security, TlsLevel

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TRANSCRIPTS = sorted((Path(__file__).parent / "transcripts").glob("*.txt"))


def transcript(name: str) -> str:
    return (Path(__file__).parent / "transcripts" / f"{name}.txt").read_text(encoding="ascii")


def output(lines: str) -> list[str]:
    """What the appliance printed, without the command and blank lines."""
    return [line for line in lines.splitlines()[1:] if line]


def action(name: str, mode: Mode) -> Action:
    return judge(parse(transcript(name), AT), Policy.ASYNCOS, mode, TlsLevel.PREFERRED).action


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_the_vendors_transcripts_survive_the_way_there_and_back(path: Path) -> None:
    printed = path.read_text(encoding="ascii")
    lines = render(parse(printed, AT))
    assert [line.text for line in lines] == output(printed)
    assert not any(line.synthetic for line in lines)


def test_all_five_transcripts_are_here() -> None:
    assert len(TRANSCRIPTS) == 5


@pytest.mark.parametrize(
    ("name", "says", "opportunistic", "mandatory"),
    [
        ("ietf-success", LastWord.SUCCESS, Action.SUCCESS, Action.SUCCESS),
        ("ietf-second-success", LastWord.SUCCESS, Action.SUCCESS, Action.SUCCESS),
        ("ietf-bogus", LastWord.FAILED, Action.FAIL, Action.FAIL),
        ("cisco-insecure", LastWord.FAILED, Action.FALLBACK, Action.FAIL),
        ("thinkbeyond-insecure", LastWord.FAILED, Action.FALLBACK, Action.FAIL),
    ],
)
def test_the_last_word_is_kept_and_the_steps_are_judged(
    name: str, says: LastWord, opportunistic: Action, mandatory: Action
) -> None:
    assert parse_transcript(transcript(name), AT).says == says
    assert action(name, Mode.OPPORTUNISTIC) == opportunistic
    assert action(name, Mode.MANDATORY) == mandatory


def test_a_success_reads_as_steps() -> None:
    verdict = parse(transcript("ietf-success"), AT)
    assert (verdict.domain, verdict.at, verdict.resolvers, verdict.vantage) == ("ietf.org", AT, (), "appliance")
    assert verdict.mx is not None
    assert verdict.mx.lookup.security is Security.SECURE
    address = verdict.address("mail.ietf.org")
    assert address is not None
    assert (address.a.security, address.addresses) == (Security.SECURE, ("4.31.198.44",))
    (tlsa,) = verdict.tlsa("mail.ietf.org")
    assert (tlsa.lookup.name, tlsa.lookup.security) == ("_25._tcp.mail.ietf.org", Security.SECURE)
    (session,) = verdict.contacts("mail.ietf.org")
    assert session.contact.local_address == "216.71.133.161"
    assert (session.contact.tls_version, session.contact.cipher) == ("TLSv1.2", "ECDHE-RSA-AES256-GCM-SHA384")
    match = session.match("mail.ietf.org", MatchRules.RFC7671)
    assert match is not None
    assert match.matched


def test_what_was_not_said_stays_unknown() -> None:
    verdict = parse(transcript("ietf-success"), AT)
    address = verdict.address("mail.ietf.org")
    assert address is not None
    assert (address.aaaa.existence, address.aaaa.security) == (Existence.UNKNOWN, Security.INDETERMINATE)
    assert not address.aaaa.failed
    assert verdict.unknown == (
        "resolvers",
        "preferences of the MX hosts (numbered in the order shown)",
        "MX hosts and addresses after the last one shown",
        "AAAA of mail.ietf.org",
        "TLSA data of mail.ietf.org",
        "certificate chain presented by 4.31.198.44",
    )


def test_a_bogus_mx_names_no_host() -> None:
    verdict = parse(transcript("ietf-bogus"), AT)
    assert verdict.mx is not None
    assert (verdict.mx.meaning, verdict.mx.lookup.security, verdict.hosts) == (MxMeaning.FAILED, Security.BOGUS, ())


def test_every_mx_host_and_address_of_an_insecure_domain_is_kept_in_order() -> None:
    cisco = parse(transcript("cisco-insecure"), AT)
    assert [host.name for host in cisco.hosts] == [
        "alln-mx-01.cisco.com",
        "rcdn-mx-01.cisco.com",
        "aer-mx-01.cisco.com",
    ]
    thinkbeyond = parse(transcript("thinkbeyond-insecure"), AT)
    address = thinkbeyond.address("thinkbeyond-ch.mail.protection.outlook.com")
    assert address is not None
    assert address.addresses == ("104.47.9.36", "104.47.10.36")


@pytest.mark.parametrize("width", [40, 79, 80])
@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_lines_cut_by_a_terminal_are_put_together(path: Path, width: int) -> None:
    printed = path.read_text(encoding="ascii")
    cut = "\r\n".join(
        line[start : start + width] for line in printed.splitlines() for start in range(0, len(line), width)
    )
    assert parse(cut, AT) == parse(printed, AT)


@pytest.mark.parametrize(
    "dress",
    [
        lambda printed: printed.replace("\n", "\r\n"),
        lambda printed: printed.replace("\n", "\r\r\n"),
        lambda printed: printed.replace("\n", "\n\n"),
        lambda printed: printed.replace("> daneverify", "esa1.example.com> daneverify"),
        lambda printed: printed.replace("> daneverify", "(Machine esa1.example.com)> daneverify"),
        lambda printed: printed + "\n> ",
        lambda printed: printed + "\nesa1.example.com> ",
        lambda printed: "\x1b[1m" + printed.replace("found", "\x1b[0mfound"),
        lambda printed: printed.replace("DANE verification", "-Press Any Key For More-\r      \rDANE verification"),
        lambda printed: "```\n" + printed + "```\n",
        lambda printed: printed.replace("record(", "record ("),
        lambda printed: "\n".join(output(printed)),
    ],
)
def test_a_terminals_dress_does_not_matter(dress) -> None:
    printed = transcript("ietf-success")
    assert parse(dress(printed), AT) == parse(printed, AT)


def test_a_line_that_fits_nothing_is_kept_and_said() -> None:
    strange = transcript("ietf-success").replace("Checking TLS", "Reticulating splines\nChecking TLS")
    read = parse_transcript(strange, AT)
    assert read.unread == ("Reticulating splines",)
    assert "unread line: Reticulating splines" in read.verdict.unknown
    assert read.says is LastWord.SUCCESS


def test_another_domains_lines_do_not_leak_in() -> None:
    read = parse_transcript(transcript("ietf-success") + "\n".join(output(transcript("cisco-insecure"))), AT)
    assert read.verdict.domain == "ietf.org"
    assert [host.name for host in read.verdict.hosts] == ["mail.ietf.org"]
    assert "DANE FAILED for cisco.com" in read.unread
    assert read.says is LastWord.SUCCESS


def test_a_transcript_cut_short_claims_no_end() -> None:
    whole = transcript("ietf-success")
    read = parse_transcript(whole[: whole.index("Checking TLS")], AT)
    assert read.says is None
    assert "the end of the transcript" in read.verdict.unknown
    assert "SMTP session with 4.31.198.44" in read.verdict.unknown
    (session,) = read.verdict.contacts("mail.ietf.org")
    assert not session.contact.reached
    assert session.matches == ()


@pytest.mark.parametrize(
    "junk",
    [
        "",
        "hello\nworld\n",
        "DANE verification completed.",
        "\x00\ufffd\n> \n",
        "DANE SUCCESS for .",
        "DANE FAILED for a\x00.example",
        "DANE FAILED for \u0130.example",
    ],
)
def test_text_without_a_domain_is_refused(junk: str) -> None:
    with pytest.raises(UsageError, match="no line of it names a domain"):
        parse(junk, AT)


def test_endless_text_is_refused() -> None:
    with pytest.raises(UsageError, match="at most"):
        parse("x" * 300_000, AT)


def test_the_longest_text_of_lines_that_fit_nothing_costs_seconds_at_most() -> None:
    started = time.process_time()
    parse("DANE FAILED for a.example\n" + "ab\n" * 87_000, AT)
    assert time.process_time() - started < 5


def test_hostile_text_in_a_verdict_reaches_no_terminal() -> None:
    verdict = parse(transcript("ietf-success"), AT)
    (session,) = verdict.contacts("mail.ietf.org")
    contact = dataclasses.replace(session.contact, cipher="AES\x1b]52;c;ZXZpbA==\x07\n\u202e")
    steps = tuple(dataclasses.replace(session, contact=contact) if step is session else step for step in verdict.steps)
    lines = render(dataclasses.replace(verdict, steps=steps))
    assert all(line.text.isprintable() for line in lines)


def test_synthetic_lines_are_marked_for_people_and_read_back_without_the_mark() -> None:
    printed = transcript("ietf-success").replace("successful", "failed (certificate-expired)")
    printed = printed.replace("TLS connection succeeded", "TLS connection failed").replace(
        "DANE SUCCESS", "DANE FAILED"
    )
    verdict = parse(printed, AT)
    lines = render(verdict)
    assert Line("Certificate verification failed (certificate-expired)", synthetic=True) in lines
    assert Line("DANE FAILED for ietf.org", synthetic=False) in lines
    shown = text(lines)
    assert "Certificate verification failed (certificate-expired)  [synthetic]\n" in shown
    assert parse(shown, AT) == verdict


def test_a_mode_adds_what_happens_to_mail() -> None:
    verdict = parse(transcript("cisco-insecure"), AT)
    opportunistic, mandatory = (text(render(verdict, mode)) for mode in Mode)
    assert (
        "DANE FAILED for cisco.com\nIn opportunistic mode mail for cisco.com ends as fallback.  [synthetic]"
        in opportunistic
    )
    assert (
        "DANE FAILED for cisco.com\nIn mandatory mode mail for cisco.com ends as dane-fail.  [synthetic]" in mandatory
    )
    assert parse(opportunistic, AT) == parse(mandatory, AT) == verdict


def test_a_matching_certificate_behind_an_insecure_mx_is_no_success() -> None:
    verdict = parse(transcript("ietf-success").replace("SECURE MX", "INSECURE MX"), AT)
    lines = [line.text for line in render(verdict)]
    assert "Certificate verification successful" in lines
    assert lines[-2:] == ["DANE FAILED for ietf.org", "DANE verification completed."]


def test_a_failed_connection_is_no_dane_failure() -> None:
    printed = """
        SECURE MX record(mx.example.org) found for example.org
        SECURE A record (192.0.2.1) found for MX(mx.example.org) in example.org
        Connecting to 192.0.2.1 on port 25.
        Connection to 192.0.2.1 failed (timeout).
        DANE NOT TESTED for example.org
        DANE verification completed.
    """
    read = parse_transcript(printed, AT)
    (session,) = read.verdict.contacts("mx.example.org")
    assert session.contact.failure is not None
    assert session.contact.failure.kind is FailureKind.TIMEOUT
    assert read.says is None
    assert [line.text for line in render(read.verdict)] == [line.strip() for line in printed.strip().splitlines()]
