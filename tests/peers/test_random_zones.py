"""Random signed zones, one thing broken in each: we judge them as unbound-host and delv do, or a row says why not.

The long run is ``tests/bench/random_zones_long.py``; here is a fixed stretch of seeds that holds every breakage once.
"""

import dns.name
import pytest
from random_breakages import KINDS
from random_differences import DIFFERENCES, Difference, differs, findings
from random_reply_breakages import REPLY
from random_zones_oracles import case_of, lacking, opinions, read_delv, read_unbound
from required import require

from fleet.dnssec.nsec import NsecRecord

SEEDS = range(1, 1 + len(KINDS) + 12)
"""A seed's breakage is its remainder by the number of breakages, so that this holds each at least once."""
FOUND_HERE = {
    964: "NSEC points to itself",
    11316: "signed by the zone above",
    30048: "signed by the zone above",
}
"""Seeds and breakages that once showed a defect of ours: an NSEC that points to its own owner spans nothing
(RFC 4034 4.1.1), and a denial signed by the zone above is none below a delegation, signed or not (RFC 4035 5.3.1)."""


@pytest.fixture(scope="module")
def cases():
    require(lacking())
    made = (*map(case_of, SEEDS), *(case_of(*found) for found in FOUND_HERE.items()))
    return [case for case in made if case is not None]


@pytest.fixture(scope="module")
def said(cases):
    return opinions(cases)


@pytest.fixture(scope="module")
def found(cases, said):
    return findings(cases, said)


def test_there_are_enough_cases_of_every_sort(cases, said):
    assert len(cases) >= 100
    assert len({case.kind for case in cases}) >= 0.9 * len(KINDS)
    for who in ("ours", "unbound", "delv"):
        assert {"secure", "insecure", "bogus"} <= {opinion.security for opinion in said[who]}


@pytest.mark.parametrize("peer", ["unbound", "delv"])
def test_every_difference_is_explained(found, peer):
    unexplained = [str(finding) for finding in found if finding.peer == peer and finding.row is None]
    assert not unexplained, "\n".join(unexplained)


def test_most_judgements_need_no_explanation(cases, found):
    for peer, least in (("unbound", 0.9), ("delv", 0.75)):
        assert sum(finding.peer == peer for finding in found) <= (1 - least) * len(cases)


def test_an_unbroken_tree_is_never_bogus(cases, said):
    harmless = ("nothing", "owner in capitals", "TTL lowered", "TTL raised", "signature of unknown algorithm beside")
    judged = [(str(case), ours) for case, ours in zip(cases, said["ours"], strict=True) if case.kind in harmless]
    assert judged
    assert not [entry for entry in judged if entry[1].security in ("bogus", "error")]


def test_what_once_was_a_defect_of_ours_is_judged_as_by_unbound(cases, said):
    for number, case in enumerate(cases):
        if case.number in FOUND_HERE:
            assert not differs(said["ours"][number], said["unbound"][number]), str(case)


def test_where_both_peers_see_forgery_only_an_unsigned_header_can_make_us_say_secure(cases, said):
    alone = [
        str(case)
        for case, ours, *theirs in zip(cases, said["ours"], said["unbound"], said["delv"], strict=True)
        if ours.security == "secure"
        and {opinion.security for opinion in theirs} == {"bogus"}
        and case.kind not in REPLY
    ]
    assert not alone


@pytest.mark.parametrize(("following", "spans"), [("rnd.", True), ("b.rnd.", False), ("a.rnd.", False)])
def test_only_an_nsec_that_points_back_to_the_apex_spans_all_that_follows(following, spans):
    owner, name = dns.name.from_text("b.rnd."), dns.name.from_text("c.rnd.")
    assert NsecRecord(owner, dns.name.from_text(following), ()).covers(name) is spans


@pytest.mark.parametrize("row", DIFFERENCES, ids=lambda row: f"{row.peer}-{row.why[:40]}")
def test_a_row_names_its_rfc(row: Difference):
    assert row.why.startswith("RFC ")


@pytest.mark.parametrize(
    ("text", "security", "existence"),
    [
        ("a.rnd. has address 192.0.2.1 (secure)", "secure", "data"),
        ("a.rnd. has no TLSA record (insecure)", "insecure", "nodata"),
        ("Host a.rnd. not found: 3(NXDOMAIN). (BOGUS (security failure))", "bogus", "nxdomain"),
        ("Host a.rnd. not found: 2(SERVFAIL). (error)", "error", "unknown"),
    ],
)
def test_unbound_host_is_read_as_it_prints(text, security, existence):
    assert (read_unbound(text).security, read_unbound(text).existence) == (security, existence)


@pytest.mark.parametrize(
    ("text", "security", "existence"),
    [
        ("; fully validated\na.rnd. 300 IN A 192.0.2.1", "secure", "data"),
        ("; negative response, unsigned answer\n;; resolution failed: ncache nxrrset", "insecure", "nodata"),
        ("; fully validated\n; unsigned answer\na.rnd. 300 IN A 192.0.2.1", "insecure", "data"),
        (";; resolution failed: RRSIG failed to verify", "bogus", ""),
        (";; resolution failed: timed out", "error", ""),
    ],
)
def test_delv_is_read_as_it_prints(text, security, existence):
    assert (read_delv(text).security, read_delv(text).existence) == (security, existence)
