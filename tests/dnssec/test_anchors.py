"""Trust anchor files as operators have them, and what is said about those that are none."""

from datetime import UTC, datetime
from pathlib import Path

import dns.dnssec
import dns.name
import dns.rdatatype
import pytest

from fleet.dnssec.anchors import ROOT_ANCHORS, load_trust_anchors
from fleet.errors import UsageError

DIGEST_20326 = "e06d44b80b8f1d39a95c0b0d7c65d08458e880409bbc683457104237c7f8ec8d"
DIGEST_38696 = "683d2d0acb8c9b712a1948b27f741219298d0a450d612c483af444a4c0fb2b16"
KEY = "mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ=="
"""The key of RFC 6605 section 6.2; its tag is 10771 with flags 257 it is another, which does not matter here."""


@pytest.fixture
def load(tmp_path):
    def load(text, at=None):
        path = tmp_path / "anchors"
        path.write_text(text) if isinstance(text, str) else path.write_bytes(text)
        return load_trust_anchors(path, at=at)

    return load


def test_the_roots_anchors_are_those_of_both_keys():
    [rrset] = ROOT_ANCHORS
    assert rrset.name == dns.name.root
    assert [(ds.key_tag, ds.algorithm, ds.digest_type, ds.digest.hex()) for ds in rrset] == [
        (20326, 8, 2, DIGEST_20326),
        (38696, 8, 2, DIGEST_38696),
    ]


@pytest.mark.skipif(not Path("/usr/share/dns/root.key").exists(), reason="Debian's dns-root-data is not installed")
def test_the_roots_anchors_are_the_digests_of_debians_root_keys():
    [keys] = load_trust_anchors("/usr/share/dns/root.key")
    assert keys.rdtype == dns.rdatatype.DNSKEY
    assert {dns.dnssec.make_ds(".", key, "SHA256") for key in keys} == set(ROOT_ANCHORS[0])
    assert load_trust_anchors("/usr/share/dns/root.ds") == ROOT_ANCHORS


LINES = {
    "bare": f". DS 20326 8 2 {DIGEST_20326}",
    "with a class": f". IN DS 20326 8 2 {DIGEST_20326}",
    "with TTL and class": f". 172800 IN DS 20326 8 2 {DIGEST_20326}",
    "with class and TTL": f". IN 2d DS 20326 8 2 {DIGEST_20326}",
    "in capitals, with a comment": f".\tds 20326 8 2 {DIGEST_20326.upper()} ; the root's",
    "on several lines": f";\n\n$TTL 3600\n. IN DS ( 20326 8 2 ; tag\n  {DIGEST_20326[:32]}\n  {DIGEST_20326[32:]} )",
}


@pytest.mark.parametrize("text", LINES.values(), ids=LINES)
def test_a_ds_record_is_read_however_it_is_written(load, text):
    [rrset] = load(text)
    assert [ds.digest.hex() for ds in rrset] == [DIGEST_20326]


def test_anchors_of_any_zone_are_grouped_by_zone_and_type(load):
    found = load(
        f"Corp.Example. IN DNSKEY 257 3 13 {KEY}\n"
        f"              IN DS 1 13 2 {DIGEST_20326}\n"
        f"other.example DS 1 13 2 {DIGEST_20326}\n"
        f"other.example DS 2 13 2 {DIGEST_38696}\n"
    )
    assert [(rrset.name.to_text(), rrset.rdtype.name, len(rrset)) for rrset in found] == [
        ("Corp.Example.", "DNSKEY", 1),
        ("Corp.Example.", "DS", 1),
        ("other.example.", "DS", 2),
    ]


def test_an_unknown_algorithm_is_an_anchor_nonetheless(load):
    [rrset] = load(f"example. DS 1 250 2 {DIGEST_20326}")
    assert rrset[0].algorithm == 250


AUTOTRUST = f"""; autotrust trust anchor file
;;id: example. 1
;;last_queried: 1700000000 ;;Tue Nov 14 22:13:20 2023
example.\t3600\tIN\tDNSKEY\t257 3 13 {KEY} ;{{id = 1 (ksk), size = 256b}} ;;state=2 [  VALID  ] ;;count=0 ;;lastchange=1
example.\t3600\tIN\tDNSKEY\t257 3 13 {KEY.replace("mdss", "aaaa")} ;;state=1 [ ADDPEND ] ;;count=3 ;;lastchange=1
example.\t3600\tIN\tDNSKEY\t385 3 13 {KEY.replace("mdss", "bbbb")} ;;state=4 [ REVOKED ] ;;count=0 ;;lastchange=1
example.\t3600\tIN\tDNSKEY\t257 3 13 {KEY.replace("mdss", "cccc")} ;;state=3 [ MISSING ] ;;count=0 ;;lastchange=1
"""


def test_of_unbounds_file_only_valid_and_missing_keys_are_trusted(load):
    [rrset] = load(AUTOTRUST)
    assert sorted(key.to_text().split()[3][:4] for key in rrset) == ["cccc", "mdss"]


