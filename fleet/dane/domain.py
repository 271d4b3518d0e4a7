"""What an operator types as a destination, as the name DNS is asked for.

May import the standard library, ``idna`` and ``fleet.errors``.
"""

import ipaddress

from fleet.errors import UsageError
from fleet.text import show


def domain_name(text: str) -> str:
    """``text`` as a lower-case A-label domain without the final dot.

    Internationalised names are mapped as browsers do (UTS 46, then IDNA 2008).  Raises UsageError with one sentence for
    anything that is no mail domain, such as an address literal (DANE does not apply to it, RFC 7672 2.2) or an
    e-mail address.
    """
    domain = text.strip().rstrip(".")
    shown = f"'{show(text.strip(), 80)}'"
    if not domain:
        raise UsageError("a destination is empty: give a domain such as example.org")
    if "@" in domain:
        raise UsageError(f"{shown} is an e-mail address: give only its domain, the part after the @")
    if _is_address(domain.strip("[]").lower().removeprefix("ipv6:")):
        raise UsageError(f"{shown} is an address literal: DANE does not apply to it, mail goes there directly")
    domain = domain.lower() if domain.isascii() else _a_label(domain, shown)
    labels = domain.split(".")
    if len(domain) > 253 or any(not 0 < len(label) < 64 for label in labels):
        raise UsageError(f"{shown} is no domain name: a label has 1 to 63 characters, a name at most 253")
    if not all(character.isalnum() or character in "-_" for label in labels for character in label):
        raise UsageError(f"{shown} is no domain name: only letters, digits, '-', '_' and dots may stand in it")
    return domain


def unicode_name(domain: str) -> str:
    """The U-label form of an A-label ``domain`` for people; the domain itself where it has none."""
    if "xn--" not in domain:
        return domain
    import idna  # noqa: PLC0415  a table of half a megabyte, needed for few names

    try:
        return idna.decode(domain)
    except (idna.IDNAError, UnicodeError):
        return domain


def _a_label(domain: str, shown: str) -> str:
    import idna  # noqa: PLC0415

    try:
        return idna.encode(domain, uts46=True).decode("ascii").lower().rstrip(".")
    except (idna.IDNAError, UnicodeError) as error:
        raise UsageError(f"{shown} is no internationalised domain name: {show(str(error), 120)}") from error


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
