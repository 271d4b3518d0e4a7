"""The documentation of rules: a line each, in full for one, as Markdown and as a ``fleet-rules/1`` document.

May import ``fleet.views``, ``fleet.text`` and ``fleet.faces.export``.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from fleet.faces.export.findings_markdown import escaped, fenced
from fleet.faces.export.look import NARROWEST, Look, fold
from fleet.model.finding import Severity
from fleet.text import show
from fleet.views.findings import SEVERITY_MARKS, FindingRow
from fleet.views.rule_docs import RuleDoc
from fleet.views.rule_example import example_finding

FORMAT = "fleet-rules/1"
_HOW_HIDDEN = {
    True: "Only a suppression that names code and object exactly, gives a reason and ends within 90 days hides it.",
    False: "--ignore, a suppression with a reason, or the baseline hides it.",
}
_NOT_HIDDEN = "Nothing hides it: what cannot be read cannot be judged."
_NOT_OF_A_PROFILE = "`fleet validate` does not judge it: it is seen in queues and mail logs."
_LONGEST = 1200
"""Characters of an example that are shown: one profile is bad because it is too long."""


def rules_text(docs: Sequence[RuleDoc], look: Look) -> Iterator[str]:
    """Code, severity and title, one rule a line; a blank line between families."""
    width = max(look.width, NARROWEST)
    codes, severities = max(len(doc.code) for doc in docs), max(len(doc.severity) for doc in docs)
    family = docs[0].family
    for doc in docs:
        if doc.family != family:
            yield ""
            family = doc.family
        severity = look.painted(f"{doc.severity:<{severities}}", SEVERITY_MARKS[doc.severity])
        first, *rest = fold(doc.title, width - codes - severities - 4)
        yield f"{doc.code:<{codes}}  {severity}  {first}"
        yield from (f"{' ' * (codes + severities + 4)}{line}" for line in rest)


def explanation(doc: RuleDoc, look: Look) -> Iterator[str]:
    """One rule in full."""
    width = max(look.width, NARROWEST)
    mark = SEVERITY_MARKS[doc.severity]
    yield f"{doc.code} {look.painted(f'{look.sign(mark)} {doc.severity}', mark)}: {doc.title}"
    yield from _section("What it does to mail", fold(doc.rationale, width - 2))
    row = example_finding(doc)
    for title, text in doc.examples:
        yield from _section(title, profile_lines(text))
        if row is not None and title == "Bad":
            yield from _section("What is said of it", fold(f"{row.place.shown}: {row.sentence}", width - 2))
    if doc.examples:
        yield from _section("Fix", fold(_fix(row), width - 2))
    yield from _section("Hiding it", fold(hiding(doc), width - 2))
    yield from _section("Source", fold(doc.source or "this program", width - 2))


def _section(title: str, lines: Sequence[str]) -> Iterator[str]:
    yield ""
    yield f"{title}:"
    yield from (f"  {line}".rstrip() for line in lines)


def _fix(row: FindingRow | None) -> str:
    if row is None:
        return "See the good profile."
    hint = row.hint or "See the good profile."
    return f"{hint} `fleet validate --fix` makes this change." if row.fixable else hint


def hiding(doc: RuleDoc) -> str:
    """What keeps a finding of the rule from being shown."""
    if not doc.examples:
        return _NOT_OF_A_PROFILE
    return _NOT_HIDDEN if doc.family == "PROFILE" else _HOW_HIDDEN[doc.severity is Severity.LOSES_MAIL]


def profile_lines(text: str) -> list[str]:
    """An example line by line, safe to show: some are bad because of what they hold."""
    cut = text if len(text) <= _LONGEST else text[:_LONGEST]
    lines = [show(line, 200) for line in cut.strip("\n").split("\n")]
    return lines if cut == text else [*lines, f"and so on: {len(text):,} characters"]


def rules_markdown(docs: Sequence[RuleDoc]) -> Iterator[str]:
    """Every rule in full, a family a section."""
    yield "# Rules"
    family = ""
    for doc in docs:
        if doc.family != family:
            family = doc.family
            yield ""
            yield f"## {family}"
        yield ""
        yield f"### {doc.code}: {escaped(doc.title)}"
        yield ""
        yield f"**{doc.severity}.** {escaped(doc.rationale)}"
        for title, text in doc.examples:
            yield ""
            yield f"{title}:"
            yield ""
            yield from fenced(profile_lines(text), "toml")
        yield ""
        yield f"{escaped(hiding(doc))} Source: {escaped(doc.source or 'this program')}."


def rules_document(docs: Sequence[RuleDoc]) -> dict[str, Any]:
    """The document; examples are whole profiles."""
    return {
        "format": FORMAT,
        "rules": [
            {
                "code": doc.code,
                "family": doc.family,
                "severity": str(doc.severity),
                "title": doc.title,
                "mail": doc.rationale,
                "hiding": hiding(doc),
                "source": doc.source,
                "bad": list(doc.bad),
                "good": list(doc.good),
            }
            for doc in docs
        ],
    }
