"""asyncssh loaded once, before anything here imports it, without the compilers that it would start.

May import asyncssh and ``fleet.network``.
"""

from fleet.network.libraries import found_by_the_loader

with found_by_the_loader():
    import asyncssh  # noqa: F401
