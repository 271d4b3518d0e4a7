"""The keys of actions: the defaults of the table, moved as the settings say.

Two actions clash where a key press could mean either: in one scope, or in two that may hold at the same time.  A
choice that clashes is not taken, and said; the defaults always stand.

May import ``fleet.text``.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from fleet.faces.tui.actions.action import Action, Scope
from fleet.text import show

INNERMOST_WINS = frozenset(
    {
        frozenset({Scope.VIEW, Scope.LOG}),
        frozenset({Scope.ROWS, Scope.LOG}),
        frozenset({Scope.VIEW, Scope.DOCUMENT}),
        frozenset({Scope.ROWS, Scope.DOCUMENT}),
    }
)
"""Scopes that share keys on purpose: a log under the cursor searches with the key that filters a view."""


@dataclass(frozen=True, slots=True)
class Clash:
    """Two actions that want one key."""

    key: str
    first: Action
    second: Action

    def __str__(self) -> str:
        return f'"{self.key}" is both {self.first.id} and {self.second.id}'


def clashes(actions: Iterable[Action], keys: Mapping[str, tuple[str, ...]]) -> Iterator[Clash]:
    """Every pair of actions that want one key."""
    wanted: dict[str, list[Action]] = {}
    for one in actions:
        for key in keys[one.id]:
            wanted.setdefault(key, []).append(one)
    for key, several in wanted.items():
        for first, second in combinations(several, 2):
            if frozenset({first.scope, second.scope}) not in INNERMOST_WINS:
                yield Clash(key, first, second)


def effective_keys(
    actions: tuple[Action, ...], chosen: Mapping[str, tuple[str, ...]]
) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """The keys of every action after ``chosen``, and a sentence for each choice that could not be taken."""
    keys = {one.id: one.keys for one in actions}
    taken = {name: wish for name, wish in chosen.items() if name in keys}
    keys.update(taken)
    problems: list[str] = []
    while (clash := next(clashes(actions, keys), None)) is not None:
        loser = next(one for one in (clash.second, clash.first) if one.id in taken)
        problems.append(f'keys.{loser.id}: "{show(clash.key, 40)}" belongs to {_other(clash, loser).id}; unchanged')
        del taken[loser.id]
        keys[loser.id] = loser.keys
    return keys, problems


def textual_key(key: str) -> str:
    """``key`` as Textual calls it: ``?`` is ``question_mark``."""
    modifiers, last = (key[:-1], key[-1]) if key[-1] == "+" else (key[: key.rfind("+") + 1], key[key.rfind("+") + 1 :])
    if len(last) == 1 and not last.isalnum():
        name = unicodedata.name(last).lower().replace("-", "_").replace(" ", "_")
        last = _RENAMED.get(name, name)
    return modifiers + last


def shown_key(key: str) -> str:
    """``key`` as help and footer show it, in ASCII on every terminal."""
    return _SHOWN.get(key, f"^{key[5:]}" if key.startswith("ctrl+") else key)


_RENAMED = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
_SHOWN = {"escape": "esc", "pagedown": "PgDn", "pageup": "PgUp", "shift+tab": "S-tab"}


def _other(clash: Clash, one: Action) -> Action:
    return clash.first if one is clash.second else clash.second
