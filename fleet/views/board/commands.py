"""Commands that ask again, by hand, what a check asked: dig, openssl, and our own.

They are made to be pasted into a shell, and names in them come from strangers' name servers.  A name or address that is
not of the few characters hosts are written in is therefore left out with a sentence, never quoted and hoped for.

May import ``fleet.model`` and its own package.
"""

import re
from collections.abc import Iterator

from fleet.model import AddressStep, ContactStep, Lookup, MxStep, TlsaStep, Verdict
from fleet.text import show

_PLAIN = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,252}[A-Za-z0-9_])?")
_ADDRESS = re.compile(r"[0-9A-Fa-f:.]{2,45}")
_RDTYPE = re.compile(r"[A-Z0-9]{1,12}")


def reproducing(verdict: Verdict) -> Iterator[str]:
    """A command for each question and dialogue of ``verdict``, in its order, each once."""
    yield from dict.fromkeys(_commands(verdict))


def check_command(domain: str, resolvers: tuple[str, ...] = ()) -> str:
    """Our own check of one domain."""
    if not _PLAIN.fullmatch(domain):
        return _unfit(domain)
    asked = "".join(f" --resolver {one}" for one in resolvers if re.fullmatch(r"[0-9A-Fa-f:.\[\]#]{2,50}", one))
    return f"fleet check {domain}{asked} --explain"


def _commands(verdict: Verdict) -> Iterator[str]:
    yield check_command(verdict.domain, verdict.resolvers)
    for step in verdict.steps:
        match step:
            case MxStep() | TlsaStep():
                yield from _dig(step.lookup)
            case AddressStep():
                for lookup in (step.a, step.aaaa, step.cname):
                    if lookup is not None:
                        yield from _dig(lookup)
            case ContactStep():
                yield _openssl(step)


def _dig(lookup: Lookup) -> Iterator[str]:
    """With CD for what we validated, without it for the resolver's own word where that may differ."""
    server = _server(lookup.resolver)
    if not (_PLAIN.fullmatch(lookup.name) and _RDTYPE.fullmatch(lookup.rdtype)):
        yield _unfit(lookup.name)
        return
    yield f"dig{server} +dnssec +cdflag {lookup.name} {lookup.rdtype}"
    if lookup.reason is not None or lookup.failure is not None:
        yield f"dig{server} +dnssec {lookup.name} {lookup.rdtype}"


def _server(resolver: str) -> str:
    host, _, port = resolver.rpartition(":")
    host = host.strip("[]")
    if not _ADDRESS.fullmatch(host) or not port.isdecimal():
        return ""
    return f" @{host}" + (f" -p {port}" if port != "53" else "")


def _openssl(step: ContactStep) -> str:
    contact = step.contact
    name = contact.sni or contact.host
    if not (_PLAIN.fullmatch(name) and _ADDRESS.fullmatch(contact.address)):
        return _unfit(name)
    address = f"[{contact.address}]" if ":" in contact.address else contact.address
    return f"openssl s_client -starttls smtp -connect {address}:{contact.port} -servername {name} -showcerts </dev/null"


def _unfit(name: str) -> str:
    return f"# no command for {show(name, 100)}: not a name to paste into a shell"