def key_digest(tag, digest, dates):
    return (
        f'<KeyDigest id="K{tag}" {dates}><KeyTag>{tag}</KeyTag><Algorithm>8</Algorithm>'
        f"<DigestType>2</DigestType><Digest>{digest}</Digest></KeyDigest>"
    )


XML = (
    '<?xml version="1.0" encoding="UTF-8"?><TrustAnchor id="x" source="http://data.iana.org/"><Zone>.</Zone>'
    + key_digest(
        19036,
        "49AAC11D7B6F6446702E54A1607371607A1A41855200FD2CE1CDDE32F24E8FB5",
        'validFrom="2010-07-15T00:00:00+00:00" validUntil="2019-01-11T00:00:00+00:00"',
    )
    + key_digest(20326, DIGEST_20326, 'validFrom="2017-02-02T00:00:00+00:00"')
    + key_digest(38696, DIGEST_38696, 'validFrom="2024-07-18T00:00:00+00:00"')
    + "</TrustAnchor>"
)


@pytest.mark.parametrize(
    ("at", "tags"),
    [
        (datetime(2016, 1, 1, tzinfo=UTC), [19036]),
        (datetime(2018, 1, 1, tzinfo=UTC), [19036, 20326]),
        (datetime(2019, 1, 11, tzinfo=UTC), [20326]),
        (datetime(2026, 11, 23, tzinfo=UTC), [20326, 38696]),
    ],
)
def test_the_keys_of_root_anchors_xml_count_within_their_dates(load, at, tags):
    [rrset] = load(XML, at)
    assert [ds.key_tag for ds in rrset] == tags


def test_without_a_time_it_is_now(load):
    [rrset] = load(XML)
    assert [ds.key_tag for ds in rrset] == [20326, 38696]


UNUSABLE = {
    "an empty file": ("", "holds no DS or DNSKEY record"),
    "comments only": ("; nothing\n\n", "holds no DS or DNSKEY record"),
    "pending keys only": (AUTOTRUST.splitlines()[4], "holds no DS or DNSKEY record"),
    "another type": (f". DS 20326 8 2 {DIGEST_20326}\n. NS a.\n", "line 2: this is not a DS or DNSKEY record"),
    "a named.conf": ("\ntrust-anchors {\n", "line 2: this is not a DS or DNSKEY record"),
    "a record without a name": (f"  DS 20326 8 2 {DIGEST_20326}", "line 1: a record without an owner name"),
    "a short digest": (". DS 20326 8 2 abcd", "line 1: the record does not parse"),
    "a digest that is not hexadecimal": (". DS 20326 8 2 xyz", "line 1: "),
    "a record cut short": ("\n\n. IN DS 20326", "line 3: the record does not parse"),
    "an open parenthesis": (". IN DS ( 20326 8", "line 1: the record does not parse"),
    "a key that signs no zone": (f". DNSKEY 1 3 13 {KEY}", "line 1: this DNSKEY is not a zone key"),
    "a revoked key": (f". DNSKEY 385 3 13 {KEY}", "line 1: this DNSKEY is revoked"),
    "an origin": ("$ORIGIN example.\n", "line 1: $ORIGIN is not understood here"),
    "a name that is none": (f"a..b DS 20326 8 2 {DIGEST_20326}", "line 1: the record does not parse"),
    "a picture": (bytes(range(128, 256)), "line 1: this is not a DS or DNSKEY record"),
    "cut XML": (XML[:-5], "this is not well-formed XML"),
    "other XML": ("<html><body/></html>", "not trust anchors as IANA publishes them"),
    "XML with entities": ('<!DOCTYPE x [<!ENTITY a "b">]><TrustAnchor>&a;</TrustAnchor>', "XML with entities"),
    "XML without a digest": (XML.replace(DIGEST_20326, ""), "the KeyDigest K20326 makes no sense: Digest is missing"),
    "XML with a date that is none": (XML.replace("2017-02-02", "2017-02-30"), "the KeyDigest K20326 makes no sense"),
}


@pytest.mark.parametrize(("text", "sentence"), UNUSABLE.values(), ids=UNUSABLE)
def test_nonsense_is_refused_with_file_and_line(load, text, sentence):
    with pytest.raises(UsageError) as refused:
        load(text)
    message = str(refused.value)
    assert sentence in message
    assert "anchors" in message
    assert "\n" not in message


def test_xml_whose_keys_are_all_expired_is_no_anchor(load):
    with pytest.raises(UsageError, match="no trust anchor that is valid at this time"):
        load(XML, datetime(2009, 1, 1, tzinfo=UTC))


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    with pytest.raises(UsageError, match="cannot be read: no such file or directory"):
        load_trust_anchors(tmp_path / "absent")
    with pytest.raises(UsageError, match="cannot be read: it is a folder"):
        load_trust_anchors(tmp_path)


def test_a_huge_file_is_not_read(load):
    with pytest.raises(UsageError, match="is larger than"):
        load(";" * (2 << 20))
