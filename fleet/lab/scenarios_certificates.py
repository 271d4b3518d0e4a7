"""Destinations whose certificates are the story: TLSA records of every kind against chains of every kind.

DNS is secure throughout.  Expectations are typed by hand from RFC 7671 and RFC 7672; AsyncOS documents no certificate
rules of its own, so it is held to the same.  May import the lab's own nouns.
"""

from fleet.lab.scenario import DANE, FALLBACK_TLS, HELD, Chain, Destination, Expectation, Host, Issuer, Server, outcomes
from fleet.model import Outcome

_PRIVATE = Chain(Issuer.PRIVATE)
_INTERMEDIATE = Chain(Issuer.INTERMEDIATE)

_UNUSABLE = outcomes(HELD, (Outcome.TLS, Outcome.HELD))
"""AsyncOS does not say whether such mail is held or sent over TLS: the worse is expected.  RFC 7672 2.2 says TLS."""


def _case(name: str, summary: str, expect: Expectation, *tlsa: str, chain: Chain | None = None) -> Destination:
    """One signed domain with one host and one server."""
    return Destination(f"{name}.lab", summary, expect, (Host(tlsa=tlsa, servers=(Server(chain or Chain()),)),))


_END_ENTITY = (
    _case("ee-cert", "3 0 1, the whole certificate: delivered under DANE.", outcomes(DANE), "3 0 1 leaf"),
    _case("ee-sha512", "3 1 2, a SHA-512 digest: delivered under DANE.", outcomes(DANE), "3 1 2 leaf"),
    _case("ee-full-key", "3 1 0, the key itself: delivered under DANE.", outcomes(DANE), "3 1 0 leaf"),
    _case("ee-full-cert", "3 0 0, the certificate itself: delivered under DANE.", outcomes(DANE), "3 0 0 leaf"),
    _case(
        "ee-expired",
        "3 1 1 with a certificate that ended yesterday: dates do not count, delivered under DANE.",
        outcomes(DANE),
        "3 1 1 leaf",
        chain=Chain(expired=True),
    ),
    _case(
        "ee-wrong-name",
        "3 1 1 with a certificate for another name: names do not count, delivered under DANE.",
        outcomes(DANE),
        "3 1 1 leaf",
        chain=Chain(names=("elsewhere.sample.",)),
    ),
    _case(
        "ee-not-leaf",
        "3 1 1 names the issuer's key instead of the server's: mail is held in both modes.",
        outcomes(HELD),
        "3 1 1 anchor",
        chain=_PRIVATE,
    ),
)

_TRUST_ANCHOR = (
    _case(
        "ta-cert",
        "2 0 1 of a private CA that is sent: delivered under DANE.",
        outcomes(DANE),
        "2 0 1 anchor",
        chain=_PRIVATE,
    ),
    _case("ta-key", "2 1 1, the CA's key: delivered under DANE.", outcomes(DANE), "2 1 1 anchor", chain=_PRIVATE),
    _case(
        "ta-sha512",
        "2 1 2, a SHA-512 digest of the CA's key: delivered under DANE.",
        outcomes(DANE),
        "2 1 2 anchor",
        chain=_PRIVATE,
    ),
    _case(
        "ta-intermediate",
        "2 0 1 of the intermediate: a trust anchor need not be a root, delivered under DANE.",
        outcomes(DANE),
        "2 0 1 intermediate",
        chain=_INTERMEDIATE,
    ),
    _case(
        "ta-root-of-three",
        "2 1 1 of the root above an intermediate: delivered under DANE.",
        outcomes(DANE),
        "2 1 1 anchor",
        chain=_INTERMEDIATE,
    ),
    _case(
        "ta-full-unsent",
        "2 0 0, the CA stands in the DNS and is not sent: delivered under DANE.",
        outcomes(DANE),
        "2 0 0 anchor",
        chain=Chain(Issuer.PRIVATE, sends_anchor=False),
    ),
    _case(
        "ta-bare-key",
        "2 1 0, the CA's bare key stands in the DNS and the CA is not sent: delivered under DANE.",
        outcomes(DANE),
        "2 1 0 anchor",
        chain=Chain(Issuer.PRIVATE, sends_anchor=False),
    ),
    _case(
        "ta-unsent",
        "2 0 1 of a CA that is not sent: nothing to match, mail is held in both modes.",
        outcomes(HELD),
        "2 0 1 anchor",
        chain=Chain(Issuer.PRIVATE, sends_anchor=False),
    ),
    _case(
        "ta-wrong-name",
        "2 0 1 matches, the certificate is for another name: mail is held in both modes.",
        outcomes(HELD),
        "2 0 1 anchor",
        chain=Chain(Issuer.PRIVATE, names=("elsewhere.sample.",)),
    ),
    _case(
        "ta-expired",
        "2 0 1 matches, the certificate ended yesterday: mail is held in both modes.",
        outcomes(HELD),
        "2 0 1 anchor",
        chain=Chain(Issuer.PRIVATE, expired=True),
    ),
    _case(
        "ta-self-leaf",
        "2 0 1 of the self-signed server certificate: a leaf is never its own anchor, mail is held in both modes.",
        outcomes(HELD),
        "2 0 1 leaf",
    ),
    _case(
        "ta-other",
        "2 0 1 of another CA: mail is held in both modes.",
        outcomes(HELD),
        "2 0 1 other",
        chain=_PRIVATE,
    ),
    _case(
        "ta-next-hop-name",
        "2 0 1, the certificate names the mail domain and not the host: good with a secure MX, delivered under DANE.",
        outcomes(DANE),
        "2 0 1 anchor",
        chain=Chain(Issuer.PRIVATE, names=("@",)),
    ),
    _case(
        "ta-cn-only",
        "2 0 1, the host's name stands in the CN alone: delivered under DANE.",
        outcomes(DANE),
        "2 0 1 anchor",
        chain=Chain(Issuer.PRIVATE, names=()),
    ),
    _case(
        "ta-cn-beside-san",
        "2 0 1, the CN is right and the subjectAltName is not: the CN does not count, mail is held in both modes.",
        outcomes(HELD),
        "2 0 1 anchor",
        chain=Chain(Issuer.PRIVATE, names=("elsewhere.sample.",), common_name="mail.ta-cn-beside-san.lab"),
    ),
    _case(
        "ta-wildcard",
        "2 0 1, a wildcard certificate that covers the host: delivered under DANE.",
        outcomes(DANE),
        "2 0 1 anchor",
        chain=Chain(Issuer.PRIVATE, names=("*",)),
    ),
    _case(
        "ta-wildcard-too-high",
        "2 0 1, a wildcard one label too high: mail is held in both modes.",
        outcomes(HELD),
        "2 0 1 anchor",
        chain=Chain(Issuer.PRIVATE, names=("*.lab.",)),
    ),
)

