"""What reference answers prove about a resolver."""

from dataclasses import replace

import pytest

from fleet.dnssec.probe import ProbeAnswer
from fleet.errors import Failure, FailureKind
from fleet.model import Policy, Security
from fleet.model.resolver import ResolverKind
from fleet.vantage.resolver_kind import CONSEQUENCES, consequence, fit_for, judge_kind

SIGNED = ProbeAnswer("good.lab", "NOERROR", ad=True, signatures=True, edns=True, own=Security.SECURE)
BROKEN = ProbeAnswer("bogus.lab", "SERVFAIL", own=Security.BOGUS)
PLAIN = ProbeAnswer("plain.lab", "NOERROR", own=Security.INSECURE)
SILENT = ProbeAnswer("x.lab", failure=Failure(FailureKind.TIMEOUT, "192.0.2.56:53 gave no answer within 5 s"))


def kind_of(good: ProbeAnswer, bogus: ProbeAnswer, unsigned: ProbeAnswer) -> ResolverKind:
    return judge_kind([good] * 3, [bogus] * 3, [unsigned] * 3).kind


def test_ad_on_signed_names_and_servfail_on_broken_ones_is_validating() -> None:
    assert kind_of(SIGNED, BROKEN, PLAIN) is ResolverKind.VALIDATES


def test_signatures_without_ad_are_passing() -> None:
    assert kind_of(replace(SIGNED, ad=False), replace(BROKEN, rcode="NOERROR"), PLAIN) is ResolverKind.PASSES


def test_the_ad_bit_alone_does_not_make_a_validator() -> None:
    assert kind_of(SIGNED, replace(BROKEN, rcode="NOERROR"), PLAIN) is ResolverKind.PASSES


def test_an_ad_bit_on_everything_is_not_relied_on() -> None:
    judgement = judge_kind([SIGNED] * 3, [BROKEN] * 3, [replace(PLAIN, ad=True)] * 3)
    assert judgement.kind is ResolverKind.PASSES
    assert "3 of 3 unsigned names have the AD bit, which cannot be earned" in judgement.evidence
    assert "forged records may pass" in consequence(judgement, Policy.POSTFIX)
    assert consequence(judgement, Policy.ASYNCOS).startswith("serves")
    honest = judge_kind([replace(SIGNED, ad=False)] * 3, [replace(BROKEN, rcode="NOERROR")] * 3, [PLAIN] * 3)
    assert "DANE is never done" in consequence(honest, Policy.POSTFIX)


@pytest.mark.parametrize("own", [Security.INDETERMINATE, Security.SECURE])
def test_an_unsigned_name_that_could_not_be_asked_or_was_signed_since_proves_no_stripping(own: Security) -> None:
    assert kind_of(SIGNED, BROKEN, replace(PLAIN, own=own)) is ResolverKind.UNKNOWN


def test_no_signatures_on_signed_names_is_stripping() -> None:
    bare = replace(SIGNED, ad=False, signatures=False, own=Security.BOGUS)
    assert kind_of(bare, BROKEN, replace(PLAIN, own=Security.BOGUS)) is ResolverKind.STRIPS


def test_denials_that_do_not_arrive_are_stripping_too() -> None:
    assert kind_of(SIGNED, BROKEN, replace(PLAIN, own=Security.BOGUS)) is ResolverKind.STRIPS


@pytest.mark.parametrize("group", [0, 1, 2])
def test_a_group_that_gave_no_answer_proves_nothing(group: int) -> None:
    groups = [[SIGNED] * 3, [BROKEN] * 3, [PLAIN] * 3]
    groups[group] = [SILENT] * 3
    judgement = judge_kind(*groups)
    assert judgement.kind is ResolverKind.UNKNOWN
    assert any("192.0.2.56:53 gave no answer" in line for line in judgement.evidence)


