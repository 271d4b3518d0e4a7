"""What plain TLS comes to where DANE does not apply: the TLS level of the destination control decides.

"Fallback to opportunistic TLS" is no outcome by itself.  Under *Preferred* mail may leave in clear text, under
*Required* it never does.  What the peer offered and the chain it presented are recorded, so every level can be judged
from one contact.  Two outcomes are given: the expected one, and the worst that an active attacker obtains, who can
strip STARTTLS from the greeting as long as the level lets mail leave without it.

May import ``fleet.errors`` and ``fleet.model``.
"""

from fleet.errors import FailureKind
from fleet.model import ContactStep, Outcome, Policy, TlsLevel

Range = tuple[Outcome, Outcome]

_WHAT_IF_STRIPPED: dict[TlsLevel, Outcome | None] = {
    TlsLevel.NONE: Outcome.CLEAR,
    TlsLevel.PREFERRED: Outcome.CLEAR,
    TlsLevel.PREFERRED_VERIFY: Outcome.CLEAR,
    TlsLevel.REQUIRED: None,
    TlsLevel.REQUIRED_VERIFY: None,
    TlsLevel.REQUIRED_VERIFY_HOSTED: None,
}
"""What leaves without STARTTLS; None: nothing, the message is held."""


def fallback_outcomes(
    level: TlsLevel, contact_step: ContactStep | None, host: str, domain: str, policy: Policy = Policy.ASYNCOS
) -> Range:
    """The (expected, worst) outcome at one address of MX ``host`` for mail to ``domain``.

    Without a contact, or one that never answered EHLO, the expected outcome is ``not-tested``.  After a failed
    handshake AsyncOS does not go on in clear text (its user guide: an error after the 220 reply ends the attempt),
    whereas Postfix and Exim try again without TLS where TLS is not required.
    """
    stripped = _WHAT_IF_STRIPPED[level]
    if contact_step is None or not contact_step.contact.reached:
        return Outcome.NOT_TESTED, stripped or Outcome.HELD
    if level is TlsLevel.NONE:
        return Outcome.CLEAR, Outcome.CLEAR
    failure = contact_step.contact.failure
    if failure is not None:
        if failure.kind is FailureKind.TLS and policy is Policy.ASYNCOS:
            return Outcome.HELD, stripped or Outcome.HELD
        return stripped or Outcome.HELD, stripped or Outcome.HELD
    reached = _over_tls(level, contact_step, host, domain)
    return reached, stripped or reached


def _over_tls(level: TlsLevel, step: ContactStep, host: str, domain: str) -> Outcome:
    """The outcome over an established session."""
    verifies = step.pkix is not None and step.pkix.verifies
    match level:
        case TlsLevel.PREFERRED_VERIFY:
            return Outcome.TLS_VERIFIED if verifies else Outcome.TLS
        case TlsLevel.REQUIRED_VERIFY:
            return Outcome.TLS_VERIFIED if verifies else Outcome.HELD
        case TlsLevel.REQUIRED_VERIFY_HOSTED:
            return Outcome.TLS_VERIFIED if verifies and _named(step, host, domain) else Outcome.HELD
    return Outcome.TLS


def _named(step: ContactStep, host: str, domain: str) -> bool:
    wanted = {host.lower(), domain.lower()}
    return step.pkix is not None and any(name.lower() in wanted for name in step.pkix.names)
