"""Findings as JSON: one document, named ``fleet-findings/1``, for programs to act on.

Its shape is written down (``findings_schema``) and tested.  Within one version keys are added, never renamed or
removed.  Values are true, not made for the eye; whoever prints them is protected by the encoding, which escapes
everything that is not printable ASCII.

May import ``fleet.views``, ``fleet.plain`` and ``fleet.model``.
"""

from collections.abc import Sequence
from typing import Any

from fleet.model.finding import Finding, Severity, Source
from fleet.plain import Json, to_plain
from fleet.views.findings import FindingRow, Place, finding_rows, pointer, rows_of, unobserved_rows
from fleet.views.validation import Validation
from fleet.views.validation_summary import ValidationSummary, summarize

FORMAT = "fleet-findings/1"
Document = dict[str, Any]


def findings_document(validations: Sequence[Validation], exit_code: int) -> Document:
    """All of it; ``exit_code`` is what the command ends with."""
    summary = summarize(validations)
    return {
        "format": FORMAT,
        "exit_code": exit_code,
        "summary": {"sentence": summary.sentence, **_counts(summary)},
        "profiles": [_profile(one) for one in validations],
        "findings": [finding(row) for one in validations for row in finding_rows(one)],
        "suppressed": [entry for one in validations for entry in _suppressed(one)],
        "baseline": [finding(row) for one in validations for row in _known(one)],
        "unobserved": [entry for one in validations for entry in _unobserved(one)],
        "rules": {
            "clean": list(summary.clean),
            "undecided": list(summary.undecided),
            "not_run": list(summary.not_run),
        },
    }


def finding(row: FindingRow) -> Document:
    """One finding."""
    true = row.finding
    return {
        "code": true.code,
        "severity": str(true.severity),
        "object": true.object,
        **_place(row.place),
        "title": row.title,
        "sentence": true.sentence,
        "hint": true.hint,
        "mail": row.why,
        "source": str(true.source),
        "labels": [
            {**_place(label.place), "text": given.text} for label, given in zip(row.labels, true.labels, strict=True)
        ],
        "fix": _fix(true),
    }


def _fix(true: Finding) -> list[Json]:
    return [{"pointer": pointer(one.path), "value": to_plain(one.value)} for one in true.fix]


def _place(place: Place) -> Document:
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "length": place.length,
        "pointer": place.pointer,
    }


def _profile(one: Validation) -> Document:
    fleet = one.reading.fleet
    return {
        "file": one.reading.source.file,
        "fleet": fleet.name if fleet else None,
        "sound": one.sound,
        "nodes": len(fleet.nodes) if fleet else None,
        "not_observed": list(one.not_observed),
    }


def _suppressed(one: Validation) -> list[Document]:
    report = one.report
    if report is None:
        return []
    rows = rows_of([entry.finding for entry in report.suppressed], one.reading.source)
    return [
        {**finding(row), "suppression": {"reason": entry.by.reason, "until": str(entry.by.until or "") or None}}
        for row, entry in zip(rows, report.suppressed, strict=True)
    ]


def _known(one: Validation) -> Sequence[FindingRow]:
    return rows_of(one.report.known, one.reading.source) if one.report else ()


def _unobserved(one: Validation) -> list[Document]:
    return [
        {"object": row.object, **_place(row.place), "what": row.what, "why": row.why, "rules": list(row.rules)}
        for row in unobserved_rows(one)
    ]


def _counts(summary: ValidationSummary) -> Document:
    return {
        "profiles": summary.profiles,
        "unsound_profiles": summary.unsound,
        "findings": {str(severity): number for severity, number in summary.findings.items()},
        "clean_rules": len(summary.clean),
        "undecided_rules": len(summary.undecided),
        "nodes": summary.nodes,
        "not_observed_nodes": summary.not_observed,
        "unobserved": summary.unknown,
        "suppressed": summary.suppressed,
        "suppressed_losses": summary.suppressed_losses,
        "baseline": summary.known,
    }


def findings_schema() -> Document:
    """The JSON Schema (draft 2020-12) of a document.  Objects may gain keys within a version."""
    text, whole, strings = {"type": "string"}, {"type": "integer", "minimum": 0}, {"type": "array"}
    texts = strings | {"items": text}
    place = {
        "file": text,
        "line": {"type": "integer", "minimum": 1},
        "column": {"type": "integer", "minimum": 1, "description": "in characters"},
        "length": whole | {"description": "in characters, to the end of the first line at most"},
        "pointer": text | {"description": "JSON pointer of the value in the profile; empty for the document"},
    }
    edit = _object({"pointer": text, "value": {"description": "null: the key is removed; a date is text"}})
    of_finding = {
        "code": text | {"pattern": "^[A-Z]+[0-9]{3}$"},
        "severity": {"enum": [str(one) for one in Severity]},
        "object": text | {"description": "with the code: the finding's identity, whatever line it stands on"},
        **place,
        "title": text,
        "sentence": text,
        "hint": text,
        "mail": text | {"description": "what the rule is about, in mail terms"},
        "source": {"enum": [str(one) for one in Source]},
        "labels": {"type": "array", "items": _object({**place, "text": text})},
        "fix": {"type": "array", "items": edit},
    }
    suppression = _object({"reason": text, "until": {"type": ["string", "null"], "format": "date"}})
    counts = dict.fromkeys(_COUNTS, whole)
    of_severity = _object({str(one): whole for one in Severity})
    findings = {"type": "array", "items": {"$ref": "#/$defs/finding"}}
    hidden = {"type": "array", "items": _object({**of_finding, "suppression": suppression})}
    gap = _object({"object": text, **place, "what": text, "why": text, "rules": texts})
    profile = _object(
        {
            "file": text,
            "fleet": {"type": ["string", "null"]},
            "sound": {"type": "boolean", "description": "whether all of it was read as it is written"},
            "nodes": {"type": ["integer", "null"]},
            "not_observed": texts,
        }
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": FORMAT,
        **_object(
            {
                "format": {"const": FORMAT},
                "exit_code": {"enum": [0, 1, 2, 3, 130]},
                "summary": _object({"sentence": text, **counts, "findings": of_severity}),
                "profiles": {"type": "array", "items": profile},
                "findings": findings,
                "suppressed": hidden,
                "baseline": findings,
                "unobserved": {"type": "array", "items": gap},
                "rules": _object({"clean": texts, "undecided": texts, "not_run": texts}),
            }
        ),
        "$defs": {"finding": _object(of_finding)},
    }


_COUNTS = (
    "profiles",
    "unsound_profiles",
    "clean_rules",
    "undecided_rules",
    "nodes",
    "not_observed_nodes",
    "unobserved",
    "suppressed",
    "suppressed_losses",
    "baseline",
)


def _object(properties: Document) -> Document:
    return {"type": "object", "properties": properties, "required": list(properties)}