def test_one_bad_reference_name_never_condemns_a_resolver() -> None:
    good = [SIGNED, SIGNED, replace(SIGNED, ad=False, signatures=False, own=Security.BOGUS)]
    bogus = [BROKEN, BROKEN, replace(BROKEN, rcode="NOERROR")]
    assert judge_kind(good, bogus, [PLAIN, PLAIN, SILENT]).kind is ResolverKind.VALIDATES


BARE = replace(SIGNED, ad=False, signatures=False, own=Security.BOGUS)
EXPIRED = replace(SIGNED, ad=False, own=Security.BOGUS)
UNKNOWN, VALIDATES, PASSES, STRIPS = (
    ResolverKind.UNKNOWN,
    ResolverKind.VALIDATES,
    ResolverKind.PASSES,
    ResolverKind.STRIPS,
)


@pytest.mark.parametrize(
    ("good", "bogus", "unsigned", "kind"),
    [
        ([SIGNED, SIGNED, SILENT], [BROKEN, BROKEN, SILENT], [PLAIN, PLAIN, SILENT], VALIDATES),
        ([SIGNED, SILENT, SILENT], [BROKEN] * 3, [PLAIN] * 3, UNKNOWN),
        ([SIGNED] * 3, [BROKEN, SILENT, SILENT], [PLAIN] * 3, UNKNOWN),
        ([SIGNED] * 3, [BROKEN] * 3, [PLAIN, SILENT, SILENT], UNKNOWN),
        ([SIGNED, BARE, SILENT], [BROKEN] * 3, [PLAIN] * 3, UNKNOWN),
        ([SIGNED, EXPIRED, SILENT], [BROKEN] * 3, [PLAIN] * 3, UNKNOWN),
        ([SIGNED, replace(SIGNED, ad=False)], [BROKEN] * 3, [PLAIN] * 3, UNKNOWN),
        ([SIGNED] * 3, [BROKEN, replace(BROKEN, rcode="NOERROR")], [PLAIN] * 3, UNKNOWN),
        ([replace(SIGNED, own=Security.INSECURE, ad=False)] * 3, [BROKEN] * 3, [PLAIN] * 3, UNKNOWN),
        ([SIGNED, EXPIRED, EXPIRED], [BROKEN] * 3, [PLAIN] * 3, STRIPS),
        ([SIGNED] * 3, [replace(BROKEN, rcode="NOERROR")] * 3, [PLAIN] * 3, PASSES),
    ],
)
def test_a_majority_of_two_at_least_must_say_so_and_one_against_one_proves_nothing(
    good: list[ProbeAnswer], bogus: list[ProbeAnswer], unsigned: list[ProbeAnswer], kind: ResolverKind
) -> None:
    assert judge_kind(good, bogus, unsigned).kind is kind


def test_one_secure_name_takes_the_doubt_from_the_anchor() -> None:
    judgement = judge_kind([SIGNED, *[replace(SIGNED, own=Security.BOGUS)] * 3], [BROKEN] * 3, [PLAIN] * 3)
    assert judgement.kind is ResolverKind.STRIPS
    assert not any("trust anchor" in line for line in judgement.evidence)


def test_every_kind_has_a_consequence_on_every_platform_and_unknown_is_never_fit() -> None:
    for kind in ResolverKind:
        for platform in (Policy.ASYNCOS, Policy.POSTFIX, Policy.EXIM):
            assert CONSEQUENCES[kind, platform]
    assert fit_for(ResolverKind.UNKNOWN, Policy.ASYNCOS) is None
    assert fit_for(ResolverKind.PASSES, Policy.ASYNCOS) is True
    assert fit_for(ResolverKind.PASSES, Policy.POSTFIX) is False
    assert fit_for(ResolverKind.STRIPS, Policy.ASYNCOS) is False


def test_signatures_the_resolver_vouches_for_but_we_cannot_validate_put_our_anchor_in_doubt() -> None:
    judgement = judge_kind([replace(SIGNED, own=Security.BOGUS)] * 3, [BROKEN] * 3, [PLAIN] * 3)
    assert judgement.kind is ResolverKind.UNKNOWN
    assert any("trust anchor" in line for line in judgement.evidence)
