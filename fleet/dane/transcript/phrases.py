"""Every line a transcript can have, as one table used in both directions: to write lines and to recognise them.

A ``Phrase`` is a template whose slots are either *words* (a closed list, such as the DNSSEC state) or *names* (text
from outside: hosts, addresses, ciphers).  ``SEEN`` holds the wordings the appliance is known to print, with the names
left blank; whatever is not among them is synthetic.  May import ``fleet.errors``, ``fleet.model`` and ``fleet.text``.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from string import Formatter

from fleet.errors import FailureKind
from fleet.model import Action, Mode, TlsReport
from fleet.text import show

SYNTHETIC_MARK = "  [synthetic]"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a transcript, safe to show; ``synthetic`` where the appliance's own wording is not known."""

    text: str
    synthetic: bool


class Phrase(StrEnum):
    """The templates."""

    MX_FOUND = "{security} MX record({host}) found for {domain}"
    MX_PROCEED = "{security} MX record({host}) found. The command will still proceed."
    MX_UNNAMED = "{security} MX record found for {domain}"
    MX_NULL = "{security} null MX record found for {domain}"
    MX_NONE = "No MX record({security} {existence}) found for {domain}"
    MX_FAILED = "MX record lookup failed for {domain} ({failure})"
    MX_NOT_ASKED = "MX record was not asked for {domain}"
    MX_NEXT = "Trying next MX record in {domain}"

    ADDRESS_FOUND = "{security} {rdtype} record ({address}) found for MX({host}) in {domain}"
    ADDRESS_NEXT = "Trying next {rdtype} record ({address}) for MX({host}) in {domain}"
    RECORD_FOUND = "{security} {rdtype} record found for MX({host}) in {domain}"
    RECORD_NONE = "No {rdtype} record({security} {existence}) found for MX({host}) in {domain}"
    RECORD_FAILED = "{rdtype} record lookup failed for MX({host}) in {domain} ({failure})"
    RECORD_NOT_ASKED = "{rdtype} record was not asked for MX({host}) in {domain}"
    TLSA_UNUSABLE = "No usable TLSA record found for MX({host}) in {domain}"

    CONNECTING = "Connecting to {address} on port {port}."
    CONNECTED = "Connected to {address} from interface {local}."
    CONNECTED_SOMEHOW = "Connected to {address}."
    CONNECT_FAILED = "Connection to {address} failed ({failure})."
    SMTP_NOT_TRIED = "SMTP was not tried on {address}."

    TLS_CHECKING = "Checking TLS connection."
    TLS_ESTABLISHED = "TLS connection established: protocol {protocol}, cipher {cipher}."
    TLS_NOT_OFFERED = "STARTTLS is not available on {address}."
    TLS_HANDSHAKE_FAILED = "TLS handshake failed on {address}."
    CERTIFICATE_GOOD = "Certificate verification successful"
    CERTIFICATE_BAD = "Certificate verification failed"
    CERTIFICATE_BAD_REPORT = "Certificate verification failed ({report})"
    CERTIFICATE_NOT_CHECKED = "Certificate verification was not done"
    TLS_SUCCEEDED = "TLS connection succeeded {domain}."
    TLS_FAILED = "TLS connection failed {domain}."

    SUCCESS = "DANE SUCCESS for {domain}"
    FAILED = "DANE FAILED for {domain}"
    NOT_TESTED = "DANE NOT TESTED for {domain}"
    MODE = "In {mode} mode mail for {domain} ends as {action}."
    COMPLETED = "DANE verification completed."


