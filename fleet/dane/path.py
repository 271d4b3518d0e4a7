"""Paths from a server's certificate up to an authority: searched once, judged by DANE-TA and by WebPKI alike.

Servers send chains in any order, with extra and cross-signed certificates, and sometimes with malice.  The search
follows issuer names (never the order sent), keeps only links whose signature is good, and ends after a fixed amount of
work.  Key identifiers are hints for finding issuers, not conditions (RFC 5280 4.2.1.1), so a wrong one breaks nothing.
Judging (RFC 5280 6.1) is split into trust and dates: an expired certificate is another fact than a strange one.

May import ``fleet.dane.certificate``, ``names``, ``remembering`` and ``signature``.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fleet.dane.certificate import ReadCertificate, read_certificate
from fleet.dane.names import constraint_violation
from fleet.dane.remembering import remembered
from fleet.dane.signature import signature_problem

MAX_CERTIFICATES = 100
MAX_SIGNATURES = 200
"""Per search; no more paths than that are found."""

Path = tuple[ReadCertificate, ...]
"""Certificates from the leaf up, each signed by the next."""


@dataclass(frozen=True, slots=True)
class Search:
    """Every path that starts at the leaf, the shortest first; the first is the leaf alone.

    ``broken`` says why links that looked right (issuer and subject agree) were not followed.  ``complete`` is False
    where a work limit ended the search.
    """

    paths: tuple[Path, ...]
    broken: tuple[str, ...] = ()
    complete: bool = True


@remembered(64, lambda leaf, others: len(leaf) + sum(map(len, others)))
def search_paths(leaf: bytes, others: tuple[bytes, ...]) -> Search:
    """Paths of DER certificates from ``leaf`` through ``others``, whose order does not matter.  Never raises."""
    pool = [read_certificate(der) for der in dict.fromkeys(others[:MAX_CERTIFICATES]) if der != leaf]
    start = read_certificate(leaf)
    paths: list[Path] = [(start,)]
    broken: dict[str, None] = {}
    waiting = deque(paths)
    signatures = 0
    while waiting:
        path = waiting.popleft()
        top = path[-1]
        for issuer in pool:
            if issuer.outline is None or not _may_extend(path, issuer):
                continue
            if signatures >= MAX_SIGNATURES:
                return Search(tuple(paths), tuple(broken), complete=False)
            signatures += 1
            if problem := signature_problem(top.der, issuer.outline.spki):
                broken[f"{top.label} {problem}"] = None
                continue
            paths.append((*path, issuer))
            waiting.append(paths[-1])
    return Search(tuple(paths), tuple(broken))


def _may_extend(path: Path, issuer: ReadCertificate) -> bool:
    """Whether ``issuer`` is named as the issuer of the path's top and brings a name and key the path does not have."""
    top = path[-1]
    if issuer.library is None or issuer.subject != top.issuer or is_self_signed(top):
        return False
    return all(not same_entity(issuer, passed) for passed in path)


def same_entity(one: ReadCertificate, other: ReadCertificate) -> bool:
    """Whether two certificates are for the same name and key (cross-signed or renewed)."""
    if one.outline is None or other.outline is None:
        return one.der == other.der
    return one.subject == other.subject and one.outline.spki == other.outline.spki


def is_self_signed(certificate: ReadCertificate) -> bool:
    """Whether a certificate ends every path, being signed with its own key."""
    if certificate.outline is None or not certificate.self_issued:
        return False
    return not signature_problem(certificate.der, certificate.outline.spki)


@remembered(512, lambda path: sum(len(certificate.der) for certificate in path))
def trust_problem(path: Path) -> str:
    """Why the path's certificates may not stand above one another, dates aside; empty where they may (RFC 5280 6.1).

    The last certificate is the trust anchor, and is held to the same rules as the others, only that it may be older
    than basicConstraints: that is what OpenSSL, and so Postfix, does.
    """
    intermediates = 0
    for depth, certificate in enumerate(path):
        problem = _own_problem(certificate) or (
            _authority_problem(certificate, intermediates, is_last=depth == len(path) - 1)
            if depth
            else _server_problem(certificate)
        )
        if problem:
            return f"{certificate.label} {problem}"
        if depth and not certificate.self_issued:
            intermediates += 1
    return _constraint_problem(path)


def _own_problem(certificate: ReadCertificate) -> str:
    if certificate.library is None:
        return certificate.unreadable
    if certificate.unknown_critical:
        return f"has the critical extension {certificate.unknown_critical}, which is unknown here"
    if not certificate.is_for_tls_servers:
        return "is not for TLS servers (extended key usage)"
    return ""


def _server_problem(leaf: ReadCertificate) -> str:
    """A TLS server signs or agrees on keys with its key (RFC 8446 4.4.2.2), or has a session key encrypted with it."""
    usage = leaf.key_usage
    if usage is None or usage.digital_signature or usage.key_encipherment or usage.key_agreement:
        return ""
    return "is not for TLS servers (key usage)"


def _authority_problem(certificate: ReadCertificate, intermediates: int, is_last: bool) -> str:
    """Why ``certificate`` may not sign a certificate with ``intermediates`` authorities between it and the leaf."""
    basic, usage = certificate.basic_constraints, certificate.key_usage
    if usage is not None and not usage.key_cert_sign:
        return "may not sign certificates (key usage)"
    if basic is None and is_last and (usage is not None or (certificate.is_version_1 and certificate.self_issued)):
        return ""  # roots from before basicConstraints; whoever named them as anchor knows them
    if basic is None or not basic.ca:
        return "is no authority (basicConstraints)"
    if basic.path_length is not None and intermediates > basic.path_length:
        return f"allows {basic.path_length} authorities below it, but there are {intermediates} (pathLenConstraint)"
    return ""


def _constraint_problem(path: Path) -> str:
    for depth, certificate in enumerate(path):
        if depth and certificate.self_issued:
            continue  # RFC 5280 6.1.3 (b): key rollover within one authority
        for authority in path[depth + 1 :]:
            constraints = authority.name_constraints
            if constraints is None:
                continue
            if problem := constraint_violation(certificate, constraints, is_leaf=not depth):
                return f"{certificate.label} breaks name constraints: {problem}"
    return ""


def date_problem(certificates: Sequence[ReadCertificate], at: datetime) -> str:
    """Which certificate is not valid at the aware time ``at``, the leaf first; empty where all are."""
    for certificate in certificates:
        if certificate.not_before is None or certificate.not_after is None:
            return f"{certificate.label} has dates that cannot be read"
        if at < certificate.not_before:
            return f"{certificate.label} is not valid before {certificate.not_before:%Y-%m-%d %H:%M} UTC"
        if at > certificate.not_after:
            return f"{certificate.label} expired on {certificate.not_after:%Y-%m-%d %H:%M} UTC"
    return ""
