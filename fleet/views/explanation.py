"""One destination explained at length: what was seen from the root's key down, and which row of a table decided on it.

Lines are a small tree: each has a depth, a mark where it states something good or bad, and ``here`` on the *first* link
that fails, which is where an operator has to look.  A link of the chain of trust already shown for an earlier lookup
is not shown again.  May import ``fleet.decision``, ``fleet.model``, ``fleet.text`` and its own package.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fleet.decision import Judgement, LevelOutcome, Path, Row, by_level, differences
from fleet.model import (
    AddressStep,
    ContactStep,
    Existence,
    Link,
    Lookup,
    Mode,
    MxMeaning,
    Policy,
    RecordMatch,
    Security,
    TlsaRecord,
    TlsaStep,
    Verdict,
)
from fleet.text import show
from fleet.views.ladder import (
    address_cell,
    contact_match,
    decisive_tlsa,
    lookup_cell,
    mx_cell,
    tls_cell,
    tlsa_cell,
)
from fleet.views.marks import ACTION_WORDS, OUTCOME_WORDS, SECURITY_MARKS, Mark, outcome_mark
from fleet.views.names import both_names, moment

_LONG = 400


@dataclass(frozen=True, slots=True)
class Detail:
    """One line of an explanation: safe text at a depth; ``here`` marks the first link that fails."""

    depth: int
    text: str
    mark: Mark | None = None
    here: bool = False


Judgements = Mapping[tuple[Policy, Mode], Judgement]


def explanation(verdict: Verdict, judgements: Judgements | None = None) -> list[Detail]:
    """All of ``verdict``: chains of trust, addresses, TLSA against the presented chain, and the deciding rows.

    Without ``judgements`` only what was seen is told, not what it means; with them, what is not known is left to their
    own list (``CheckRow.incomplete``).
    """
    seen: set[Link] = set()
    lines = [_title(verdict), *_mx(verdict, seen)]
    for host in verdict.hosts:
        lines.append(Detail(1, f"host {show(host.name, 255)} (preference {host.preference})"))
        lines += _host(verdict, host.name, seen)
    if not judgements:
        lines += [Detail(0, f"not known: {show(what, _LONG)}", Mark.UNKNOWN) for what in verdict.unknown]
    else:
        lines += _decisions(verdict, judgements)
        lines += _partings(judgements)
    return lines


def _title(verdict: Verdict) -> Detail:
    through = f" through {', '.join(show(one, 64) for one in verdict.resolvers)}" if verdict.resolvers else ""
    where = show(verdict.vantage, 64)
    return Detail(0, f"{both_names(verdict.domain)}, checked {moment(verdict.at)} from {where}{through}")


def _mx(verdict: Verdict, seen: set[Link]) -> Iterator[Detail]:
    step = verdict.mx
    if step is None:
        yield Detail(0, "MX was not asked", Mark.UNKNOWN)
        return
    cell = mx_cell(step)
    hosts = ", ".join(f"{host.preference} {show(host.name, 255)}" for host in step.hosts)
    listed = {MxMeaning.LISTED: f": {hosts}", MxMeaning.IMPLICIT: ", so the domain is its own host"}
    yield Detail(0, f"MX {show(verdict.domain, 255)} {cell.word}{listed.get(step.meaning, '')}", cell.mark)
    yield from _evidence(step.lookup, 1, seen)


def _host(verdict: Verdict, host: str, seen: set[Link]) -> Iterator[Detail]:
    step = verdict.address(host)
    if step is None:
        yield Detail(2, "addresses were not asked", Mark.UNKNOWN)
    else:
        yield from _addresses(step, seen)
    decisive = decisive_tlsa(verdict, host)
    steps = verdict.tlsa(host)
    if not steps:
        cell = tlsa_cell(None, step)
        yield Detail(2, f"TLSA {cell.word}", cell.mark)
    for tlsa in steps:
        yield from _tlsa(tlsa, step, seen)
    contacts = verdict.contacts(host)
    for contact in contacts:
        yield from _contact(verdict, contact, decisive)
    if not contacts and step is not None and step.addresses:
        yield Detail(2, "SMTP was not tried", Mark.UNKNOWN)


def _addresses(step: AddressStep, seen: set[Link]) -> Iterator[Detail]:
    lookups = [step.a, step.aaaa] if step.cname is None else [step.a, step.aaaa, step.cname]
    for lookup in lookups:
        cell = lookup_cell(lookup)
        # Most hosts have no alias: that CNAME finds nothing is no warning.
        absent = lookup.rdtype == "CNAME" and lookup.existence in (Existence.NODATA, Existence.NXDOMAIN)
        records = f": {', '.join(show(record, 255) for record in lookup.records)}" if lookup.records else ""
        yield Detail(2, f"{show(lookup.rdtype, 16)} {cell.word}{records}", Mark.NONE if absent else cell.mark)
        if not absent:
            yield from _evidence(lookup, 3, seen)
    if not step.addresses:
        cell = address_cell(step, "")
        yield Detail(2, f"no address to connect to: {cell.word}", cell.mark)
    if step.truncated:
        yield Detail(2, f"{step.truncated} more addresses were left out by a work limit", Mark.UNKNOWN)


def _tlsa(step: TlsaStep, address: AddressStep | None, seen: set[Link]) -> Iterator[Detail]:
    cell = tlsa_cell(step, address)
    yield Detail(2, f"TLSA {show(step.lookup.name, 255)} {cell.word}", cell.mark)
    yield from _evidence(step.lookup, 3, seen)
    for record in step.records:
        yield Detail(3, *_record(record))
    if step.truncated:
        yield Detail(3, f"{step.truncated} more records were left out by a work limit", Mark.UNKNOWN)


def _record(record: TlsaRecord) -> tuple[str, Mark]:
    if record.usable:
        return (show(record.text, 160) if record.raw else "records whose data is not known"), Mark.NONE
    return f"{show(record.text, 160)}: unusable, {show(record.unusable)}", Mark.FAIL


def _contact(verdict: Verdict, step: ContactStep, tlsa: TlsaStep | None) -> Iterator[Detail]:
    contact, cell = step.contact, tls_cell(step)
    sni = f", SNI {show(contact.sni, 255)}" if contact.sni else ""
    yield Detail(
        2, f"SMTP {show(contact.address, 64)} port {contact.port}{sni}: {_joined(cell.word, cell.detail)}", cell.mark
    )
    if contact.failure is not None and contact.failure.hint:
        yield Detail(3, show(contact.failure.hint))
    if contact.banner:
        yield Detail(3, f"greeting: {show(contact.banner, 160)}")
    for depth, certificate in enumerate(step.certificates):
        until = f", until {moment(certificate.not_after)}" if certificate.not_after else ""
        names = f", names {', '.join(show(name, 255) for name in certificate.names[:6])}" if certificate.names else ""
        yield Detail(
            3, f"certificate {depth}: {show(certificate.subject)}, by {show(certificate.issuer)}{names}{until}"
        )
        yield Detail(4, f"SHA-256 {show(certificate.sha256, 64)}")
        yield Detail(4, f"SHA-256 of its key {show(certificate.spki_sha256, 64)}")
    if step.pkix is not None:
        words = "verifies with public authorities" if step.pkix.verifies else show(step.pkix.sentence)
        yield Detail(3, f"without DANE: {words}", Mark.NONE)
    match = contact_match(verdict, step, tlsa)
    if match is not None:
        mark = Mark.OK if match.matched else Mark.FAIL if match.usable else Mark.WARN
        report = f" ({match.report})" if match.report else ""
        yield Detail(3, f"TLSA against this chain: {show(match.sentence)}{report}", mark)
        for record in match.records if len(match.records) > 1 else ():
            yield Detail(4, *_matched(record))


def _matched(found: RecordMatch) -> tuple[str, Mark]:
    record = show(found.record.text, 40)
    if found.matched:
        return f"{record} matches certificate {found.depth}: {show(found.sentence)}", Mark.OK
    return f"{record}: {show(found.sentence)}", Mark.NONE


def _evidence(lookup: Lookup, depth: int, seen: set[Link]) -> Iterator[Detail]:
    """What a lookup rests on: its failure or reason, aliases, chain of trust, and the resolver's word if it differs."""
    if lookup.failure is not None:
        yield Detail(depth, _joined(show(lookup.failure.sentence), show(lookup.failure.hint)))
    if lookup.reason is not None and lookup.security is not Security.SECURE:
        yield Detail(depth, f"{show(lookup.reason.sentence, _LONG)} (extended error {int(lookup.reason.code)})")
    for attempt in lookup.attempts:
        yield Detail(depth, f"{show(attempt.resolver, 64)} before: {show(attempt.failure.sentence)}", Mark.UNKNOWN)
    for hop in lookup.hops:
        text = f"{show(hop.kind, 16)} {show(hop.owner, 255)} -> {show(hop.target, 255)}: {hop.security}"
        yield Detail(depth, text, SECURITY_MARKS[hop.security])
    yield from _chain(lookup, depth, seen)
    yield from _word(lookup, depth)


