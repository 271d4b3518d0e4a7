"""What this host calls itself to mail servers.  May import the standard library."""

import re
import socket

_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


def own_name() -> str:
    """What EHLO says: this machine's name where that is a host name (RFC 5321 4.1.1.1)."""
    name = socket.gethostname().strip().rstrip(".").lower().replace("_", "-")
    whole = 0 < len(name) <= 253 and all(_LABEL.fullmatch(label) for label in name.split("."))
    return name if whole else "localhost"
