"""One message sent by Apprise, in a process of its own: ``python -m fleet.alerts.deliver``.

Apprise knows a hundred kinds of target and sends from threads that nothing can stop.  A process can be stopped: whoever
started this one kills it when its time is over, and what hangs, leaks or crashes in it is gone with it.

Standard input: one JSON object with ``url``, ``title``, ``body`` and ``kind``.  Standard output: one with
``delivered`` and ``sentence``.  The URL never leaves it: what Apprise says is shown without it.

May import the standard library, ``fleet.text`` and Apprise.
"""

import contextlib
import json
import logging
import re
import sys
from importlib import import_module
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from fleet.text import show

MISSING = "Apprise is not installed: pip install 'fleet-monitor[alerts]'"
_LONGEST = 300
_MASK = "***"
_WORD = 3
"""Characters of a word that may stand in any sentence."""


class _Heard(logging.Handler):
    """Keeps what is said."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line."""
        self.lines.append(record.getMessage())


def deliver(order: dict[str, Any]) -> tuple[bool, str]:
    """Send what ``order`` says; whether it was taken, and why not."""
    try:
        apprise = import_module("apprise")
    except ImportError:
        return False, MISSING
    heard = _Heard()
    logger = logging.getLogger("apprise")
    logger.addHandler(heard)
    logger.propagate = False
    url = order["url"]
    sender = apprise.Apprise(asset=apprise.AppriseAsset(app_id="fleet", app_desc="fleet", async_mode=False))
    if not sender.add(url):
        return False, "this is no URL that Apprise knows, or something of it is missing"
    done = sender.notify(
        title=order["title"],
        body=order["body"],
        notify_type=order["kind"],
        body_format=apprise.NotifyFormat.TEXT,
    )
    if done:
        return True, ""
    why = heard.lines[-1] if heard.lines else "it was not taken, and nobody said why"
    return False, show(without(why, url), _LONGEST)


def without(text: str, url: str) -> str:
    """``text`` without any part of ``url`` that may be secret: user, password, path, query."""
    rest = url.partition("://")[2]
    parts = rest.replace("?", "/").replace("&", "/").replace("@", "/").replace(":", "/").replace("=", "/").split("/")
    known = {spelled for part in parts for spelled in (part, unquote(part), quote(unquote(part), safe=""))}
    for part in sorted((one for one in known if len(one) > _WORD), key=len, reverse=True):
        text = re.sub(re.escape(part), _MASK, text, flags=re.IGNORECASE)
    # A short password is one all the same; other short parts ("to", "com") are words.
    login, query = rest.partition("/")[0].rpartition("@")[0], rest.partition("?")[2]
    for part in (*map(unquote, login.split(":")), *(value for _, value in parse_qsl(query))):
        if 0 < len(part) <= _WORD:
            text = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", _MASK, text)
    return text


def main() -> None:
    """Read an order, carry it out, say what became of it."""
    try:
        with contextlib.redirect_stdout(sys.stderr):  # a plugin that prints must not spoil the answer
            delivered, sentence = deliver(json.load(sys.stdin))
    except Exception as error:  # Apprise's plugins are many
        delivered, sentence = False, f"Apprise failed: {type(error).__name__}"
    json.dump({"delivered": delivered, "sentence": sentence}, sys.stdout)


if __name__ == "__main__":
    main()
