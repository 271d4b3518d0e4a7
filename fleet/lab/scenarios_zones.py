"""Destinations whose signatures are the story: TLSA answers of every kind, algorithms, denial, broken delegations.

Expectations are typed by hand; where only the pair for ``asyncos`` is given, RFC 7672 asks for the same.
May import the lab's own nouns.
"""

from fleet.lab.scenario import (
    DANE,
    FALLBACK_TLS,
    HELD,
    UNSIGNED,
    Break,
    Breakage,
    Denial,
    Destination,
    Host,
    KeyAlgorithm,
    Signing,
    ZonePlan,
    outcomes,
)

_EE = ("3 1 1 leaf",)
_GOOD = Host(tlsa=_EE)
_PLAIN = Host()
_TLSA = "_25._tcp.mail"

_TLSA_ANSWERS = (
    Destination(
        "tlsa-nodata.lab",
        "The TLSA name exists without a TLSA record (proven NODATA): DANE does not apply.",
        outcomes(FALLBACK_TLS),
        (_PLAIN,),
        records=(f'{_TLSA} TXT "no TLSA yet"',),
    ),
    Destination(
        "tlsa-insecure-nxdomain.lab",
        "The TLSA name does not exist, below an unsigned delegation: DANE does not apply.",
        outcomes(FALLBACK_TLS),
        (_PLAIN,),
        zones={"_tcp.mail": UNSIGNED},
    ),
    Destination(
        "tlsa-opt-out.lab",
        "The zone proves absence with NSEC3 opt-out: the TLSA denial is insecure, which is normal.",
        outcomes(FALLBACK_TLS),
        (_PLAIN,),
        zone=ZonePlan(denial=Denial.OPT_OUT),
    ),
    Destination(
        "tlsa-unproven.lab",
        "The signed zone does not prove that there is no TLSA record: as bogus, mail is held in both modes.",
        outcomes(HELD),
        (_PLAIN,),
        breaks=(Break(_TLSA, "TLSA", Breakage.NO_PROOF),),
    ),
    Destination(
        "tlsa-unsigned.lab",
        "The TLSA record comes without signature from a signed zone: bogus, mail is held in both modes.",
        outcomes(HELD),
        (_GOOD,),
        breaks=(Break(_TLSA, "TLSA", Breakage.BARE),),
    ),
    Destination(
        "tlsa-expired.lab",
        "The TLSA record's signature ended two days ago: bogus, mail is held in both modes.",
        outcomes(HELD),
        (_GOOD,),
        breaks=(Break(_TLSA, "TLSA", Breakage.EXPIRED),),
    ),
    Destination(
        "tlsa-servfail.lab",
        "Every resolver fails on the TLSA question: treated as bogus, mail is held in both modes.",
        outcomes(HELD),
        (_GOOD,),
        breaks=(Break(_TLSA, "TLSA", Breakage.SERVFAIL),),
    ),
    Destination(
        "tlsa-timeout.lab",
        "Nobody answers the TLSA question: treated as bogus, mail is held in both modes.",
        outcomes(HELD),
        (_GOOD,),
        breaks=(Break(_TLSA, "TLSA", Breakage.TIMEOUT),),
    ),
    Destination(
        "tlsa-cname.lab",
        "The TLSA name is a signed alias of a shared record: delivered under DANE.",
        outcomes(DANE),
        (Host(tlsa=_EE, tlsa_owner="_dane"),),
        records=(f"{_TLSA} CNAME _dane",),
    ),
    Destination(
        "tlsa-cname-insecure.lab",
        "The TLSA name is an alias into an unsigned zone: DANE does not apply.",
        outcomes(FALLBACK_TLS),
        (Host(tlsa=_EE, tlsa_owner="_dane.office"),),
        zones={"office": UNSIGNED},
        records=(f"{_TLSA} CNAME _dane.office",),
    ),
)

