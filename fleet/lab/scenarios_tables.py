"""Destinations for the two published AsyncOS tables, line by line: 15 mandatory rows, 14 opportunistic ones.

Hosts of unsigned domains stand at ``hoster.lab``, because nothing below an unsigned domain can be secure.  Expectations
are typed by hand; where only one pair is given, RFC 7672 asks for the same.  May import the lab's own nouns.
"""

from fleet.lab.scenario import (
    DANE,
    FALLBACK_TLS,
    HELD,
    UNSIGNED,
    Break,
    Breakage,
    Destination,
    Host,
    outcomes,
)
from fleet.model import Outcome

_EE = ("3 1 1 leaf",)
_GOOD = Host(tlsa=_EE)
_PLAIN = Host()
_WRONG = ("3 1 1 other",)
_TLSA = "_25._tcp.mail"

_FALLBACK_OR_AUTHENTICATED = outcomes(FALLBACK_TLS, (Outcome.DANE, Outcome.HELD))
_FALLBACK_BUT_HELD = outcomes(FALLBACK_TLS, HELD)

TABLE_DESTINATIONS: tuple[Destination, ...] = (
    Destination("good.lab", "Everything is signed and 3 1 1 matches: delivered under DANE.", outcomes(DANE), (_GOOD,)),
    Destination(
        "wrong-key.lab",
        "Everything is signed, the TLSA record names another key: mail is held in both modes.",
        outcomes(HELD),
        (Host(tlsa=_WRONG),),
    ),
    Destination(
        "tlsa-insecure.lab",
        "The TLSA name is delegated to an unsigned zone: DANE does not apply.",
        outcomes(FALLBACK_TLS),
        (_GOOD,),
        zones={"_tcp.mail": UNSIGNED},
    ),
    Destination(
        "no-tlsa.lab",
        "Everything is signed, nothing at the TLSA name (NXDOMAIN): DANE does not apply.",
        outcomes(FALLBACK_TLS),
        (_PLAIN,),
    ),
    Destination(
        "tlsa-bogus.lab",
        "MX signed, TLSA bogus: mail is held in both modes.",
        outcomes(HELD),
        (_GOOD,),
        breaks=(Break(_TLSA, "TLSA", Breakage.CORRUPT),),
    ),
    Destination(
        "host-insecure.lab",
        "The MX is signed, its host lies in an unsigned zone: DANE does not apply and no TLSA is asked for.",
        outcomes(FALLBACK_TLS),
        (Host("mail.office", tlsa=_EE),),
        zones={"office": UNSIGNED},
    ),
    Destination(
        "host-bogus.lab",
        "The MX is signed, the address of its host is bogus: mail is held in both modes.",
        outcomes(HELD),
        (_GOOD,),
        breaks=(Break("mail", "A", Breakage.EXPIRED),),
    ),
    Destination(
        "hoster.lab",
        "A mail hoster whose own domain is in order; the hosts it rents out to others are not all so.",
        outcomes(DANE),
        (
            _GOOD,
            Host("wrong", tlsa=_WRONG),
            Host("open", tlsa=_EE),
            Host("bare"),
            Host("broken", tlsa=_EE),
            Host("lost", tlsa=_EE),
            Host("unusable", tlsa=("1 1 1 leaf",)),
        ),
        mx=("mail",),
        zones={"_tcp.open": UNSIGNED},
        breaks=(Break("_25._tcp.broken", "TLSA", Breakage.CORRUPT), Break("lost", "A", Breakage.CORRUPT)),
    ),
    Destination(
        "mx-insecure-good.lab",
        "The domain is unsigned, its hoster does DANE and matches: AsyncOS ignores it, RFC 7672 may authenticate.",
        _FALLBACK_OR_AUTHENTICATED,
        mx=("mail.hoster.lab.",),
        zone=UNSIGNED,
    ),
    Destination(
        "mx-insecure-wrong.lab",
        "The domain is unsigned, its hoster's TLSA record names another key: AsyncOS delivers, RFC 7672 does not.",
        _FALLBACK_BUT_HELD,
        mx=("wrong.hoster.lab.",),
        zone=UNSIGNED,
    ),
    Destination(
        "mx-insecure-tlsa-insecure.lab",
        "The domain is unsigned, the TLSA name at its hoster is unsigned too: DANE does not apply.",
        outcomes(FALLBACK_TLS),
        mx=("open.hoster.lab.",),
        zone=UNSIGNED,
    ),
    Destination(
        "mx-insecure-no-tlsa.lab",
        "The domain is unsigned, its hoster publishes no TLSA record: DANE does not apply.",
        outcomes(FALLBACK_TLS),
        mx=("bare.hoster.lab.",),
        zone=UNSIGNED,
    ),
    Destination(
        "mx-insecure-tlsa-bogus.lab",
        "The domain is unsigned and its hoster's TLSA record is bogus: mail is held in both modes.",
        outcomes(HELD),
        mx=("broken.hoster.lab.",),
        zone=UNSIGNED,
    ),
    Destination(
        "mx-insecure-host-insecure.lab",
        "Neither the domain nor its mail host is signed: DANE does not apply.",
        outcomes(FALLBACK_TLS),
        (_PLAIN,),
        zone=UNSIGNED,
    ),
    Destination(
        "mx-insecure-host-bogus.lab",
        "The domain is unsigned and the address at its hoster is bogus: mail is held in both modes.",
        outcomes(HELD),
        mx=("lost.hoster.lab.",),
        zone=UNSIGNED,
    ),
    Destination(
        "mx-bogus.lab",
        "The MX record's signature does not hold: mail is held in both modes.",
        outcomes(HELD),
        (_GOOD,),
        breaks=(Break("@", "MX", Breakage.CORRUPT),),
    ),
    Destination(
        "mx-insecure-unusable.lab",
        "The domain is unsigned, its hoster's only TLSA record has a PKIX usage: AsyncOS ignores it like any other.",
        outcomes(FALLBACK_TLS),
        mx=("unusable.hoster.lab.",),
        zone=UNSIGNED,
    ),
)
