"""The choke point is the only one: this reads the package."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[3] / "fleet" / "faces" / "tui"
MODULES = sorted(PACKAGE.rglob("*.py"))

TAKES_MARKUP = {"Static": 0, "Label": 0, "Button": 0, "Option": 0, "Collapsible": 0, "update": 0, "add_option": 0}
"""Whatever parses a plain string as markup, and which argument."""

FORBIDDEN_NAMES = {"Content", "Text", "from_markup", "Segment", "Markdown", "DataTable", "Tree", "RichLog"}
ATTRIBUTES = {"tooltip", "border_title", "border_subtitle", "title", "sub_title"}


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            yield name, node


def violations(source: str, choke_point: bool = False) -> list[str]:
    tree = ast.parse(source)
    found: list[str] = []
    for name, node in calls(tree):
        if name in FORBIDDEN_NAMES and not choke_point:
            found.append(f"{node.lineno}: {name}() is for safe.py only")
        if name == "notify" and not any(
            word.arg == "markup" and getattr(word.value, "value", None) is False for word in node.keywords
        ):
            found.append(f"{node.lineno}: notify without markup=False")
        if name in TAKES_MARKUP and node.args and not choke_point:
            given = node.args[TAKES_MARKUP[name]]
            made = isinstance(given, ast.Call) and getattr(given.func, "id", "") == "content"
            label = name != "update" or "_label" in ast.unparse(node.func) or "Static" in source
            if label and not made and not isinstance(given, ast.Starred):
                found.append(f"{node.lineno}: {name}() is given a string")
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else []
        found += [f"{node.lineno}: .{one.attr} is set" for one in targets if getattr(one, "attr", "") in ATTRIBUTES]
    return found


@pytest.mark.parametrize("path", MODULES, ids=[str(path.relative_to(PACKAGE)) for path in MODULES])
def test_no_widget_is_given_a_string(path: Path) -> None:
    assert violations(path.read_text(encoding="utf-8"), path.name == "safe.py") == []


@pytest.mark.parametrize(
    "source",
    [
        'Static(f"{name}")',
        "Static(name)",
        "self._label.update(name)",
        "Option(name)",
        "self.notify(name)",
        "self.notify(name, markup=True)",
        "widget.tooltip = name",
        "self.border_title = name",
        "Content(name)",
        "Segment(name)",
    ],
)
def test_a_violation_would_be_found(source: str) -> None:
    assert violations(source)
