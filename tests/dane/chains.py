"""Chains no public authority would issue, and TLSA sets for them: by hand for examples, at random for oracles.

Everything is made in memory.  ``issue`` makes one certificate; ``random_case`` makes a whole case out of a
``random.Random``, so that a seed names it.
"""

import hashlib
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HOST = "mx.example.com"
DAY = timedelta(days=1)
SIGNING = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
SERVING = x509.KeyUsage(True, False, True, False, False, False, False, False, False)

EC_KEYS = tuple(f"ec-{number}" for number in range(8))
ALL_KEYS = (*EC_KEYS, "p384-0", "rsa-0", "rsa-1", "ed25519-0", "ed25519-1")


@cache
def private_key(name: str) -> Any:
    """The key called ``name`` (``ec-0``, ``rsa-1``, ``rsa1024-0``...), made when first asked for."""
    match name.partition("-")[0]:
        case "ec":
            return ec.generate_private_key(ec.SECP256R1())
        case "p384":
            return ec.generate_private_key(ec.SECP384R1())
        case "rsa":
            return rsa.generate_private_key(65537, 2048)
        case "rsa1024":
            return rsa.generate_private_key(65537, 1024)
        case "rsa512":
            return _short_rsa_key(512)
        case "ed25519":
            return ed25519.Ed25519PrivateKey.generate()
    raise KeyError(name)


def _short_rsa_key(bits: int) -> rsa.RSAPrivateKey:
    """A key shorter than cryptography is willing to make."""
    exponent = 65537
    while True:
        p, q = (_random_prime(bits // 2) for _ in range(2))
        if (p * q).bit_length() == bits and (p - 1) % exponent and (q - 1) % exponent:
            break
    d = pow(exponent, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(exponent, p * q)
    return rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public).private_key()


def _random_prime(bits: int) -> int:
    while True:
        number = random.getrandbits(bits) | 1 | 1 << (bits - 1)
        if all(pow(base, number - 1, number) == 1 for base in (2, 3, 5, 7)):
            return number


def public_key(name: str) -> bytes:
    """SubjectPublicKeyInfo of the key called ``name``."""
    return bytes(private_key(name).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def private_der(name: str) -> bytes:
    """PKCS #8 form of the key called ``name``."""
    return bytes(private_key(name).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))


@dataclass(frozen=True)
class Plan:
    """One certificate to be: who it is for and what is odd about it."""

    subject: str = "leaf"
    key: str = "ec-0"
    dns_names: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    authority: bool | None = None
    """basicConstraints CA; None leaves the extension out."""
    path_length: int | None = None
    key_usage: x509.KeyUsage | None = None
    extended: tuple[x509.ObjectIdentifier, ...] = ()
    constraints: x509.NameConstraints | None = None
    identifiers: str = "none"
    """Key identifiers: ``none``, ``right`` or ``wrong`` (the authority's does not match the issuer's)."""
    starts: float = -100
    ends: float = 100
    """Validity in days from now."""
    digest: str = "sha256"
    unknown_critical: bool = False


@dataclass(frozen=True)
class Issued:
    """A certificate with the plan it was made from."""

    plan: Plan
    der: bytes

    @property
    def spki(self) -> bytes:
        """What selector 1 selects."""
        return public_key(self.plan.key)


def issue(plan: Plan, issuer: Plan | None = None, now: datetime | None = None) -> Issued:
    """The certificate of ``plan``, signed by ``issuer`` (None: by itself)."""
    by, at = issuer or plan, now or datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(plan.subject))
        .issuer_name(_name(by.subject))
        .public_key(private_key(plan.key).public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at + plan.starts * DAY)
        .not_valid_after(at + plan.ends * DAY)
    )
    for extension, critical in _extensions(plan, by):
        builder = builder.add_extension(extension, critical)
    key = private_key(by.key)
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return Issued(plan, builder.sign(key, None).public_bytes(Encoding.DER))
    if plan.digest == "sha1":
        return Issued(plan, _signed_with_sha1(builder.sign(key, hashes.SHA256()), key))
    return Issued(plan, builder.sign(key, getattr(hashes, plan.digest.upper())()).public_bytes(Encoding.DER))


def _signed_with_sha1(certificate: x509.Certificate, key: Any) -> bytes:
    """cryptography signs with SHA-1 no more, so an RSA signature is made by hand; with other keys nothing changes."""
    der = certificate.public_bytes(Encoding.DER)
    if not isinstance(key, rsa.RSAPrivateKey):
        return der
    old, new = (bytes.fromhex("06092a864886f70d0101") + last for last in (b"\x0b", b"\x05"))
    signed = certificate.tbs_certificate_bytes.replace(old, new)
    octets = key.key_size // 8
    info = bytes.fromhex("3021300906052b0e03021a05000414") + hashlib.sha1(signed).digest()
    padded = b"\x00\x01" + b"\xff" * (octets - len(info) - 3) + b"\x00" + info
    numbers = key.private_numbers()
    signature = pow(int.from_bytes(padded, "big"), numbers.d, numbers.public_numbers.n).to_bytes(octets, "big")
    return der.replace(certificate.tbs_certificate_bytes, signed).replace(old, new)[:-octets] + signature


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)] if common_name else [])


