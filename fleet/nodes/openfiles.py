"""How many sockets this process may hold.  May import the standard library only."""

import resource

_RESERVED = 128
"""Files for everything else: history, logs, DNS, the terminal."""


def room_for(sockets: int) -> int:
    """``sockets``, or as many as the system lets this process open, raising its own soft limit where it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = sockets + _RESERVED
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return sockets if soft == resource.RLIM_INFINITY else max(1, min(sockets, soft - _RESERVED))
