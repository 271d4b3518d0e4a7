"""Message ids that nobody can predict (RFC 5452 section 9.1), drawn from the system a thousand at a time.

Asking the system for two octets costs as much as for two thousand, and a check sends dozens of ids.
May import the standard library only.
"""

import os

_OCTETS = 2048


class _Pool:
    """Random octets, each handed out once.  Not to be shared with a forked process, which would repeat them."""

    def __init__(self) -> None:
        self._octets = b""
        self._at = 0

    def take(self) -> bytes:
        if self._at >= len(self._octets):
            self._octets, self._at = os.urandom(_OCTETS), 0
        self._at += 2
        return self._octets[self._at - 2 : self._at]

    def forget(self) -> None:
        self._octets, self._at = b"", 0


_pool = _Pool()
os.register_at_fork(after_in_child=_pool.forget)


def message_id() -> bytes:
    """Two random octets."""
    return _pool.take()
