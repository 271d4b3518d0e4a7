"""Chains made to cost, or to confuse, whoever compares them with TLSA records."""

import asyncio
import base64
import hashlib
import random
import ssl
from pathlib import Path

import pytest
from adversary import (
    BYE,
    EHLO,
    GREETING,
    NOW,
    OWN_VALIDATION,
    READY,
    Server,
    World,
    assert_no_dane,
    outcomes,
    with_tlsa,
)
from chains import DAY, Plan, authority, issue, private_der, private_key, server
from chains import HOST as NAME
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from effort import endure

from fleet.dane import match_chain
from fleet.dane.certificate import describe
from fleet.dane.pkix import Roots, pkix
from fleet.errors import FailureKind
from fleet.model import Outcome, Verdict

ADDRESS = "198.51.100.1"
HOST = "mx.tlsa.org"
MEMORY = 16 << 20
dice = random.Random(3)
pytestmark = pytest.mark.filterwarnings("ignore:Parsed a")  # pytest undoes the filter that the package sets


def digests(count: int, head: bytes = b"\x02\x00\x02") -> list[bytes]:
    return [head + dice.randbytes(64 if head[2] == 2 else 32) for _ in range(count)]


def sha256(usage: int, der: bytes) -> bytes:
    """The record whose digest is that of the whole certificate."""
    return bytes([usage, 0, 1]) + hashlib.sha256(der).digest()


def certificate(subject: str, key: ec.EllipticCurvePrivateKey, issuer: str, by: ec.EllipticCurvePrivateKey) -> bytes:
    def named(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    builder = x509.CertificateBuilder(named(issuer), named(subject), key.public_key(), 1, NOW - DAY, NOW + DAY)
    constrained = builder.add_extension(x509.BasicConstraints(True, None), True)
    return constrained.sign(by, hashes.SHA256()).public_bytes(Encoding.DER)


def ladder(rungs: int) -> tuple[bytes, ...]:
    """Every certificate is issued by the next."""
    keys = [private_key(f"ec-{number % 8}") for number in range(rungs + 1)]
    return tuple(certificate(f"c{at}", keys[at], f"c{at + 1}", keys[at + 1]) for at in range(rungs))


def tangle(curve: ec.EllipticCurve) -> tuple[bytes, ...]:
    """Ten keys of one name that all signed one another: paths without end."""
    keys = [ec.generate_private_key(curve) for _ in range(10)]
    leaf = certificate("leaf", keys[0], "x", keys[1])
    return (leaf, *(certificate("x", a, "x", b) for a in keys for b in keys if a is not b))


def bare_keys(curve: ec.EllipticCurve, count: int) -> list[bytes]:
    made = (ec.generate_private_key(curve).public_key() for _ in range(count))
    return [b"\x02\x01\x00" + key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) for key in made]


def walked(world: World, chain: tuple[bytes, ...], *records: bytes, octets: int | None = MEMORY) -> Verdict:
    world.serve(with_tlsa(*records))
    world.presented[ADDRESS] = chain
    return world.check("tlsa.org", octets=octets)


def test_a_chain_of_100_certificates_beside_100_records_is_no_match(world: World) -> None:
    verdict = walked(world, ladder(100), *digests(100))
    assert_no_dane(verdict)
    [step] = verdict.contacts(HOST)
    assert len(step.certificates) == 100
    assert all(found.match.sentence and not found.match.matched for found in step.matches)


def test_the_authority_at_the_end_of_100_certificates_is_found_or_not_believed(world: World) -> None:
    chain = ladder(100)
    verdict = walked(world, chain, sha256(2, chain[-1]))
    [step] = verdict.contacts(HOST)
    assert not any(found.match.matched for found in step.matches), "none of the names is in the leaf"
    assert_no_dane(verdict)


def test_certificates_that_all_signed_one_another_end_at_the_limit_of_signatures(world: World) -> None:
    curve = ec.SECP521R1()  # the signatures that cost most
    verdict = walked(world, tangle(curve), *bare_keys(curve, 60), *digests(40, b"\x02\x01\x01"))
    assert_no_dane(verdict)
    [step] = verdict.contacts(HOST)
    assert "within 200 signatures" in step.matches[0].match.sentence


def test_certificates_of_a_megabyte_are_compared_beside_the_event_loop(world: World) -> None:
    leaf = issue(server(), now=NOW).der
    chain = (leaf, b"\x30\x84\x00\x0f\xff\xfa" + bytes((1 << 20) - 6), dice.randbytes(1 << 20))
    verdict = walked(world, chain, *digests(50), *digests(50, b"\x03\x00\x02"), octets=2 * MEMORY)
    assert_no_dane(verdict)
    [step] = verdict.contacts(HOST)
    assert [found.key for found in step.certificates][1:] == ["unknown", "unknown"]
    assert all(len(found.match.sentence) < 1000 for found in step.matches)


def test_a_real_handshake_with_a_certificate_of_a_megabyte_fails_with_a_reason(world: World, tmp_path: Path) -> None:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mx")])
    key = private_key("ec-0")
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, NOW - DAY, NOW + 999 * DAY)
    large = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), bytes(1 << 20))
    der = builder.add_extension(large, False).sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
    verdict = real_handshake(world, tmp_path, (der,))
    [step] = verdict.contacts(HOST)
    assert step.contact.failure
    assert step.contact.failure.kind in (FailureKind.TLS, FailureKind.LIMIT)
    assert step.contact.failure.sentence
    assert_no_dane(verdict)


