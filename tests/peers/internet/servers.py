"""The SMTP servers of the lab: one Postfix smtpd per address, each with the chain its name promises.

``SERVERS`` is the table; ``Pki`` issues what it needs.  Imports the sibling ``certificates`` and the standard library.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from internet.certificates import Identity, issue


class Authorities:
    """``authority`` signs leaves and ``issuing``, which signs leaves too; ``stranger`` signs nothing."""

    def __init__(self) -> None:
        self.authority = issue("Lab authority", authority=True)
        self.issuing = issue("Lab intermediate", issuer=self.authority, authority=True)
        self.stranger = issue("Nobody's authority", authority=True)

    def named(self) -> dict[str, Identity]:
        """For the zone templates."""
        return {"authority": self.authority, "issuing": self.issuing, "stranger": self.stranger}

    def signed(self, *names: str, expired: bool = False) -> list[Identity]:
        """A leaf for ``names`` with the authority behind it."""
        return [issue(names[0], names, issuer=self.authority, expired=expired), self.authority]


Chains = list[list[Identity]]
"""Chains a server presents, one per kind of key; the key of each first certificate belongs to the server."""


@dataclass(frozen=True, slots=True)
class Server:
    """One listener: what it presents and any other smtpd settings."""

    name: str
    address: str
    about: str
    chains: Callable[[Authorities], Chains]
    settings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Running:
    """A server with its chains issued; formats itself as address (no spec) or TLSA rdata of its first leaf."""

    server: Server
    chains: Chains

    def __format__(self, spec: str) -> str:
        return format(self.chains[0][0], spec) if spec else self.server.address

    def write(self, folder: Path) -> Path:
        """Write key and certificates as smtpd_tls_chain_files wants them."""
        path = folder / f"{self.server.name}.pem"
        path.write_text("".join(chain[0].key_pem + "".join(part.pem for part in chain) for chain in self.chains))
        return path


def _one(build: Callable[[Authorities], list[Identity]]) -> Callable[[Authorities], Chains]:
    return lambda authorities: [build(authorities)]


def _self_signed(*names: str, expired: bool = False, use_rsa: bool = False) -> Callable[[Authorities], Chains]:
    return lambda _: [[issue(names[0] if names else "somebody", names, expired=expired, use_rsa=use_rsa)]]


def _two_kinds_of_key(_: Authorities) -> Chains:
    return [[issue("somebody", use_rsa=True)], [issue("somebody")]]


def _through_intermediate(authorities: Authorities) -> list[Identity]:
    names = ("mail.intermediate.dlab", "mail.rootabsent.dlab")
    return [issue(names[0], names, issuer=authorities.issuing), authorities.issuing]


def _names_absent(authorities: Authorities) -> list[Identity]:
    return [issue("mail.cnonly.dlab", issuer=authorities.authority), authorities.authority]


def _authority_not_sent(authorities: Authorities) -> list[Identity]:
    return authorities.signed("mail.tafull.dlab", "mail.takey.dlab", "mail.taabsent.dlab")[:1]


REFUSING = "127.0.1.250"
"""Nothing listens here."""

SERVERS = (
    Server("own", "127.0.1.1", "self-signed, no name of ours", _self_signed()),
    Server("other", "127.0.1.2", "self-signed, another key", _self_signed()),
    Server("rsa", "127.0.1.3", "self-signed RSA", _self_signed(use_rsa=True)),
    Server("expired", "127.0.1.4", "self-signed, expired", _self_signed(expired=True)),
    Server("selfca", "127.0.1.5", "self-signed, right names", _self_signed("mail.selfta.dlab", "mail.selftakey.dlab")),
    Server("twokeys", "127.0.1.6", "RSA and ECDSA certificates", _two_kinds_of_key),
    Server(
        "ta",
        "127.0.1.10",
        "leaf and authority",
        _one(lambda a: a.signed("mail.ta.dlab", "mail.tamixed.dlab", "mail.tawrong.dlab", "mail.tareserved.dlab")),
    ),
    Server("tanotsent", "127.0.1.11", "leaf without its authority", _one(_authority_not_sent)),
    Server("taname", "127.0.1.12", "leaf for another name", _one(lambda a: a.signed("mail.elsewhere.example"))),
    Server("taexp", "127.0.1.13", "expired leaf", _one(lambda a: a.signed("mail.taexp.dlab", expired=True))),
    Server(
        "nexthop",
        "127.0.1.14",
        "leaf for recipient domains only",
        _one(lambda a: a.signed("nexthop.dlab", "nexthopunsigned.dlab", "aliased.dlab", "target.dlab")),
    ),
    Server("cnonly", "127.0.1.15", "name in the CN only", _one(_names_absent)),
    Server("wildname", "127.0.1.16", "wildcard name", _one(lambda a: a.signed("*.wildname.dlab"))),
    Server("intermediate", "127.0.1.17", "leaf and intermediate, root not sent", _one(_through_intermediate)),
    Server("tahosts", "127.0.1.18", "leaf for an expanded host name", _one(lambda a: a.signed("real.tacname.dlab"))),
    Server("plain", "127.0.1.20", "no STARTTLS", _self_signed(), ("smtpd_tls_security_level=none",)),
    Server(
        "nocipher",
        "127.0.1.21",
        "offers STARTTLS, shares no cipher with anybody",
        _self_signed(),
        ("smtpd_tls_protocols=TLSv1.2", "tls_medium_cipherlist=aPSK"),
    ),
    Server(
        "unwilling",
        "127.0.1.22",
        "greets with 554",
        _self_signed(),
        ("smtpd_delay_reject=no", "smtpd_client_restrictions=reject"),
    ),
)


def issue_all(authorities: Authorities) -> dict[str, Running]:
    """Every server with its certificates, by name."""
    return {server.name: Running(server, server.chains(authorities)) for server in SERVERS}
