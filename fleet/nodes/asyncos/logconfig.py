"""``logconfig``: log subscriptions.  The list's layout is not known; a level that is not shown is not guessed.

May import ``fleet.model`` and ``fleet.nodes.reading``.
"""

import re

from fleet.model.fleet import LogSubscription
from fleet.nodes.reading import Unparsed, above_menu, quoted, read_table

PARSER = "asyncos.logconfig/1"
_QUOTED = re.compile(r'(?m)^[ \t]*\d+\.\s+"([^"]+)"\s+Type:\s+"([^"]+)"(.*)$')
_LEVEL = re.compile(r"(?i)\b(?:log )?level:?\s*\"?(critical|warning|information|debug|trace)\b")
_LEVELS = frozenset({"critical", "warning", "information", "debug", "trace"})
_NAME = re.compile(r"(?:\d+\.\s+)?([\w.-]+)")


def parse_logconfig(text: str) -> tuple[LogSubscription, ...]:
    """Subscriptions with their levels.  Raises Unparsed."""
    above = above_menu(text)
    quoted_rows = _QUOTED.findall(above)
    if quoted_rows:
        rows = [(name, kind, level[1] if (level := _LEVEL.search(rest)) else "") for name, kind, rest in quoted_rows]
    else:
        rows = _columns(above)
    if not rows:
        raise Unparsed("no log subscription could be read")
    levelless = [name for name, _kind, level in rows if not level]
    if levelless:
        raise Unparsed(f"{len(rows)} log subscriptions are listed, without the level of {quoted(', '.join(levelless))}")
    return tuple(LogSubscription(name, _kind(kind), level.lower()) for name, kind, level in rows)


def _kind(text: str) -> str:
    """``IronPort Text Mail Logs`` or ``Mail Logs`` -> ``mail``, as profiles write it."""
    words = re.sub(r"(?i)\b(?:ironport|cisco|text|logs?|delivery)\b", "", text).split()
    return "-".join(words).lower() or text.lower()


def _columns(text: str) -> list[tuple[str, str, str]]:
    table = read_table(text)
    if table is None:
        return []
    headers = {word: name for name in table.headers for word in ("type", "level") if word in name.lower()}
    if "type" not in headers:
        return []
    rows = []
    for row in table.rows:
        name = _NAME.fullmatch(row[table.headers[0]])
        level = row[headers["level"]].lower() if "level" in headers else ""
        if name is None or (level and level not in _LEVELS):
            raise Unparsed(f"the log subscription {quoted(row[table.headers[0]])} has a form that is not known")
        rows.append((name[1], row[headers["type"]], level))
    return rows
