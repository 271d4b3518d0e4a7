"""Lines in words nobody has seen yet: what they must mean, where that is plain.

The vendor's document shows few of the lines ``daneverify`` can print.  Of the others only their gist can be relied on:
that a record type, a host and "no" or "not found" in one line mean that there is none.  A row here says which words
make which phrase, whatever stands around them.  What a line does not say is not made up: a denial without its DNSSEC
state stays *indeterminate*, a failure without its kind is *unreachable*.

Everything here is a guess at wording that is **not known**; a line that fits none is kept as unread.
May import ``fleet.errors``, ``fleet.model`` and ``fleet.dane.transcript.phrases``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from fleet.dane.transcript.phrases import Phrase
from fleet.errors import FailureKind

_TYPE = r"\b(?P<rdtype>AAAA|A|TLSA)\b"
_HOST = r"MX ?\((?P<host>[^\s()]+)\)(?: in (?P<domain>[^\s():,]+))?"
_NO = r"\b(?:no|not|none|missing|NODATA|NXDOMAIN)\b"
_BROKEN = r"\b(?:fail\w*|error|SERVFAIL|timed out|timeout|unable)\b"
_LOST = r"\b(?:fail\w*|refused|timed out|timeout|unreachable|could not|unable)\b"


@dataclass(frozen=True, slots=True)
class Gist:
    """Words that must all stand in a line, in any case and order, none of ``without``, and the phrase they make."""

    phrase: Phrase
    words: tuple[str, ...]
    without: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


GISTS: tuple[Gist, ...] = (
    Gist(Phrase.TLSA_UNUSABLE, (r"\bTLSA\b", r"\b(?:un|not |no |none .*can be )us(?:able|ed)\b", _HOST)),
    Gist(Phrase.RECORD_FAILED, (_TYPE, _BROKEN, _HOST), r"\bcertificate\b"),
    Gist(Phrase.RECORD_NONE, (_TYPE, _NO, _HOST), r"\bcertificate\b"),
    Gist(
        Phrase.MX_FAILED,
        (r"\bMX\b(?! ?\()", _BROKEN, r"\b(?:for|of|domain) (?:MX |record |for |of )*(?P<domain>\S+\.[^\s:.]+)"),
    ),
    Gist(Phrase.MX_NONE, (r"\bMX\b(?! ?\()", _NO, r"\b(?:for|of|domain) (?P<domain>\S+\.[^\s:.]+)")),
    Gist(Phrase.TLS_NOT_OFFERED, (r"\bSTARTTLS\b", r"\b(?:no|not|without)\b")),
    Gist(Phrase.TLS_HANDSHAKE_FAILED, (r"\bhandshake\b", _BROKEN)),
    Gist(
        Phrase.CERTIFICATE_BAD,
        (
            r"\bcertificate\b",
            r"\b(?:fail\w*|error|unsuccessful|mismatch|invalid|expired|not (?:match|trusted|valid))\b",
        ),
    ),
    Gist(
        Phrase.CONNECT_FAILED,
        (r"\bconnect(?:ion|ed|ing)?\b", _LOST, r"(?P<address>[0-9A-Fa-f]*[.:][0-9A-Fa-f.:]+[0-9A-Fa-f])"),
    ),
)
"""Tried in order."""

_COMPILED = [
    (gist, [re.compile(word, re.IGNORECASE) for word in gist.words], re.compile(gist.without or r"(?!)", re.IGNORECASE))
    for gist in GISTS
]
_SECURITY = re.compile(r"\b(SECURE|INSECURE|BOGUS)\b", re.IGNORECASE)
_EXISTENCE = re.compile(r"\b(NXDOMAIN|NODATA)\b", re.IGNORECASE)
_KINDS: tuple[tuple[str, FailureKind], ...] = (
    (r"refused", FailureKind.CONNECTION_REFUSED),
    (r"timed? ?out", FailureKind.TIMEOUT),
    (r"SERVFAIL|server fail", FailureKind.SERVFAIL),
)
_LONGEST = 400


def gist(line: str) -> tuple[Phrase, dict[str, str]] | None:
    """The phrase that ``line`` must mean, and what it says of its slots; None where that is not plain."""
    if len(line) > _LONGEST:
        return None
    for row, patterns, without in _COMPILED:
        found = [pattern.search(line) for pattern in patterns]
        if without.search(line) or not all(found):
            continue
        said = {name: value for one in found if one for name, value in one.groupdict().items() if value}
        return row.phrase, {**_general(line), **said, **row.fields}
    return None


def _general(line: str) -> dict[str, str]:
    security, existence = _SECURITY.search(line), _EXISTENCE.search(line)
    kind = next((kind for words, kind in _KINDS if re.search(words, line, re.IGNORECASE)), FailureKind.UNREACHABLE)
    return {
        "security": security[1].upper() if security else "INDETERMINATE",
        "existence": existence[1].upper() if existence else "NODATA",
        "failure": str(kind),
    }
