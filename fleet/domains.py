"""Domain names as people write them, in any script, and as DNS is asked for them: one meaning for all of the program.

May import the standard library and ``idna`` (loaded only for names that are not ASCII).
"""

import re

_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)*{_LABEL}")
ADDRESS_LIKE = re.compile(r"[0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")
"""What can only be meant as an IP address."""


class DomainError(ValueError):
    """A text that is no domain; the message continues a sentence that begins with the text, and holds nothing of it."""


def domain(text: str) -> str:
    """``text`` in lower-case A-labels, without the final dot; DomainError where it is no domain."""
    if "@" in text:
        raise DomainError("is an e-mail address: write its domain, the part after the @")
    name = a_labels(text.removesuffix(".")).lower()
    if len(name) > 253 or not _DOMAIN.fullmatch(name):
        raise DomainError("is no domain name: letters, digits, '-' and dots, labels of 1 to 63 characters, 253 in all")
    if ADDRESS_LIKE.fullmatch(name):
        raise DomainError("is an address, and a domain name is meant")
    return name


def a_labels(name: str) -> str:
    """``name`` with every label as DNS has it, mapped as browsers do (UTS 46, then IDNA 2008).

    DomainError where a label has no such form; what is ASCII comes back unchanged.
    """
    if name.isascii():
        return name
    import idna  # noqa: PLC0415  a table of half a megabyte, needed for few names

    try:
        return idna.encode(name, uts46=True).decode("ascii").rstrip(".")
    except (idna.IDNAError, UnicodeError, ValueError):
        raise DomainError("is no internationalised domain name: a character, or its place, is not allowed") from None
