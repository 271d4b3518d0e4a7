"""Secrets masked in whatever a node, a profile or an operator may have put them: before State, history, logs, exports.

``fleet.nodes`` masks what it knows to be secret where it reads it.  This is the second lock on the same door: it knows
no platform, only how secrets look.  It would rather mask a harmless word than miss one.

May import ``fleet.model`` only.
"""

import dataclasses
import functools
import re
from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar

from fleet.model.event import (
    CheckFailed,
    CommandSent,
    Event,
    NodeObserved,
    OperatorActed,
    PollFailed,
    ProfileLoaded,
)
from fleet.model.fleet import SshSettings

T = TypeVar("T")
MASK = "(masked)"

_WORD = (
    r"pass(?:word|wd|phrase|code|_?key)s?|pwd|secret|token|api[_-]?key|private[_-]?key|shared[_-]?key|community"
    r"|credentials?|authorization|sasl[_-]?pass\w*|auth[_-]?pass\w*"
)
# Every repetition has a bound or gives nothing back (``++``): a node must not be able to make this slow.
_PATTERNS = (
    # A private key, whole or cut off.
    (
        re.compile(
            r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|\Z)", re.DOTALL
        ),
        MASK,
    ),
    # <password>...</password>, with whatever the element is called around the word.
    (
        re.compile(rf"(<[\w:-]{{0,40}}(?:{_WORD})[\w:-]{{0,40}}(?:\s[^<>]{{0,200}})?>)[^<]++", re.IGNORECASE),
        rf"\1{MASK}",
    ),
    # "password": "...", password = ..., passphrase: ..., also "password for user x: ...".
    (
        re.compile(
            rf"((?:{_WORD})[\w-]{{0,40}}[\"']?(?:\s{{1,8}}(?:for|of)\s{{1,8}}[^\s:=]{{1,80}}(?:\s{{1,8}}[^\s:=]{{1,80}})?)?"
            rf"\s{{0,8}}[:=]++\s*+)(?!{re.escape(MASK)}|env:|keyring:)"
            r"(?:(?:bearer|basic|digest)\s++)?(\"[^\"\n]*+\"|'[^'\n]*+'|[^\s,;<>]++)",
            re.IGNORECASE,
        ),
        rf"\1{MASK}",
    ),
    # sshpass -p ..., --password ..., as words of a command.
    (re.compile(rf"(\bsshpass\s++-p\s*+|--?(?:{_WORD})[ =]\s*+)(?!env:|keyring:|\()\S++", re.IGNORECASE), rf"\1{MASK}"),
    # user:secret@host in a URL.
    (re.compile(r"(://[^\s/:@]{0,100}:)[^\s/@]{1,200}(@)"), rf"\1{MASK}\2"),
    # Hashes of crypt(3): they can be guessed at.
    (re.compile(r"\$(?:1|2[abxy]?|5|6|7|y|gy|apr1|scrypt|argon2\w{0,4})\$[^\s\"'<>:,;]{8,}+"), MASK),
)
_HINTS = ("pass", "pwd", "secret", "token", "key", "community", "credential", "authorization", "://", "$")
"""What every secret comes with, in small letters: text without any of it is not looked at more closely."""

_CARRIERS = (CommandSent, NodeObserved, PollFailed, CheckFailed, OperatorActed, ProfileLoaded)


def without_secrets(event: Event) -> Event:
    """``event`` with every secret in it masked; the same object where there is none.

    What only the Internet said (steps, verdicts) holds no secret of ours and is left as it is.
    """
    return _clean(event) if isinstance(event, _CARRIERS) else event


def masked(text: str) -> str:
    """``text`` with what looks like a secret masked."""
    small = text.lower()
    if any(hint in small for hint in _HINTS):
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(replacement, text)
    return text


@functools.cache
def _fields(kind: type) -> tuple[str, ...] | None:
    return tuple(field.name for field in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else None


def _clean(value: T) -> T:
    """``value`` with every text in it cleaned; what has nothing to clean keeps its identity (shared settings do)."""
    return _clean_any(value)  # type: ignore[no-any-return]


def _clean_any(value: Any) -> Any:
    if isinstance(value, str):
        return value if isinstance(value, Enum) else masked(value)
    if isinstance(value, tuple | frozenset):
        cleaned = [_clean_any(item) for item in value]
        return value if all(a is b for a, b in zip(cleaned, value, strict=True)) else type(value)(cleaned)
    if isinstance(value, Mapping):
        cleaned_items = {key: _clean_any(item) for key, item in value.items()}
        return value if all(cleaned_items[key] is value[key] for key in value) else cleaned_items
    kind: Any = type(value)
    names = _fields(kind)
    if names is None:
        return value
    changes = {}
    for name in names:
        old = getattr(value, name)
        new = _clean_any(old)
        if new is not old:
            changes[name] = new
    if isinstance(value, SshSettings) and not _is_reference(value.password):
        changes["password"] = MASK
    return dataclasses.replace(value, **changes) if changes else value


def _is_reference(password: str) -> bool:
    """Whether the field says where the password is kept, instead of what it is."""
    return not password or password == MASK or password.startswith(("env:", "keyring:"))
