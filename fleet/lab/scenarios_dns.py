"""Destinations whose MX and addresses are the story: null, implicit, failing, by wildcard, and behind aliases.

Expectations are typed by hand; where only the pair for ``asyncos`` is given, RFC 7672 asks for the same.
May import the lab's own nouns.
"""

from fleet.lab.scenario import (
    DANE,
    FALLBACK_TLS,
    HELD,
    UNDELIVERABLE,
    UNSIGNED,
    Break,
    Breakage,
    Destination,
    Host,
    ZonePlan,
    outcomes,
)

_EE = ("3 1 1 leaf",)
_GOOD = Host(tlsa=_EE)
_TLSA = "_25._tcp.mail"

_MX = (
    Destination(
        "null-mx.lab",
        "The domain says that it takes no mail (null MX): bounced at once.",
        outcomes(UNDELIVERABLE),
        mx=("0 .",),
    ),
    Destination(
        "implicit-mx.lab",
        "No MX record, proven: the domain is its own mail host and does DANE.",
        outcomes(DANE),
        (Host("@", tlsa=_EE, tlsa_owner="_25._tcp"),),
        mx=(),
    ),
    Destination(
        "implicit-mx-insecure.lab",
        "No MX record and no signatures: the unsigned domain is its own mail host.",
        outcomes(FALLBACK_TLS),
        (Host("@"),),
        mx=(),
        zone=UNSIGNED,
    ),
    Destination(
        "absent.lab", "There is no such domain (NXDOMAIN): bounced at once.", outcomes(UNDELIVERABLE), zone=None, mx=()
    ),
    Destination(
        "mx-servfail.lab",
        "Every resolver fails on the MX question: mail waits, which says nothing about DANE.",
        outcomes(HELD),
        (_GOOD,),
        breaks=(Break("@", "MX", Breakage.SERVFAIL),),
    ),
    Destination(
        "mx-timeout.lab",
        "Nobody answers the MX question: mail waits, which says nothing about DANE.",
        outcomes(HELD),
        (_GOOD,),
        breaks=(Break("@", "MX", Breakage.TIMEOUT),),
    ),
    Destination(
        "mx-refused.lab",
        "Every resolver refuses the MX question: mail waits, which says nothing about DANE.",
        outcomes(HELD),
        (_GOOD,),
        breaks=(Break("@", "MX", Breakage.REFUSED),),
    ),
    Destination(
        "mx-unproven.lab",
        "No MX record, but the proof of that is missing in a signed zone: mail is held in both modes.",
        outcomes(HELD),
        (Host("@", tlsa=_EE, tlsa_owner="_25._tcp"),),
        mx=(),
        breaks=(Break("@", "MX", Breakage.NO_PROOF),),
    ),
    Destination(
        "anything.wild.lab",
        "The MX record comes from a wildcard, properly proven: delivered under DANE.",
        outcomes(DANE),
        (Host("mail.wild.lab.", tlsa=_EE, tlsa_owner="_25._tcp.mail.wild.lab."),),
        mx=(),
        zone=None,
        zones={"wild.lab.": ZonePlan()},
        records=("*.wild.lab. MX 10 mail.wild.lab.",),
    ),
    Destination(
        "alias.lab",
        "The domain has an alias below it; its own mail is in order.",
        outcomes(DANE),
        (_GOOD,),
        records=("shop CNAME good.lab.",),
    ),
    Destination(
        "shop.alias.lab",
        "The mail domain is itself a signed alias of good.lab: its MX is found there, delivered under DANE.",
        outcomes(DANE),
        mx=(),
        zone=None,
    ),
)

_ADDRESSES = (
    Destination(
        "no-address.lab",
        "The only MX host has neither A nor AAAA: AsyncOS keeps the mail, RFC 5321 5.1 returns it.",
        outcomes(HELD, UNDELIVERABLE),
        mx=("mail",),
        records=('mail TXT "nobody home"',),
    ),
    Destination(
        "host-absent.lab",
        "The only MX host does not exist (NXDOMAIN): AsyncOS keeps the mail, RFC 5321 5.1 returns it.",
        outcomes(HELD, UNDELIVERABLE),
        mx=("mail",),
    ),
    Destination(
        "host-servfail.lab",
        "Every resolver fails on the address of the only MX host: mail waits.",
        outcomes(HELD),
        (_GOOD,),
        breaks=(Break("mail", "A", Breakage.SERVFAIL), Break("mail", "AAAA", Breakage.SERVFAIL)),
    ),
    Destination(
        "aaaa-servfail.lab",
        "The AAAA question fails beside a proven A record: delivered under DANE, worth a warning.",
        outcomes(DANE),
        (_GOOD,),
        breaks=(Break("mail", "AAAA", Breakage.SERVFAIL),),
    ),
    Destination(
        "aaaa-bogus.lab",
        "The proof that there is no AAAA is missing beside a proven A record: delivered under DANE, worth a warning.",
        outcomes(DANE),
        (_GOOD,),
        breaks=(Break("mail", "AAAA", Breakage.NO_PROOF),),
    ),
    Destination(
        "cname-servfail.lab",
        "The explicit CNAME question of AsyncOS fails, which it takes for no CNAME; RFC 7672 never asks it.",
        outcomes(DANE),
        (_GOOD,),
        breaks=(Break("mail", "CNAME", Breakage.SERVFAIL),),
    ),
    Destination(
        "cname-original.lab",
        "The MX host is a signed alias, TLSA stands at the alias: delivered under DANE.",
        outcomes(DANE),
        (Host("real", tlsa=_EE, tlsa_owner=_TLSA),),
        mx=("mail",),
        records=("mail CNAME real",),
    ),
    Destination(
        "cname-expanded.lab",
        "The MX host is a signed alias, TLSA stands only where it leads: RFC 7672 looks there, AsyncOS does not.",
        outcomes(FALLBACK_TLS, DANE),
        (Host("real", tlsa=_EE),),
        mx=("mail",),
        records=("mail CNAME real",),
    ),
    Destination(
        "cname-first-secure.lab",
        "The MX host is a signed alias into an unsigned zone, TLSA at the alias: RFC 7672 uses it, AsyncOS falls back.",
        outcomes(FALLBACK_TLS, DANE),
        (Host("real.office", tlsa=_EE, tlsa_owner=_TLSA),),
        mx=("mail",),
        zones={"office": UNSIGNED},
        records=("mail CNAME real.office",),
    ),
    Destination(
        "cname-insecure.lab",
        "The MX host is an alias in an unsigned zone that leads to a signed host with TLSA: DANE does not apply.",
        outcomes(FALLBACK_TLS),
        (Host("real", tlsa=_EE),),
        mx=("mail.office",),
        zones={"office": UNSIGNED},
        records=("mail.office CNAME real",),
    ),
    Destination(
        "cname-bogus.lab",
        "The MX host is an alias whose signature does not hold: mail is held in both modes.",
        outcomes(HELD),
        (Host("real", tlsa=_EE),),
        mx=("mail",),
        records=("mail CNAME real",),
        breaks=(Break("mail", "CNAME", Breakage.CORRUPT),),
    ),
    Destination(
        "dname.lab",
        "The MX host lies below a DNAME; its address and TLSA are found under the new name: delivered under DANE.",
        outcomes(DANE),
        (Host("mail.new", tlsa=_EE),),
        mx=("mail.old",),
        records=("old DNAME new",),
    ),
)

DNS_DESTINATIONS: tuple[Destination, ...] = (*_MX, *_ADDRESSES)
