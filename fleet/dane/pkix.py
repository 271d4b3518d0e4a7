"""The presented chain seen with WebPKI eyes, so that every TLS level of a sender can be judged without the network.

This is what "TLS verified" means where DANE does not apply: a path to a public root (certifi's bundle, or roots given
by the caller), dates, and names, each reported by itself.  Revocation is not checked; mail servers do not either.

May import ``fleet.model``, its siblings in ``fleet.dane`` that read certificates, and certifi (when first needed).
"""

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from fleet.dane.certificate import ReadCertificate, read_certificate
from fleet.dane.der import ComparableName, DerError, comparable_name, outline
from fleet.dane.names import matching_names
from fleet.dane.path import MAX_CERTIFICATES, Path, date_problem, is_self_signed, search_paths, trust_problem
from fleet.dane.remembering import remembered
from fleet.dane.signature import signature_problem
from fleet.model import Pkix

_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----")


class Roots:
    """Trusted roots, found by subject; a root is read in full only when a chain leads to its name."""

    __slots__ = ("_by_subject", "_certificates")

    def __init__(self, certificates: Iterable[bytes]) -> None:
        """``certificates`` are DER.  Raises DerError where one is no certificate."""
        self._certificates = frozenset(certificates)
        self._by_subject: dict[ComparableName, list[bytes]] = {}
        for der in sorted(self._certificates):
            self._by_subject.setdefault(comparable_name(outline(der).subject), []).append(der)

    @classmethod
    def from_pem(cls, text: bytes) -> "Roots":
        """Roots of a PEM bundle; what stands between the certificates is ignored.  Raises DerError."""
        try:
            return cls(base64.b64decode(found) for found in _PEM.findall(text))
        except binascii.Error as error:
            raise DerError(f"a certificate of the bundle is not base64: {error}") from error

    def __contains__(self, der: bytes) -> bool:
        return der in self._certificates

    def __len__(self) -> int:
        return len(self._certificates)

    def named(self, subject: ComparableName) -> tuple[ReadCertificate, ...]:
        """The roots whose subject is ``subject``."""
        return tuple(read_certificate(der) for der in self._by_subject.get(subject, ()))


@cache
def public_roots() -> Roots:
    """The roots of certifi's bundle, read once per process."""
    import certifi  # noqa: PLC0415  (a check that never meets a certificate does not read the bundle)

    with open(certifi.where(), "rb") as bundle:
        return Roots.from_pem(bundle.read())


def pkix(chain: Sequence[bytes], names: Sequence[str], at: datetime, roots: Roots | None = None) -> Pkix:
    """Judge a presented chain (DER, leaf first) against ``roots`` (default: certifi's) at the aware time ``at``.

    ``names`` are the reference identifiers asked for, as A-labels (RFC 6125).  Where no trusted path exists,
    ``in_dates`` speaks for the leaf alone.  Never raises on what ``chain`` contains.
    """
    if not chain:
        return Pkix(trusted=False, in_dates=False, names=(), sentence="no certificate was presented")
    found = _trusted_paths(tuple(chain[:MAX_CERTIFICATES]), roots or public_roots())
    leaf = read_certificate(chain[0])
    carried = matching_names(leaf, names)
    dates = _best_dates(found.paths or ((leaf,),), at)
    mismatch = "" if carried or not names else f"{leaf.label} is not for {' or '.join(names)}"
    return Pkix(bool(found.paths), not dates, carried, found.problem or dates or mismatch)


def _best_dates(paths: Iterable[Path], at: datetime) -> str:
    problems = [date_problem(path, at) for path in paths]
    return "" if "" in problems else problems[0]


@dataclass(frozen=True, slots=True)
class _Trusted:
    """Every path to a root that holds, dates aside; ``problem`` says why there is none."""

    paths: tuple[Path, ...]
    problem: str


@remembered(64, lambda chain, roots: sum(map(len, chain)))
def _trusted_paths(chain: tuple[bytes, ...], roots: Roots) -> _Trusted:
    search = search_paths(chain[0], chain[1:])
    problems: list[str] = []
    trusted: list[Path] = []
    for path in search.paths:
        for whole in _to_roots(path, roots):
            if problem := trust_problem(whole):
                problems.append(problem)
            else:
                trusted.append(whole)
    if trusted:
        return _Trusted(tuple(trusted), "")
    return _Trusted((), (*problems, *search.broken, _untrusted(search.paths[-1][-1]))[0])


def _to_roots(path: Path, roots: Roots) -> Iterable[Path]:
    top = path[-1]
    if top.der in roots:
        yield path
        return
    for root in roots.named(top.issuer) if top.library else ():
        if root.outline and not signature_problem(top.der, root.outline.spki):
            yield (*path, root)


def _untrusted(top: ReadCertificate) -> str:
    if top.library is None:
        return f"{top.label} {top.unreadable}"
    if is_self_signed(top):
        return f"{top.label} is self-signed and no trusted root"
    return f"{top.label} is issued by {top.issuer_text or 'nobody'}, which was not presented and is no trusted root"
