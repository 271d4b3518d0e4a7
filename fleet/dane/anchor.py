"""DANE-TA(2): does a path lead from the leaf to the authority a TLSA record names? (RFC 7671 5.2, RFC 7672 3.1.2)

What the RFCs leave open follows OpenSSL, and so Postfix: an authority in the middle of a hierarchy is believed
whatever its own dates say, a self-issued one only within them.  A bare key (``2 1 0``) may have signed any certificate
of a path; where the authority's certificate was sent as well, that certificate is judged, and not the key alone.

May import ``fleet.model`` and its siblings in ``fleet.dane`` that read certificates.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property

from fleet.dane.certificate import read_certificate
from fleet.dane.comparison import Comparison, Shortfall, in_words, is_for
from fleet.dane.names import matching_names
from fleet.dane.path import MAX_SIGNATURES, Path, Search, date_problem, search_paths, trust_problem
from fleet.dane.signature import signature_problem
from fleet.dane.tlsa import CERTIFICATE, DANE_TA, FULL, PUBLIC_KEY
from fleet.model import TlsaRecord


class AnchorSearch:
    """One presented chain, ready to be compared with DANE-TA records.

    What does not depend on the record (paths, names) is found once, and signatures by bare keys are counted, so that a
    hostile chain beside a hostile TLSA set stays cheap.
    """

    def __init__(
        self,
        chain: Sequence[bytes],
        records: Sequence[TlsaRecord],
        names: Sequence[str],
        at: datetime,
        anchors_only_if_sent: bool = False,
    ) -> None:
        """``chain``: DER, leaf first, not empty.  ``records``: the usable ones; some may carry an authority."""
        self._chain = tuple(chain)
        self._carried = () if anchors_only_if_sent else tuple(record.data for record in records if _is_full(record))
        self._takes_keys = not anchors_only_if_sent
        self._names = tuple(names)
        self._at = at
        self._signatures_left = MAX_SIGNATURES

    @cached_property
    def _search(self) -> Search:
        return search_paths(self._chain[0], self._chain[1:] + self._carried)

    @cached_property
    def _name_problem(self) -> str:
        leaf = read_certificate(self._chain[0])
        if matching_names(leaf, self._names):
            return ""
        return f"the leaf is for {', '.join(leaf.names) or 'no name'}, not for {' or '.join(self._names) or 'any name'}"

    def compare(self, record: TlsaRecord) -> Comparison:
        """What the DANE-TA ``record`` is worth: its shortest path that holds, else the one that got furthest."""
        best: Comparison | None = None
        for path in self._search.paths:
            if not (dated := self._leads_to(record, path)):
                continue
            found = self._judge(record, path, dated)
            if found.shortfall is None:
                return found
            if best is None or found.shortfall > (best.shortfall or Shortfall.OUTRANKED):
                best = found
        return best or self._no_anchor(record)

    def _leads_to(self, record: TlsaRecord, path: Path) -> Path:
        """The certificates whose dates count if ``path`` ends at the record's authority, else none."""
        top = path[-1]
        if len(path) > 1 and is_for(record, top):
            return path if top.self_issued else path[:-1]
        return path if self._signed_by_bare_key(record, path) else ()

    def _signed_by_bare_key(self, record: TlsaRecord, path: Path) -> bool:
        if not (_is_bare_key(record) and self._takes_keys) or record.data in self._keys_above.get(path, ()):
            return False
        if not self._signatures_left:
            return False
        self._signatures_left -= 1
        return not signature_problem(path[-1].der, record.data)

    @cached_property
    def _keys_above(self) -> dict[Path, set[bytes]]:
        """The keys of the authorities that continue each path: such a key is judged with its certificate."""
        found: dict[Path, set[bytes]] = {}
        for path in self._search.paths:
            if path[-1].outline is not None:
                found.setdefault(path[:-1], set()).add(path[-1].outline.spki)
        return found

    def _judge(self, record: TlsaRecord, path: Path, dated: Path) -> Comparison:
        top, depth = path[-1], len(path) - 1
        if depth and is_for(record, top):
            found = f"{in_words(record)} matches {top.label} at depth {depth}"
        else:
            found = f"the key in the record signed {top.label} at depth {depth}"
        if problem := trust_problem(path):
            return Comparison(f"{found}, but {problem}", shortfall=Shortfall.NOT_TRUSTED)
        if problem := date_problem(dated, self._at):
            return Comparison(f"{found}, but {problem}", shortfall=Shortfall.EXPIRED)
        if self._name_problem:
            return Comparison(f"{found}, but {self._name_problem}", shortfall=Shortfall.WRONG_NAME)
        return Comparison(found, depth=depth)

    def _no_anchor(self, record: TlsaRecord) -> Comparison:
        """Why no path leads to the authority: the most telling of the reasons."""
        if not self._search.complete or (_is_bare_key(record) and not self._signatures_left):
            sentence = f"no path to its authority was found within {MAX_SIGNATURES} signatures"
            return Comparison(sentence, shortfall=Shortfall.NOT_COMPARED)
        return Comparison(self._why_no_anchor(record), shortfall=Shortfall.NOT_TRUSTED)

    def _why_no_anchor(self, record: TlsaRecord) -> str:
        if is_for(record, self._search.paths[0][0]):
            return "it names the leaf, which cannot be its own authority"
        because = f" ({self._search.broken[0]})" if self._search.broken else ""
        for depth, certificate in enumerate(map(read_certificate, self._chain)):
            if is_for(record, certificate):
                return f"no signatures lead from the leaf to {certificate.label} at depth {depth}{because}"
        return f"{in_words(record)} is that of no authority in the chain{because}"


def _is_full(record: TlsaRecord) -> bool:
    """Whether the record carries an authority's whole certificate."""
    return (record.usage, record.selector, record.matching_type) == (DANE_TA, CERTIFICATE, FULL)


def _is_bare_key(record: TlsaRecord) -> bool:
    """Whether the record is an authority's key without a certificate."""
    return (record.usage, record.selector, record.matching_type) == (DANE_TA, PUBLIC_KEY, FULL)
