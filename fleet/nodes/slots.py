"""What may stand in a command besides its fixed words: typed slots, each with the one spelling it lets through.

A slot turns a value into text or refuses it; it never repairs, quotes or escapes.  So whatever a profile, a menu or a
node's own output says, a command line consists of table words and of letters, digits, dots, colons, hyphens,
underscores and slashes.  May import ``fleet.errors`` and ``fleet.text`` only.
"""

import ipaddress
import re
from dataclasses import dataclass
from typing import NewType, Protocol

from fleet.errors import FleetError
from fleet.text import show

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_PATH_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}", re.ASCII)
_LOG_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}", re.ASCII)
_MAX_DOMAIN = 253
_MAX_PATH = 255
_MAX_SECRET = 1024
SHORTEST_SECRET = 4
"""A shorter password could not be masked without masking half of every text."""


class Refused(FleetError):  # noqa: N818 (it is a state, not a mistake)
    """A value that may not be sent.  Nothing has left when this is raised; the message never repeats a secret."""


Subscription = NewType("Subscription", str)
"""What is meant to fill ``LogName``."""


class Slot(Protocol):
    """One gap in a command."""

    @property
    def secret(self) -> bool:
        """Whether what fills it must never be shown or kept."""
        ...

    def encode(self, value: object) -> str:
        """``value`` as text, or Refused."""
        ...


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain in A-labels of letters, digits and hyphens (LDH, RFC 5890 2.3.1); sent in lower case."""

    secret: bool = False

    def encode(self, value: object) -> str:
        """See ``Slot``."""
        if isinstance(value, str):
            text = value.lower() if value.isascii() else ""
            if 0 < len(text) <= _MAX_DOMAIN and all(_LABEL.fullmatch(label) for label in text.split(".")):
                return text
        raise _refused("a domain of letters, digits and hyphens", value)


@dataclass(frozen=True, slots=True)
class Address:
    """An IP address, sent in canonical form; no scope (``%eth0``), which may hold anything."""

    secret: bool = False

    def encode(self, value: object) -> str:
        """See ``Slot``."""
        if isinstance(value, str) and value.isascii() and "%" not in value:
            try:
                return str(ipaddress.ip_address(value))
            except ValueError:
                pass
        raise _refused("an IP address", value)


@dataclass(frozen=True, slots=True)
class ConfigPath:
    """A file below one of ``folders``, the platform's own configuration; no ``..``, no leading hyphen or dot."""

    folders: tuple[str, ...]
    secret: bool = False

    def encode(self, value: object) -> str:
        """See ``Slot``."""
        if isinstance(value, str) and len(value) <= _MAX_PATH:
            for folder in self.folders:
                rest = value.removeprefix(folder + "/")
                if rest != value and all(_PATH_PART.fullmatch(part) for part in rest.split("/")):
                    return value
        raise _refused(f"a file below {' or '.join(self.folders)}", value)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words that the table lists."""

    words: frozenset[str]
    secret: bool = False

    def encode(self, value: object) -> str:
        """See ``Slot``."""
        if isinstance(value, str) and value in self.words:
            return value
        raise _refused(f"one of {', '.join(sorted(self.words))}", value)


@dataclass(frozen=True, slots=True)
class LookupTable:
    """A Postfix lookup table, ``type:path``, of a listed type and below a listed folder."""

    types: Choice
    paths: ConfigPath
    secret: bool = False

    def encode(self, value: object) -> str:
        """See ``Slot``."""
        kind, colon, path = value.partition(":") if isinstance(value, str) else ("", "", "")
        return self.types.encode(kind) + colon + self.paths.encode(path)


@dataclass(frozen=True, slots=True)
class LogName:
    """The name of an appliance's log subscription (``mail_logs``): letters, digits and underscores."""

    secret: bool = False

    def encode(self, value: object) -> str:
        """See ``Slot``."""
        if isinstance(value, str) and _LOG_NAME.fullmatch(value):
            return value
        raise _refused("the name of a log subscription", value)


@dataclass(frozen=True, slots=True)
class Number:
    """The number of an entry of a menu that was just printed."""

    greatest: int = 999
    secret: bool = False

    def encode(self, value: object) -> str:
        """See ``Slot``."""
        if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= self.greatest:
            return str(value)
        raise _refused(f"a number from 1 to {self.greatest}", value)


@dataclass(frozen=True, slots=True)
class Secret:
    """A password or one-time code.  Answers a login, stands in no command."""

    secret: bool = True

    def encode(self, value: object) -> str:
        """See ``Slot``."""
        if isinstance(value, str) and SHORTEST_SECRET <= len(value) <= _MAX_SECRET and value.isprintable():
            return value
        raise Refused("that password is too short, too long or holds control characters, so it was not sent")


def _refused(wanted: str, value: object) -> Refused:
    return Refused(f"'{show(str(value), 60)}' is not {wanted}, so nothing was sent")
