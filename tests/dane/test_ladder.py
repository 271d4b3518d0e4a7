"""The pure parts of the walk: what an answer means for the next rung."""

import asyncio
from dataclasses import replace

import dns.name
import pytest

from fleet.dane import SmtpSettings, Walker, ladder
from fleet.dane.ladder import address_step, in_order, mx_step, reference_names, server_names, tlsa_bases
from fleet.errors import Failure, FailureKind
from fleet.model import (
    Contact,
    ContactStep,
    Existence,
    Hop,
    Lookup,
    MailHost,
    MxMeaning,
    ResolverWord,
    Security,
    TlsaRecord,
    TlsaStep,
)
from fleet.network.mapped import MappedNetwork

SECURE, INSECURE, BOGUS = Security.SECURE, Security.INSECURE, Security.BOGUS


def lookup(name: str, rdtype: str, *records: str, security: Security = SECURE, hops: tuple[Hop, ...] = ()) -> Lookup:
    return Lookup(
        name=name,
        rdtype=rdtype,
        resolver="192.0.2.53:53",
        security=security,
        existence=Existence.DATA if records else Existence.NODATA,
        rcode="NOERROR",
        canonical=hops[-1].target if hops else name,
        records=records,
        hops=hops,
    )


def test_mx_hosts_come_in_preference_order() -> None:
    step = mx_step("d.lab", lookup("d.lab", "MX", "20 b.lab.", "10 A.lab."), 20)
    assert step.meaning is MxMeaning.LISTED
    assert step.hosts == (MailHost(10, "a.lab"), MailHost(20, "b.lab"))


def test_hosts_beyond_the_limit_are_counted_not_forgotten() -> None:
    step = mx_step("d.lab", lookup("d.lab", "MX", *(f"10 h{n}.lab." for n in range(30))), 20)
    assert (len(step.hosts), step.truncated) == (20, 10)


def test_a_single_dot_is_a_null_mx_and_no_mx_is_the_domain_itself() -> None:
    assert mx_step("d.lab", lookup("d.lab", "MX", "0 ."), 20).meaning is MxMeaning.NULL
    implicit = mx_step("d.lab", lookup("d.lab", "MX"), 20)
    assert implicit.meaning is MxMeaning.IMPLICIT
    assert implicit.hosts == (MailHost(0, "d.lab"),)


def test_bogus_failed_and_missing_domains_have_no_hosts() -> None:
    good = lookup("d.lab", "MX", "10 a.lab.")
    assert mx_step("d.lab", replace(good, security=BOGUS), 20).meaning is MxMeaning.FAILED
    failed = replace(good, failure=Failure(FailureKind.SERVFAIL, "192.0.2.53:53 answered SERVFAIL"), records=())
    assert mx_step("d.lab", failed, 20).meaning is MxMeaning.FAILED
    gone = replace(good, existence=Existence.NXDOMAIN, records=())
    assert mx_step("d.lab", gone, 20).meaning is MxMeaning.NO_DOMAIN


def test_addresses_of_bogus_answers_are_never_used() -> None:
    a = lookup("a.lab", "A", "198.51.100.1", security=BOGUS)
    aaaa = lookup("a.lab", "AAAA", "2001:db8::1")
    assert address_step("a.lab", a, aaaa, None, 8).addresses == ("2001:db8::1",)


def test_ipv6_is_tried_first_and_what_the_limit_leaves_out_is_counted() -> None:
    a = lookup("a.lab", "A", *(f"198.51.100.{n}" for n in range(1, 10)))
    step = address_step("a.lab", a, lookup("a.lab", "AAAA", "2001:db8::1"), None, 8)
    assert step.addresses[0] == "2001:db8::1"
    assert (len(step.addresses), step.truncated) == (8, 2)


def test_tlsa_is_not_asked_behind_an_insecure_address() -> None:
    step = address_step(
        "a.lab", lookup("a.lab", "A", "198.51.100.1", security=INSECURE), lookup("a.lab", "AAAA"), None, 8
    )
    assert tlsa_bases(step) == ()


