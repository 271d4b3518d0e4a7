"""One certificate, read once: the facts that path validation needs, and the description a person reads.

Certificates come from strangers.  ``read_certificate`` never raises: what cryptography refuses stays a certificate with
an ``unreadable`` sentence, good for digests (DANE-EE) and for nothing else.  Results are cached, because the same
authorities appear in chain after chain.

May import ``fleet.model``, ``fleet.dane.der``, ``fleet.dane.remembering`` and cryptography.
"""

import hashlib
import warnings
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID

from fleet.dane.der import ComparableName, DerError, Outline, comparable_name, outline
from fleet.dane.remembering import octets_of, remembered
from fleet.model import Certificate

# A stranger's odd serial number, or country of seven letters, is no news for our operator's terminal.
warnings.filterwarnings("ignore", category=CryptographyDeprecationWarning, message="Parsed a")
warnings.filterwarnings("ignore", category=UserWarning, message="Attribute's length must be")

E = TypeVar("E", bound=x509.ExtensionType)

_REFUSALS = (
    ValueError,
    TypeError,
    OverflowError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
    UserWarning,  # raised where warnings are errors; cryptography's own are of this kind
)
"""How cryptography says that it will not read a certificate."""

_UNDERSTOOD = frozenset(
    {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
        ExtensionOID.NAME_CONSTRAINTS,
        # Policies restrict nobody who, like an SMTP client, asks for none (RFC 5280 6.1.1).
        ExtensionOID.CERTIFICATE_POLICIES,
        ExtensionOID.POLICY_MAPPINGS,
        ExtensionOID.POLICY_CONSTRAINTS,
        ExtensionOID.INHIBIT_ANY_POLICY,
        # Revocation is not checked: it does not apply to DANE (RFC 7671 5.2), and mail servers do not check it either.
        ExtensionOID.CRL_DISTRIBUTION_POINTS,
        ExtensionOID.OCSP_NO_CHECK,
    }
)
"""Extensions that may be critical (RFC 5280 4.2): either judged, or without effect here."""


@dataclass(frozen=True, slots=True, eq=False)
class ReadCertificate:
    """A certificate taken apart; equal only to itself, so compare ``der``."""

    der: bytes
    outline: Outline | None
    """None where not even the structure of a certificate was found."""
    library: x509.Certificate | None
    """None where cryptography refuses the certificate."""
    unreadable: str
    """Why nothing but digests can be taken, as the end of a sentence; empty where it was read."""
    subject: ComparableName = ()
    """Comparable form (``comparable_name``), like ``issuer``."""
    issuer: ComparableName = ()
    subject_text: str = ""
    issuer_text: str = ""
    not_before: datetime | None = None
    not_after: datetime | None = None
    is_version_1: bool = False
    basic_constraints: x509.BasicConstraints | None = None
    key_usage: x509.KeyUsage | None = None
    is_for_tls_servers: bool = True
    """False where an extended key usage restricts the certificate to something else (RFC 5280 4.2.1.12)."""
    unknown_critical: str = ""
    """Dotted identifier of the first critical extension nobody here understands."""
    alternative_names: tuple[x509.GeneralName, ...] = ()
    name_constraints: x509.NameConstraints | None = None
    names: tuple[str, ...] = ()
    """DNS-IDs, or the CNs where there is none (RFC 7672 3.2.3), as written."""

    @property
    def self_issued(self) -> bool:
        """Whether issuer and subject are the same name; says nothing about the key."""
        return self.outline is not None and self.subject == self.issuer

    @property
    def label(self) -> str:
        """The certificate for use in a sentence."""
        return f"the certificate of {self.subject_text}" if self.subject_text else "the certificate without a subject"


@remembered(512, octets_of)
def read_certificate(der: bytes) -> ReadCertificate:
    """Take a DER certificate apart.  Never raises."""
    try:
        cut = outline(der)
    except DerError:
        return ReadCertificate(der, None, None, "is no certificate")
    try:
        return _read(der, cut, x509.load_der_x509_certificate(der))
    except _REFUSALS:
        return ReadCertificate(der, cut, None, "has an encoding that cannot be read")


def _read(der: bytes, cut: Outline, library: x509.Certificate) -> ReadCertificate:
    extensions = library.extensions
    alternative = tuple(_value(extensions, x509.SubjectAlternativeName) or ())
    dns_names = tuple(name.value for name in alternative if isinstance(name, x509.DNSName))
    usages = _value(extensions, x509.ExtendedKeyUsage)
    unknown = (found.oid for found in extensions if found.critical and found.oid not in _UNDERSTOOD)
    return ReadCertificate(
        der=der,
        outline=cut,
        library=library,
        unreadable="",
        subject=comparable_name(cut.subject),
        issuer=comparable_name(cut.issuer),
        subject_text=library.subject.rfc4514_string(),
        issuer_text=library.issuer.rfc4514_string(),
        not_before=library.not_valid_before_utc,
        not_after=library.not_valid_after_utc,
        is_version_1=library.version is x509.Version.v1,
        basic_constraints=_value(extensions, x509.BasicConstraints),
        key_usage=_value(extensions, x509.KeyUsage),
        is_for_tls_servers=usages is None or ExtendedKeyUsageOID.SERVER_AUTH in usages,
        unknown_critical=next((oid.dotted_string for oid in unknown), ""),
        alternative_names=alternative,
        name_constraints=_value(extensions, x509.NameConstraints),
        names=dns_names or _common_names(library),
    )


def describe(der: bytes) -> Certificate:
    """What a person wants to know of one certificate.  Never raises: what cannot be read is left empty."""
    certificate = read_certificate(der)
    spki = certificate.outline.spki if certificate.outline else None
    return Certificate(
        subject=certificate.subject_text,
        issuer=certificate.issuer_text,
        names=certificate.names,
        not_before=certificate.not_before,
        not_after=certificate.not_after,
        sha256=hashlib.sha256(der).hexdigest(),
        spki_sha256=hashlib.sha256(spki).hexdigest() if spki else "",
        key=_kind_of_key(spki) if spki else "unknown",
    )


@remembered(512, octets_of)
def _kind_of_key(spki: bytes) -> str:
    try:
        key = load_der_public_key(spki)
    except (ValueError, UnsupportedAlgorithm):
        return "unknown"
    match key:
        case rsa.RSAPublicKey() | dsa.DSAPublicKey():
            return f"{'RSA' if isinstance(key, rsa.RSAPublicKey) else 'DSA'} {key.key_size}"
        case ec.EllipticCurvePublicKey():
            return f"EC {key.curve.name}"
        case ed25519.Ed25519PublicKey():
            return "Ed25519"
        case ed448.Ed448PublicKey():
            return "Ed448"
    return type(key).__name__.removesuffix("PublicKey")


def _common_names(certificate: x509.Certificate) -> tuple[str, ...]:
    found = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return tuple(attribute.value for attribute in found if isinstance(attribute.value, str))


def _value(extensions: x509.Extensions, kind: type[E]) -> E | None:
    try:
        return extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
