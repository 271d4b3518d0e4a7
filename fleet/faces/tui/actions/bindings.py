"""Textual's bindings, made from the table.  May import ``textual``."""

from collections.abc import Mapping

from textual.binding import Binding, BindingType

from fleet.faces.tui.actions.action import Scope
from fleet.faces.tui.actions.keymap import textual_key
from fleet.faces.tui.actions.table import ACTIONS


def bindings(*scopes: Scope) -> list[BindingType]:
    """The bindings of a class that serves ``scopes``."""
    return [
        Binding(
            ",".join(map(textual_key, row.keys)),
            f"app.prompt('{row.id}')" if row.prompts else row.id,
            row.title,
            show=False,
            id=row.id,
            priority=row.anywhere,
        )
        for row in ACTIONS
        if row.scope in scopes
    ]


def keymap(keys: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """``keys`` as Textual takes a keymap."""
    return {name: ",".join(map(textual_key, chosen)) for name, chosen in keys.items()}
