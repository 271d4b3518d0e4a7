"""Names and banners that mean more to a terminal or a parser than to DNS, from the wire to what people read."""

import json

import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.MX
import dns.rrset
import pytest
from adversary import NOW, Server, World, assert_no_dane, internet, outcomes, tree

from fleet.dane import domain_name
from fleet.dane.transcript import render
from fleet.decision import judge_all
from fleet.errors import UsageError
from fleet.faces.export.json import check_document, dumps
from fleet.faces.export.look import Look
from fleet.faces.export.text import check_block, check_table
from fleet.model import Outcome, Verdict
from fleet.views import check_row, explanation, ladder

LABELS = {
    "escape sequence": b"\x1b]52;c;ZXZpbA==\x07",
    "markup": b"[bold red]mx[/]",
    "line ends": b"mx\r\nMAIL FROM:<>",
    "8-bit": b"\xff\xfe\x80b\xfccher",
    "a dot of its own": b"mx.evil",
    "a backslash": b"\\064\\",
    "quotes and spaces": b"\" ' mx ;$(reboot)",
    "null octets": b"\x00\x00",
    "bidirectional": "\u202egro.elpmaxe".encode(),
    "no A-label": b"xn--a-\xff",
    "an address": b"127.0.0.1",
    "the longest": b"\xff" * 63,
    "a star": b"*",
    "an underscore": b"_25",
}


def hostile(label: bytes, banner: bytes = b"") -> object:
    """A destination whose MX host and alias carry ``label``."""
    zone = tree.make_zone("name.org.", algorithm=15)
    host = dns.name.Name((label, *zone.origin.labels))
    alias = dns.name.Name((b"a" + label[:62], *zone.origin.labels))
    mx = dns.rdtypes.ANY.MX.MX(dns.rdataclass.IN, dns.rdatatype.MX, 10, host)
    zone.nodes[zone.origin][mx.rdtype] = dns.rrset.from_rdata(zone.origin, 3600, mx)
    zone.add(host, "CNAME", alias.to_text())
    zone.add(alias, "A", "198.51.100.1")
    zone.add(dns.name.Name((b"_25", b"_tcp", *alias.labels)), "TLSA", "3 1 1 " + "ab" * 32)
    return internet(zone)


def everything_people_read(verdict: Verdict) -> list[str]:
    """The lines of every form in which a verdict is told."""
    judged = judge_all(verdict)
    row = check_row(verdict, judged, now=NOW)
    shown = check_table([row]) + check_block(row, ladder(verdict), explanation(verdict, judged), Look(80))
    return [*shown.splitlines(), *(line.text for line in render(verdict)), dumps(check_document(verdict, judged))]


@pytest.mark.parametrize("kind", LABELS)
def test_a_host_of_a_hostile_name_is_walked_like_any_other(world: World, kind: str) -> None:
    world.serve(hostile(LABELS[kind]))

    async def script(server: Server) -> None:
        await server.say(b"220 " + LABELS[kind].replace(b"\n", b"") + b"\x1b[2J\r\n")
        await server.hear()
        await server.say(b"250-" + LABELS[kind].replace(b"\n", b"") + b"\r\n250 STARTTLS\r\n")
        await server.hear()
        await server.say(b"454 \x1b[31m[bold]not now\r\n")

    world.smtp("198.51.100.1", script)
    verdict = world.check("name.org")
    assert_no_dane(verdict)
    assert Outcome.UNKNOWN not in outcomes(verdict), "every step was made"
    [host] = verdict.hosts
    assert dns.name.from_text(host.name).labels[0].lower() == LABELS[kind].lower()
    assert len(verdict.contacts(host.name)) == 1
    assert len(verdict.tlsa(host.name)) == 2, "TLSA is asked at the alias and at the name itself"
    told = everything_people_read(verdict)
    assert all(line.isprintable() for line in told)
    assert json.loads(told[-1])


@pytest.mark.parametrize(
    "domain", ["\x1b[2J.example", "a b.example", "<b>.example", "x" * 64 + ".example", "..", "\ud800.x"]
)
def test_a_domain_that_is_none_is_refused_before_anything_is_asked(domain: str) -> None:
    with pytest.raises(UsageError) as refused:
        domain_name(domain)
    assert str(refused.value).isprintable()
