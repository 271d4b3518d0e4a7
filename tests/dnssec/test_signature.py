"""One RRset, its RRSIGs, the zone's keys."""

from datetime import UTC, datetime, timedelta

import dns.dnssec
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import pytest

from fleet.dnssec import SUPPORTED_ALGORITHMS, Limits, verify_signature
from fleet.dnssec.limits import Budget, WorkExceededError
from fleet.dnssec.signature import SignatureRules, check_signatures, serial_difference, usable_keys
from fleet.model import Ede, Existence, Reason, Security

MX = "@ MX 10 mx\nmx A 192.0.2.1"
NAME = "example.org"


@pytest.fixture
def signed(lab):
    """A zone, its Internet, and a way to replace the signatures over its MX RRset."""
    zone = lab.zone("example.org.", MX)
    net = lab.internet(zone)
    rrset = zone.nodes[zone.origin][dns.rdatatype.MX]

    def with_signatures(*rrsigs):
        zone.signatures[(zone.origin, dns.rdatatype.MX)] = list(rrsigs)

    def sign(**times):
        return zone.sign(rrset, zone.keys[0], **times)

    net.sign, net.with_signatures, net.mx = sign, with_signatures, rrset
    return net


async def mx(net, **options):
    return await net.validator(**options).resolve(NAME, "MX")


async def test_an_expired_signature_says_since_when(lab, signed):
    signed.with_signatures(signed.sign(expiration=lab.now - timedelta(days=2, minutes=5)))
    answer = await mx(signed)
    assert (answer.security, answer.existence) == (Security.BOGUS, Existence.DATA)
    assert (answer.why.code, answer.why.sentence) == (
        Ede.SIGNATURE_EXPIRED,
        "RRSIG of MX example.org expired 2 days ago",
    )


async def test_a_signature_from_the_future_says_so(lab, signed):
    signed.with_signatures(signed.sign(inception=lab.now + timedelta(hours=3)))
    answer = await mx(signed)
    assert (answer.why.code, answer.why.sentence) == (
        Ede.SIGNATURE_NOT_YET_VALID,
        "RRSIG of MX example.org becomes valid only in 3 hours",
    )


async def test_a_signature_that_expires_before_it_is_valid_says_so(lab, signed):
    signed.with_signatures(signed.sign(inception=lab.now + timedelta(hours=3), expiration=lab.now + timedelta(hours=1)))
    assert (await mx(signed)).why.code == Ede.SIGNATURE_EXPIRED_BEFORE_VALID


async def test_validity_includes_its_first_and_last_second(lab, signed):
    signed.with_signatures(signed.sign(inception=lab.now, expiration=lab.now))
    answer = await mx(signed)
    assert (answer.security, answer.ttl) == (Security.SECURE, 0)


async def test_times_wrap_around_in_2106(lab):
    after = datetime(2106, 2, 7, 6, 28, 16, tzinfo=UTC) + timedelta(hours=2)
    spans = {"inception": after - timedelta(days=1), "expiration": after + timedelta(days=1)}
    seconds = {key: int(value.timestamp()) % 2**32 for key, value in spans.items()}
    zones = [lab.zone(origin, text, **seconds) for origin, text in ((".", ""), ("org.", ""), ("example.org.", MX))]
    net = lab.internet(*zones)
    answer = await mx(net, clock=lambda: after)
    assert answer.security is Security.SECURE
    assert answer.expires == spans["expiration"]


def test_serial_arithmetic_of_rfc_1982():
    assert serial_difference(5, 3) == 2
    assert serial_difference(3, 2**32 - 2) == 5
    assert serial_difference(2**32 - 2, 3) == -5


async def test_one_good_signature_among_bad_ones_is_enough(lab, signed):
    good = signed.sign()
    bad = good.replace(signature=bytes(64))
    expired = signed.sign(expiration=lab.now - timedelta(days=1))
    signed.with_signatures(bad, expired, good.replace(key_tag=1), good)
    assert (await mx(signed)).security is Security.SECURE


async def test_altered_data_does_not_verify(signed):
    def alter(query, reply):
        reply.answer[0] = dns.rrset.from_text("example.org.", 3600, "IN", "MX", "10 evil.example.")

    signed.tamper(alter, "MX")
    answer = await mx(signed)
    assert (answer.security, answer.why.code) == (Security.BOGUS, Ede.DNSSEC_BOGUS)
    assert "does not verify" in answer.why.sentence


