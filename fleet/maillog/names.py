"""Names out of log lines: a domain that is one, or nothing; an address loses its local part here.

May import the standard library only.
"""

import re
from functools import lru_cache

_DOMAIN = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_ADDRESS = re.compile(r"[0-9a-f.:]{2,45}")
_LONGEST = 253


@lru_cache(maxsize=16384)
def domain_of(text: str) -> str:
    """``text`` as a domain in lower case without its final dot; empty where it is none (or not in ASCII)."""
    name = text.strip().rstrip(".").lower()
    return name if len(name) <= _LONGEST and _DOMAIN.fullmatch(name) else ""


def recipient_domain(address: str) -> str:
    """The domain of a recipient's address; what stands before the last ``@`` is dropped for good."""
    _, at, domain = address.rpartition("@")
    return domain_of(domain.rstrip(">")) if at else ""


def ip_of(text: str) -> str:
    """``text`` where it looks like an IP address, else empty."""
    text = text.strip().lower()
    return text if _ADDRESS.fullmatch(text) else ""
