"""Keys and certificates of the lab's mail servers, and the TLSA rdata that names them.

Zone texts are format templates: ``{own}`` is the address of server ``own`` and ``{own:3 1 1}`` the TLSA rdata of its
leaf; ``{authority:2 0 1}`` that of a certification authority.  Imports cryptography and the standard library.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

DIGESTS: dict[str, Callable[[bytes], bytes]] = {
    "0": lambda data: data,
    "1": lambda data: hashlib.sha256(data).digest(),
    "2": lambda data: hashlib.sha512(data).digest(),
}


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: Key

    def __format__(self, spec: str) -> str:
        """TLSA rdata for ``usage selector matching-type`` (RFC 6698 2.1)."""
        usage, selector, matching = spec.split()
        if selector == "0":
            data = self.certificate.public_bytes(Encoding.DER)
        else:
            data = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return f"{usage} {selector} {matching} {DIGESTS[matching](data).hex()}"

    @property
    def pem(self) -> str:
        """The certificate alone."""
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def key_pem(self) -> str:
        """The private key alone."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def issue(
    common_name: str,
    names: Sequence[str] = (),
    *,
    issuer: Identity | None = None,
    authority: bool = False,
    expired: bool = False,
    use_rsa: bool = False,
) -> Identity:
    """A certificate for ``names`` (subjectAltName, absent if empty), self-signed where there is no ``issuer``."""
    key: Key = rsa.generate_private_key(65537, 2048) if use_rsa else ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    now = datetime.now(UTC)
    start, end = (
        (now - timedelta(days=60), now - timedelta(days=1))
        if expired
        else (now - timedelta(days=1), now + timedelta(days=30))
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if names:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False
        )
    return Identity(builder.sign(issuer.key if issuer else key, SHA256()), key)
