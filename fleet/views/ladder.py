"""One destination rung by rung: MX, address, TLSA, TLS and certificate for every host and every address of it.

May import ``fleet.errors``, ``fleet.model``, ``fleet.decision``, ``fleet.text`` and the words beside.
"""

from dataclasses import dataclass
from itertools import chain

from fleet.decision import unobserved
from fleet.errors import Failure, FailureKind
from fleet.model import (
    AddressStep,
    ChainMatch,
    ContactStep,
    Existence,
    Lookup,
    MatchRules,
    MxMeaning,
    MxStep,
    Security,
    TlsaStep,
    TlsReport,
    Verdict,
)
from fleet.text import show
from fleet.views.failures import FAILURE_WORDS
from fleet.views.marks import SECURITY_MARKS, Mark, worst


@dataclass(frozen=True, slots=True)
class Cell:
    """One rung: its mark, the word for its state (``insecure``), and the fact behind it (safe text, may be empty)."""

    mark: Mark
    word: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class LadderRow:
    """The rungs of one address of one MX host; a host without a known address has one row with an empty ``address``."""

    host: str
    preference: str
    address: str
    mx: Cell
    addresses: Cell
    tlsa: Cell
    tls: Cell
    certificate: Cell


@dataclass(frozen=True, slots=True)
class Summary:
    """The worst mark of each rung over all hosts and addresses."""

    mx: Mark
    address: Mark
    tlsa: Mark
    tls: Mark
    certificate: Mark

    @property
    def marks(self) -> tuple[Mark, ...]:
        """All five, in the order of the ladder."""
        return (self.mx, self.address, self.tlsa, self.tls, self.certificate)


NOT_REACHED = Cell(Mark.NONE, "not reached")
"""The walk ended on a rung above."""
_DOES_NOT_COUNT = Cell(Mark.NONE, "does not count", "behind an address that is not proven, TLSA proves nothing")
_NOT_ASKED = Cell(Mark.UNKNOWN, "not asked")
_NOT_TRIED = Cell(Mark.UNKNOWN, "not tried")


def ladder(verdict: Verdict) -> list[LadderRow]:
    """Rows in the order hosts and addresses are tried; one row without a host where MX leads to none."""
    mx = mx_cell(verdict.mx)
    rows = [
        _row(verdict, mx, host.name, str(host.preference), address)
        for host in verdict.hosts
        for address in _addresses(verdict, host.name)
    ]
    none = NOT_REACHED
    return rows or [LadderRow("", "", "", mx, none, none, none, none)]


def summary(verdict: Verdict) -> Summary:
    """The worst of each rung; a rung never reached is N/A."""
    rows = ladder(verdict)
    return Summary(
        mx=worst(*(row.mx.mark for row in rows)),
        address=worst(*(row.addresses.mark for row in rows)),
        tlsa=worst(*(row.tlsa.mark for row in rows)),
        tls=worst(*(row.tls.mark for row in rows)),
        certificate=worst(*(row.certificate.mark for row in rows)),
    )


def lookup_cell(lookup: Lookup) -> Cell:
    """A lookup as a cell.  A failure is unknown, never "none"; a proven denial says so."""
    failure = unobserved(lookup) or lookup.failure
    if failure is not None:
        return failure_cell(failure)
    detail = show(lookup.reason.sentence) if lookup.reason else ""
    mark = SECURITY_MARKS[lookup.security]
    if lookup.existence is Existence.UNKNOWN:
        return Cell(mark, "not known" if mark is Mark.UNKNOWN else str(lookup.security), detail)
    if lookup.existence is Existence.DATA or lookup.security is Security.BOGUS:
        return Cell(mark, str(lookup.security), detail)
    return Cell(mark, f"{lookup.existence}, {lookup.security}", detail)


def failure_cell(failure: Failure) -> Cell:
    """A remote failure: nothing is known."""
    return Cell(Mark.UNKNOWN, FAILURE_WORDS[failure.kind], show(failure.sentence))


def mx_cell(step: MxStep | None) -> Cell:
    """The MX answer."""
    if step is None:
        return _NOT_ASKED
    cell = lookup_cell(step.lookup)
    match step.meaning:
        case MxMeaning.NULL:
            return Cell(Mark.FAIL, "null MX", "the domain accepts no mail (RFC 7505)")
        case MxMeaning.NO_DOMAIN:
            return Cell(Mark.FAIL, "no such domain", cell.detail)
        case MxMeaning.IMPLICIT:
            return Cell(SECURITY_MARKS[step.lookup.security], f"implicit, {step.lookup.security}", cell.detail)
        case _:
            return cell


def address_cell(step: AddressStep | None, address: str) -> Cell:
    """The address answer ``address`` came from; for no address at all, why there is none."""
    if step is None:
        return _NOT_ASKED
    lookup = step.aaaa if address in step.aaaa.records and address not in step.a.records else step.a
    if address:
        return lookup_cell(lookup)
    cells = [lookup_cell(found) for found in (step.a, step.aaaa)]
    if all(found.existence in (Existence.NODATA, Existence.NXDOMAIN) for found in (step.a, step.aaaa)):
        bad = max(cells, key=lambda cell: cell.mark is Mark.FAIL)
        return Cell(Mark.FAIL, "bogus" if bad.mark is Mark.FAIL else "no address", bad.detail)
    mark = worst(*(cell.mark for cell in cells))
    return next(cell for cell in cells if cell.mark is mark)


