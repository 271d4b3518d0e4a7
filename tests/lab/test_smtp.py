"""Mail servers do what their row says: present the certificate TLSA names, or go wrong in one known way."""

import hashlib
import smtplib
import socket
import ssl
from datetime import UTC, datetime

import dns.rdatatype
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def untrusting() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


@pytest.fixture
def connect(lab, sockets):
    """Open an SMTP session with the n-th address of a destination's host; closed at the end."""
    opened = []

    def one(name: str, host: str = "mail", index: int = 0, timeout: float = 5.0) -> smtplib.SMTP:
        address = lab.destination(name).addresses[f"{host}.{name}"][index]
        session = smtplib.SMTP(timeout=timeout)
        opened.append(session)
        code, text = session.connect(*sockets["tcp", address, 25])
        session._host = f"{host}.{name}"  # what smtplib sends as SNI
        if code != 220:
            raise smtplib.SMTPConnectError(code, text)
        return session

    yield one
    for session in opened:
        session.close()


def leaf(session: smtplib.SMTP) -> x509.Certificate:
    session.starttls(context=untrusting())
    der = session.sock.getpeercert(binary_form=True)
    return x509.load_der_x509_certificate(der)


def key_digest(certificate: x509.Certificate) -> str:
    return hashlib.sha256(
        certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    ).hexdigest()


def published(ask, owner: str) -> list[str]:
    answer = ask("validating", owner, "TLSA", tcp=True).answer
    return [rdata.to_text() for rrset in answer if rrset.rdtype == dns.rdatatype.TLSA for rdata in rrset]


def test_the_tlsa_record_of_a_good_destination_names_the_key_its_server_presents(ask, connect):
    assert published(ask, "_25._tcp.mail.good.lab") == [f"3 1 1 {key_digest(leaf(connect('good.lab')))}"]


def test_the_tlsa_record_of_wrong_key_names_another(ask, connect):
    assert published(ask, "_25._tcp.mail.wrong-key.lab") != [f"3 1 1 {key_digest(leaf(connect('wrong-key.lab')))}"]


def test_an_expired_certificate_is_expired(connect):
    assert leaf(connect("ta-expired.lab")).not_valid_after_utc < datetime.now(UTC)
    assert leaf(connect("ta-cert.lab")).not_valid_after_utc > datetime.now(UTC)


def test_one_address_of_two_certificates_presents_another_key(connect):
    keys = {key_digest(leaf(connect("two-certificates.lab", index=index))) for index in (0, 1)}
    assert len(keys) == 2


def test_ipv4_and_ipv6_of_dual_stack_present_the_same_key(connect):
    keys = {key_digest(leaf(connect("dual-stack.lab", index=index))) for index in (0, 1)}
    assert len(keys) == 1


def test_the_sni_server_shows_its_certificate_only_to_who_names_it(ask, connect):
    named, unnamed = connect("sni.lab"), connect("sni.lab")
    unnamed._host = "elsewhere.lab"
    assert published(ask, "_25._tcp.mail.sni.lab") == [f"3 1 1 {key_digest(leaf(named))}"]
    assert published(ask, "_25._tcp.mail.sni.lab") != [f"3 1 1 {key_digest(leaf(unnamed))}"]


def test_a_public_certificate_verifies_against_the_roots_the_lab_wrote(lab, connect):
    session = connect("webpki.lab")
    context = ssl.create_default_context(cafile=str(lab.roots))
    session.starttls(context=context)
    assert session.sock.getpeercert()["subjectAltName"] == (("DNS", "mail.webpki.lab"),)


def test_a_server_without_starttls_does_not_offer_it(connect):
    session = connect("no-starttls.lab")
    session.ehlo()
    assert not session.has_extn("starttls")


def test_a_server_that_knows_helo_only_refuses_ehlo(connect):
    assert connect("no-ehlo.lab").ehlo()[0] == 502


def test_starttls_may_be_offered_and_then_not_available(connect):
    session = connect("starttls-454.lab")
    session.ehlo()
    assert session.has_extn("starttls")
    assert session.docmd("STARTTLS")[0] == 454


def test_a_failing_handshake_fails_after_starttls_was_accepted(connect):
    with pytest.raises(ssl.SSLError):
        connect("handshake-failure.lab").starttls(context=untrusting())


@pytest.mark.parametrize(("name", "code"), [("greeting-554.lab", 554), ("greeting-421.lab", 421)])
def test_a_server_may_turn_everybody_away(connect, name, code):
    with pytest.raises(smtplib.SMTPConnectError) as refusal:
        connect(name)
    assert refusal.value.smtp_code == code


def test_nothing_listens_at_a_refusing_address(connect):
    with pytest.raises(ConnectionRefusedError):
        connect("refused.lab")


@pytest.mark.parametrize("name", ["blackhole.lab", "drip.lab"])
def test_a_silent_or_dripping_server_never_finishes_its_greeting(connect, name):
    with pytest.raises((TimeoutError, smtplib.SMTPServerDisconnected)):
        connect(name, timeout=0.3)


def test_a_resetting_server_resets(connect):
    with pytest.raises((ConnectionResetError, smtplib.SMTPServerDisconnected)):
        connect("reset.lab")


def test_an_endless_ehlo_reply_does_not_end(lab, sockets):
    address = lab.destination("endless.lab").addresses["mail.endless.lab"][0]
    with socket.create_connection(sockets["tcp", address, 25], timeout=5) as channel:
        channel.sendall(b"EHLO client\r\n")
        seen = b""
        while len(seen) < 500_000:
            seen += channel.recv(65536)
    assert b"\r\n250 " not in seen


def test_mail_is_never_taken(connect):
    session = connect("good.lab")
    session.ehlo()
    assert session.mail("somebody@good.lab")[0] == 550


def test_a_mail_server_can_be_made_to_reset_and_mended(lab, connect):
    address = lab.destination("good.lab").addresses["mail.good.lab"][0]
    lab.fault(fault="smtp", address=address, kind="reset")
    with pytest.raises((ConnectionResetError, smtplib.SMTPServerDisconnected)):
        connect("good.lab")
    lab.fault(fault="smtp", address=address, kind="none")
    assert connect("good.lab").ehlo()[0] == 250
