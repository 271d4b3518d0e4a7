"""The simulated appliance's ``daneverify``: it really looks, over its own resolvers and network, and says what it saw.

The walk is the vendor's (MX, address, connection, TLSA, certificate; the next host or address after an insecure one),
the validation is ``proving``, the comparison with TLSA records is a small one of its own.  Lines that the vendor's
document shows are printed as it shows them.  For everything else (no record, a failed lookup, a certificate that does
not match, no STARTTLS, nobody there) no wording is known: those lines are **synthetic**, in five variants, and nobody
may take one of them for the truth.

May import the standard library, cryptography, ``fleet.clock``, ``fleet.errors``, ``fleet.model``, ``fleet.network``
and the lab's own modules.
"""

import asyncio
import hashlib
import re
import ssl
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fleet.clock import now
from fleet.errors import FailureKind, RemoteError
from fleet.lab.nodes.place import Place, PlaceNetwork
from fleet.lab.nodes.proving import Proven, Prover
from fleet.model import Existence, Security
from fleet.model.resolver import Resolver
from fleet.network import Stream, TlsSession

SMTP_SECONDS = 3.0
_INTERFACE = "10.0.2.11"
_NAME = re.compile(r"[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")

NO_RECORD = (
    "No {rdtype} record found for {what}",
    "{rdtype} record not found for {what}",
    "{state} {existence}: no {rdtype} records for {what}",
    "There are no {rdtype} records for {what}.",
    "{rdtype} lookup of {what} returned {existence} ({state})",
)
LOOKUP_FAILED = (
    "DNS lookup failed for {rdtype} record of {what}",
    "{rdtype} query for {what} failed: SERVFAIL",
    "Error looking up {rdtype} for {what}: timed out",
    "{rdtype} record lookup error for {what}",
    "Unable to resolve {rdtype} record for {what}.",
)
NO_CONNECTION = (
    "Connection to {address} failed.",
    "Could not connect to {address} on port 25: {why}",
    "Failed to connect to {address} ({why}).",
    "Connection to {address} on port 25 {why}.",
    "Unable to connect to {address}.",
)
NO_TLS = (
    "STARTTLS is not supported by {address}.",
    "TLS connection failed {domain}: STARTTLS not offered",
    "Remote server {address} does not advertise STARTTLS.",
    "No STARTTLS at {address}",
    "STARTTLS not available.",
)
BAD_CERTIFICATE = (
    "Certificate verification failed",
    "Certificate verification failed.",
    "Certificate verification error: certificate does not match the TLSA record",
    "Certificate for {host} did not match any TLSA record",
    "TLS certificate verification unsuccessful",
)
UNUSABLE = (
    "No usable TLSA record found for {what}",
    "TLSA records for {what} are not usable.",
    "All TLSA records of {what} are unusable",
    "None of the TLSA records for {what} can be used",
    "Unusable TLSA record for {what}",
)
VARIANTS = 5
_WHY = {FailureKind.TIMEOUT: "timed out", FailureKind.CONNECTION_REFUSED: "refused"}


@dataclass(frozen=True, slots=True)
class Verification:
    """One run: where the appliance stands, whom it asks, and which of the unknown wordings it uses."""

    place: Place
    resolvers: Sequence[Resolver]
    variant: int = 0

    async def lines(self, domain: str) -> AsyncIterator[str]:
        """What it prints, line by line as it gets there."""
        if not _NAME.fullmatch(domain):
            yield "Invalid domain name.\n"
            return
        async for line in _Run(self, domain).walk():
            yield f"{line}\n"


