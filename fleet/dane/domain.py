"""What an operator types as a destination, as the name DNS is asked for.

May import the standard library, ``fleet.domains``, ``fleet.errors`` and ``fleet.text``.
"""

import ipaddress

from fleet.domains import DomainError, domain
from fleet.errors import UsageError
from fleet.text import show


def domain_name(text: str) -> str:
    """``text`` as a lower-case A-label domain without the final dot.

    Raises UsageError with one sentence for anything that is no mail domain, such as an address literal (DANE does not
    apply to it, RFC 7672 2.2) or an e-mail address.
    """
    given = text.strip()
    shown = f"'{show(given, 80)}'"
    if not given.strip("."):
        raise UsageError("a destination is empty: give a domain such as example.org")
    if _is_address(given.rstrip(".").strip("[]").lower().removeprefix("ipv6:")):
        raise UsageError(f"{shown} is an address literal: DANE does not apply to it, mail goes there directly")
    try:
        return domain(given)
    except DomainError as unfit:
        raise UsageError(f"{shown} {unfit}") from None


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
