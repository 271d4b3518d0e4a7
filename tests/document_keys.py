"""The keys of JSON documents that are written by hand, pinned: within one version they are added, never taken away.

``KEYS[format]`` has the required keys by place: ``""`` is the document, ``"nodes"`` each entry of that list.  Documents
that are written from a dataclass have a schema beside these tests instead.
"""

from typing import Any

KEYS: dict[str, dict[str, str]] = {
    "fleet-queue/1": {
        "": "format exit_code nodes waiting",
        "nodes": "node at observed queue failure",
        "waiting": "destination node recipients oldest host source trend news cause why flow first_bounce_in_seconds",
    },
    "fleet-changes/1": {
        "": "format since exit_code incomplete changes",
        "changes": "at about seen_from change",
        "changes.change": "kind subject before after effect sentence",
    },
    "fleet-resolver-audit/1": {
        "": "format exit_code nodes cells",
        "nodes": "node tier platform dane harmed unknown note held never_asked resolvers",
        "nodes.resolvers": "resolver priority secondary domains declared kind vantage why at mark mail down",
        "nodes.resolvers.down": "asks seconds after_servfail destinations held dane_left_out unknown sentence",
        "cells": "at vantage resolver transport kind evidence ad asked",
    },
}


def assert_pinned(document: dict[str, Any]) -> None:
    """The document has every key of its format, and nothing new that is not pinned; every pinned place occurs in it."""
    for place, words in KEYS[document["format"]].items():
        found = [document]
        for step in place.split(".") if place else ():
            found = [inner for one in found for inner in (one[step] if isinstance(one[step], list) else [one[step]])]
        assert found, f"nothing of {place} in this document: it pins nothing"
        for one in found:
            assert set(one) == set(words.split()), place
