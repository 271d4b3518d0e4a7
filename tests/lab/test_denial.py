"""A negative answer carries exactly the records that prove it."""

import dns.name
import pytest
from dns.rdatatype import DS, NS, SOA, A

from fleet.lab.denial import Nsec3Chain, NsecChain, next_closer


def name(text: str) -> dns.name.Name:
    return dns.name.from_text(text)


ZONE = {
    name("zone."): {SOA, NS},
    name("a.zone."): {A},
    name("deep.b.zone."): {A},
    name("b.zone."): set(),
    name("signed.zone."): {NS, DS},
    name("unsigned.zone."): {NS},
}


def owners(proof) -> list[str]:
    return [record.name.to_text() for record in proof]


@pytest.fixture
def nsec() -> NsecChain:
    return NsecChain(ZONE, 3600)


def nsec3(opt_out: bool = False) -> Nsec3Chain:
    return Nsec3Chain(name("zone."), ZONE, 3600, 0, opt_out)


def test_nsec_names_skip_empty_non_terminals_and_wrap_around(nsec):
    assert {record.name.to_text() for record in nsec.records()} == {
        "zone.",
        "a.zone.",
        "deep.b.zone.",
        "signed.zone.",
        "unsigned.zone.",
    }
    assert nsec.nodata(name("unsigned.zone."))[0][0].next == name("zone.")


def test_nsec_proves_nodata_with_the_matching_record(nsec):
    assert owners(nsec.nodata(name("a.zone."))) == ["a.zone."]


def test_nsec_proves_an_empty_non_terminal_with_the_span_over_it(nsec):
    assert owners(nsec.nodata(name("b.zone."))) == ["a.zone."]


def test_nsec_proves_a_missing_name_and_its_missing_wildcard(nsec):
    assert owners(nsec.nxdomain(name("m.zone."), name("zone."))) == ["deep.b.zone.", "zone."]


def test_nsec3_covers_every_name_empty_non_terminals_too():
    assert len(nsec3().records()) == len(ZONE)


def test_nsec3_proves_a_missing_name_with_at_most_three_records():
    assert 2 <= len(nsec3().nxdomain(name("x.y.zone."), name("zone."))) <= 3


def test_opt_out_leaves_unsigned_delegations_out_and_keeps_signed_ones():
    chain = nsec3(opt_out=True)
    assert len(chain.records()) == len(ZONE) - 1
    assert len(chain.nodata(name("signed.zone."))) == 1
    # The hidden delegation: its closest encloser and the span it may hide in, which may be one record.
    assert {record[0].flags for record in chain.nodata(name("unsigned.zone."))} == {1}


def test_the_next_closer_name_is_one_label_longer_than_the_encloser():
    assert next_closer(name("x.y.zone."), name("zone.")) == name("y.zone.")
