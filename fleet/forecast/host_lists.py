"""Exim's host lists after a change: what stands in them already stays, and what is refused stands first.

The first item of a list that fits a host decides, and a list that ends with a refusal means everybody else: so a lone
``!host`` would turn DANE on for all others, and a list that leaves out what is there would turn it off.

May import ``fleet.layout`` and ``fleet.model``.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from fleet.layout.exim import REQUIRE, TRY, TRY_DEFAULT
from fleet.model.peers import EximSettings

TLS = "hosts_require_tls"


@dataclass(frozen=True, slots=True)
class Names:
    """Mail hosts by what is to be done with them.

    ``clear``: TLS need not be required of them.  ``everybody``: DANE is tried with all others too.
    """

    tried: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    clear: tuple[str, ...] = ()
    everybody: bool = False


def host_lists(exim: EximSettings, now: Names, earlier: Names) -> Iterator[tuple[str, str]]:
    """The lists that ``now`` changes, whole: (option, value), over what is set and what was entered ``earlier``."""
    required = (*earlier.required, *now.required)
    refused = (*earlier.refused, *now.refused)
    tried = (*earlier.tried, *now.tried)
    declared = TRY_DEFAULT if exim.hosts_try_dane is None else exim.hosts_try_dane
    if now.tried or now.refused or now.everybody:
        base = TRY_DEFAULT if earlier.everybody or now.everybody else declared
        value = _with(base, tried, refused)
        if value != declared.strip():
            yield TRY, value
    lowered = [host for host in (*refused, *tried) if host not in required]
    value = _with(exim.hosts_require_dane or "", required, [*refused, *lowered])
    if value != (exim.hosts_require_dane or "").strip() and (now.required or exim.hosts_require_dane):
        yield REQUIRE, value
    if now.clear and (exim.hosts_require_tls or "").strip():
        yield TLS, _with(exim.hosts_require_tls or "", (), now.clear)


def lists_now(exim: EximSettings) -> tuple[str, ...]:
    """The lists as they are set, as lines of the smtp transport."""
    options = ((TRY, exim.hosts_try_dane), (REQUIRE, exim.hosts_require_dane), (TLS, exim.hosts_require_tls))
    return tuple(
        f"smtp transport: {name} = {value}".rstrip() if value is not None else f"smtp transport: no line for {name}"
        for name, value in options
    )


def _with(text: str, added: Sequence[str], refused: Iterable[str]) -> str:
    """A list with ``added`` hosts in it and ``refused`` ones out of it; everything else stays as it is."""
    separator, body = (text[1], text[2:].strip()) if text.startswith("<") and len(text) > 1 else (":", text.strip())
    items = [item.strip() for item in body.split(separator)] if body else []
    out = [f"!{host}" for host in dict.fromkeys(refused)]
    there = {item for item in items if item == "*" or f"!{item}" not in items}
    new = [host for host in dict.fromkeys(added) if f"!{host}" not in out]
    new = [host for host in new if f"!{host}" in items or not there & {host, "*"}]
    if not new and not items:
        return ""
    front = [item for item in out if item not in items[:1]]
    return f"<{separator} " * (separator != ":") + f" {separator} ".join((*front, *new, *items))