def _chain(lookup: Lookup, depth: int, seen: set[Link]) -> Iterator[Detail]:
    failing = next((link for link in lookup.chain if link.security is not Security.SECURE), None)
    known = [link for link in lookup.chain if link in seen]
    fresh = [link for link in lookup.chain if link not in seen or link is failing]
    if known and fresh:
        yield Detail(depth, f"chain of trust as above down to {show(known[-1].zone, 255)}, then")
    elif fresh:
        yield Detail(depth, "chain of trust from the root down")
    for link in fresh:
        text = f"{link.security}: {show(link.sentence, _LONG)}"
        yield Detail(depth + 1, text, SECURITY_MARKS[link.security], here=link is failing)
    seen.update(lookup.chain)


def _word(lookup: Lookup, depth: int) -> Iterator[Detail]:
    """The resolver's own word, where it would make a client that believes it act otherwise than we would."""
    word = lookup.word
    if word is None:
        return
    errors = "".join(f", extended error {code} {show(text, 120)}".rstrip() for code, text in word.ede)
    said = f"{show(word.rcode, 16)}{', AD' if word.ad else ', no AD'}" if word.rcode else ""
    if word.failure is not None:
        said = _joined(said, show(word.failure.sentence))
    secure = lookup.security is Security.SECURE
    refused = word.failure is not None or word.rcode not in ("NOERROR", "NXDOMAIN")
    agrees = (
        (lookup.security is Security.BOGUS or lookup.failed) if refused else word.ad is secure and not lookup.failed
    )
    if lookup.security is Security.BOGUS and not refused:
        agrees = False
    text = f"the resolver itself says {said}{errors}"
    yield Detail(depth, text if agrees else f"{text}: differs from our own validation", None if agrees else Mark.WARN)


