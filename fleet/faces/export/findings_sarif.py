"""Findings as SARIF 2.1.0 (OASIS), for code hosts and editors that show results of checks beside the file.

One run; every rule that was asked with its documentation; a result is known again by ``fleetCodeAndObject/v1``, which
does not change when lines move.  Suppressed findings are results with a suppression, what was not observed is a
notification: a viewer that shows neither still shows every finding.

May import ``fleet.views`` and ``fleet.faces.export``.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from fleet import __version__
from fleet.faces.export.findings_markdown import escaped, fenced
from fleet.faces.export.rule_docs import profile_lines
from fleet.model.finding import Severity
from fleet.views.findings import FindingRow, Place, finding_rows, rows_of, unobserved_rows
from fleet.views.rule_docs import RuleDoc, rule_docs
from fleet.views.validation import Validation

VERSION = "2.1.0"
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "fleetCodeAndObject/v1"
LEVELS = {
    Severity.LOSES_MAIL: "error",
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.NOTE: "note",
}
Document = dict[str, Any]


def sarif_document(validations: Sequence[Validation], exit_code: int) -> Document:
    """The log; ``exit_code`` is what the command ends with."""
    results = [result for one in validations for result in _results(one)]
    notes = [note for one in validations for note in _notifications(one)]
    return {
        "$schema": SCHEMA,
        "version": VERSION,
        "runs": [
            {
                "tool": {"driver": _driver()},
                "columnKind": "unicodeCodePoints",
                "invocations": [
                    {
                        "executionSuccessful": all(one.sound for one in validations),
                        "exitCode": exit_code,
                        "toolExecutionNotifications": notes,
                    }
                ],
                "results": results,
            }
        ],
    }


def _driver() -> Document:
    rules = [_rule(doc) for doc in rule_docs().values()]
    return {"name": "fleet", "version": __version__, "semanticVersion": __version__, "rules": rules}


def _rule(doc: RuleDoc) -> Document:
    lines = [escaped(doc.rationale)]
    for word, text in doc.examples:
        lines += ["", f"{word}:", "", *fenced(profile_lines(text), "toml")]
    return {
        "id": doc.code,
        "shortDescription": {"text": doc.title},
        "fullDescription": {"text": doc.rationale},
        "help": {"text": doc.rationale, "markdown": "\n".join(lines)},
        "defaultConfiguration": {"level": LEVELS[doc.severity]},
        "properties": {"severity": str(doc.severity), "source": doc.source, "tags": [doc.family]},
    }


def _results(one: Validation) -> list[Document]:
    found = [_result(row) for row in finding_rows(one, excerpts=True)]
    if one.report is None:
        return found
    source = one.reading.source
    hidden = rows_of([entry.finding for entry in one.report.suppressed], source, excerpts=True)
    for row, entry in zip(hidden, one.report.suppressed, strict=True):
        found.append(_result(row, {"kind": "inSource", "justification": _until(entry.by.reason, entry.by.until)}))
    for row in rows_of(one.report.known, source, excerpts=True):
        found.append(_result(row, {"kind": "external", "justification": "in the baseline"}))
    return found


def _until(reason: str, until: object) -> str:
    return f"{reason} (until {until})" if until else reason


def _result(row: FindingRow, suppression: Document | None = None) -> Document:
    text = row.sentence + (f" {row.hint}" if row.hint else "")
    result: Document = {
        "ruleId": row.code,
        "ruleIndex": list(rule_docs()).index(row.code),
        "level": LEVELS[row.severity],
        "message": {"text": text},
        "locations": [_location(row.place, row) | {"logicalLocations": [_logical(row)]}],
        "partialFingerprints": {FINGERPRINT: fingerprint(row)},
        "properties": {"severity": str(row.severity), "object": row.object, "source": str(row.finding.source)},
    }
    if row.labels:
        result["relatedLocations"] = [
            _location(label.place) | {"id": number, "message": {"text": label.text}}
            for number, label in enumerate(row.labels, 1)
        ]
    if suppression:
        result["suppressions"] = [suppression]
    return result


def fingerprint(row: FindingRow) -> str:
    """What a finding is known by again: its code and object, whatever line it stands on."""
    return sha256(f"{row.finding.code}\0{row.finding.object}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _location(place: Place, row: FindingRow | None = None) -> Document:
    region: Document = {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.line,
        "endColumn": place.column + place.length,
    }
    snippet = next((line.text for line in row.excerpt if line.number == place.line), "") if row else ""
    if snippet:
        region["snippet"] = {"text": snippet}
    return {"physicalLocation": {"artifactLocation": {"uri": uri(place.file)}, "region": region}}


def uri(file: str) -> str:
    """A file's name as a relative or ``file:`` reference."""
    path = quote(file.encode("utf-8", "surrogateescape"))
    return f"file://{path}" if path.startswith("/") else path


def _logical(row: FindingRow) -> Document:
    return {"fullyQualifiedName": row.place.pointer or "/", "name": row.object, "kind": "object"}


def _notifications(one: Validation) -> list[Document]:
    unknown = [
        {"level": "note", "message": {"text": f"not known: {row.sentence}"}, "locations": [_location(row.place)]}
        for row in unobserved_rows(one)
    ]
    if not one.not_observed:
        return unknown
    file = one.reading.source.file
    nodes = f"{len(one.not_observed)} of the nodes were not observed"
    where = {"physicalLocation": {"artifactLocation": {"uri": uri(file)}}}
    return [{"level": "note", "message": {"text": nodes}, "locations": [where]}, *unknown]