async def test_a_missing_signature_in_a_signed_zone_is_bogus(lab, signed):
    signed.tamper(lab.drop("RRSIG:MX"), "MX")
    answer = await mx(signed)
    assert (answer.security, answer.why.code) == (Security.BOGUS, Ede.RRSIGS_MISSING)
    assert answer.why.sentence == "MX example.org has no RRSIG, although example.org is signed"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"key_tag": 1}, Ede.DNSKEY_MISSING),
        ({"algorithm": 15}, Ede.DNSKEY_MISSING),
        ({"algorithm": 12}, Ede.UNSUPPORTED_DNSKEY_ALGORITHM),
        ({"labels": 3}, Ede.DNSSEC_BOGUS),
        ({"labels": 1}, Ede.DNSSEC_BOGUS),
        ({"signature": b""}, Ede.DNSSEC_BOGUS),
        ({"original_ttl": 7200}, Ede.DNSSEC_BOGUS),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else None,
)
async def test_an_altered_signature_field_is_bogus(signed, change, code):
    signed.with_signatures(signed.sign().replace(**change))
    answer = await mx(signed)
    assert (answer.security, answer.why.code) == (Security.BOGUS, code)


async def test_a_signer_that_is_not_the_zone_is_bogus(lab, signed):
    signed.with_signatures(signed.sign().replace(signer=lab.name("org.")))
    answer = await mx(signed)
    assert answer.security is Security.BOGUS
    assert answer.why.sentence == "RRSIG of MX example.org is by org, but the zone is example.org"


async def test_keys_that_must_not_sign_are_not_tried(lab):
    good, revoked = lab.key(), lab.key(flags=256 | 128)
    zone = lab.zone("example.org.", MX, keys=[good, revoked])
    net = lab.internet(zone)
    rrset = zone.nodes[zone.origin][dns.rdatatype.MX]
    zone.signatures[(zone.origin, dns.rdatatype.MX)] = [zone.sign(rrset, revoked)]
    answer = await mx(net)
    assert (answer.security, answer.why.code) == (Security.BOGUS, Ede.DNSKEY_MISSING)


async def test_the_ttl_is_capped_by_original_ttl_and_remaining_validity(lab, signed):
    signed.with_signatures(signed.sign(expiration=lab.now + timedelta(seconds=90)))
    assert (await mx(signed)).ttl == 90

    def inflate(query, reply):
        for rrset in reply.answer:
            rrset.ttl = 86400

    signed.with_signatures(signed.sign())
    signed.tamper(inflate, "MX")
    assert (await mx(signed)).ttl == 3600


async def test_the_answer_names_the_earliest_expiration_it_rests_on(lab, signed):
    early = lab.now + timedelta(days=3)
    begin = lab.now - timedelta(days=4)
    signed.with_signatures(signed.sign(inception=begin, expiration=early))
    answer = await mx(signed)
    assert (answer.inception, answer.expires, answer.expiring) == (begin, early, "MX example.org")


async def test_the_signature_that_ends_first_may_be_one_above(lab, signed):
    early = lab.now + timedelta(days=3)
    org = signed.zone("org.")
    org.expiration = early
    org.signatures.clear()
    answer = await mx(signed)
    assert (answer.expires, answer.inception) == (early, org.inception)
    assert answer.expiring in ("DNSKEY org", "DS example.org")


async def test_a_foreign_check_of_one_signature_can_be_plugged_in(signed):
    calls = []

    def check(rrset, rrsig, key, origin):
        calls.append(dns.rdatatype.to_text(rrset.rdtype))
        return verify_signature(rrset, rrsig, key, origin)

    assert (await mx(signed, verify_signature=check)).security is Security.SECURE
    assert set(calls) >= {"DNSKEY", "DS", "MX"}
    assert (await mx(signed, verify_signature=lambda *_: False)).security is Security.BOGUS


async def test_a_check_that_raises_is_a_check_that_failed(signed):
    def broken(*_):
        raise ZeroDivisionError

    assert (await mx(signed, verify_signature=broken)).security is Security.BOGUS


async def test_records_kept_as_opaque_bytes_verify(lab):
    zone = lab.zone("example.org.", "_25._tcp.mx TLSA 3 1 1 " + "ab" * 32)
    net = lab.internet(zone)
    name = lab.name("_25._tcp.mx.example.org.")
    broken = dns.rdata.GenericRdata(dns.rdataclass.IN, dns.rdatatype.TLSA, b"\x03\x01\x01\xab")
    rrset = dns.rrset.from_rdata(name, 3600, broken)
    rrsig = zone.sign(rrset, zone.keys[0])

    async def transport(query):
        reply = await net.transport(query)
        if query.question[0].rdtype == dns.rdatatype.TLSA:
            reply.answer[:] = [rrset, dns.rrset.from_rdata(name, 3600, rrsig)]
        return reply

    from fleet.dnssec import Validator

    answer = await Validator(transport, net.anchors(), clock=lambda: lab.now).resolve(name, "TLSA")
    assert (answer.security, answer.existence) == (Security.SECURE, Existence.DATA)
    assert answer.rrset[0].to_wire() == b"\x03\x01\x01\xab"