def test_a_real_handshake_with_100_certificates_is_seen_whole(world: World, tmp_path: Path) -> None:
    chain = ladder(100)
    verdict = real_handshake(world, tmp_path, chain)
    [step] = verdict.contacts(HOST)
    assert step.contact.failure is None
    assert step.contact.chain == chain
    assert_no_dane(verdict)


def real_handshake(world: World, folder: Path, chain: tuple[bytes, ...]) -> Verdict:
    key = base64.encodebytes(private_der("ec-0")).decode()
    pem = f"-----BEGIN PRIVATE KEY-----\n{key}-----END PRIVATE KEY-----\n"
    path = folder / "server.pem"
    path.write_text("".join(map(ssl.DER_cert_to_PEM_cert, chain)) + pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)

    async def script(server: Server) -> None:
        await server.dialogue(GREETING, EHLO, READY)
        await server.writer.start_tls(context)
        await server.hear()
        await server.say(BYE)

    world.serve(with_tlsa(*digests(3)))
    world.smtp(ADDRESS, script)
    return world.check("tlsa.org", octets=MEMORY)


NAMED_CURVE, KEY_TYPE = bytes.fromhex("06082a8648ce3d030107"), bytes.fromhex("06072a8648ce3d0201")
SIGNED_WITH = bytes.fromhex("06082a8648ce3d040302")
DNS_NAME = bytes((0x82, len(NAME))) + NAME.encode()
STRANGE = {
    "unknown curve": (NAMED_CURVE, NAMED_CURVE[:-1] + b"\x63"),
    "unknown key type": (KEY_TYPE, KEY_TYPE[:-1] + b"\x63"),
    "unknown signature": (SIGNED_WITH, SIGNED_WITH[:-1] + b"\x63"),
    "no curve but its key": (NAMED_CURVE, b"\x05\x00" + b"\x04\x06" + NAMED_CURVE[4:]),
    "a point off the curve": (b"\x03\x42\x00\x04", b"\x03\x42\x00\x07"),
    "an X.400 address for a name": (DNS_NAME, b"\xa3" + DNS_NAME[1:]),
    "an EDI party for a name": (DNS_NAME, b"\xa5" + DNS_NAME[1:]),
}


@pytest.mark.parametrize("kind", STRANGE)
def test_a_certificate_nobody_reads_authenticates_no_one_but_by_its_digest(world: World, kind: str) -> None:
    old, new = STRANGE[kind]
    plan = authority("A", "ec-1")
    leaf, root = (issue(it, plan, now=NOW).der for it in (server(), plan))
    assert old in leaf
    chain = tuple(der.replace(old, new) for der in (leaf, root))
    records = [sha256(2, chain[1]), b"\x02\x00\x00" + chain[1]]
    verdict = walked(world, chain, *records)
    assert_no_dane(verdict)
    [step] = verdict.contacts(HOST)
    assert step.pkix
    assert not step.pkix.trusted
    own = match_chain(chain, [sha256(3, chain[0])], [HOST], NOW)
    assert own.matched, "DANE-EE(3) is a comparison of octets"


def test_the_same_leaf_with_a_key_everybody_knows_is_dane(world: World) -> None:
    """What the tests above would see if nothing were wrong."""
    leaf = issue(server(), now=NOW).der
    verdict = walked(world, (leaf,), sha256(3, leaf))
    assert outcomes(verdict, OWN_VALIDATION) == {Outcome.DANE}


def test_chains_of_random_and_mutated_certificates_are_compared_without_an_exception() -> None:
    plan = Plan("A", "ec-1", authority=True)
    good = [issue(server(), plan, now=NOW).der, issue(plan, now=NOW).der]
    roots = Roots([good[1]])

    async def compare() -> None:
        for _ in range(600):
            await asyncio.sleep(0.002)
            chain = [mutated(der) for der in good]
            records = [
                sha256(2, good[1]),
                sha256(3, good[0]),
                b"\x02\x00\x00" + mutated(good[1]),
                mutated(b"\x03"),
            ]
            found = match_chain(chain, records, [HOST], NOW)
            assert found.sentence
            if chain[0] != good[0]:
                assert not found.matched or found.deciding
            seen = pkix(chain, [HOST], NOW, roots)
            assert not seen.trusted or chain[0] == good[0]
            assert all(describe(der).sha256 for der in chain)

    endure(compare)


def mutated(der: bytes) -> bytes:
    data = bytearray(der)
    for _ in range(dice.choice([0, 1, 1, 2, 5])):
        at = dice.randrange(len(data) + 1)
        match dice.randrange(4):
            case 0 if data:
                data[at % len(data)] ^= 1 << dice.randrange(8)
            case 1:
                del data[at : at + dice.randrange(9)]
            case 2:
                data[at:at] = dice.randbytes(dice.randrange(9))
            case _:
                data[at:at] = data[at : at + 9]
    return bytes(data)