_SETS = (
    _case(
        "pkix-usage", "Only 1 1 1, a usage SMTP ignores: TLS at best, nobody authenticated.", _UNUSABLE, "1 1 1 leaf"
    ),
    _case(
        "pkix-ta-usage", "Only 0 0 1, a usage SMTP ignores: TLS at best, nobody authenticated.", _UNUSABLE, "0 0 1 leaf"
    ),
    _case(
        "unknown-digest-type",
        "3 1 9, a digest nobody knows: unusable, TLS at best.",
        _UNUSABLE,
        f"raw 030109{'ab' * 32}",
    ),
    _case(
        "unknown-selector",
        "3 7 1, a selector nobody knows: unusable, TLS at best.",
        _UNUSABLE,
        f"raw 030701{'ab' * 32}",
    ),
    _case("unknown-usage", "9 1 1, a usage nobody knows: unusable, TLS at best.", _UNUSABLE, f"raw 090101{'ab' * 32}"),
    _case("bad-length", "3 1 1 with five octets of digest: unusable, TLS at best.", _UNUSABLE, "raw 0301010102030405"),
    _case("three-octets", "A TLSA record of three octets: unusable, TLS at best.", _UNUSABLE, "raw 030101"),
    _case("zero-octets", "A TLSA record without a single octet: unusable, TLS at best.", _UNUSABLE, "raw"),
    _case(
        "full-garbage",
        "2 0 0 whose certificate does not parse: unusable, TLS at best.",
        _UNUSABLE,
        f"raw 020000{'30' * 40}",
    ),
    _case(
        "mixed",
        "One unusable, one wrong and one right record: any match counts, delivered under DANE.",
        outcomes(DANE),
        "1 1 1 other",
        "3 1 1 other",
        "3 1 1 leaf",
    ),
    _case(
        "malformed-beside-right",
        "A record of three octets beside a right one: delivered under DANE.",
        outcomes(DANE),
        "raw 030101",
        "3 1 1 leaf",
    ),
    _case(
        "pkix-beside-wrong",
        "1 1 1 would match but does not count, 3 1 1 is wrong: mail is held in both modes.",
        outcomes(HELD),
        "1 1 1 leaf",
        "3 1 1 other",
    ),
    _case(
        "agility-weak",
        "SHA-256 right, SHA-512 wrong: only the strongest digest counts, mail is held in both modes.",
        outcomes(HELD),
        "3 1 1 leaf",
        "3 1 2 other",
    ),
    _case(
        "agility-strong",
        "SHA-256 wrong, SHA-512 right: only the strongest digest counts, delivered under DANE.",
        outcomes(DANE),
        "3 1 1 other",
        "3 1 2 leaf",
    ),
    _case(
        "rollover",
        "Today's key and its rollover twin: delivered under DANE, now and after the change.",
        outcomes(DANE),
        "3 1 1 leaf",
        "3 1 1 other",
    ),
    _case(
        "ee-or-ta",
        "3 1 1 wrong, 2 0 1 right: either is enough, delivered under DANE.",
        outcomes(DANE),
        "3 1 1 other",
        "2 0 1 anchor",
        chain=_PRIVATE,
    ),
    _case(
        "sni",
        "The right certificate is shown only to clients that name the host: delivered under DANE.",
        outcomes(DANE),
        "3 1 1 leaf",
        chain=Chain(only_with_sni=True),
    ),
    _case(
        "webpki",
        "No TLSA record, a certificate of a public CA: DANE does not apply, TLS would verify.",
        outcomes(FALLBACK_TLS),
        chain=Chain(Issuer.PUBLIC),
    ),
    _case(
        "webpki-anchored",
        "2 1 1 of a public CA's issuing key: delivered under DANE.",
        outcomes(DANE),
        "2 1 1 intermediate",
        chain=Chain(Issuer.PUBLIC),
    ),
)

CERTIFICATE_DESTINATIONS: tuple[Destination, ...] = (*_END_ENTITY, *_TRUST_ANCHOR, *_SETS)
