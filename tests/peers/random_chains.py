"""Random chains and TLSA sets as whole destinations, asked by posttls-finger and by our engine; run in a namespace.

    ip netns exec NAME python random_chains.py FOLDER FIRST-SEED CASES > results.jsonl

Every case is a mail server for the same host name on an address of its own (127.0.2.N), with a resolver of its own
(127.0.3.N) that claims, by the AD bit, to have validated what it says: that is all Postfix asks of a resolver.
posttls-finger finds its resolver by a mount of its own over resolv.conf.  Our engine is given the same answers as
secure, and holds its own SMTP session.
"""

import asyncio
import json
import random
import ssl
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

sys.path.insert(0, str(Path(__file__).parents[1] / "dane"))

from chains import HOST, Case, private_key, random_case

from fleet.dane import SmtpSettings, Walker, ladder
from fleet.dane.match import match_chain
from fleet.decision import judge
from fleet.model import Existence, Lookup, Mode, Policy, ResolverWord, Security
from fleet.network.host import HostNetwork

AT_ONCE = 4
UNPACED = SmtpSettings(per_address=8, new_per_second=10_000)
FINGER = ("posttls-finger", "-c", "-l", "dane", "-L", "summary,verbose", HOST)
_MOUNTED = ("unshare", "--mount", "sh", "-c", 'mount --bind "$0" /etc/resolv.conf && exec "$@"')
_UDP_OCTETS = 1232


@dataclass(frozen=True)
class Served:
    """One case with the number that its two addresses end in."""

    number: int
    seed: int
    case: Case

    @property
    def server(self) -> str:
        return f"127.0.2.{self.number}"

    @property
    def resolver(self) -> str:
        return f"127.0.3.{self.number}"

    def records(self, name: str, rdtype: str) -> list[bytes]:
        """Rdata of what this destination has at ``name``."""
        if (name, rdtype) == (HOST, "A"):
            return [bytes((127, 0, 2, self.number))]
        if (name, rdtype) == (f"_25._tcp.{HOST}", "TLSA"):
            return list(dict.fromkeys(self.case.records))
        return []


class Resolver(asyncio.DatagramProtocol):
    """A resolver that says of everything that it is proven."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        assert self._transport is not None
        reply = self.reply(data)
        if len(reply) > _UDP_OCTETS:
            reply = self.reply(data, cut=True)
        self._transport.sendto(reply, addr)

    async def stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readexactly(int.from_bytes(await reader.readexactly(2), "big"))
        reply = self.reply(asked)
        writer.write(len(reply).to_bytes(2, "big") + reply)
        await writer.drain()
        writer.close()

    def reply(self, asked: bytes, cut: bool = False) -> bytes:
        query = dns.message.from_wire(asked)
        reply = dns.message.make_response(query, recursion_available=True)
        reply.flags |= dns.flags.AD | (dns.flags.TC if cut else 0)
        question = query.question[0]
        kind = dns.rdatatype.to_text(question.rdtype)
        name = question.name.to_text(omit_final_dot=True).lower()
        found = [] if cut else self._served.records(name, kind)
        if found:
            rrset = dns.rrset.RRset(question.name, question.rdclass, question.rdtype)
            for rdata in found:
                rrset.add(dns.rdata.GenericRdata(dns.rdataclass.IN, question.rdtype, rdata), 300)
            reply.answer.append(rrset)
        return reply.to_wire(max_size=65535)


class MailServer:
    """EHLO, STARTTLS, QUIT, and the chain of the case."""

    def __init__(self, served: Served, folder: Path) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.set_ciphers("ALL:@SECLEVEL=0")  # what a client makes of weak chains is the question
        path = folder / f"{served.number}.pem"
        key = private_key(served.case.leaf_key)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        for der in served.case.chain:
            pem += x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)
        path.write_bytes(pem)
        self._context.load_cert_chain(path)

    async def stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(b"220 mx ESMTP\r\n")
            while line := (await reader.readline()).strip().upper():
                if line == b"STARTTLS":
                    writer.write(b"220 go ahead\r\n")
                    await writer.drain()
                    await writer.start_tls(self._context)
                elif line == b"QUIT":
                    writer.write(b"221 bye\r\n")
                    await writer.drain()
                    break
                else:
                    writer.write(b"250-mx\r\n250 STARTTLS\r\n")
        except (OSError, ssl.SSLError):
            pass  # the client has seen enough
        finally:
            writer.close()


async def serve(served: Served, folder: Path) -> None:
    """Start everything of one case."""
    loop, resolver = asyncio.get_running_loop(), Resolver(served)
    await loop.create_datagram_endpoint(lambda: resolver, local_addr=(served.resolver, 53))
    await asyncio.start_server(resolver.stream, served.resolver, 53)
    await asyncio.start_server(MailServer(served, folder).stream, served.server, 25)
    (folder / f"{served.number}.conf").write_text(f"nameserver {served.resolver}\noptions edns0 trust-ad timeout:5\n")


async def finger(served: Served, folder: Path) -> str:
    """What posttls-finger prints."""
    command = [*_MOUNTED, str(folder / f"{served.number}.conf"), *FINGER]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=asyncio.subprocess.STDOUT)
    said, _ = await process.communicate()
    return said.decode(errors="replace")


def secure(served: Served, name: str, rdtype: str) -> Lookup:
    """The resolver's answer as our validator would hand it on, had it been signed."""
    found = served.records(name, rdtype)
    shown = [".".join(map(str, rdata)) if rdtype == "A" else rdata.hex() for rdata in found]
    existence = Existence.DATA if found else Existence.NODATA
    return Lookup(
        name=name,
        rdtype=rdtype,
        resolver=f"{served.resolver}:53",
        security=Security.SECURE,
        existence=existence,
        rcode="NOERROR",
        canonical=name,
        records=tuple(shown),
        word=ResolverWord("NOERROR", ad=True, existence=existence),
    )


async def ours(served: Served) -> dict[str, Any]:
    """Our judgement of the same destination by Postfix's rules."""
    # Every case is the same host name, so the walk is told by its resolvers which case it is in.
    walker = Walker(HostNetwork(), (served,), UNPACED)  # type: ignore[arg-type]
    judgement = judge(await walker.walk(HOST), Policy.POSTFIX, Mode.OPPORTUNISTIC)
    match = match_chain(served.case.chain, served.case.records, (HOST,), datetime.now(UTC))
    return {"outcome": judgement.outcome, "matched": match.matched, "usable": match.usable, "sentence": match.sentence}


async def look_up(resolvers: Sequence[Any], name: str, rdtype: str, **_how: Any) -> Lookup:
    """In the place of ``fleet.dnssec.lookup.look_up``."""
    return secure(resolvers[0], name, rdtype)


async def main(folder: Path, first: int, count: int) -> None:
    """Serve every case, ask about every case, print a JSON line each."""
    seeds = enumerate(range(first, first + count), 1)
    cases = [Served(number, seed, random_case(random.Random(seed))) for number, seed in seeds]
    for served in cases:
        await serve(served, folder)
    gate = asyncio.Semaphore(AT_ONCE)

    async def compared(served: Served) -> dict[str, Any]:
        async with gate:
            said = await finger(served, folder)
            mine = await ours(served)
        return {"seed": served.seed, "oddities": sorted(served.case.oddities), "said": said, **mine}

    for result in await asyncio.gather(*map(compared, cases)):
        print(json.dumps(result))


if __name__ == "__main__":
    ladder.look_up = look_up  # type: ignore[assignment]
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
