"""What is about to go wrong, or is odd, although mail may pass today: read from the recorded steps alone.

Each warning has a code (kebab case, stable), a subject it belongs to and one sentence; ``due`` is when it turns into a
failure, where that is known.  Warnings about a resolver are said once for each resolver, with the first question that
showed it.

May import ``fleet.model`` only.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby

from fleet.model import (
    AddressStep,
    Certificate,
    ContactStep,
    Existence,
    Lookup,
    MxStep,
    Security,
    TlsaStep,
    Verdict,
)

SIGNATURE_HORIZON = timedelta(days=3)
"""How long before its end an RRSIG is worth a warning: a weekend, and a signer that stopped."""
SIGNATURE_SHARE = 4
"""What part of its validity (a quarter) must be all that is left: zones signed online live with two days for ever."""
CERTIFICATE_HORIZON = timedelta(days=14)
"""How long before its end a certificate is worth a warning: automatic renewal should have happened."""


class WarningCode(StrEnum):
    """What a warning is about."""

    SIGNATURE_EXPIRES = "signature-expires"
    CERTIFICATE_EXPIRES = "certificate-expires"
    SINGLE_RECORD = "single-record"
    """One usable ``3 x x`` record and no twin: the next renewal breaks delivery unless both change at once."""
    CERTIFICATE_DIFFERS = "certificate-differs"
    UNUSABLE_RECORD = "unusable-record"
    AD_WITHOUT_PROOF = "ad-without-proof"
    """The resolver says AD where our own validation is not secure."""
    PROOF_WITHOUT_AD = "proof-without-ad"
    """Secure by our own validation, but the resolver says no AD: Postfix and Exim do not see it."""
    RESOLVER_FAILS_VALID = "resolver-fails-valid"
    """The resolver answers SERVFAIL or nothing where our own validation finds nothing wrong."""
    RESOLVER_PASSES_BOGUS = "resolver-passes-bogus"
    """The resolver hands out an answer that our own validation finds bogus."""
    RESOLVER_FAILED = "resolver-failed"
    """A resolver gave no answer and the next one was asked."""
    CNAME_FAILED = "cname-failed"
    AAAA_ERROR = "aaaa-error"
    EQUAL_PREFERENCE = "equal-preference"
    """Several MX hosts share a preference: a sender picks any of them, so the expected path is one of several."""


@dataclass(frozen=True, slots=True)
class Warning:
    """One warning.  ``subject`` is a host, a record name or a resolver; ``due`` is aware, or None."""

    code: WarningCode
    subject: str
    sentence: str
    due: datetime | None = None


def warnings(verdict: Verdict, at: datetime) -> tuple[Warning, ...]:
    """Every warning of ``verdict`` as seen ``at`` an aware moment (later than the check, where it is shown later)."""
    asked = tuple(lookups(verdict))
    found = [
        *_signatures(asked, at),
        *_certificates(verdict, at),
        *_single_records(verdict),
        *_unusable(verdict),
        *_different_certificates(verdict),
        *_addresses(verdict),
        *_words(asked),
        *_resolver_failures(asked),
        *_equal_preferences(verdict),
    ]
    return tuple(dict.fromkeys(found))


def lookups(verdict: Verdict) -> Iterator[Lookup]:
    """Every DNS question of ``verdict``."""
    for step in verdict.steps:
        match step:
            case MxStep() | TlsaStep():
                yield step.lookup
            case AddressStep():
                yield from (lookup for lookup in (step.a, step.aaaa, step.cname) if lookup is not None)


def _signatures(asked: tuple[Lookup, ...], at: datetime) -> Iterator[Warning]:
    """One warning for each moment: a zone that is no longer signed loses all its signatures together."""
    ending: dict[datetime, list[Lookup]] = {}
    for lookup in asked:
        if lookup.expires is not None and ends_soon(lookup.inception, lookup.expires, at):
            ending.setdefault(lookup.expires, []).append(lookup)
    for end, found in sorted(ending.items()):
        first, *more = (f"{lookup.rdtype} {lookup.name}" for lookup in found)
        others = f" (and {len(more)} more)" if more else ""
        signed = found[0].expiring
        shared = signed and all(lookup.expiring == signed for lookup in found)
        what = f"The signature of {signed}" if shared else "A signature"
        behind = "" if shared and signed == first and not more else f" behind {first}{others}"
        yield Warning(WarningCode.SIGNATURE_EXPIRES, first, f"{what}{behind} {_expires(end, at)}.", end)


def ends_soon(begin: datetime | None, end: datetime, at: datetime) -> bool:
    """Whether a signature should have been renewed by ``at``, by what is left of its whole validity."""
    left = end - at
    return left <= SIGNATURE_HORIZON and (begin is None or left * SIGNATURE_SHARE < end - begin)


def _certificates(verdict: Verdict, at: datetime) -> Iterator[Warning]:
    seen: set[str] = set()
    for step in verdict.steps:
        if not isinstance(step, ContactStep):
            continue
        for certificate in step.certificates:
            end = certificate.not_after
            if end is None or end - at > CERTIFICATE_HORIZON or certificate.sha256 in seen:
                continue
            seen.add(certificate.sha256)
            sentence = f"The certificate {_named(certificate)} presented by {step.contact.host} {_expires(end, at)}."
            yield Warning(WarningCode.CERTIFICATE_EXPIRES, step.contact.host, sentence, end)


def _named(certificate: Certificate) -> str:
    return certificate.names[0] if certificate.names else certificate.subject or certificate.sha256[:16]


def _expires(end: datetime, at: datetime) -> str:
    """``expires in 2 days`` or ``expired 5 hours ago``."""
    hours = int(abs(end - at).total_seconds() // 3600)
    amount = f"{hours // 24} days" if hours >= 48 else f"{hours} hours" if hours != 1 else "1 hour"
    return f"expired {amount} ago" if end <= at else f"expires in {amount}"


def _single_records(verdict: Verdict) -> Iterator[Warning]:
    for step in secure_tlsa(verdict):
        usable = [record for record in step.records if record.usable]
        if len(usable) == 1 and usable[0].usage == 3 and not step.truncated:
            yield Warning(
                WarningCode.SINGLE_RECORD,
                step.base,
                f"{step.base} has a single usable TLSA record ({usable[0].text[:5]}) and no second one for a rollover: "
                "a renewed key fails DANE until the record follows.",
            )


def _unusable(verdict: Verdict) -> Iterator[Warning]:
    for step in secure_tlsa(verdict):
        for record in step.records:
            if not record.usable:
                shown = record.text if len(record.text) <= 40 else f"{record.text[:39]}…"
                yield Warning(
                    WarningCode.UNUSABLE_RECORD,
                    step.base,
                    f"The TLSA record {shown} of {step.base} cannot be used: {_ended(record.unusable)}",
                )


def secure_tlsa(verdict: Verdict) -> Iterator[TlsaStep]:
    """The TLSA answers that are proven."""
    for step in verdict.steps:
        if isinstance(step, TlsaStep) and step.lookup.security is Security.SECURE:
            yield step


def _different_certificates(verdict: Verdict) -> Iterator[Warning]:
    for host in dict.fromkeys(host.name for host in verdict.hosts):
        presented = [step for step in verdict.contacts(host) if step.contact.chain]
        for name in dict.fromkeys(step.contact.sni for step in presented):
            same_name = [step for step in presented if step.contact.sni == name]
            usual = Counter(step.contact.chain[0] for step in same_name).most_common(1)[0][0]
            for step in same_name:
                if step.contact.chain[0] != usual:
                    yield Warning(
                        WarningCode.CERTIFICATE_DIFFERS,
                        f"{host} {step.contact.address}",
                        f"{step.contact.address} presents another certificate than the other addresses of {host}.",
                    )


def _addresses(verdict: Verdict) -> Iterator[Warning]:
    for step in verdict.steps:
        if not isinstance(step, AddressStep):
            continue
        if step.cname is not None and _went_wrong(step.cname):
            sentence = (
                f'The CNAME query for {step.host} failed; AsyncOS counts that as "no CNAME": {_cause(step.cname)}'
            )
            yield Warning(WarningCode.CNAME_FAILED, step.host, sentence)
        if _went_wrong(step.aaaa) and step.a.existence is Existence.DATA and not _went_wrong(step.a):
            sentence = f"The AAAA query for {step.host} failed beside a good A record: {_cause(step.aaaa)}"
            yield Warning(WarningCode.AAAA_ERROR, step.host, sentence)


def _went_wrong(lookup: Lookup) -> bool:
    return lookup.failed or lookup.security is Security.BOGUS


def _cause(lookup: Lookup) -> str:
    seen = lookup.failure or lookup.reason
    return _ended(seen.sentence) if seen is not None else "no cause was recorded."


def _words(asked: tuple[Lookup, ...]) -> Iterator[Warning]:
    """Where a resolver's word and our own validation disagree, once for each resolver and kind of disagreement."""
    found = [(code, lookup) for lookup in asked if (code := _disagreement(lookup)) is not None]
    found.sort(key=lambda entry: (entry[0], entry[1].resolver))
    for (code, resolver), group in groupby(found, key=lambda entry: (entry[0], entry[1].resolver)):
        first, *more = (lookup for _, lookup in group)
        others = f" (and {len(more)} more)" if more else ""
        sentence = _DISAGREEMENTS[code].format(
            resolver=resolver, asked=f"{first.rdtype} {first.name}{others}", security=first.security
        )
        yield Warning(code, resolver, sentence)


