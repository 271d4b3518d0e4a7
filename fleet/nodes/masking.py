"""Secrets out of everything that is kept: evidence, recordings, sentences.

Two ways, both always used: the passwords this process itself holds are replaced wherever they appear, and values that
stand where configuration keeps secrets (``password = ...``, ``<passphrase>...``, private keys) are replaced unseen.
Better one harmless value too many than one secret too few.  May import
``fleet.nodes.slots``.
"""

import re
from collections.abc import Iterable

from fleet.nodes.slots import SHORTEST_SECRET

MASK = "********"
_WORD = (
    r"(?:pass(?:word|phrase|wd|code)?s?|secrets?|communit(?:y|ies)|auth[_-]?tokens?|api[_-]?keys?|private[_-]?keys?|"
    r"credentials?|shared[_-]?keys?|bind[_-]?pw|sasl[_-]?auth)"
)
# Bounded repetitions everywhere: a text made of "passwordpassword..." must not take more than its length.
_REST = r"[\w.-]{0,64}"
_PEM = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|\Z)", re.DOTALL
)
_ELEMENT = re.compile(rf"(<({_REST}{_WORD}{_REST})(?:\s[^<>]{{0,500}})?>)[^<]+(?=</\2)", re.IGNORECASE)
_ASSIGNED = re.compile(rf"(?i)({_WORD}{_REST}[\"']?[ \t]{{0,64}}(?:=>|[=:])[ \t]{{0,64}})(?=\S)[^\r\n]+")
_CLIENT_SECRET = re.compile(r"(?im)^([ \t]*client_send[ \t]*=[ \t]*)[^\r\n]+")
_HIDDEN = re.compile(r"(?im)^([ \t]*(?:hide[ \t]+\w+|\w*(?:sql|redis|ldap)\w*_servers)[ \t]*=[ \t]*)(?=\S)[^\r\n]+")
"""Exim: what the configuration itself hides, and database servers, whose entries end in a password."""
_URL = re.compile(r"([a-z][a-z0-9+.-]{0,20}://[^\s:/@]{1,256}:)[^\s@/]{1,256}(?=@)", re.IGNORECASE)


def mask(text: str, known: Iterable[str] = ()) -> str:
    """``text`` without secrets: neither ``known`` ones nor what stands where secrets are kept."""
    for secret in sorted({value for value in known if len(value) >= SHORTEST_SECRET}, key=len, reverse=True):
        text = text.replace(secret, MASK)
    text = _PEM.sub(f"-----PRIVATE KEY {MASK}-----", text)
    text = _ELEMENT.sub(rf"\1{MASK}", text)
    text = _URL.sub(rf"\1{MASK}", text)
    text = _HIDDEN.sub(rf"\1{MASK}", text)
    text = _CLIENT_SECRET.sub(rf"\1{MASK}", text)
    return _ASSIGNED.sub(rf"\1{MASK}", text)
