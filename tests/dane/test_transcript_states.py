"""Any verdict, rendered and read back, has the states it had: nothing is lost that was printed, nothing is made up."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet.dane.transcript import LastWord, parse, parse_transcript, render, text
from fleet.errors import Failure, FailureKind
from fleet.model import (
    AddressStep,
    BaseMatch,
    ChainMatch,
    Contact,
    ContactStep,
    Existence,
    Lookup,
    MailHost,
    MatchRules,
    MxMeaning,
    MxStep,
    Security,
    Step,
    TlsaRecord,
    TlsaStep,
    TlsReport,
    Verdict,
)

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DOMAIN = "example.org"
ANSWERED = st.sampled_from([Security.SECURE, Security.INSECURE, Security.BOGUS])
DENIED = st.sampled_from([Existence.NODATA, Existence.NXDOMAIN])
LOOKUP_FAILURES = st.sampled_from([FailureKind.SERVFAIL, FailureKind.TIMEOUT, FailureKind.REFUSED])
CONNECT_FAILURES = st.sampled_from([FailureKind.TIMEOUT, FailureKind.CONNECTION_REFUSED, FailureKind.GREETING])
TLS_FAILURES = st.sampled_from([FailureKind.NO_STARTTLS, FailureKind.TLS])
USABLE = TlsaRecord(b"\3\1\1" + bytes(32), 3, 1, 1, bytes(32))
UNUSABLE = TlsaRecord(b"\0\1\1" + bytes(32), 0, 1, 1, bytes(32), "PKIX-TA(0) is not used by SMTP")


def lookup(
    name: str,
    rdtype: str,
    security: Security,
    existence: Existence,
    records: tuple[str, ...] = (),
    failure: Failure | None = None,
) -> Lookup:
    return Lookup(name, rdtype, "192.0.2.53:53", security, existence, "NOERROR", name, records, failure=failure)


@st.composite
def lookups(draw: st.DrawFn, name: str, rdtype: str, records: tuple[str, ...]) -> Lookup:
    shape = draw(st.sampled_from(["data", "denied", "failed"]))
    if shape == "failed":
        failure = Failure(draw(LOOKUP_FAILURES), "the lookup failed")
        return lookup(name, rdtype, Security.INDETERMINATE, Existence.UNKNOWN, failure=failure)
    security = draw(ANSWERED)
    if shape == "denied":
        return lookup(name, rdtype, security, draw(DENIED))
    return lookup(name, rdtype, security, Existence.DATA, records)


@st.composite
def sessions(draw: st.DrawFn, host: str, address: str, usable: bool) -> ContactStep:
    shape = draw(st.sampled_from(["unreached", "no-tls", "tls"]))
    if shape == "unreached":
        failure = Failure(draw(CONNECT_FAILURES), "not reached")
        return ContactStep(Contact(host, address, 25, host, failure))
    local = draw(st.sampled_from(["", "198.51.100.9", "2001:db8::9"]))
    if shape == "no-tls":
        failure = Failure(draw(TLS_FAILURES), "no TLS")
        return ContactStep(Contact(host, address, 25, host, failure, local_address=local))
    matched = usable and draw(st.booleans())
    report = None if matched else draw(st.sampled_from([None, *TlsReport]))
    match = ChainMatch(matched, usable, "", (), report)
    contact = Contact(host, address, 25, host, None, "", True, "TLSv1.3", "TLS_AES_256_GCM_SHA384", local_address=local)
    return ContactStep(contact, matches=tuple(BaseMatch(host, rules, match) for rules in MatchRules))


@st.composite
def hosts(draw: st.DrawFn, name: str, number: int) -> list[Step]:
    v4 = tuple(f"192.0.2.{number * 10 + i}" for i in range(draw(st.integers(1, 2))))
    v6 = tuple(f"2001:db8::{number * 10 + i}" for i in range(draw(st.integers(1, 2))))
    a, aaaa = draw(lookups(name, "A", v4)), draw(lookups(name, "AAAA", v6))
    tlsa = draw(lookups(f"_25._tcp.{name}", "TLSA", ()))
    usable = draw(st.booleans())
    records = (USABLE if usable else UNUSABLE,) if tlsa.existence is Existence.DATA else ()
    addresses = (*a.records, *aaaa.records)
    contacts = [draw(sessions(name, address, usable)) for address in addresses]
    return [AddressStep(name, a, aaaa, None, addresses), TlsaStep(name, name, tlsa, records), *contacts]


@st.composite
def verdicts(draw: st.DrawFn) -> Verdict:
    meaning = draw(st.sampled_from([*MxMeaning, MxMeaning.LISTED, MxMeaning.LISTED]))
    names = {MxMeaning.LISTED: ["mx1.example.org", "mx2.example.net"], MxMeaning.IMPLICIT: [DOMAIN]}.get(meaning, [])
    security = draw(st.sampled_from([Security.SECURE, Security.INSECURE]))
    found = {
        MxMeaning.IMPLICIT: lookup(DOMAIN, "MX", security, Existence.NODATA),
        MxMeaning.NO_DOMAIN: lookup(DOMAIN, "MX", security, Existence.NXDOMAIN),
        MxMeaning.FAILED: draw(
            st.sampled_from(
                [
                    lookup(DOMAIN, "MX", Security.BOGUS, Existence.DATA),
                    lookup(
                        DOMAIN,
                        "MX",
                        Security.INDETERMINATE,
                        Existence.UNKNOWN,
                        failure=Failure(FailureKind.SERVFAIL, "no"),
                    ),
                ]
            )
        ),
    }.get(meaning, lookup(DOMAIN, "MX", security, Existence.DATA))
    listed = tuple(MailHost(number, name) for number, name in enumerate(names))
    steps: list[Step] = [MxStep(found, meaning, listed)]
    for number, name in enumerate(names):
        steps += draw(hosts(name, number))
    return Verdict(DOMAIN, AT, ("192.0.2.53:53",), tuple(steps), smtp=True)


def states(lookup: Lookup) -> tuple[object, ...]:
    kind = lookup.failure.kind if lookup.failure else None
    # A bogus answer proves nothing, so the appliance's vocabulary does not say whether it was a denial.
    existence = None if lookup.security is Security.BOGUS else lookup.existence
    return (lookup.security, existence, kind)


def known(lookup: Lookup) -> bool:
    return lookup.failed or lookup.existence is not Existence.UNKNOWN


@given(verdicts())
@settings(max_examples=400, deadline=None)
def test_states_survive_the_way_there_and_back(verdict: Verdict) -> None:
    read = parse(text(render(verdict)), AT)
    assert verdict.mx is not None
    assert read.mx is not None
    assert read.mx.meaning == verdict.mx.meaning
    assert states(read.mx.lookup) == states(verdict.mx.lookup)
    for step in read.steps:
        if isinstance(step, AddressStep):
            whole = verdict.address(step.host)
            assert whole is not None
            for said, was in ((step.a, whole.a), (step.aaaa, whole.aaaa)):
                assert not known(said) or states(said) == states(was)
            assert set(step.addresses) <= set(whole.addresses)
        elif isinstance(step, TlsaStep):
            (was_tlsa,) = verdict.tlsa(step.host)
            assert states(step.lookup) == states(was_tlsa.lookup)
        elif isinstance(step, ContactStep):
            same = [one for one in verdict.contacts(step.contact.host) if one.contact.address == step.contact.address]
            said_of_it, what_was = session_states(step), [session_states(one) for one in same]
            # The walk may leave a session before TLS, or before the certificate is looked at.
            left = said_of_it["failure"] is FailureKind.CANCELLED
            assert left or said_of_it | {"match": None} in [one | {"match": None} for one in what_was]
            assert said_of_it["match"] in [None, *(one["match"] for one in what_was)]


def session_states(step: ContactStep) -> dict[str, object]:
    failure = step.contact.failure
    match = step.match(step.contact.host, MatchRules.RFC7671)
    return {
        "failure": failure.kind if failure else None,
        "tls": (step.contact.tls_version, step.contact.cipher),
        # No line says which report type an unusable set has: it can only be tlsa-invalid.
        "match": (match.matched, match.usable, match.report if match.usable else None) if match else None,
    }


@given(verdicts())
@settings(max_examples=400, deadline=None)
def test_what_was_read_renders_as_it_stood(verdict: Verdict) -> None:
    lines = render(verdict)
    assert render(parse(text(lines), AT)) == lines


@given(verdicts())
@settings(max_examples=200, deadline=None)
def test_every_line_of_ours_is_understood(verdict: Verdict) -> None:
    read = parse_transcript(text(render(verdict)), AT)
    assert read.unread == ()


@given(verdicts())
@settings(max_examples=200, deadline=None)
def test_success_is_said_only_of_a_secure_matching_walk(verdict: Verdict) -> None:
    read = parse_transcript(text(render(verdict)), AT)
    matched = any(
        match.match.matched for step in read.verdict.steps if isinstance(step, ContactStep) for match in step.matches
    )
    secure = read.verdict.mx is not None and read.verdict.mx.lookup.security is Security.SECURE
    assert (read.says is LastWord.SUCCESS) == (matched and secure)


@given(
    st.text(
        alphabet=st.sampled_from(list("SECURE MX record()found for .\n\r>[]daneverifyTLSA\x1b\x00\u202eé")),
        max_size=400,
    )
)
@settings(max_examples=300, deadline=None)
def test_noise_never_breaks_the_reader(noise: str) -> None:
    read = parse("> daneverify example.org\n" + noise + "\nDANE FAILED for example.org\n", AT)
    assert read.domain == DOMAIN


@pytest.mark.parametrize("smtp", [True, False])
def test_a_walk_without_smtp_says_so(smtp: bool) -> None:
    mx = MxStep(
        lookup(DOMAIN, "MX", Security.SECURE, Existence.DATA), MxMeaning.LISTED, (MailHost(10, "mx1.example.org"),)
    )
    a = lookup("mx1.example.org", "A", Security.SECURE, Existence.DATA, ("192.0.2.1", "192.0.2.2"))
    aaaa = lookup("mx1.example.org", "AAAA", Security.SECURE, Existence.NODATA)
    tlsa = lookup("_25._tcp.mx1.example.org", "TLSA", Security.SECURE, Existence.DATA)
    steps = (
        mx,
        AddressStep("mx1.example.org", a, aaaa, None, a.records),
        TlsaStep("mx1.example.org", "mx1.example.org", tlsa, (USABLE,)),
    )
    read = parse_transcript(text(render(Verdict(DOMAIN, AT, (), steps, smtp=smtp))), AT)
    assert read.says is None
    assert read.verdict.smtp is False