def tlsa_cell(step: TlsaStep | None, address: AddressStep | None) -> Cell:
    """The TLSA answer that counts for the host."""
    if step is None:
        return _NOT_ASKED if address is None or any(map(_proven, (address.a, address.aaaa))) else _DOES_NOT_COUNT
    cell = lookup_cell(step.lookup)
    if step.lookup.failure is not None or step.lookup.security is Security.BOGUS:
        return cell
    if step.lookup.existence in (Existence.NODATA, Existence.NXDOMAIN):
        return Cell(Mark.WARN, "none", cell.word)
    unusable = [record for record in step.records if not record.usable]
    if step.records and len(unusable) == len(step.records):
        return Cell(Mark.FAIL, "unusable", show(unusable[0].unusable))
    texts = ", ".join(show(record.text, 24) for record in step.records[:4] if record.raw)
    return Cell(cell.mark, cell.word, cell.detail or texts)


def _proven(lookup: Lookup) -> bool:
    """Whether a client goes on to ask for TLSA: only behind an address it may trust (RFC 7672 section 2.2.2)."""
    return lookup.existence is Existence.DATA and lookup.security is Security.SECURE


def tls_cell(step: ContactStep | None) -> Cell:
    """What became of the TLS session."""
    if step is None:
        return _NOT_TRIED
    contact = step.contact
    if contact.failure is None:
        return Cell(Mark.OK, show(contact.tls_version, 16) or "TLS", show(contact.cipher, 64))
    if contact.reached:
        word = "no STARTTLS" if contact.failure.kind is FailureKind.NO_STARTTLS else "handshake failed"
        return Cell(Mark.FAIL, word, show(contact.failure.sentence))
    return failure_cell(contact.failure)


def certificate_cell(step: ContactStep | None, match: ChainMatch | None) -> Cell:
    """The presented chain against TLSA; where there is no TLSA, what public authorities would say of it."""
    if step is None or step.contact.failure is not None:
        return NOT_REACHED
    if match is not None:
        return _match_cell(match)
    if step.pkix is None:
        return Cell(Mark.UNKNOWN, "not checked")
    return Cell(Mark.NONE, "by a public CA" if step.pkix.verifies else "by no public CA", show(step.pkix.sentence))


MISMATCHES = {
    TlsReport.CERTIFICATE_HOST_MISMATCH: "names another host",
    TlsReport.CERTIFICATE_EXPIRED: "expired",
    TlsReport.CERTIFICATE_NOT_TRUSTED: "matches no TLSA",
    TlsReport.VALIDATION_FAILURE: "matches no TLSA",
    TlsReport.TLSA_INVALID: "no usable TLSA",
}
"""Why a certificate does not match; the type of RFC 8460 is told where there is room for the sentence."""


def _match_cell(match: ChainMatch) -> Cell:
    if match.matched:
        record = match.deciding.record.text if match.deciding else ""
        return Cell(Mark.OK, "matches", show(record, 24) or show(match.sentence))
    if not match.usable:
        return Cell(Mark.WARN, "no usable TLSA", show(match.sentence))
    word = MISMATCHES.get(match.report, "no match") if match.report is not None else "no match"
    return Cell(Mark.FAIL, word, show(match.sentence))


def decisive_tlsa(verdict: Verdict, host: str) -> TlsaStep | None:
    """The TLSA step that counts: the first that is more than a denial, else the last (RFC 7672 section 2.2.2)."""
    steps = verdict.tlsa(host)
    denials = (Existence.NODATA, Existence.NXDOMAIN)
    telling = (step for step in steps if step.lookup.existence not in denials or step.lookup.security is Security.BOGUS)
    return next(telling, steps[-1] if steps else None)


def contact_match(verdict: Verdict, step: ContactStep, tlsa: TlsaStep | None) -> ChainMatch | None:
    """The match a validating client would act on: more names count behind a secure MX (RFC 7672 section 3.2.2)."""
    if tlsa is None or tlsa.lookup.security is not Security.SECURE or tlsa.lookup.existence is not Existence.DATA:
        return None  # records that are not proven authenticate nobody, and accuse nobody
    secure = verdict.mx is not None and verdict.mx.lookup.security is Security.SECURE
    return step.match(tlsa.base, MatchRules.RFC7671 if secure else MatchRules.BASE_ONLY)


def _addresses(verdict: Verdict, host: str) -> tuple[str, ...]:
    step = verdict.address(host)
    known = step.addresses if step else ()
    contacted = (found.contact.address for found in verdict.contacts(host))
    return tuple(dict.fromkeys(chain(known, contacted))) or ("",)


def _row(verdict: Verdict, mx: Cell, host: str, preference: str, address: str) -> LadderRow:
    step, tlsa = verdict.address(host), decisive_tlsa(verdict, host)
    sessions = [found for found in verdict.contacts(host) if found.contact.address == address]
    session = next(
        (one for one in sessions if tlsa and one.contact.sni == tlsa.base), sessions[0] if sessions else None
    )
    match = contact_match(verdict, session, tlsa) if session else None
    return LadderRow(
        host=show(host, 255),
        preference=preference,
        address=show(address, 64),
        mx=mx,
        addresses=address_cell(step, address),
        tlsa=tlsa_cell(tlsa, step),
        tls=tls_cell(session) if address else NOT_REACHED,
        certificate=certificate_cell(session, match),
    )
