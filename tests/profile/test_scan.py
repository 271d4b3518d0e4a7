"""The scanner beside tomli: same paths, same values, in every document tomli accepts."""

import sysconfig
from pathlib import Path
from typing import Any

import pytest
import tomli
from documents import accepted, documents
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fleet.profile.scan import Entry, Form, scan

ROOT = Path(__file__).parents[2]


def same_as_tomli(text: str) -> None:
    compare(text, scan(text).root, tomli.loads(text))


def compare(text: str, entry: Entry, value: Any) -> None:
    if isinstance(value, dict | list):
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        assert sorted(map(repr, dict(entry.items()))) == sorted(map(repr, keys))
        for key in keys:
            child = entry.child(key)
            assert child is not None
            if isinstance(key, str):
                written = text[child.key_start : child.key_end]
                assert tomli.loads(written + "=1") == {key: 1}
            compare(text, child, value[key])
    if entry.form is Form.VALUE:
        written = text[entry.start : entry.end]
        assert written == written.strip()
        assert repr(tomli.loads("x = " + written)["x"]) == repr(value)
    elif entry.form is Form.HEADER and entry.end < len(text):
        assert text[entry.start] == "["
        assert text[entry.end - 1] == "]"


@settings(max_examples=400, deadline=None)
@given(documents())
@example('a = """"""\nb = """""a"""""\n')
@example("a = ''''''\nb = '''''a'''''\n")
@example("x = 1979-05-27 07:32:00 # a space inside\ny = [1979-05-27 ,1]\n")
@example("[a.b]\n[a]\nc = 1\n[[d.e]]\n[d.e.f]\ng.h = 2\n[[d.e]]\n[d.e.f]\nx = 3\n")
@example('a = "\\\\"\n"\\"" = { b.c = 1, b.d = [[], {}] }\n')
def test_paths_and_values_are_those_of_tomli(text: str) -> None:
    same_as_tomli(text)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(["[", "]", "a", ".", '"', "'", "#", "=", "1", "{", "}", ",", "\n", " ", "\\", "-"])))
def test_any_soup_of_signs_that_tomli_accepts_is_scanned_alike(signs: list[str]) -> None:
    text = "".join(signs)
    if accepted(text):
        same_as_tomli(text)


def _real_files() -> list[Path]:
    installed = Path(sysconfig.get_path("purelib")).glob("*/**/*.toml")
    return [ROOT / "pyproject.toml", *sorted(ROOT.glob("profiles/*.toml")), *sorted(installed)[:40]]


@pytest.mark.parametrize("path", _real_files(), ids=lambda path: path.name)
def test_real_files_are_scanned_alike(path: Path) -> None:
    text = path.read_bytes().decode()
    if accepted(text):
        same_as_tomli(text)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(alphabet="ab =[]\"'", max_size=5), min_size=1, max_size=6), st.sampled_from(["\n", "\r\n"]))
def test_every_comment_is_found_and_no_sign_inside_a_string_is_one(words: list[str], line_end: str) -> None:
    lines = []
    for index, word in enumerate(words):
        lines += [f"k{index} = '# no' # {word}", f"l{index} = [ # {word}", '  """# no""", # two', "]"]
    comments = [
        text[start:end] for text in ["".join(line + line_end for line in lines)] for start, end in scan(text).comments
    ]
    assert comments == [comment for word in words for comment in (f"# {word}", f"# {word}", "# two")]


def test_four_hundred_brackets_are_scanned_without_recursion() -> None:
    text = "x = " + "[" * 400 + "]" * 400
    same_as_tomli(text + "\n")


def test_a_long_string_costs_no_time_for_ways_back() -> None:
    text = 'x = """' + '\\" ""a' * 200_000 + '"""\n'
    same_as_tomli(text)
