"""Destinations whose servers are the story: what goes wrong in SMTP and TLS, and what several hosts make of it.

For several hosts AsyncOS is read strictly (the first host decides), RFC 7672 goes on to the next host.  Expectations
are typed by hand.  May import the lab's own nouns.
"""

from fleet.lab.scenario import (
    DANE,
    FALLBACK_CLEAR,
    FALLBACK_TLS,
    HELD,
    NOT_TESTED,
    UNSIGNED,
    Behaviour,
    Break,
    Breakage,
    Chain,
    Destination,
    Expectation,
    Host,
    Server,
    outcomes,
)
from fleet.model import Outcome

_EE = ("3 1 1 leaf",)
_WRONG = ("3 1 1 other",)
_FIRST_INSECURE = outcomes(FALLBACK_TLS, (Outcome.TLS, Outcome.DANE))


def _behaving(
    name: str, behaviour: Behaviour, summary: str, expect: Expectation, tlsa: tuple[str, ...] = _EE
) -> Destination:
    """One signed domain with one host whose only server behaves like that."""
    return Destination(f"{name}.lab", summary, expect, (Host(tlsa=tlsa, servers=(Server(behaviour=behaviour),)),))


_SESSIONS = (
    _behaving(
        "no-starttls",
        Behaviour.NO_STARTTLS,
        "There is a TLSA record but no STARTTLS: mail is held in both modes.",
        outcomes(HELD),
    ),
    _behaving(
        "no-ehlo",
        Behaviour.NO_EHLO,
        "The server knows HELO only, so no TLS: mail is held in both modes.",
        outcomes(HELD),
    ),
    _behaving(
        "starttls-454",
        Behaviour.STARTTLS_454,
        "STARTTLS is offered and then not available: mail is held in both modes.",
        outcomes(HELD),
    ),
    _behaving(
        "handshake-failure",
        Behaviour.HANDSHAKE_FAILURE,
        "The TLS handshake fails after STARTTLS: mail is held in both modes.",
        outcomes(HELD),
    ),
    _behaving(
        "no-starttls-no-tlsa",
        Behaviour.NO_STARTTLS,
        "Neither TLSA nor STARTTLS: what DANE leaves to the TLS level goes in clear.",
        outcomes(FALLBACK_CLEAR),
        (),
    ),
    _behaving(
        "handshake-failure-no-tlsa",
        Behaviour.HANDSHAKE_FAILURE,
        "No TLSA and a failing handshake: AsyncOS does not go on in clear after that, an ideal client may.",
        outcomes(HELD, FALLBACK_CLEAR),
        (),
    ),
    _behaving(
        "greeting-554",
        Behaviour.GREETING_554,
        "The server turns us away with 554: the certificate is not tested.",
        outcomes(NOT_TESTED),
    ),
    _behaving(
        "greeting-421",
        Behaviour.GREETING_421,
        "The server is too busy (421): the certificate is not tested.",
        outcomes(NOT_TESTED),
    ),
    _behaving(
        "refused", Behaviour.REFUSED, "Nothing listens on port 25: the certificate is not tested.", outcomes(NOT_TESTED)
    ),
    _behaving(
        "blackhole",
        Behaviour.TIMEOUT,
        "The server accepts and says nothing: the certificate is not tested.",
        outcomes(NOT_TESTED),
    ),
    _behaving(
        "reset",
        Behaviour.RESET,
        "The server resets every connection: the certificate is not tested.",
        outcomes(NOT_TESTED),
    ),
    _behaving(
        "drip",
        Behaviour.DRIP,
        "The greeting comes one octet a second: the certificate is not tested.",
        outcomes(NOT_TESTED),
    ),
    _behaving(
        "endless", Behaviour.ENDLESS, "The EHLO reply never ends: the certificate is not tested.", outcomes(NOT_TESTED)
    ),
)


def _host(name: str, tlsa: tuple[str, ...] = _EE, behaviour: Behaviour = Behaviour.NORMAL) -> Host:
    return Host(name, tlsa, (Server(behaviour=behaviour),))


_SEVERAL = (
    Destination(
        "first-bad.lab",
        "The first MX host has the wrong key, the second the right one: AsyncOS holds, RFC 7672 uses the second.",
        outcomes(HELD, DANE),
        (_host("mx1", _WRONG), _host("mx2")),
    ),
    Destination(
        "second-bad.lab",
        "The first MX host is right, the second has the wrong key: DANE as long as the first can be reached.",
        outcomes(DANE),
        (_host("mx1"), _host("mx2", _WRONG)),
    ),
    Destination(
        "first-bogus.lab",
        "The first MX host's TLSA record is bogus, the second host is right: AsyncOS holds, RFC 7672 uses the second.",
        outcomes(HELD, DANE),
        (_host("mx1"), _host("mx2")),
        breaks=(Break("_25._tcp.mx1", "TLSA", Breakage.CORRUPT),),
    ),
    Destination(
        "first-insecure.lab",
        "The first MX host lies in an unsigned zone, the second does DANE: opportunistic mail takes the first.",
        _FIRST_INSECURE,
        (_host("mx1.office"), _host("mx2")),
        zones={"office": UNSIGNED},
    ),
    Destination(
        "second-without-tlsa.lab",
        "The first MX host does DANE, the second has no TLSA record: whoever blocks the first gets plain TLS.",
        outcomes(DANE),
        (_host("mx1"), _host("mx2", ())),
    ),
    Destination(
        "first-refused.lab",
        "Nothing listens at the first MX host, the second is right: delivered under DANE, with the first not tested.",
        outcomes(DANE),
        (_host("mx1", behaviour=Behaviour.REFUSED), _host("mx2")),
    ),
    Destination(
        "first-without-address.lab",
        "The first MX host has no address, the second is right: delivered under DANE.",
        outcomes(DANE),
        (_host("mx2"),),
        mx=("10 mx1", "20 mx2"),
        records=('mx1 TXT "nobody home"',),
    ),
    Destination(
        "equal-preference.lab",
        "Two MX hosts of equal preference, both right: delivered under DANE.",
        outcomes(DANE),
        (_host("mx1"), _host("mx2")),
        mx=("10 mx1", "10 mx2"),
    ),
    Destination(
        "two-certificates.lab",
        "The second address of the host presents a certificate no record names: AsyncOS, which may begin with either, "
        "holds; RFC 7672 goes on to the other.",
        outcomes(HELD, DANE),
        (Host(tlsa=_EE, servers=(Server(), Server(Chain(common_name="the other address")))),),
    ),
    Destination(
        "one-address-refused.lab",
        "The first address refuses, the second is right: delivered under DANE, with one address not tested.",
        outcomes(DANE),
        (Host(tlsa=_EE, servers=(Server(behaviour=Behaviour.REFUSED), Server())),),
    ),
    Destination(
        "dual-stack.lab",
        "One IPv6 and one IPv4 address with one certificate: delivered under DANE.",
        outcomes(DANE),
        (Host(tlsa=_EE, servers=(Server(), Server(ipv6=True))),),
    ),
    Destination(
        "ipv6-only.lab",
        "The host has an IPv6 address only: delivered under DANE.",
        outcomes(DANE),
        (Host(tlsa=_EE, servers=(Server(ipv6=True),)),),
    ),
)

SMTP_DESTINATIONS: tuple[Destination, ...] = (*_SESSIONS, *_SEVERAL)