_ZONES = (
    Destination(
        "rsa.lab",
        "The zone is signed with RSA/SHA-256: delivered under DANE.",
        outcomes(DANE),
        (_GOOD,),
        zone=ZonePlan(algorithm=KeyAlgorithm.RSASHA256),
    ),
    Destination(
        "ed25519.lab",
        "The zone is signed with Ed25519: delivered under DANE.",
        outcomes(DANE),
        (_GOOD,),
        zone=ZonePlan(algorithm=KeyAlgorithm.ED25519),
    ),
    Destination(
        "split-keys.lab",
        "The zone has a key-signing and a zone-signing key: delivered under DANE.",
        outcomes(DANE),
        (_GOOD,),
        zone=ZonePlan(split_keys=True),
    ),
    Destination(
        "nsec3.lab",
        "The zone uses NSEC3: delivered under DANE.",
        outcomes(DANE),
        (_GOOD,),
        zone=ZonePlan(denial=Denial.NSEC3),
    ),
    Destination(
        "nsec3-no-tlsa.lab",
        "NSEC3 proves that there is no TLSA record: DANE does not apply.",
        outcomes(FALLBACK_TLS),
        (_PLAIN,),
        zone=ZonePlan(denial=Denial.NSEC3, iterations=5),
    ),
    Destination(
        "iterations-200.lab",
        "NSEC3 with 200 iterations: what exists is secure, what does not is insecure; no TLSA, so DANE does not apply.",
        outcomes(FALLBACK_TLS),
        (_PLAIN,),
        zone=ZonePlan(denial=Denial.NSEC3, iterations=200),
    ),
    Destination(
        "iterations-200-good.lab",
        "NSEC3 with 200 iterations beside a TLSA record that exists and matches: delivered under DANE.",
        outcomes(DANE),
        (_GOOD,),
        zone=ZonePlan(denial=Denial.NSEC3, iterations=200),
    ),
    Destination(
        "shop.opt-out.lab",
        "An unsigned domain hidden in an opt-out span of its parent: DANE does not apply.",
        outcomes(FALLBACK_TLS),
        (_PLAIN,),
        zone=UNSIGNED,
    ),
    Destination(
        "ds-missing.lab",
        "The zone is signed but its parent has no DS: insecure, DANE does not apply.",
        outcomes(FALLBACK_TLS),
        (_GOOD,),
        zone=ZonePlan(Signing.ISLAND),
    ),
    Destination(
        "ds-mismatch.lab",
        "The parent's DS belongs to another key: everything is bogus, mail is held in both modes.",
        outcomes(HELD),
        (_GOOD,),
        zone=ZonePlan(Signing.DS_MISMATCH),
    ),
    Destination(
        "unsigned-with-ds.lab",
        "The parent has a DS, the zone is served without signatures: bogus, mail is held in both modes.",
        outcomes(HELD),
        (_GOOD,),
        zone=ZonePlan(Signing.STRIPPED),
    ),
    Destination(
        "expired-zone.lab",
        "Nobody re-signed the zone, every signature ended two days ago: bogus, mail is held in both modes.",
        outcomes(HELD),
        (_GOOD,),
        zone=ZonePlan(Signing.EXPIRED),
    ),
    Destination(
        "mx-expired.lab",
        "Only the MX record's signature ended two days ago: bogus, mail is held in both modes.",
        outcomes(HELD),
        (_GOOD,),
        breaks=(Break("@", "MX", Breakage.EXPIRED),),
    ),
    Destination(
        "mx-future.lab",
        "The MX record's signature begins in three days: bogus, mail is held in both modes.",
        outcomes(HELD),
        (_GOOD,),
        breaks=(Break("@", "MX", Breakage.FUTURE),),
    ),
    Destination(
        "expiring-soon.lab",
        "Delivered under DANE today; the zone's signatures end tomorrow.",
        outcomes(DANE),
        (_GOOD,),
        zone=ZonePlan(days=1.0),
    ),
    Destination(
        "unknown-algorithm.lab",
        "The zone is signed with an algorithm nobody implements: insecure, DANE does not apply.",
        outcomes(FALLBACK_TLS),
        (_GOOD,),
        zone=ZonePlan(Signing.UNKNOWN_ALGORITHM),
    ),
    Destination(
        "unknown-digest.lab",
        "The only DS has a digest type nobody implements: insecure, DANE does not apply.",
        outcomes(FALLBACK_TLS),
        (_GOOD,),
        zone=ZonePlan(Signing.UNKNOWN_DIGEST),
    ),
    Destination(
        "good.sample",
        "A signed domain below another TLD, which uses NSEC3: delivered under DANE.",
        outcomes(DANE),
        (_GOOD,),
    ),
    Destination(
        "shop.plain",
        "The whole TLD is unsigned: DANE does not apply.",
        outcomes(FALLBACK_TLS),
        (_PLAIN,),
        zone=UNSIGNED,
    ),
    Destination(
        "xn--bcher-kva.lab",
        "An internationalised domain (bücher.lab): delivered under DANE.",
        outcomes(DANE),
        (_GOOD,),
    ),
    Destination(
        "large.lab",
        "So many TLSA records that the answer needs TCP, one of them right: delivered under DANE.",
        outcomes(DANE),
        (Host(tlsa=("3 1 1 leaf", *(f"raw 030101{number:064x}" for number in range(30)))),),
    ),
)

ZONE_DESTINATIONS: tuple[Destination, ...] = (*_TLSA_ANSWERS, *_ZONES)
