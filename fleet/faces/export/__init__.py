"""What leaves the program as bytes: JSON documents for programs, plain text for people and pipes.

An export is a contract.  The JSON document has a version in its ``format``, a schema (``schema``) and tests that hold
sample documents to it.  Plain text is laid out for a given number of columns, counts the cells that wide characters
take, folds instead of cutting, and never relies on colour.

Verdicts: ``json`` and ``text``.  Findings of a profile: ``findings_text``, ``findings_json``, ``findings_sarif``,
``findings_markdown``; ``comparison`` of two; ``rule_docs``; ``changes`` as a diff; ``table`` writes a table as a screen
shows it.  The monitor as it runs: ``prometheus`` (metrics) and ``event_lines``.  JSON has true values and escapes
everything that is not ASCII; the other forms write rows of ``fleet.views``, whose strings are safe.

Used by the other faces.  May import ``fleet.views`` and everything below it.
"""
