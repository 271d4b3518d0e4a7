"""One link of a certificate path: is this certificate signed with that key?

The key is given as SubjectPublicKeyInfo, not as a certificate, because a ``2 1 0`` TLSA record is just that.
Signatures with broken digests and keys of less than 80 bits of strength authenticate nobody (Postfix's level for
authenticated TLS).  Results are cached: the same links appear in chain after chain.

May import ``fleet.dane.certificate``, ``remembering`` and cryptography.
"""

from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, mldsa, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from fleet.dane.certificate import read_certificate
from fleet.dane.remembering import remembered

_WEAK_DIGESTS = frozenset({"md5", "sha1"})
_SMALLEST_RSA_KEY = 1024
_PLAIN = (
    ed25519.Ed25519PublicKey,
    ed448.Ed448PublicKey,
    mldsa.MLDSA44PublicKey,
    mldsa.MLDSA65PublicKey,
    mldsa.MLDSA87PublicKey,
)
"""Keys whose signatures have no parameters."""


@remembered(1024, lambda certificate, spki: len(certificate) + len(spki))
def signature_problem(certificate: bytes, spki: bytes) -> str:
    """Why the signature on the DER ``certificate`` is not good with the key ``spki``; empty where it is."""
    read = read_certificate(certificate)
    if read.library is None or read.outline is None:
        return read.unreadable
    if read.outline.inner_algorithm != read.outline.outer_algorithm:
        return "names two different signature algorithms (RFC 5280 4.1.1.2)"
    try:
        return _weakness(read.library, key := load_der_public_key(spki)) or _verify(read.library, key)
    except InvalidSignature:
        return "is not signed with the key of its issuer"
    except (UnsupportedAlgorithm, ValueError, TypeError):
        return "has a signature that cannot be checked (unknown algorithm or key)"


def _weakness(certificate: x509.Certificate, key: Any) -> str:
    digest = certificate.signature_hash_algorithm
    if digest is not None and digest.name in _WEAK_DIGESTS:
        return f"is signed with {digest.name.upper()}, which is broken"
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < _SMALLEST_RSA_KEY:
        return f"is signed with an RSA key of only {key.key_size} bits"
    return ""


def _verify(certificate: x509.Certificate, key: Any) -> str:
    """Raises InvalidSignature, UnsupportedAlgorithm, ValueError or TypeError unless the signature is good."""
    signature, signed = certificate.signature, certificate.tbs_certificate_bytes
    parameters, digest = certificate.signature_algorithm_parameters, certificate.signature_hash_algorithm
    match key:
        case rsa.RSAPublicKey():
            key.verify(signature, signed, parameters, digest)  # type: ignore[arg-type]
        case ec.EllipticCurvePublicKey():
            key.verify(signature, signed, parameters)  # type: ignore[arg-type]
        case _ if isinstance(key, _PLAIN):
            key.verify(signature, signed)
        case _:
            raise UnsupportedAlgorithm("no signatures are made with such a key")
    return ""