class _Run:
    def __init__(self, of: Verification, domain: str) -> None:
        self._network = PlaceNetwork(of.place, "appliance")
        self._at = now() + timedelta(seconds=of.place.clock)
        self._prover = Prover(self._network, of.resolvers, of.place.anchor, self._at)
        self._variant = of.variant % VARIANTS
        self._domain = domain
        self._ended = ""

    def _say(self, words: Sequence[str], **fields: str) -> str:
        return words[self._variant].format(domain=self._domain, **fields)

    def _missing(self, found: Proven, rdtype: str, what: str) -> str:
        if found.security is Security.INDETERMINATE:
            return self._say(LOOKUP_FAILED, rdtype=rdtype, what=what)
        state, existence = found.security.upper(), found.existence.upper()
        return self._say(NO_RECORD, rdtype=rdtype, what=what, state=state, existence=existence)

    async def walk(self) -> AsyncIterator[str]:
        """The whole of it."""
        async for line in self._hosts():
            yield line
        yield f"DANE {self._ended or 'FAILED'} for {self._domain}"
        yield "DANE verification completed."

    async def _hosts(self) -> AsyncIterator[str]:
        domain, mx = self._domain, await self._prover.look_up(self._domain, "MX")
        if mx.security is Security.BOGUS:
            yield f"BOGUS MX record found for {domain}"
            return
        if mx.existence is not Existence.DATA:
            yield self._missing(mx, "MX", domain)
            return
        listed = sorted((int(preference), name) for preference, name in (one.split() for one in mx.records))
        for at, (_preference, name) in enumerate(listed):
            host = name.rstrip(".")
            if at:
                yield f"Trying next MX record in {domain}"
            yield f"{mx.security.upper()} MX record({host}) found for {domain}"
            if mx.security is not Security.SECURE:
                yield f"{mx.security.upper()} MX record({host}) found. The command will still proceed."
            async for line in self._addresses(host, mx.security is Security.SECURE):
                yield line
            if self._ended:
                return

    async def _addresses(self, host: str, secure_mx: bool) -> AsyncIterator[str]:
        what = f"MX({host}) in {self._domain}"
        a = await self._prover.look_up(host, "A")
        if a.security is Security.BOGUS:
            yield f"BOGUS A record found for {what}"
            self._ended = "FAILED"
            return
        if a.existence is not Existence.DATA:
            yield self._missing(a, "A", what)
            return
        for at, address in enumerate(a.records):
            if at:
                yield f"Trying next A record ({address}) for {what}"
            yield f"{a.security.upper()} A record ({address}) found for {what}"
            if a.security is Security.SECURE:
                async for line in self._server(host, address, secure_mx):
                    yield line
                if self._ended:
                    return

    async def _server(self, host: str, address: str, secure_mx: bool) -> AsyncIterator[str]:
        what = f"MX({host}) in {self._domain}"
        yield f"Connecting to {address} on port 25."
        stream, why = await self._connect(address)
        if stream is None:
            yield self._say(NO_CONNECTION, address=address, why=why)
            return
        try:
            yield f"Connected to {address} from interface {_INTERFACE}."
            tlsa = await self._prover.look_up(f"_25._tcp.{host}", "TLSA")
            if tlsa.security is Security.BOGUS:
                yield f"BOGUS TLSA record found for {what}"
                self._ended = "FAILED"
                return
            if tlsa.existence is not Existence.DATA:
                yield self._missing(tlsa, "TLSA", what)
                self._ended = "FAILED"
                return
            yield f"{tlsa.security.upper()} TLSA record found for {what}"
            if tlsa.security is not Security.SECURE:
                return
            async for line in self._session(stream, host, address, [bytes.fromhex(one) for one in tlsa.records]):
                yield line
            if self._ended == "SUCCESS" and not secure_mx:
                self._ended = "FAILED"
        finally:
            await stream.close()

    async def _connect(self, address: str) -> tuple[Stream | None, str]:
        """A server that has greeted with 220, or a word for what it did instead."""
        try:
            async with asyncio.timeout(SMTP_SECONDS):
                stream = await self._network.open_tcp(address, 25, SMTP_SECONDS)
                if (await _reply(stream)).startswith("220"):
                    return stream, ""
        except TimeoutError:
            return None, "timed out"
        except RemoteError as error:
            return None, _WHY.get(error.failure.kind, "failed")
        await stream.close()
        return None, "failed"

    async def _session(self, stream: Stream, host: str, address: str, records: Sequence[bytes]) -> AsyncIterator[str]:
        usable = [one for one in records if len(one) > 3 and one[0] in (2, 3) and one[1] < 2 and one[2] < 3]
        if not usable:
            yield self._say(UNUSABLE, what=f"MX({host}) in {self._domain}")
            self._ended = "FAILED"
            return
        yield "Checking TLS connection."
        self._ended = "FAILED"
        try:
            async with asyncio.timeout(SMTP_SECONDS):
                session = await _start_tls(stream, host)
        except TimeoutError:
            session = None
        if session is None:
            yield self._say(NO_TLS, address=address)
            yield f"TLS connection failed {self._domain}."
            return
        yield f"TLS connection established: protocol {session.version}, cipher {session.cipher}."
        names = (host, self._domain)
        if not any(_matches(one, session.chain, names, self._at) for one in usable):
            yield self._say(BAD_CERTIFICATE, host=host)
            yield f"TLS connection failed {self._domain}."
            return
        yield "Certificate verification successful"
        yield f"TLS connection succeeded {self._domain}."
        self._ended = "SUCCESS"


async def _reply(stream: Stream) -> str:
    """One reply.  Raises RemoteError."""
    received = b""
    while not re.search(rb"(?m)^\d{3} [^\n]*\n", received):
        part = await stream.read(4096)
        if not part or len(received) > 65_536:
            return ""
        received += part
    return received.decode("ascii", "replace")


async def _start_tls(stream: Stream, host: str) -> TlsSession | None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        await stream.write(b"EHLO appliance.office.lab\r\n")
        if "STARTTLS" not in await _reply(stream):
            return None
        await stream.write(b"STARTTLS\r\n")
        if not (await _reply(stream)).startswith("220"):
            return None
        return await stream.start_tls(context, host, 65_536)
    except RemoteError:
        return None


def _matches(record: bytes, chain: Sequence[bytes], names: Sequence[str], at: datetime) -> bool:
    """Whether one TLSA record names the chain: the leaf (3), or an authority above a leaf with a right name (2)."""
    usage, selector, matching, data = record[0], record[1], record[2], record[3:]
    certificates = [x509.load_der_x509_certificate(der) for der in chain]

    def is_for(certificate: x509.Certificate) -> bool:
        selected = certificate.public_bytes(Encoding.DER)
        if selector == 1:
            selected = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        digest = {0: selected, 1: hashlib.sha256(selected).digest(), 2: hashlib.sha512(selected).digest()}
        return digest[matching] == data

    if usage == 3:
        return is_for(certificates[0])
    for top, certificate in enumerate(certificates[1:], start=1):
        if is_for(certificate):
            path = certificates[: top + 1]
            return _named(path[0], names) and all(map(_issued, path, path[1:])) and all(_dated(one, at) for one in path)
    return False


def _named(leaf: x509.Certificate, names: Sequence[str]) -> bool:
    try:
        listed = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return False
    return not set(names).isdisjoint(listed.get_values_for_type(x509.DNSName))


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _dated(certificate: x509.Certificate, at: datetime) -> bool:
    return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc
