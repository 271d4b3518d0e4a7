"""How names, types and spans of time are written in the sentences an operator reads.

One spelling everywhere: names in lower case without the final dot, the root as ``.``, types by mnemonic.
May import nothing of the project.
"""

from functools import lru_cache

import dns.name
import dns.rdatatype

_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


def name_text(name: dns.name.Name) -> str:
    """Presentation form in lower case without the final dot; the root is ``.``."""
    return _labels_text(name.labels)


@lru_cache(maxsize=4096)
def _labels_text(labels: tuple[bytes, ...]) -> str:
    return "." if labels == (b"",) else dns.name.Name(labels).to_text(omit_final_dot=True).lower()


@lru_cache(maxsize=256)
def type_text(rdtype: int) -> str:
    """Mnemonic of a record type, ``TYPE12345`` where it has none (RFC 3597)."""
    return dns.rdatatype.to_text(dns.rdatatype.RdataType.make(rdtype))


def rrset_text(rdtype: int, name: dns.name.Name) -> str:
    """An RRset as a sentence names it: ``MX example.org``."""
    return f"{type_text(rdtype)} {name_text(name)}"


def span_text(seconds: float) -> str:
    """A span of time in its largest whole unit: ``2 days``, ``1 hour``."""
    for unit, size in _UNITS:
        count = int(seconds // size)
        if count:
            return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
    return "0 seconds"
