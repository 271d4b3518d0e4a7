"""An IP address with a port, as operators write it."""

import ipaddress
from dataclasses import dataclass

from fleet.errors import UsageError
from fleet.text import show


@dataclass(frozen=True, slots=True, order=True)
class Endpoint:
    """An IP address in canonical form and a port."""

    address: str
    port: int

    def __str__(self) -> str:
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


def parse_endpoint(text: str, default_port: int) -> Endpoint:
    """Read ``192.0.2.1``, ``192.0.2.1:53``, ``2001:db8::1`` or ``[2001:db8::1]:53``.

    Raises UsageError with one sentence for anything else; host names are refused, because which address a name has
    would depend on the very resolvers that are to be judged.
    """
    host, port = text.strip(), ""
    if host.startswith("["):
        host, bracket, port = host[1:].partition("]")
        if not bracket or (port and not port.startswith(":")):
            raise _unreadable(text)
        port = port[1:]
    elif host.count(":") == 1:
        host, _, port = host.partition(":")
        if not port:
            raise _unreadable(text)
    try:
        address = str(ipaddress.ip_address(host))
        number = int(port) if port else default_port
    except ValueError as error:
        raise _unreadable(text) from error
    if not 0 < number < 65536:
        raise _unreadable(text)
    return Endpoint(address, number)


def _unreadable(text: str) -> UsageError:
    return UsageError(f"'{show(text, 80)}' is no IP address, with or without a port (192.0.2.1:53, [2001:db8::1]:53)")
