"""Names in certificates: which reference identifiers a certificate carries, and which names an authority may vouch for.

May import ``fleet.dane.certificate``, ``fleet.dane.der`` and cryptography.
"""

import re
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from cryptography import x509

from fleet.dane.certificate import ReadCertificate
from fleet.dane.der import comparable_name

_HOST_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)+", re.IGNORECASE | re.ASCII)


def matching_names(certificate: ReadCertificate, names: Sequence[str]) -> tuple[str, ...]:
    """Those of the reference identifiers ``names`` (A-labels) that the certificate carries (RFC 7672 3.2.3)."""
    return tuple(name for name in names if any(name_matches(pattern, name) for pattern in certificate.names))


def name_matches(pattern: str, name: str) -> bool:
    """Whether a certificate's ``pattern`` stands for ``name``, case aside (RFC 6125 6.4).

    ``*`` counts only as the whole leftmost label, stands for exactly one label, and never directly below a top-level
    domain (as Postfix and OpenSSL have it).
    """
    pattern, name = pattern.lower(), name.lower().rstrip(".")
    if pattern == name:
        return bool(name)
    star, _, parent = pattern.partition(".")
    label, _, above = name.partition(".")
    return star == "*" and bool(label) and "." in parent and parent == above


def constraint_violation(certificate: ReadCertificate, constraints: x509.NameConstraints, is_leaf: bool) -> str:
    """How ``certificate`` breaks the name constraints of an authority above it (RFC 5280 4.2.1.10); empty: it does not.

    A name of a kind that is constrained but not understood counts as a violation.
    """
    for name in _constrained_names(certificate, is_leaf):
        permitted = [base for base in constraints.permitted_subtrees or () if type(base) is type(name)]
        if permitted and not any(_lies_within(name, base) for base in permitted):
            return f"{name.value} is not among the names its authority may vouch for"
        for base in constraints.excluded_subtrees or ():
            if type(base) is type(name) and _lies_within(name, base) is not False:
                return f"{name.value} is among the names its authority must not vouch for"
    return ""


def _constrained_names(certificate: ReadCertificate, is_leaf: bool) -> Iterator[x509.GeneralName]:
    yield from certificate.alternative_names
    if certificate.library is not None and certificate.subject:
        yield x509.DirectoryName(certificate.library.subject)
    if is_leaf and not any(isinstance(name, x509.DNSName) for name in certificate.alternative_names):
        yield from (x509.DNSName(name) for name in certificate.names if _HOST_NAME.fullmatch(name))


def _address_within(address: object, network: object) -> bool:
    """A constraint's subtree is a network; an address in a certificate is one address."""
    if isinstance(network, IPv4Network):
        return isinstance(address, IPv4Address) and address in network
    return isinstance(network, IPv6Network) and isinstance(address, IPv6Address) and address in network


def _lies_within(name: x509.GeneralName, base: x509.GeneralName) -> bool | None:
    """Whether ``name`` is in the subtree ``base`` of the same kind; None where that kind is not understood."""
    match name, base:
        case x509.DNSName(), x509.DNSName():
            host, domain = name.value.lower(), base.value.lower()
            return host == domain or not domain or host.endswith(domain if domain.startswith(".") else "." + domain)
        case x509.IPAddress(), x509.IPAddress():
            return _address_within(name.value, base.value)
        case x509.DirectoryName(), x509.DirectoryName():
            inner, outer = (comparable_name(each.value.public_bytes()) for each in (name, base))
            return inner[: len(outer)] == outer
    return None
