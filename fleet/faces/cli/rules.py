"""``fleet rules`` and ``fleet explain``: what is looked for, and why it matters to mail."""

from typing import Annotated

import typer

from fleet.faces.cli.validate_asked import RulesFormat


def rules(
    form: Annotated[
        RulesFormat, typer.Option("--format", help="A line each, or all of their documentation.")
    ] = RulesFormat.TEXT,
) -> None:
    """List the rules of `fleet validate`.

    Code, how bad it is, what it finds; as json or markdown with all of their documentation.

    Exit codes: 0 always.
    """
    from fleet.faces.cli.terminal import look
    from fleet.faces.export import rule_docs as export
    from fleet.views.rule_docs import rule_docs

    docs = tuple(rule_docs().values())
    match form:
        case RulesFormat.TEXT:
            lines = export.rules_text(docs, look())
        case RulesFormat.MARKDOWN:
            lines = export.rules_markdown(docs)
        case RulesFormat.JSON:
            from fleet.plain import dumps

            lines = iter([dumps(export.rules_document(docs))])
    for line in lines:
        print(line)


def explain(code: Annotated[str, typer.Argument(metavar="CODE", help="A code, such as TIER101.")]) -> None:
    """Explain one rule, with a bad and a good profile.

    What it finds, what that does to mail, what is said of the bad profile, the fix, how it is hidden, the source.

    Exit codes: 0 - 2 there is no such code (the nearest one is named).
    """
    from fleet.errors import UsageError
    from fleet.faces.cli.terminal import look
    from fleet.faces.export.rule_docs import explanation
    from fleet.text import show
    from fleet.views.rule_docs import nearest_code, rule_docs

    doc = rule_docs().get(code.strip().upper())
    if doc is None:
        close = nearest_code(code)
        hint = f"did you mean {close}?" if close else "`fleet rules` lists them"
        raise UsageError(f"there is no rule {show(code, 40)}; {hint}")
    for line in explanation(doc, look()):
        print(line)
