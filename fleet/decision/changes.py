"""What changed at a destination between two checks, and whether that is a harmless rollover or breaks mail.

A key is rolled over without harm where the new TLSA record is published beside the old one first, the certificate
changes next, and the old record goes last (RFC 7671 8.1, RFC 6698 A.4): at every moment some record names what is
presented, also for senders that still remember the older answer.  So every change is judged by what else
stood still.  Derived from two values and nothing else; never stored as a fact.

May import ``fleet.model`` and other modules of this package.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from fleet.decision.published import Mx, Presented, Published, Tlsa
from fleet.model import MxMeaning, Security


class ChangeKind(StrEnum):
    """What is another one than before."""

    MX = "mx"
    TLSA = "tlsa"
    CERTIFICATE = "certificate"
    RESOLVER = "resolver"
    POLICY = "policy"


class Effect(StrEnum):
    """What a change does to mail of senders that do DANE."""

    HARMLESS = "harmless"
    BEGINS = "dane-begins"
    """DANE applies from now on."""
    ENDS = "dane-ends"
    """DANE does not apply any more: mail leaves without it, and is held where DANE is mandatory."""
    RISKY = "risky"
    """It works now, and did not for senders that still remembered the older answer."""
    BREAKS = "breaks"
    MENDS = "mends"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Change:
    """One change.  ``subject``: a name, or a host with its address; ``sentence`` says what it is to mail."""

    kind: ChangeKind
    subject: str
    before: str
    after: str
    effect: Effect
    sentence: str


def changes(before: Published, after: Published) -> tuple[Change, ...]:
    """From ``before`` to ``after``, in the order of the walk; what was not known on one side is no change."""
    return (*_mx(before, after), *_tlsa(before, after), *_certificates(before, after))


_RETURNED = {
    MxMeaning.NULL: "it says now that it takes no mail: mail goes back to its sender at once",
    MxMeaning.NO_DOMAIN: "the domain is gone: mail goes back to its sender at once",
}


def _mx(before: Published, after: Published) -> Iterator[Change]:
    old, new = before.mx, after.mx
    if old is None or new is None or old == new:
        return
    effect, sentence = _mx_effect(old, new, after)
    yield Change(ChangeKind.MX, "MX", _mx_words(old), _mx_words(new), effect, sentence)


def _mx_words(mx: Mx) -> str:
    listed = ", ".join(mx.hosts) if mx.hosts else str(mx.meaning)
    return f"{mx.security}: {listed}"


def _mx_effect(old: Mx, new: Mx, after: Published) -> tuple[Effect, str]:
    if new.meaning in _RETURNED:
        return Effect.BREAKS, _RETURNED[new.meaning]
    if (told := _security(old.security, new.security, "MX")) is not None:
        return told
    if old.meaning in _RETURNED:
        return Effect.MENDS, "it takes mail again"
    come = [name for name in map(_host, new.hosts) if name not in map(_host, old.hosts)]
    if not come:
        return Effect.HARMLESS, "no host is new: mail goes to hosts that were there before"
    states = {_state_of(name, after) for name in come}
    named = ", ".join(come)
    if False in states:
        return Effect.BREAKS, f"the certificate of a new host is not named by its TLSA records ({named}): mail is held"
    if states == {True}:
        return Effect.HARMLESS, f"every new host is authenticated by DANE ({named})"
    return Effect.UNKNOWN, f"not every new host is known to be authenticated by DANE ({named})"


def _host(entry: str) -> str:
    return entry.partition(" ")[2]


def _state_of(host: str, after: Published) -> bool | None:
    found = [one.matched for one in after.certificates if one.name.partition(" ")[0] == host]
    return False if False in found else None if None in found or not found else True


def _security(old: Security, new: Security, what: str) -> tuple[Effect, str] | None:
    """What a change of the DNSSEC state alone comes to; None where the state is as it was."""
    if old is new:
        return None
    if new is Security.BOGUS:
        return Effect.BREAKS, f"the signatures of the {what} hold no more: senders that validate keep the mail"
    if old is Security.BOGUS:
        return Effect.MENDS, f"the {what} can be validated again, or is proven to be unsigned: mail moves again"
    if new is Security.SECURE:
        return Effect.BEGINS, f"the {what} is signed now: DANE can apply"
    return Effect.ENDS, f"the {what} is not signed any more: DANE does not apply, and mandatory DANE holds the mail"


def _tlsa(before: Published, after: Published) -> Iterator[Change]:
    known = {one.name: one for one in before.tlsa}
    for new in after.tlsa:
        old = known.get(new.name)
        if old is not None and old != new:
            effect, sentence = _tlsa_effect(old, new, before, after)
            yield Change(ChangeKind.TLSA, new.name, _tlsa_words(old), _tlsa_words(new), effect, sentence)


def _tlsa_words(tlsa: Tlsa) -> str:
    return f"{tlsa.security}: {', '.join(tlsa.records) or 'none'}"


def _tlsa_effect(old: Tlsa, new: Tlsa, before: Published, after: Published) -> tuple[Effect, str]:
    if (old.records or new.records) and (told := _security(old.security, new.security, "TLSA answer")) is not None:
        return told
    matched = _matched(new.name, after)
    if not new.records:
        return Effect.ENDS, "the TLSA records are gone: DANE does not apply, and mandatory DANE holds the mail"
    if matched is False:
        return Effect.BREAKS, "none of the records names the certificate that is presented: DANE fails, mail is held"
    if matched is None:
        return Effect.UNKNOWN, "whether the records name the certificate that is presented was not seen"
    if not old.records:
        return Effect.BEGINS, "TLSA records are new, and they name the certificate: DANE can apply"
    if _matched(new.name, before) is False:
        return Effect.MENDS, "a record names the certificate that is presented again: DANE succeeds"
    if _certificate_changed(new.name, before, after):
        return Effect.RISKY, (
            "records and certificate changed between the same two checks: it works now, and senders that remembered "
            "the older records could not deliver until these had expired"
        )
    come, gone = set(new.records) - set(old.records), set(old.records) - set(new.records)
    if come and not gone:
        return Effect.HARMLESS, "a rollover begins: a new record is published before the certificate changes"
    if gone and not come:
        return Effect.HARMLESS, "a rollover ends: an old record is taken away, another one names the certificate"
    return Effect.HARMLESS, "records were replaced, and one still names the certificate, which stayed"


def _matched(base: str, seen: Published) -> bool | None:
    found = [one.matched for one in seen.certificates if base in one.bases]
    return False if False in found else True if True in found else None


def _certificate_changed(base: str, before: Published, after: Published) -> bool:
    known = {one.name: one.spki_sha256 for one in before.certificates}
    return any(
        base in one.bases and known.get(one.name, one.spki_sha256) != one.spki_sha256 for one in after.certificates
    )


def _certificates(before: Published, after: Published) -> Iterator[Change]:
    known = {one.name: one for one in before.certificates}
    stood = {one.name: one for one in before.tlsa}
    for new in after.certificates:
        old = known.get(new.name)
        if old is None or old.sha256 == new.sha256:
            continue
        still = all(one == stood.get(one.name) for one in after.tlsa if one.name in new.bases)
        effect, sentence = _certificate_effect(old, new, still, _applies(new, after))
        yield Change(
            ChangeKind.CERTIFICATE, new.name, _certificate_words(old), _certificate_words(new), effect, sentence
        )


def _certificate_words(one: Presented) -> str:
    until = f", until {one.not_after:%Y-%m-%d}" if one.not_after is not None else ""
    return f"SHA-256 {one.sha256[:16]}..., key {one.spki_sha256[:16]}...{until}"


def _applies(new: Presented, after: Published) -> bool | None:
    """Whether TLSA records apply to the host; None: that was not seen, or what was seen cannot be used."""
    host = new.name.partition(" ")[0]
    found = [one for one in after.tlsa if one.name in (host, *new.bases)]
    if not found or any(one.security is Security.BOGUS for one in found):
        return None
    return None if any(one.records and one.security is Security.SECURE for one in found) else False


def _certificate_effect(old: Presented, new: Presented, still: bool, applies: bool | None) -> tuple[Effect, str]:
    if new.matched is None and applies is None:
        return Effect.UNKNOWN, "whether a TLSA record applies to it was not seen"
    if new.matched is None:
        return Effect.HARMLESS, "no TLSA record applies to it: DANE has no part in this"
    if not new.matched:
        return Effect.BREAKS, "no TLSA record names the new certificate: DANE fails, mail is held"
    if old.matched is False:
        return Effect.MENDS, "the new certificate is named by a TLSA record: DANE succeeds again"
    if old.spki_sha256 == new.spki_sha256:
        return Effect.HARMLESS, "renewed with the same key, and a TLSA record names it"
    if still:
        return Effect.HARMLESS, "a rollover: the record that names the new certificate was published before it came"
    return Effect.RISKY, (
        "the TLSA records changed between the same two checks: it works now, and senders that remembered the older "
        "records could not deliver until these had expired"
    )
