"""Names as keys of dictionaries.

dnspython computes the hash of a name octet by octet, and compares names label by label, every time; a check asks for
hundreds of them.  May import dnspython only.
"""

import dns.name

Folded = tuple[bytes, ...]
"""The labels of a name in lower case."""


def folded(name: dns.name.Name) -> Folded:
    """The same for equal names, and for no others (RFC 4343)."""
    return tuple(map(bytes.lower, name.labels))