SEEN = frozenset(
    {
        "SECURE MX record({host}) found for {domain}",
        "INSECURE MX record({host}) found for {domain}",
        "INSECURE MX record({host}) found. The command will still proceed.",
        "BOGUS MX record found for {domain}",
        "Trying next MX record in {domain}",
        "SECURE A record ({address}) found for MX({host}) in {domain}",
        "INSECURE A record ({address}) found for MX({host}) in {domain}",
        "Trying next A record ({address}) for MX({host}) in {domain}",
        "SECURE TLSA record found for MX({host}) in {domain}",
        "Connecting to {address} on port {port}.",
        "Connected to {address} from interface {local}.",
        "Checking TLS connection.",
        "TLS connection established: protocol {protocol}, cipher {cipher}.",
        "Certificate verification successful",
        "TLS connection succeeded {domain}.",
        "DANE SUCCESS for {domain}",
        "DANE FAILED for {domain}",
        "DANE verification completed.",
    }
)
"""Wordings the appliance is known to print (AsyncOS 12), names left blank."""


def _any_of(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in words)


WORDS = {
    "security": "SECURE|INSECURE|BOGUS|INDETERMINATE",
    "existence": "NODATA|NXDOMAIN",
    "rdtype": "AAAA|A|TLSA",
    "failure": _any_of(FailureKind),
    "report": _any_of(TlsReport),
    "mode": _any_of(Mode),
    "action": _any_of(Action),
}
"""Slots with a closed list of words: part of the wording, so they decide whether a line is synthetic."""

NAMES = {
    "host": r"[^\s()]+",
    "domain": r"[^\s()]+?",
    "address": r"[0-9A-Fa-f:.]+(?:%\w+)?",
    "local": r"[^\s()]+?",
    "port": r"\d{1,5}",
    "protocol": r"[^\s,]+",
    "cipher": r"\S+?",
}
"""Slots filled from outside, with what the reader accepts there."""


def say(phrase: Phrase, **fields: str) -> Line:
    """``phrase`` with its slots filled, names made safe.  KeyError for a slot without a value."""
    safe = {key: show(value, 255) for key, value in fields.items()}
    wording = phrase.value.format_map(safe | {name: "{" + name + "}" for name in NAMES if name in safe})
    return Line(phrase.value.format_map(safe), synthetic=wording not in SEEN)


def recognise(line: str) -> tuple[Phrase, dict[str, str]] | None:
    """The phrase ``line`` is an instance of and what stands in its slots, or None where no phrase fits.

    Blanks are read generously (the appliance itself writes both ``record(`` and ``record (``); case matters.
    """
    first_word = next(iter(line.split(maxsplit=1)), "")
    for phrase, pattern in _PATTERNS.get(first_word, ()):
        if found := pattern.fullmatch(line):
            return phrase, found.groupdict()
    return None


def text(lines: Iterable[Line]) -> str:
    """The transcript for people, a newline after each line; synthetic lines carry a visible mark."""
    return "".join(f"{line.text}{SYNTHETIC_MARK if line.synthetic else ''}\n" for line in lines)


def _pattern(template: str) -> re.Pattern[str]:
    parts = []
    for literal, field, _, _ in Formatter().parse(template):
        parts.append(_literal(literal))
        if field:
            parts.append(f"(?P<{field}>{(WORDS | NAMES)[field]})")
    return re.compile("".join(parts))


def _literal(literal: str) -> str:
    spaced = re.sub(r"\s+", r"\\s+", re.escape(literal).replace(r"\ ", " "))
    return re.sub(r"(?:\\s\+)?\\\(", r"\\s*\\(", spaced)


def _by_first_word() -> dict[str, list[tuple[Phrase, re.Pattern[str]]]]:
    """Every phrase begins with a word of its own or a slot with a closed list: what fits no word fits no phrase.

    A hostile transcript is a quarter of a megabyte of lines that fit nothing; each must cost little.
    """
    found: dict[str, list[tuple[Phrase, re.Pattern[str]]]] = {}
    for phrase in Phrase:
        first, pattern = phrase.value.split()[0], _pattern(phrase.value)
        for word in WORDS[first[1:-1]].split("|") if first.startswith("{") else (first,):
            found.setdefault(word, []).append((phrase, pattern))
    return found


_PATTERNS = _by_first_word()