def _extensions(plan: Plan, issuer: Plan) -> list[tuple[x509.ExtensionType, bool]]:
    found: list[tuple[x509.ExtensionType, bool]] = []
    if plan.authority is not None:
        found.append((x509.BasicConstraints(plan.authority, plan.path_length), True))
    if plan.key_usage is not None:
        found.append((plan.key_usage, True))
    if plan.extended:
        found.append((x509.ExtendedKeyUsage(plan.extended), False))
    if plan.dns_names or plan.addresses:
        names: list[x509.GeneralName] = [x509.DNSName(name) for name in plan.dns_names]
        names += [x509.IPAddress(ip_address(address)) for address in plan.addresses]
        found.append((x509.SubjectAlternativeName(names), False))
    if plan.constraints is not None:
        found.append((plan.constraints, True))
    if plan.identifiers != "none":
        named = "ec-7" if plan.identifiers == "wrong" else issuer.key
        found.append((x509.SubjectKeyIdentifier.from_public_key(private_key(plan.key).public_key()), False))
        found.append((x509.AuthorityKeyIdentifier.from_issuer_public_key(private_key(named).public_key()), False))
    if plan.unknown_critical:
        found.append((x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.55555.1"), b"\x05\x00"), True))
    return found


def tlsa(usage: int, selector: int, matching_type: int, of: Issued | bytes) -> bytes:
    """Rdata of the TLSA record for a certificate, or with the octets given as they are."""
    if isinstance(of, bytes):
        return bytes((usage, selector, matching_type)) + of
    selected = of.spki if selector == 1 else of.der
    data = {1: hashlib.sha256(selected).digest, 2: hashlib.sha512(selected).digest}.get(
        matching_type, lambda: selected
    )()
    return bytes((usage, selector, matching_type)) + data


def authority(subject: str, key: str, **odd: Any) -> Plan:
    """The plan of an ordinary authority."""
    return Plan(**({"subject": subject, "key": key, "authority": True, "key_usage": SIGNING} | odd))


def server(key: str = "ec-0", **odd: Any) -> Plan:
    """The plan of an ordinary server certificate for ``HOST``."""
    return Plan(**({"subject": "server", "key": key, "dns_names": (HOST,)} | odd))


@dataclass(frozen=True)
class Case:
    """A presented chain beside a TLSA set.  ``oddities`` names what was made wrong on purpose."""

    chain: tuple[bytes, ...]
    leaf_key: str
    records: tuple[bytes, ...]
    names: tuple[str, ...]
    oddities: frozenset[str] = field(default_factory=frozenset)


AUTHORITY_ODDITIES: dict[str, dict[str, Any]] = {
    "authority expired": {"ends": -3},
    "authority not yet valid": {"starts": 3},
    "authority: no basicConstraints": {"authority": None, "key_usage": None},
    "authority: keyUsage alone": {"authority": None},
    "authority: basicConstraints false": {"authority": False},
    "authority: no keyUsage": {"key_usage": None},
    "authority: keyUsage does not sign": {"key_usage": SERVING},
    "authority for TLS clients": {"extended": (ExtendedKeyUsageOID.CLIENT_AUTH,)},
    "authority for TLS servers": {"extended": (ExtendedKeyUsageOID.SERVER_AUTH,)},
    "authority: pathlen 0": {"path_length": 0},
    "authority: unknown critical extension": {"unknown_critical": True},
    "authority: SHA-1": {"digest": "sha1"},
    "authority: permits example.com": {"constraints": x509.NameConstraints([x509.DNSName("example.com")], None)},
    "authority: permits example.net": {"constraints": x509.NameConstraints([x509.DNSName("example.net")], None)},
    "authority: excludes example.com": {"constraints": x509.NameConstraints(None, [x509.DNSName("example.com")])},
    "authority: right key identifiers": {"identifiers": "right"},
    "authority: wrong key identifier": {"identifiers": "wrong"},
}
LEAF_ODDITIES: dict[str, dict[str, Any]] = {
    "leaf expired": {"ends": -3},
    "leaf not yet valid": {"starts": 3},
    "another name": {"dns_names": ("mail.example.com",)},
    "one name of three": {"dns_names": ("a.example", HOST.upper(), "b.example")},
    "CN only": {"dns_names": (), "subject": HOST},
    "CN only, another name": {"dns_names": (), "subject": "mail.example.com"},
    "CN right, DNS-ID wrong": {"dns_names": ("mail.example.com",), "subject": HOST},
    "CN right, address only": {"dns_names": (), "addresses": ("192.0.2.1",), "subject": HOST},
    "wildcard": {"dns_names": ("*.example.com",)},
    "wildcard CN": {"dns_names": (), "subject": "*.example.com"},
    "wildcard, too high": {"dns_names": ("*.com",)},
    "wildcard in part": {"dns_names": ("m*.example.com",)},
    "wildcard, second label": {"dns_names": ("mx.*.com",)},
    "no name": {"dns_names": (), "subject": ""},
    "leaf for TLS clients": {"extended": (ExtendedKeyUsageOID.CLIENT_AUTH,)},
    "leaf for any use": {"extended": (ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,)},
    "leaf for TLS servers": {"extended": (ExtendedKeyUsageOID.SERVER_AUTH,), "key_usage": SERVING},
    "leaf signs only": {"key_usage": SIGNING},
    "leaf is an authority": {"authority": True},
    "leaf is no authority": {"authority": False},
    "leaf: unknown critical extension": {"unknown_critical": True},
    "leaf: SHA-1": {"digest": "sha1"},
    "leaf: SHA-512": {"digest": "sha512"},
    "leaf: right key identifiers": {"identifiers": "right"},
    "leaf: wrong key identifier": {"identifiers": "wrong"},
}


def random_case(dice: random.Random) -> Case:
    """Up to three authorities above a leaf, each certificate odd half the time, presented somehow, and some records."""
    oddities: set[str] = set()
    identifiers = dice.choice(("none", "right"))
    keys = dice.sample(ALL_KEYS, 6)
    authorities = [
        _odd(
            authority(f"Authority {number}", keys[number], identifiers=identifiers), AUTHORITY_ODDITIES, dice, oddities
        )
        for number in range(dice.choice((0, 1, 1, 2, 2, 2, 3)))
    ]
    plan = _odd(server(keys[3], identifiers=identifiers), LEAF_ODDITIES, dice, oddities)
    line = [plan, *authorities]
    issued = [issue(each, above) for each, above in zip(line, [*line[1:], None], strict=True)]
    stranger = issue(authority("Stranger", keys[4]))
    presented = _present(issued, stranger, keys[5], dice, oddities)
    records = tuple(_random_record(issued, stranger, dice) for _ in range(dice.choice((1, 1, 2, 3, 4))))
    names = (HOST,) if dice.random() < 0.8 else ("other.example", HOST)
    return Case(tuple(each.der for each in presented), plan.key, records, names, frozenset(oddities))


def _odd(plan: Plan, choices: dict[str, dict[str, Any]], dice: random.Random, oddities: set[str]) -> Plan:
    if dice.random() < 0.5:
        return plan
    oddity = dice.choice(list(choices))
    oddities.add(oddity)
    return Plan(**{name: getattr(plan, name) for name in Plan.__dataclass_fields__} | choices[oddity])


def _present(
    issued: list[Issued], stranger: Issued, spare_key: str, dice: random.Random, oddities: set[str]
) -> list[Issued]:
    leaf, above = issued[0], list(issued[1:])
    if len(above) > 1 and dice.random() < 0.2:
        oddities.add("cross-signed")
        other_root = authority("Other root", spare_key)
        above.insert(dice.randrange(2), issue(above[0].plan, other_root))
        above += [issue(other_root)] if dice.random() < 0.5 else []
    if above and dice.random() < 0.3:
        oddities.add("authority not sent")
        above.remove(dice.choice((above[-1], dice.choice(above))))
    if dice.random() < 0.2:
        above.insert(dice.randrange(len(above) + 1), stranger)
    if dice.random() < 0.2:
        dice.shuffle(above)
    if dice.random() < 0.1:
        above.append(leaf)
    return [leaf, *above]


def _random_record(issued: list[Issued], stranger: Issued, dice: random.Random) -> bytes:
    usage = dice.choice((2, 2, 2, 2, 3, 3, 0, 1) if dice.random() < 0.95 else (4, 255))
    right = issued[:1] if usage in (1, 3) and dice.random() < 0.8 else issued[-1:] if dice.random() < 0.5 else issued
    of = dice.choice(right) if dice.random() < 0.8 else stranger
    selector = dice.choice((0, 1)) if dice.random() < 0.97 else 2
    record = bytearray(tlsa(usage, selector, dice.choice((0, 1, 1, 2)) if dice.random() < 0.97 else 3, of))
    if dice.random() < 0.1:
        return bytes(record[: dice.randrange(3, len(record))])
    if dice.random() < 0.15 and record[2]:
        record[-1] ^= 1
    return bytes(record)
