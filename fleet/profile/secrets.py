"""No secret can stand in a profile: what looks like one, and how it is kept out of messages and excerpts.

A profile is copied, mailed and kept under version control, so passwords live in the environment or a keyring and keys
in files of their own.  What nevertheless stands in a profile is an error that never prints the value; excerpts of the
text are masked even where the text is no TOML.  May import the standard library, ``fleet.model`` and
``fleet.profile.values``.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from fleet.model.fleet import ObjectPath
from fleet.profile.values import PASSWORD

STANDS_HERE = "is a secret, and it stands in the profile in clear"
IN_CLEAR = "the text holds a secret in clear"
KEPT_ELSEWHERE = (
    "write env:NAME or keyring:NAME for a password and the path of a key file; the secret itself is known to whoever "
    "could read this file: change it"
)
MASK = "***"

_WORDS = (
    r"pass(?:[_-]?(?:word|phrase|wd|code)|wort|wrd)|(?<![a-z])(?:pass|pwd)(?![a-z])|kennwort|secret|credential|token"
    r"|(?:private|api)[_-]?key"
)
_NAME = re.compile(_WORDS, re.IGNORECASE)
_REFERENCE = re.compile(PASSWORD)
_HELD = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY|^[^\s:@/\[]+:[^\s@]+@")

# Bounded, because a hostile line may repeat a word a million times.
_KEY = rf"""(?:{_WORDS})[\w-]{{0,64}}+["']?[ \t]*+=[ \t]*+"""
_MASKED = re.compile(
    rf"""
    (?i:{_KEY})
    (?P<value>
        (?P<quote>\"\"\"|''').*?(?:(?P=quote)|\Z)
      | \[ .*? (?: \] | \Z )
      | \{{ .*? (?: \}} | \Z )
      | "(?:env|keyring):[^"\s]*" (?=(?P<reference>))
      | "(?:[^"\\\n]|\\.)* (?: " | $ )
      | '[^'\n]* (?: ' | $ )
      | [^\s,\]}}\#]+
    )
  | (?P<pem> -----BEGIN\ [A-Z\ ]*PRIVATE\ KEY----- .*? (?: -----END [^-]* ----- | \Z ) )
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_LINE = re.compile(rf"(?i:{_KEY})([^\r\n]*)")
_SECTION = re.compile(
    rf"^[ \t]*\[[^\]\n]{{0,200}}(?:{_WORDS})[^\]\n]{{0,200}}\]+(.*?)(?=^[ \t]*\[|\Z)", re.I | re.M | re.S
)


@lru_cache(maxsize=1024)
def names_secret(key: str) -> bool:
    """Whether a key says that its value is a secret."""
    return _NAME.search(key) is not None


def is_reference(value: object) -> bool:
    """Whether a value says where a secret is kept instead of being one."""
    return isinstance(value, str) and _REFERENCE.fullmatch(value) is not None


def holds_secret(text: str) -> bool:
    """Whether a text shows a secret by its form: a private key, a password before the ``@`` of a host."""
    return ("@" in text or "-----" in text) and _HELD.search(text) is not None


def secrets_below(value: object, path: ObjectPath) -> Iterator[ObjectPath]:
    """The paths of secrets inside a value nobody reads, such as that of an unknown key."""
    waiting: list[tuple[object, ObjectPath]] = [(value, path)]
    while waiting:
        item, here = waiting.pop()
        if isinstance(item, dict):
            for key, inner in item.items():
                if names_secret(key) and not is_reference(inner):
                    yield (*here, key)
                else:
                    waiting.append((inner, (*here, key)))
        elif isinstance(item, list):
            waiting.extend((inner, (*here, index)) for index, inner in enumerate(item))
        elif isinstance(item, str) and holds_secret(item):
            yield here


def secret_spans(text: str, accepted: bool) -> Iterator[tuple[int, int]]:
    """What an excerpt of ``text`` must not show, as (start, end); more than needed where tomli refused the text."""
    for match in _MASKED.finditer(text):
        if match["reference"] is None:
            yield match.span("pem" if match["pem"] else "value")
    if not accepted:
        for pattern in (_LINE, _SECTION):
            yield from (match.span(1) for match in pattern.finditer(text))
