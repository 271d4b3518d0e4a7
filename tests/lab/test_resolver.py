"""Each kind of resolver answers as its kind does; the reference names tell them apart."""

import time

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import pytest
from dns.rdatatype import NSEC, RRSIG, TLSA

VALIDATING = ("validating", "second")
GOOD = ("good.lab", "MX")
BOGUS = ("mx-bogus.lab", "MX")


def ad(answer: dns.message.Message) -> bool:
    return bool(answer.flags & dns.flags.AD)


def types(section: list) -> set:
    return {rrset.rdtype for rrset in section}


@pytest.mark.parametrize("kind", VALIDATING)
def test_a_validating_resolver_says_ad_for_secure_data(ask, kind):
    answer = ask(kind, *GOOD)
    assert ad(answer)
    assert RRSIG in types(answer.answer)


@pytest.mark.parametrize("kind", VALIDATING)
def test_a_validating_resolver_hides_bogus_data_and_says_why(ask, kind):
    answer = ask(kind, *BOGUS)
    assert answer.rcode() == dns.rcode.SERVFAIL
    assert [int(option.code) for option in answer.extended_errors()] == [6]


def test_checking_disabled_gives_bogus_data_without_ad(ask):
    answer = ask("validating", *BOGUS, cd=True)
    assert answer.rcode() == dns.rcode.NOERROR
    assert answer.answer
    assert not ad(answer)


def test_unsigned_data_never_gets_ad(ask):
    answer = ask("validating", "mx-insecure-good.lab", "MX")
    assert answer.rcode() == dns.rcode.NOERROR
    assert not ad(answer)


def test_without_do_no_proofs_are_sent_and_ad_is_not_volunteered(ask):
    answer = ask("validating", *GOOD, do=False)
    assert types(answer.answer).isdisjoint({RRSIG, NSEC})
    assert not ad(answer)


def test_a_passing_resolver_hands_bogus_data_on_with_its_signatures(ask):
    answer = ask("passing", *BOGUS)
    assert answer.rcode() == dns.rcode.NOERROR
    assert RRSIG in types(answer.answer)
    assert not ad(answer)


def test_a_stripping_resolver_removes_signatures_proofs_and_edns(ask):
    for question in (GOOD, BOGUS, ("_25._tcp.mail.no-tlsa.lab", "TLSA")):
        answer = ask("stripping", *question)
        assert answer.edns == -1
        assert types(answer.answer + answer.authority).isdisjoint({RRSIG, NSEC})
        assert not ad(answer)


def test_a_refusing_resolver_refuses(ask):
    assert ask("refusing", *GOOD).rcode() == dns.rcode.REFUSED


@pytest.mark.parametrize("kind", ["dead", "tcp-only"])
def test_datagrams_to_a_dead_or_tcp_only_resolver_are_lost(ask, kind):
    with pytest.raises(dns.exception.Timeout):
        ask(kind, *GOOD, timeout=0.2)


def test_a_tcp_only_resolver_validates_over_tcp(ask):
    assert ad(ask("tcp-only", *GOOD, tcp=True))


def test_what_does_not_fit_a_datagram_is_truncated_and_whole_over_tcp(ask):
    name = "_25._tcp.mail.large.lab"
    short = ask("validating", name, "TLSA")
    assert short.flags & dns.flags.TC
    assert short.answer == []
    whole = ask("validating", name, "TLSA", tcp=True)
    assert len(next(rrset for rrset in whole.answer if rrset.rdtype == TLSA)) == 31


def test_a_datagram_is_never_larger_than_the_client_can_take(ask):
    assert not ask("validating", "rsa.lab", "DNSKEY", payload=1232).flags & dns.flags.TC
    assert ask("validating", "rsa.lab", "DNSKEY", payload=512).flags & dns.flags.TC


@pytest.mark.parametrize("index", range(3))
def test_reference_names_are_what_they_are_listed_as(lab, ask, index):
    good, bogus, unsigned = (lab.references[kind][index] for kind in ("good", "bogus", "unsigned"))
    for rdtype in ("SOA", "A", "MX"):
        assert ad(ask("validating", good, rdtype))
        assert ask("validating", bogus, rdtype).rcode() == dns.rcode.SERVFAIL
        assert ask("validating", bogus, rdtype, cd=True).answer
        plain = ask("validating", unsigned, rdtype)
        assert plain.answer
        assert not ad(plain)


def test_an_alias_chain_comes_whole_with_the_worst_of_its_parts(ask):
    answer = ask("validating", "mail.cname-first-secure.lab", "A")
    names = {rrset.name.to_text() for rrset in answer.answer if rrset.rdtype != RRSIG}
    assert names == {"mail.cname-first-secure.lab.", "real.office.cname-first-secure.lab."}
    assert not ad(answer)
    assert ad(ask("validating", "mail.cname-first-secure.lab", "CNAME"))


def test_opt_out_makes_a_denial_insecure(ask):
    answer = ask("validating", "_25._tcp.mail.tlsa-opt-out.lab", "TLSA")
    assert answer.rcode() == dns.rcode.NXDOMAIN
    assert not ad(answer)


def test_broken_questions_fail_with_checking_disabled_too(ask):
    assert ask("validating", "mx-servfail.lab", "MX", cd=True).rcode() == dns.rcode.SERVFAIL
    assert ask("passing", "mx-refused.lab", "MX").rcode() == dns.rcode.REFUSED
    with pytest.raises(dns.exception.Timeout):
        ask("validating", "mx-timeout.lab", "MX", timeout=0.2)


def test_faults_of_a_resolver_come_and_go_on_demand(lab, ask):
    address = lab.resolvers["second"]
    lab.fault(fault="servfail", resolver=address)
    assert ask("second", *GOOD).rcode() == dns.rcode.SERVFAIL
    lab.fault(fault="drop", resolver=address)
    with pytest.raises(dns.exception.Timeout):
        ask("second", *GOOD, timeout=0.2)
    lab.fault(fault="clear")
    lab.fault(fault="delay", resolver=address, milliseconds=150)
    started = time.monotonic()
    assert ad(ask("second", *GOOD))
    assert time.monotonic() - started >= 0.15
    lab.fault(fault="clear")
    assert ad(ask("second", *GOOD))


def test_addresses_always_come_in_the_order_of_the_row(lab, ask):
    expected = list(lab.destination("two-certificates.lab").addresses["mail.two-certificates.lab"])
    # Another payload is another question to the resolver's memory, so each answer is made anew.
    for payload in range(1000, 1010):
        answer = ask("validating", "mail.two-certificates.lab", "A", payload=payload).answer
        assert [rdata.address for rdata in answer[0]] == expected