def test_tlsa_is_asked_where_only_the_resolver_calls_the_address_secure() -> None:
    word = ResolverWord("NOERROR", ad=True, existence=Existence.DATA)
    a = replace(lookup("a.lab", "A", "198.51.100.1", security=INSECURE), word=word)
    assert tlsa_bases(address_step("a.lab", a, lookup("a.lab", "AAAA"), None, 8)) == ("a.lab",)


def test_an_alias_offers_the_expanded_name_then_its_own() -> None:
    hops = (Hop("CNAME", "mx.lab", "real.lab", SECURE),)
    a = lookup("mx.lab", "A", "198.51.100.1", hops=hops)
    assert tlsa_bases(address_step("mx.lab", a, lookup("mx.lab", "AAAA", hops=hops), None, 8)) == ("real.lab", "mx.lab")


def test_behind_a_secure_alias_to_an_unsigned_host_only_the_alias_is_asked() -> None:
    hops = (Hop("CNAME", "mx.lab", "host.unsigned", SECURE),)
    a = lookup("mx.lab", "A", "198.51.100.1", security=INSECURE, hops=hops)
    assert tlsa_bases(address_step("mx.lab", a, lookup("mx.lab", "AAAA", hops=hops), None, 8)) == ("mx.lab",)


def test_sni_is_every_base_with_secure_records_else_the_host() -> None:
    record = TlsaRecord(b"", 3, 1, 1, b"")
    empty = TlsaStep("mx.lab", "real.lab", lookup("_25._tcp.real.lab", "TLSA"), ())
    full = TlsaStep("mx.lab", "mx.lab", lookup("_25._tcp.mx.lab", "TLSA", "03"), (record,))
    assert server_names("mx.lab", [empty, full]) == ("mx.lab",)
    assert server_names("mx.lab", [replace(full, base="real.lab"), full]) == ("real.lab", "mx.lab")
    insecure = replace(full, base="real.lab", lookup=replace(full.lookup, security=INSECURE))
    assert server_names("mx.lab", [insecure]) == ("mx.lab",)


def test_the_next_hop_and_its_expansion_are_reference_names() -> None:
    hops = (Hop("CNAME", "d.lab", "e.lab", SECURE),)
    step = mx_step("d.lab", lookup("d.lab", "MX", "10 a.lab.", hops=hops), 20)
    assert reference_names("d.lab", step) == ("d.lab", "e.lab")


def test_a_label_of_a_host_may_end_in_a_dot_of_its_own() -> None:
    step = mx_step("d.lab", lookup("d.lab", "MX", "10 mx.com\\..", "20 B.lab."), 20)
    assert [host.name for host in step.hosts] == ["mx.com\\.", "b.lab"]


def test_a_host_whose_name_leaves_no_room_for_a_tlsa_name_is_not_known_and_ends_no_walk(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    longest = ".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 61])

    async def answer(resolvers: object, name: str, rdtype: str, *, believing: bool) -> Lookup:
        dns.name.from_text(name)  # as the validator does
        records = {"MX": (f"10 {longest}.",), "A": ("198.51.100.1",)}
        return lookup(name, rdtype, *records.get(rdtype, ()))

    monkeypatch.setattr(ladder, "look_up", answer)
    verdict = asyncio.run(Walker(MappedNetwork("nowhere", {}, {}), (), SmtpSettings(enabled=False)).walk("d.lab"))
    assert [type(step).__name__ for step in verdict.steps] == ["MxStep", "AddressStep"]
    assert "TLSA was not asked" in verdict.unknown[0]


def test_contacts_stand_in_address_order_however_they_finished() -> None:
    address = address_step(
        "a.lab", lookup("a.lab", "A", "198.51.100.1", "198.51.100.2"), lookup("a.lab", "AAAA"), None, 8
    )
    late, early = (ContactStep(Contact("a.lab", f"198.51.100.{n}", 25, "a.lab", None)) for n in (1, 2))
    assert in_order([address, early, late]) == [address, late, early]
