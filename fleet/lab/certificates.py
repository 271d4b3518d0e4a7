"""Certificates for the lab's mail servers, made fresh at every start.

It exists because a DANE lab needs chains no public CA would issue: expired, misnamed, without an anchor, with a name
in the CN only. May import the standard library, cryptography and the lab's own nouns.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fleet.lab.scenario import Chain, Issuer

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def der(self) -> bytes:
        """The certificate as TLSA selector 0 hashes it."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def public_key(self) -> bytes:
        """The SubjectPublicKeyInfo as TLSA selector 1 hashes it."""
        return self.key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )


@dataclass(frozen=True, slots=True)
class Issued:
    """A server's identity: what it presents, and the certificates TLSA records may name."""

    leaf: Identity
    presented: tuple[Identity, ...]
    sources: dict[str, Identity]

    @property
    def pem(self) -> bytes:
        """Private key and presented chain, as an SSL context loads them."""
        key = self.leaf.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        chain = (identity.certificate.public_bytes(serialization.Encoding.PEM) for identity in self.presented)
        return b"".join((key, *chain))


class Authority:
    """Issues every certificate of one lab; ``start`` is the lab's idea of now (aware)."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._public_root = self._certify("Lab Public Root", (), None, is_authority=True)
        self._public_issuer = self._certify("Lab Public Issuer", (), self._public_root, is_authority=True)

    @property
    def roots_pem(self) -> bytes:
        """The roots a WebPKI client of the lab trusts."""
        return self._public_root.certificate.public_bytes(serialization.Encoding.PEM)

    def issue(self, chain: Chain, host: str, names: tuple[str, ...]) -> Issued:
        """The identity of a server at ``host`` whose DNS-IDs are ``names`` (absolute names without the final dot)."""
        issuers = self._issuers(chain.issuer, host)
        common_name = chain.common_name or (names[0] if names else host)
        leaf = self._certify(common_name, names, issuers[0] if issuers else None, expired=chain.expired)
        kept = issuers if chain.issuer is not Issuer.PUBLIC and chain.sends_anchor else issuers[:-1]
        sources = {"leaf": leaf, "other": self.unrelated(host)}
        if issuers:
            sources |= {"intermediate": issuers[0], "anchor": issuers[-1]}
        return Issued(leaf, (leaf, *kept), sources)

    def unrelated(self, host: str) -> Identity:
        """A self-signed certificate for ``host`` that nobody presents: yesterday's, or tomorrow's."""
        return self._certify(host, (host,), None)

    def _issuers(self, issuer: Issuer, host: str) -> tuple[Identity, ...]:
        """The authorities above the leaf, nearest first."""
        if issuer is Issuer.SELF:
            return ()
        if issuer is Issuer.PUBLIC:
            return (self._public_issuer, self._public_root)
        anchor = self._certify(f"Private Root of {host}"[:64], (), None, is_authority=True)
        if issuer is Issuer.PRIVATE:
            return (anchor,)
        return (self._certify(f"Private Issuer of {host}"[:64], (), anchor, is_authority=True), anchor)

    def _certify(
        self,
        common_name: str,
        names: tuple[str, ...],
        issuer: Identity | None,
        *,
        is_authority: bool = False,
        expired: bool = False,
    ) -> Identity:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name[:64])])
        end = self._start - DAY if expired else self._start + 60 * DAY
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.certificate.subject if issuer else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(end - 90 * DAY)
            .not_valid_after(end)
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )
        if issuer:
            authority_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
            builder = builder.add_extension(authority_key, critical=False)
        if names:
            san = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
            builder = builder.add_extension(san, critical=False)
        if is_authority:
            builder = builder.add_extension(_signing_usage(), critical=True)
        return Identity(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


def _signing_usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
