"""``settings.toml``: sound parts count, every mistake is said with its line, nothing is fatal."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.settings import Known, Settings, ThemeName, load, read_settings

KNOWN = Known(frozenset({"check", "poll", "filter"}), {"destinations": ("name", "state", "age"), "events": ()})

GOOD = """\
theme = "light"
ascii = true
updates_per_second = 2

[keys]
check = ["c", "f5", "ctrl+k"]
poll = "p"

[columns]
destinations = ["state", "name"]
"""


def test_a_good_file_is_read_as_it_stands() -> None:
    reading = read_settings(GOOD, "settings.toml", KNOWN)
    assert reading.problems == ()
    assert reading.settings == Settings(
        theme=ThemeName.LIGHT,
        ascii=True,
        updates_per_second=2,
        keys={"check": ("c", "f5", "ctrl+k"), "poll": ("p",)},
        columns={"destinations": ("state", "name")},
    )


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('theme = "pink"', 1, "theme is one of auto, dark, light, basic"),
        ('\ntheem = "dark"', 2, "did you mean theme?"),
        ("ascii = 1", 1, "true or false"),
        ("updates_per_second = 11", 1, "from 1 to 10"),
        ("updates_per_second = true", 1, "from 1 to 10"),
        ('[keys]\npoll = "p"\nchek = "c"', 3, "did you mean check?"),
        ('[keys]\ncheck = "meta+c"', 2, "is no key"),
        ('keys.check = "ctrl+C"', 1, "is no key"),
        ("[keys]\ncheck = [1]", 2, "list of texts"),
        ("[keys]\ncheck = []", 2, "list of texts"),
        ("keys = 3", 1, "keys is a table"),
        ('[columns]\ndestinations = ["nam"]', 2, "did you mean name?"),
        ('[columns]\nnodes = ["name"]', 2, 'no view "nodes"'),
        ("a = ", 1, "defaults are used"),
        ('"\\u202e\\u001b[31m" = 1', 0, "\\u202e\\x1b[31m"),
    ],
)
def test_a_mistake_is_said_with_its_line(text: str, line: int, words: str) -> None:
    (problem,) = read_settings(text, "settings.toml", KNOWN).problems
    assert problem.line == line
    assert words in problem.sentence
    assert str(problem).startswith(f"settings.toml:{line}: " if line else "settings.toml: ")


def test_a_mistake_hides_nothing_that_is_sound() -> None:
    reading = read_settings('theme = 1\nascii = true\n[keys]\nnone = "x"\npoll = "P"', "s", KNOWN)
    assert len(reading.problems) == 2
    assert (reading.settings.ascii, reading.settings.keys) == (True, {"poll": ("P",)})
    assert reading.settings.theme is ThemeName.AUTO


def test_no_file_is_no_problem_and_an_unreadable_one_is_only_told(tmp_path: Path) -> None:
    assert load(tmp_path / "none.toml", KNOWN).problems == ()
    (told,) = load(tmp_path, KNOWN).problems  # a folder
    assert "cannot be read" in told.sentence
    (tmp_path / "latin.toml").write_bytes(b'\ntheme = "\xff"')
    (told,) = load(tmp_path / "latin.toml", KNOWN).problems
    assert (told.line, told.sentence) == (2, "is not UTF-8; defaults are used")
    (tmp_path / "large.toml").write_bytes(b"#" * (1 << 21))
    (told,) = load(tmp_path / "large.toml", KNOWN).problems
    assert "1 MiB" in told.sentence


@given(st.text(max_size=80))
def test_no_text_is_fatal_and_every_sentence_is_safe(text: str) -> None:
    for problem in read_settings(text, "s", KNOWN).problems:
        assert str(problem).isprintable()


@given(st.recursive(st.one_of(st.booleans(), st.integers(-9, 99), st.text("a[\n", max_size=3)), st.lists, max_leaves=4))
def test_no_value_is_fatal(value: object) -> None:
    def written(item: object) -> str:
        if isinstance(item, list):
            return "[" + ", ".join(map(written, item)) + "]"
        return str(item).lower() if isinstance(item, bool | int) else repr(item).replace("'", '"')

    for name in ("theme", "ascii", "updates_per_second", "keys", "columns", "keys.check", "columns.destinations"):
        read_settings(f"{name} = {written(value)}", "s", KNOWN)
