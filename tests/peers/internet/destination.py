"""What a destination of the lab is, what Postfix was seen to decide about it, and short ways to write one down.

A destination is one recipient domain; most have a zone of the same name below ``dlab.``.  ``dane`` and ``dane_only``
record what Postfix 3.7 does at those levels: they keep the lab honest (a broken lab holds all mail) and give a reader
the answer beside the question.  The rows stand in ``by_certificate``, ``by_name`` and ``by_security``.  Imports the
sibling ``zones`` only.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from internet.zones import Ds, Fault, Keys, Period, Signer, Zone


class Delivery(StrEnum):
    """What an MTA did with a message, as far as its log tells."""

    VERIFIED = "sent, verified"
    TRUSTED = "sent, matched by TLSA records of a host that an insecure MX names"
    TLS = "sent over TLS, nobody verified"
    CLEAR = "sent in clear"
    HELD = "deferred"
    BOUNCED = "bounced"


VERIFIED, TRUSTED, TLS, CLEAR, HELD, BOUNCED = Delivery


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one recipient: the delivery, its enhanced status code if logged, and the MTA's own words."""

    delivery: Delivery
    dsn: str
    words: str


@dataclass(frozen=True, slots=True)
class Destination:
    """A recipient domain with what Postfix does at level dane and at level dane-only."""

    domain: str
    about: str
    dane: Delivery
    dane_only: Delivery
    zone: Zone | None = None


MAIL = "@ MX 10 mail\nmail A {own}\n"
GOOD = MAIL + "_25._tcp.mail TLSA {own:3 1 1}\n"


UNSIGNED: dict[str, Any] = {"signer": Signer.NONE, "ds": Ds.ABSENT}
"""A zone nobody signs below a parent that says so."""


def hosts(*names: str) -> str:
    """MX records for hosts below ``dlab.``, best first."""
    return "".join(f"@ MX {10 * number} {name}.dlab.\n" for number, name in enumerate(names, start=1))


def zoned(
    label: str,
    about: str,
    dane: Delivery,
    dane_only: Delivery,
    records: str = GOOD,
    *,
    domain: str = "",
    signer: Signer = Signer.NSEC,
    ds: Ds = Ds.RIGHT,
    algorithm: str = "ECDSAP256SHA256",
    key_bits: int = 0,
    keys: Keys = Keys.ONE,
    period: Period = Period.NOW,
    faults: tuple[tuple[str, str, Fault], ...] = (),
    ask: tuple[tuple[str, str], ...] = (),
) -> Destination:
    """A destination with a zone ``label.dlab`` of its own; ``domain`` where the recipient domain is another name."""
    zone = Zone(f"{label}.dlab", records, signer, ds, algorithm, key_bits, keys, period, faults, ask)
    return Destination(domain or zone.name, about, dane, dane_only, zone)


def tlsa(
    label: str, about: str, dane: Delivery, dane_only: Delivery, server: str, *rdata: str, address: str = ""
) -> Destination:
    """A signed destination with one host on ``server`` and these TLSA records."""
    records = f"@ MX 10 mail\nmail A {address or '{' + server + '}'}\n"
    records += "".join(f"_25._tcp.mail {'' if part.startswith('TYPE52') else 'TLSA '}{part}\n" for part in rdata)
    return zoned(label, about, dane, dane_only, records)
