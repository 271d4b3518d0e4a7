"""Where policies part on the same destination: one sentence for each pair that ends differently, with the cause.

The yardstick is the ideal client (``rfc7672``); the platform's sentence says what it does with the same mail and which
known deviation is behind it.  May import ``fleet.model`` and other modules of this package.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fleet.decision.cause import Cause
from fleet.decision.judge import Judgement
from fleet.decision.states import AddressState, MxState, TlsaState
from fleet.model import Action, Mode, Outcome, Policy

_NAMES = {
    Policy.ASYNCOS: "AsyncOS",
    Policy.POSTFIX: "Postfix",
    Policy.EXIM: "Exim",
    Policy.RFC7672: "a client after RFC 7672",
}

_DOES: dict[Outcome, str] = {
    Outcome.DANE: "delivers under DANE",
    Outcome.TLS_VERIFIED: "delivers over verified TLS without DANE",
    Outcome.TLS: "delivers over TLS without authentication",
    Outcome.CLEAR: "delivers in clear text",
    Outcome.HELD: "holds the mail",
    Outcome.DISCARDED: "discards the mail",
    Outcome.UNDELIVERABLE: "returns the mail as undeliverable",
    Outcome.DNS_READY: "finds DNS ready for DANE",
    Outcome.NOT_TESTED: "could not be tested over SMTP",
    Outcome.UNKNOWN: "cannot be judged from what was recorded",
}


@dataclass(frozen=True, slots=True)
class Deviation:
    """A known way in which ``policy`` parts from RFC 7672, and how to tell it on two judgements."""

    policy: Policy
    because: str
    applies: Callable[[Judgement, Judgement], bool]


def _mx_insecure(theirs: Judgement, ideal: Judgement) -> bool:
    return ideal.expected_path.row.mx in (MxState.INSECURE, MxState.IMPLICIT_INSECURE)


def _by_alias(theirs: Judgement, ideal: Judgement) -> bool:
    return ideal.expected_path.row.address is AddressState.INSECURE_SECURE_CNAME


def _unusable(theirs: Judgement, ideal: Judgement) -> bool:
    return theirs.expected_path.row.tlsa is TlsaState.UNUSABLE


def _first_host(theirs: Judgement, ideal: Judgement) -> bool:
    return theirs.alternative is not None


def _no_mx(theirs: Judgement, ideal: Judgement) -> bool:
    return theirs.expected_path.row.mx is MxState.IMPLICIT_INSECURE


def _without_ad(theirs: Judgement, ideal: Judgement) -> bool:
    lacking = (Cause.MX_INSECURE, Cause.ADDRESS_INSECURE, Cause.ALIAS_INSECURE, Cause.TLSA_INSECURE)
    return theirs.cause in lacking and ideal.cause is not theirs.cause


def _other_certificate(theirs: Judgement, ideal: Judgement) -> bool:
    return Cause.CERTIFICATE in (theirs.cause, ideal.cause)


def _ends_at_once(theirs: Judgement, ideal: Judgement) -> bool:
    """Whether Exim bounces at a host under which the ideal client does not find DANE either, but holds or goes on."""
    there = [path.action for path in ideal.paths if path.host == theirs.expected_path.host]
    return theirs.action is Action.BOUNCE and not {Action.SUCCESS, Action.NOT_TESTED} & set(there)


def _broken_data(theirs: Judgement, ideal: Judgement) -> bool:
    return theirs.cause is Cause.CERTIFICATE and ideal.cause is Cause.TLSA_UNUSABLE


def _next_hop_name(theirs: Judgement, ideal: Judgement) -> bool:
    return theirs.action is Action.SUCCESS and ideal.cause is Cause.CERTIFICATE and _mx_insecure(theirs, ideal)


def _other_name(theirs: Judgement, ideal: Judgement) -> bool:
    return theirs.cause is Cause.TLSA_ABSENT and ideal.cause is not Cause.TLSA_ABSENT


def _after_handshake(theirs: Judgement, ideal: Judgement) -> bool:
    return theirs.action is ideal.action is Action.FALLBACK and theirs.outcome is Outcome.HELD


def _next_hosts(theirs: Judgement, ideal: Judgement) -> bool:
    return theirs.expected_path.action is Action.SOFT_ERROR and theirs.cause is Cause.NO_ADDRESS


_DEVIATIONS: tuple[Deviation, ...] = (
    Deviation(Policy.ASYNCOS, "its first failing MX host decides for the domain (assumed)", _first_host),
    Deviation(
        Policy.ASYNCOS, "behind an insecure MX it ignores secure TLSA records yet fails on bogus ones", _mx_insecure
    ),
    Deviation(Policy.ASYNCOS, "it does not ask for TLSA at a signed alias of an unsigned name", _by_alias),
    Deviation(Policy.ASYNCOS, "no source says what it does with unusable TLSA records", _unusable),
    Deviation(Policy.ASYNCOS, "it asks for TLSA at the MX host's own name only (assumed)", _other_name),
    Deviation(Policy.ASYNCOS, "after a failed TLS handshake it does not go on in clear text", _after_handshake),
    Deviation(Policy.ASYNCOS, "it keeps mail for hosts without addresses (assumed)", _next_hosts),
    Deviation(Policy.POSTFIX, "without MX records it asks no proof of them", _no_mx),
    Deviation(
        Policy.POSTFIX, "behind an insecure MX it takes the next hop's name in a certificate too", _next_hop_name
    ),
    Deviation(Policy.POSTFIX, "its resolver answers without the AD bit, so it never sees DANE", _without_ad),
    Deviation(
        Policy.EXIM,
        "with hosts_require_dane a host without DANE ends the delivery at once, no other is tried",
        _ends_at_once,
    ),
    Deviation(Policy.EXIM, "it does DANE only behind a secure MX", _mx_insecure),
    Deviation(Policy.EXIM, "it does not ask for TLSA at a signed alias of an unsigned name", _by_alias),
    Deviation(Policy.EXIM, "it asks for TLSA at the expanded name of an alias only", _other_name),
    Deviation(Policy.EXIM, "with hosts_require_dane too it delivers where all TLSA records are unusable", _unusable),
    Deviation(Policy.EXIM, "a TLSA record whose data is no certificate or key fails the match for it", _broken_data),
    Deviation(Policy.EXIM, "its resolver answers without the AD bit, so it never sees DANE", _without_ad),
    Deviation(Policy.EXIM, "it compares certificates by its own rules: one name, every digest", _other_certificate),
)


def differences(judgements: Iterable[Judgement]) -> tuple[str, ...]:
    """One sentence for each mode and platform whose outcome differs from RFC 7672's, modes in order.

    Judgements that are not compared to anything (no ``rfc7672`` of the same mode among them) give no sentence.
    """
    table = {(judgement.mode, judgement.policy): judgement for judgement in judgements}
    found = []
    for mode in Mode:
        ideal = table.get((mode, Policy.RFC7672))
        for policy in (Policy.ASYNCOS, Policy.POSTFIX, Policy.EXIM):
            theirs = table.get((mode, policy))
            if ideal is not None and theirs is not None and _differ(theirs, ideal):
                found.append(_sentence(mode, theirs, ideal))
    return tuple(found)


def _differ(theirs: Judgement, ideal: Judgement) -> bool:
    return (theirs.outcome, theirs.best) != (ideal.outcome, ideal.best)


def _sentence(mode: Mode, theirs: Judgement, ideal: Judgement) -> str:
    because = next(
        (known.because for known in _DEVIATIONS if known.policy is theirs.policy and known.applies(theirs, ideal)),
        theirs.reason.rstrip("."),
    )
    parts = f"In {mode} mode {_NAMES[theirs.policy]} {_DOES[theirs.outcome]}"
    return f"{parts}, {_NAMES[ideal.policy]} {_DOES[ideal.outcome]}: {because}."
