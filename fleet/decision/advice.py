"""What the operator does next, by cause.

Most causes lie with the destination's postmaster or DNS operator: then the advice says what to tell them, and what can
be done on our side meanwhile.  May import ``fleet.model`` and other modules of this package.
"""

from fleet.decision.cause import Cause
from fleet.decision.judge import Judgement
from fleet.model import Action, Outcome, Policy

_MEANWHILE = "Until then a destination control without DANE for this domain lets its mail pass."

ADVICE: dict[Cause, str] = {
    Cause.NONE: "Nothing to do.",
    Cause.NULL_MX: "The domain takes no mail. Check the recipient address with the sender.",
    Cause.NO_DOMAIN: "The domain does not exist. Check the recipient address for a typing error.",
    Cause.MX_FAILED: "Ask the MX question through each configured resolver. If all fail, the name servers of the "
    "domain are at fault: tell its postmaster through another channel.",
    Cause.MX_BOGUS: "Ask a second, independent resolver. If it says bogus too, the domain's DNS operator must repair "
    f"the signatures; if not, our resolver strips or spoils DNSSEC records. {_MEANWHILE}",
    Cause.MX_INSECURE: "The domain is not signed, so DANE cannot protect its mail. Ask its operator to sign the zone "
    "and publish the DS record, or require TLS with a verified certificate instead.",
    Cause.NO_ADDRESS: "The MX record names a host without address. Tell the domain's operator to correct the record.",
    Cause.ADDRESS_FAILED: "Ask for the host's address through each configured resolver. If all fail, the name servers "
    "of the host's zone are at fault: tell their operator.",
    Cause.ADDRESS_BOGUS: "The zone of the mail host is badly signed. Tell the operator of that zone (often the mail "
    f"provider, not the domain's owner). {_MEANWHILE}",
    Cause.ADDRESS_INSECURE: "The zone of the mail host is not signed, so its TLSA records cannot be trusted. Its "
    "operator (often a mail provider) must sign it before DANE can apply.",
    Cause.ALIAS_INSECURE: "The MX host is an alias into an unsigned zone. Ask its operator to name the real host in "
    "the MX record and to sign its zone.",
    Cause.AAAA_ERROR: "Ask the host's operator to repair the AAAA answer, or let the destination control use IPv4.",
    Cause.CNAME_FAILED: "The host's name servers fail on CNAME questions, and mail waits for their answer: tell their "
    "operator.",
    Cause.TLSA_ABSENT: "The mail host does not do DANE. In opportunistic mode there is nothing to do; do "
    "not demand DANE of this domain before its operator publishes TLSA records.",
    Cause.TLSA_INSECURE: "TLSA records in an unsigned zone protect nobody. Ask the operator to sign that zone.",
    Cause.TLSA_FAILED: "Name servers that fail on TLSA questions are a known fault: tell the operator of the host's "
    f"zone. {_MEANWHILE}",
    Cause.TLSA_BOGUS: "The TLSA records or their denial are badly signed. Tell the operator of the host's zone. "
    f"{_MEANWHILE}",
    Cause.TLSA_UNUSABLE: "Tell the host's operator to publish records that mail can use: 3 1 1 with the digest of its "
    "key, or 2 1 1 with that of its certificate authority.",
    Cause.CERTIFICATE: "The server's certificate and its TLSA records do not belong together, most often after a "
    f"renewal. Tell the postmaster to publish the new record beside the old one. {_MEANWHILE}",
    Cause.NO_STARTTLS: "A host with TLSA records must offer STARTTLS. Check that nothing between us and it strips "
    "STARTTLS, then tell its postmaster.",
    Cause.HANDSHAKE: "Compare our TLS versions and ciphers with what the server offers, then tell its postmaster.",
    Cause.NOT_TESTED: "Run the check from a node that may connect to port 25 of this host.",
    Cause.UNKNOWN: "Run a full check: what was recorded does not say what this client would see.",
}
"""One or two sentences for each cause."""

_RESOLVER = (
    "Mail is judged by the resolver's AD bit here: make sure that the node asks a validating resolver over a trusted "
    "path (loopback, or trust-ad)."
)
_LEVEL = (
    "The TLS level of the destination control holds this mail: lower the level, or ask the host's operator for TLS "
    "that meets it."
)
_BOUNCED = "Mail is returned at once: take the host out of hosts_require_dane until it does DANE."
_GAPS = "What could be seen is in order. Check again where the rest can be seen too: it is not known to be."
_BELIEVES_RESOLVER = (Policy.POSTFIX, Policy.EXIM)
_MAY_BE_RESOLVER = (Cause.MX_INSECURE, Cause.ADDRESS_INSECURE, Cause.TLSA_INSECURE)
_LEFT_TO_TLS = (Action.FALLBACK, Action.TLS_UNAUTHENTICATED)


def advice(judgement: Judgement) -> str:
    """What to do next about ``judgement``."""
    text = ADVICE[judgement.cause]
    if judgement.outcome is Outcome.HELD and judgement.action in _LEFT_TO_TLS:
        return _LEVEL
    if judgement.action is Action.BOUNCE:
        text = f"{_BOUNCED} {text}"
    if judgement.policy in _BELIEVES_RESOLVER and judgement.cause in _MAY_BE_RESOLVER:
        return f"{text} {_RESOLVER}"
    if judgement.outcome is Outcome.DANE and not judgement.all_dane and judgement.cause is Cause.NONE:
        weakest = judgement.weakest_path
        return f"Mail to {judgement.expected_path.host} is protected. For {weakest.host}: {ADVICE[weakest.cause]}"
    if judgement.cause is Cause.NONE and judgement.incomplete:
        return _GAPS
    return text
