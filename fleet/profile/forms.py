"""How single values of a profile are written: names, domains, lengths of time, hosts of a route, closed sets of words.

``keys`` builds the tables of a profile from them.  Names and ranges are those of the appliance and of Postfix's and
Exim's manuals.  May import ``fleet.model`` and modules of this room.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from fleet.model.fleet import INSIDE, INTERNET, ObjectPath
from fleet.profile import values
from fleet.profile.kinds import UNSOUND, Json, Text, Whole, wrong_type
from fleet.profile.problem import Code, Problems, quoted
from fleet.profile.values import UnfitError


def _form(pattern: str, words: str) -> Callable[[str], str]:
    compiled = re.compile(pattern)

    def parse(text: str) -> str:
        if compiled.fullmatch(text):
            return text
        raise UnfitError(words)

    return parse


def formed(pattern: str, words: str) -> Text:
    """A text that fits ``pattern`` whole; ``words`` say of one that does not what it is not."""
    return Text(_form(pattern, words), Code.FORM, pattern)


def _tier_name(text: str) -> str:
    if text in (INTERNET, INSIDE):
        raise UnfitError("is a word of its own in delivers_to and receives_from and cannot name a tier")
    return _form(values.NAME, "is no name: letters, digits, '.', '_' and '-', at most 64 characters")(text)


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time in text, from ``low`` to ``high`` seconds; reads to seconds."""

    low: int
    high: int
    words: str

    def read(self, raw: object, path: ObjectPath, problems: Problems) -> object:
        """See ``Kind``."""
        if not isinstance(raw, str):
            return wrong_type(raw, "a length of time in quotes", path, problems, 'such as "30m" or "72h"')
        try:
            seconds = values.duration(raw)
        except UnfitError as unfit:
            problems.add(Code.DURATION, path, f"{quoted(raw)} {unfit}")
            return UNSOUND
        if not self.low <= seconds <= self.high:
            problems.add(Code.RANGE, path, f"{quoted(raw)} is out of range: it goes from {self.words}")
            return UNSOUND
        return seconds

    def json(self) -> Json:
        """See ``Kind``."""
        return {"type": "string", "pattern": f"^(?:{values.DURATION})$"}


@dataclass(frozen=True, slots=True)
class RouteHosts:
    """What an SMTP route says: one text, or an array of hosts."""

    def read(self, raw: object, path: ObjectPath, problems: Problems) -> object:
        """See ``Kind``."""
        if isinstance(raw, str):
            return self._route([raw], path, problems, [path])
        if not isinstance(raw, list):
            return wrong_type(raw, "a host or an array of hosts", path, problems)
        before = len(problems.found)
        for index, item in enumerate(raw):
            if not isinstance(item, str):
                wrong_type(item, "a host in quotes", (*path, index), problems)
        if not raw:
            problems.add(Code.MISSING, path, "a route without hosts leads nowhere", 'write "USEDNS" for the MX lookup')
        if len(problems.found) > before:
            return UNSOUND
        return self._route(raw, path, problems, [(*path, index) for index in range(len(raw))])

    @staticmethod
    def _route(entries: list[str], path: ObjectPath, problems: Problems, places: list[ObjectPath]) -> object:
        try:
            return values.route(entries)
        except UnfitError:
            for entry, place in zip(entries, places, strict=True):
                try:
                    values.route_host(entry)
                except UnfitError as unfit:
                    problems.add(Code.ROUTE, place, f"{quoted(entry)} {unfit}")
            return UNSOUND

    def json(self) -> Json:
        """See ``Kind``."""
        host: Json = {"type": "string", "minLength": 1}
        return {"anyOf": [host, {"type": "array", "items": host, "minItems": 1}]}


class RatAction(StrEnum):
    """What a RAT entry does."""

    ACCEPT = "ACCEPT"
    REJECT = "REJECT"


class LogLevel(StrEnum):
    """Log levels of an appliance."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFORMATION = "information"
    DEBUG = "debug"
    TRACE = "trace"


class SecurityLevel(StrEnum):
    """TLS security levels of Postfix's SMTP client, TLS_README."""

    NONE = "none"
    MAY = "may"
    ENCRYPT = "encrypt"
    DANE = "dane"
    DANE_ONLY = "dane-only"
    FINGERPRINT = "fingerprint"
    VERIFY = "verify"
    SECURE = "secure"


class DnsSupport(StrEnum):
    """smtp_dns_support_level, postconf(5)."""

    DEFAULT = ""
    DISABLED = "disabled"
    ENABLED = "enabled"
    DNSSEC = "dnssec"


class HostLookup(StrEnum):
    """smtp_host_lookup, postconf(5)."""

    DNS = "dns"
    NATIVE = "native"


class InsecureMx(StrEnum):
    """smtp_tls_dane_insecure_mx_policy, postconf(5)."""

    DANE = "dane"
    ENCRYPT = "encrypt"
    MAY = "may"


ANY = Text()
TOKEN = formed(r"\S(?:.*\S)?", "must not be empty, nor begin or end with a blank")
NAME = formed(values.NAME, "is no name: letters, digits, '.', '_' and '-', at most 64 characters")
TIER_NAME = Text(_tier_name, Code.FORM, values.NAME)
DOMAIN = Text(values.domain, Code.DOMAIN, r"[^\s@/:]+")
SUFFIX_OR_ALL = Text(values.suffix_or_all, Code.DOMAIN, r"[^\s@/:]+")
CONTROL_DOMAIN = Text(values.control_domain, Code.DOMAIN, r"[^\s@/:]+")
ADDRESS = Text(values.address, Code.ADDRESS, values.ADDRESS)
MEMBER = Text(values.member, Code.ADDRESS, r"\S+")
HOST = Text(values.host, Code.DOMAIN, r"\S+")
BOUNCE_TIME = Duration(60, 366 * 86_400, "1m to 366d")
PORT = Whole(1, 65_535)
PARAMETER = formed(r"[a-z][a-z0-9_]*", "is no parameter name")