def _decisions(verdict: Verdict, judgements: Judgements) -> Iterator[Detail]:
    yield Detail(0, "decision")
    told = ""
    levels: tuple[LevelOutcome, ...] = ()
    for (policy, mode), judgement in judgements.items():
        yield Detail(1, f"{policy}, {mode}: {judgement.headline}", outcome_mark(judgement))
        if judgement.reason != told:
            yield Detail(2, show(judgement.reason, _LONG))
        told = judgement.reason
        yield Detail(2, f"expected path {path_text(judgement.expected_path)}")
        if judgement.weakest_path != judgement.expected_path:
            yield Detail(2, f"weakest path {path_text(judgement.weakest_path)}")
        if levels != (levels := by_level(verdict, policy, mode)) and len({level.outcome for level in levels}) > 1:
            yield Detail(2, f"by TLS support: {'; '.join(_level(level) for level in levels)}")
        for row in judgement.rows:
            yield from _row(row)
        if judgement.alternative is not None:
            yield Detail(
                2, f"read as RFC 7672 reads it, with the next host tried: {ACTION_WORDS[judgement.alternative]}"
            )


def _level(found: LevelOutcome) -> str:
    worst = f", at worst {OUTCOME_WORDS[found.worst]}" if found.worst is not found.outcome else ""
    return f"{found.level} {OUTCOME_WORDS[found.outcome]}{worst}"


_COLUMNS = ("MX", "address", "TLSA", "certificate")


def _row(row: Row) -> Iterator[Detail]:
    lit = zip(_COLUMNS, row.cells, strict=True)
    states = ", ".join(f"{column} {state}" for column, state in lit if state is not None)
    assumed = f", {row.basis}" if row.assumed else ""
    yield Detail(2, f"row {row.name} ({row.source}{assumed}): {states or 'any state'} -> {row.action}")
    if row.note:
        yield Detail(3, show(row.note, _LONG))


def path_text(path: Path) -> str:
    """A path as ``mx1.example.org 192.0.2.1: TLS, at worst clear text``."""
    where = " ".join(filter(None, (show(path.host, 255), show(path.address, 64))))
    worst = f", at worst {OUTCOME_WORDS[path.worst]}" if path.worst is not path.outcome else ""
    return f"{where}: {OUTCOME_WORDS[path.outcome]}{worst}"


def _partings(judgements: Judgements) -> Iterator[Detail]:
    found = differences(judgements.values())
    if found:
        yield Detail(0, "where policies part")
        yield from (Detail(1, show(sentence, _LONG)) for sentence in found)


def _joined(*parts: str) -> str:
    return ": ".join(part for part in parts if part)