_DISAGREEMENTS: dict[WarningCode, str] = {
    WarningCode.AD_WITHOUT_PROOF: "{resolver} sets the AD bit for {asked}, which is {security} by our own validation.",
    WarningCode.PROOF_WITHOUT_AD: "{resolver} does not set the AD bit for {asked}, which is secure by our own "
    "validation: Postfix and Exim behind it do not do DANE there.",
    WarningCode.RESOLVER_FAILS_VALID: "{resolver} gives no answer without CD for {asked}, which is {security} by our "
    "own validation: Postfix and Exim behind it hold the mail.",
    WarningCode.RESOLVER_PASSES_BOGUS: "{resolver} answers {asked} although it is bogus by our own validation: it does "
    "not validate, or our view of it is spoiled.",
}


def _disagreement(lookup: Lookup) -> WarningCode | None:
    word = lookup.word
    if word is None or lookup.failed or lookup.security is Security.INDETERMINATE:
        return None
    answered = word.failure is None and word.rcode in ("NOERROR", "NXDOMAIN")
    if lookup.security is Security.BOGUS:
        if not answered:
            return None
        return WarningCode.AD_WITHOUT_PROOF if word.ad else WarningCode.RESOLVER_PASSES_BOGUS
    if not answered:
        return WarningCode.RESOLVER_FAILS_VALID
    if word.ad is (lookup.security is Security.SECURE):
        return None
    return WarningCode.AD_WITHOUT_PROOF if word.ad else WarningCode.PROOF_WITHOUT_AD


def _resolver_failures(asked: tuple[Lookup, ...]) -> Iterator[Warning]:
    seen: set[str] = set()
    for lookup in asked:
        for attempt in lookup.attempts:
            if attempt.resolver not in seen:
                seen.add(attempt.resolver)
                sentence = (
                    f"{attempt.resolver} gave no answer to {lookup.rdtype} {lookup.name} and the next resolver was "
                    f"asked: {_ended(attempt.failure.sentence)}"
                )
                yield Warning(WarningCode.RESOLVER_FAILED, attempt.resolver, sentence)


def _equal_preferences(verdict: Verdict) -> Iterator[Warning]:
    for preference, group in groupby(verdict.hosts, key=lambda host: host.preference):
        names = [host.name for host in group]
        if len(names) > 1:
            yield Warning(
                WarningCode.EQUAL_PREFERENCE,
                verdict.domain,
                f"{', '.join(names)} share preference {preference}: a sender may begin with any of them.",
            )


def _ended(text: str) -> str:
    return text if text.endswith(".") else f"{text}."
