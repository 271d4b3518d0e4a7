"""Questions of one proof that go to different resolvers: a client with split DNS asks for each name where it belongs.

Whoever proves a name of an alternate server's domain asks for the keys of the zones above it too, and those names are
nobody's but the usual resolvers'.  So ``split`` carries each question to the resolvers of its own name, one after the
other until one answers; SERVFAIL and refusals are no answers.

May import dnspython, ``fleet.errors`` and this package's ``fetch``.
"""

from collections.abc import Callable, Sequence

import dns.message
import dns.rcode

from fleet.dnssec.fetch import Transport
from fleet.errors import Failure, FailureKind, RemoteError

_ANSWERS = (dns.rcode.NOERROR, dns.rcode.NXDOMAIN)


def split(whom: Callable[[str], Sequence[Transport]], nobody: str) -> Transport:
    """A transport over those that ``whom`` names for a name; ``nobody``: what to say where that is none."""

    async def ask(query: dns.message.Message) -> dns.message.Message:
        found: dns.message.Message | None = None
        failed = RemoteError(Failure(FailureKind.NOT_OBSERVED, nobody))
        for transport in whom(query.question[0].name.to_text(omit_final_dot=True)):
            try:
                found = await transport(query)
            except RemoteError as error:
                failed = error
                continue
            if found.rcode() in _ANSWERS:
                return found
        if found is None:
            raise failed
        return found

    return ask
