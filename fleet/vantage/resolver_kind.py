"""Judging the kind of a resolver from reference names, by quorum: one bad reference never condemns a resolver.

Pure: takes what ``fleet.dnssec.probe`` recorded.  An untested cell is unknown, never good.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fleet.dnssec.probe import ProbeAnswer
from fleet.model import Policy, Security
from fleet.model.resolver import ResolverKind

QUORUM = 2
"""Reference names of a group that must have answered before the group says anything."""


@dataclass(frozen=True, slots=True)
class KindJudgement:
    """A kind with its evidence, one sentence per line, and whether known-good names came with the AD bit."""

    kind: ResolverKind
    evidence: tuple[str, ...]
    ad: bool = False


def judge_kind(
    good: Sequence[ProbeAnswer], bogus: Sequence[ProbeAnswer], unsigned: Sequence[ProbeAnswer]
) -> KindJudgement:
    """The kind that the three groups of reference answers prove, by majority of those that answered."""
    heard_good = [answer for answer in good if answer.rcode == "NOERROR"]
    heard_bogus = [answer for answer in bogus if answer.failure is None and answer.rcode in ("NOERROR", "SERVFAIL")]
    heard_unsigned = [answer for answer in unsigned if answer.rcode == "NOERROR"]
    evidence = tuple(
        line
        for line in (
            *_silence("known-good", good, heard_good),
            _count(heard_good, _is_signed, "known-good names arrive with signatures"),
            _count(heard_good, lambda answer: answer.own is Security.SECURE, "known-good names validate here"),
            _count(heard_good, _has_ad, "known-good names have the AD bit"),
            "the resolver vouches for signatures that do not validate here: is the trust anchor the right one?"
            if _anchor_in_doubt(heard_good)
            else "",
            *_silence("known-bogus", bogus, heard_bogus),
            _count(heard_bogus, _is_refused, "known-bogus names are answered SERVFAIL"),
            *_silence("unsigned", unsigned, heard_unsigned),
            _count(
                heard_unsigned, lambda answer: answer.own is Security.INSECURE, "unsigned names prove to be unsigned"
            ),
            _count(heard_unsigned, _has_ad, "unsigned names have the AD bit, which cannot be earned")
            if any(map(_has_ad, heard_unsigned))
            else "",
        )
        if line
    )
    return KindJudgement(_kind(heard_good, heard_bogus, heard_unsigned), evidence, _most(heard_good, _has_ad))


def _kind(good: Sequence[ProbeAnswer], bogus: Sequence[ProbeAnswer], unsigned: Sequence[ProbeAnswer]) -> ResolverKind:
    if len(good) < QUORUM:
        return ResolverKind.UNKNOWN
    # One against one is no majority either way: of two that answered, a bad reference may be the other one.
    if not _most(good, _is_signed):
        return ResolverKind.STRIPS if _fewest(good, _is_signed) else ResolverKind.UNKNOWN
    if not _most(good, _is_secure):
        unproven = any(answer.own is Security.INDETERMINATE for answer in good) or _anchor_in_doubt(good)
        lost = _most(good, lambda answer: answer.own is Security.BOGUS)
        return ResolverKind.STRIPS if lost and not unproven else ResolverKind.UNKNOWN
    if len(unsigned) < QUORUM or len(bogus) < QUORUM:
        return ResolverKind.UNKNOWN
    if not _most(unsigned, lambda answer: answer.own is Security.INSECURE):
        # Only a denial that does not arrive proves stripping; no answer, or a reference name signed since, does not.
        lost = _most(unsigned, lambda answer: answer.own is Security.BOGUS)
        return ResolverKind.STRIPS if lost else ResolverKind.UNKNOWN
    if _most(unsigned, _has_ad):
        return ResolverKind.PASSES  # an AD bit on everything says nothing
    if _most(good, _has_ad) and _most(bogus, _is_refused):
        return ResolverKind.VALIDATES
    passes = _fewest(good, _has_ad) or _fewest(bogus, _is_refused)
    return ResolverKind.PASSES if passes else ResolverKind.UNKNOWN


def _anchor_in_doubt(good: Sequence[ProbeAnswer]) -> bool:
    """Signatures arrive, the resolver vouches for them, yet none holds here: our trust anchor may be the wrong one."""
    vouched = _most(good, _has_ad) and _most(good, _is_signed)
    return vouched and not any(map(_is_secure, good))


def _is_secure(answer: ProbeAnswer) -> bool:
    return answer.own is Security.SECURE


def _is_signed(answer: ProbeAnswer) -> bool:
    return answer.signatures


def _is_refused(answer: ProbeAnswer) -> bool:
    return answer.rcode == "SERVFAIL"


def _has_ad(answer: ProbeAnswer) -> bool:
    return answer.ad


def _most(answers: Sequence[ProbeAnswer], holds: Callable[[ProbeAnswer], bool]) -> bool:
    return sum(holds(answer) for answer in answers) * 2 > len(answers)


def _fewest(answers: Sequence[ProbeAnswer], holds: Callable[[ProbeAnswer], bool]) -> bool:
    return _most(answers, lambda answer: not holds(answer))


def _count(answers: Sequence[ProbeAnswer], holds: Callable[[ProbeAnswer], bool], words: str) -> str:
    return f"{sum(holds(answer) for answer in answers)} of {len(answers)} {words}" if answers else ""


def _silence(group: str, asked: Sequence[ProbeAnswer], heard: Sequence[ProbeAnswer]) -> tuple[str, ...]:
    silent = [answer for answer in asked if answer not in heard]
    if not silent:
        return ()
    first = silent[0]
    why = first.failure.sentence if first.failure else f"{first.name} is answered {first.rcode}"
    return (f"{len(silent)} of {len(asked)} {group} names gave no usable answer ({why})",)


CONSEQUENCES: dict[tuple[ResolverKind, Policy], str] = {
    (ResolverKind.VALIDATES, Policy.ASYNCOS): "serves: signatures arrive, the appliance validates itself",
    (ResolverKind.VALIDATES, Policy.POSTFIX): "serves: the AD bit can be relied on (over a trusted channel)",
    (ResolverKind.VALIDATES, Policy.EXIM): "serves: the AD bit can be relied on (over a trusted channel)",
    (ResolverKind.PASSES, Policy.ASYNCOS): "serves: signatures arrive, the appliance validates itself",
    (ResolverKind.PASSES, Policy.POSTFIX): "DANE is never done: without the AD bit every domain looks unsigned",
    (ResolverKind.PASSES, Policy.EXIM): "DANE is never done: without the AD bit every domain looks unsigned",
    (ResolverKind.STRIPS, Policy.ASYNCOS): (
        "mail is held: DANE-capable domains turn BOGUS (vendor document); a strict validator calls every name bogus"
    ),
    (ResolverKind.STRIPS, Policy.POSTFIX): "DANE is never done: without the AD bit every domain looks unsigned",
    (ResolverKind.STRIPS, Policy.EXIM): "DANE is never done: without the AD bit every domain looks unsigned",
    (ResolverKind.UNKNOWN, Policy.ASYNCOS): "unknown: what happens to mail behind it is not proven",
    (ResolverKind.UNKNOWN, Policy.POSTFIX): "unknown: what happens to mail behind it is not proven",
    (ResolverKind.UNKNOWN, Policy.EXIM): "unknown: what happens to mail behind it is not proven",
}
"""What each kind does to mail on each platform (the seed on DNS resolvers; Postfix and Exim act on the AD bit)."""


_UNEARNED_AD = "not to be relied on: it sets the AD bit without proof, so forged records may pass for DANE"


def consequence(judgement: KindJudgement, platform: Policy) -> str:
    """What the resolver does to mail on ``platform``, which must not be ``rfc7672``."""
    believes_ad = platform in (Policy.POSTFIX, Policy.EXIM)
    if believes_ad and judgement.ad and judgement.kind in (ResolverKind.PASSES, ResolverKind.STRIPS):
        return _UNEARNED_AD
    return CONSEQUENCES[judgement.kind, platform]


def fit_for(kind: ResolverKind, policy: Policy) -> bool | None:
    """Whether the kind serves the platform; None where it is not known.

    ``rfc7672`` validates itself, as AsyncOS does.
    """
    if kind is ResolverKind.UNKNOWN:
        return None
    if policy in (Policy.POSTFIX, Policy.EXIM):
        return kind is ResolverKind.VALIDATES
    return kind is not ResolverKind.STRIPS