async def test_upper_case_answers_verify(lab, signed):
    def shout(query, reply):
        for number, rrset in enumerate(reply.answer):
            loud = lab.name(rrset.name.to_text().upper())
            reply.answer[number] = dns.rrset.from_rdata_list(loud, rrset.ttl, list(rrset))

    signed.tamper(shout, "MX")
    assert (await mx(signed)).security is Security.SECURE


async def test_only_so_many_signatures_are_tried(lab, signed):
    good = signed.sign()
    count = 0

    def counting(rrset, rrsig, key, origin):
        nonlocal count
        count += rrset.rdtype == dns.rdatatype.MX
        return verify_signature(rrset, rrsig, key, origin)

    signed.with_signatures(*(good.replace(signature=bytes([number]) * 64) for number in range(40)))
    answer = await mx(signed, verify_signature=counting)
    assert answer.security is Security.BOGUS
    assert count == Limits().rrsigs_per_rrset
    assert answer.why.sentence == "none of the first 8 RRSIGs of MX example.org verifies"


async def test_the_budget_of_one_resolve_bounds_all_checks(lab, signed):
    answer = await mx(signed, limits=Limits(verifications_per_resolve=3))
    assert answer.security is Security.BOGUS
    assert "limit of signature checks" in answer.why.sentence


def _twins(key, count):
    """Keys with the tag of ``key``: swapping 16-bit words keeps the sum."""
    words = [key.key[at : at + 2] for at in range(0, len(key.key), 2)]
    for at in range(count):
        swapped = list(words)
        swapped[at], swapped[at + 1] = swapped[at + 1], swapped[at]
        yield key.replace(key=b"".join(swapped))


async def test_a_zone_full_of_keys_with_one_tag_is_given_up_in_bounds(lab):
    zone = lab.zone("example.org.", MX)
    net = lab.internet(zone)
    real = zone.keys[0].rdata
    keys = [*_twins(real, 12), real]
    assert {key.key_id() for key in keys} == {real.key_id()}
    zone.nodes[zone.origin][dns.rdatatype.DNSKEY] = dns.rrset.from_rdata_list(zone.origin, 3600, keys)
    checks = []

    def counting(rrset, rrsig, key, origin):
        checks.append(rrset)
        return verify_signature(rrset, rrsig, key, origin)

    await mx(net, verify_signature=counting)  # secure or not depends on the order the keys came in
    assert len(checks) < 20


def test_only_so_many_keys_with_one_tag_are_tried_for_a_signature(lab, signed):
    zone = signed.zone("example.org.")
    real = zone.keys[0].rdata
    tried = []

    def counting(rrset, rrsig, key, origin):
        tried.append(key)
        return False

    limits = Limits()
    rules = SignatureRules(SUPPORTED_ALGORITHMS, counting, limits)
    keys = usable_keys([*_twins(real, 12), real], SUPPORTED_ALGORITHMS)
    now, budget = lab.now.timestamp(), Budget(limits).message()
    result = check_signatures(signed.mx, [signed.sign()], zone.origin, keys, now, budget, rules)
    assert isinstance(result, Reason)
    assert len(tried) == limits.keys_per_tag


@pytest.mark.parametrize("labels", [1, 3])
async def test_a_label_count_the_name_cannot_have_is_named(signed, labels):
    signed.with_signatures(signed.sign().replace(labels=labels))
    assert (await mx(signed)).why.sentence == (
        f"RRSIG of MX example.org counts {labels} labels, which its name cannot have"
    )


@pytest.mark.parametrize(
    ("exponent", "octets", "fit"),
    [(65537, 128, True), (3, 512, True), (2**34 + 1, 256, True), (2**35 + 1, 256, False), (65537, 513, False)],
)
def test_rsa_keys_that_cost_more_than_any_honest_one_are_not_used(lab, exponent, octets, fit):
    number = exponent.to_bytes((exponent.bit_length() + 7) // 8, "big")
    modulus = b"\xc1" * octets
    for length in (bytes([len(number)]), b"\0" + len(number).to_bytes(2, "big")):
        key = lab.key().rdata.replace(algorithm=8, key=length + number + modulus)
        assert bool(usable_keys([key], SUPPORTED_ALGORITHMS)) is fit


def test_a_check_of_very_many_records_counts_as_more_than_one():
    budget = Budget(Limits(verifications_per_message=4))
    left = budget.message()
    for _ in range(2):
        left.verify(500)
    with pytest.raises(WorkExceededError):
        left.verify(1)
