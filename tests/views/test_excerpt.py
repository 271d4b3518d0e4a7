"""Excerpts: marks stand below what they mark, whatever the line holds, and nothing a terminal acts on survives."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.profile import SourceMap, read_profile
from fleet.text import cell_width
from fleet.views.excerpt import ExcerptLine, excerpt


def marked(text: str, start: int, end: int) -> ExcerptLine:
    """The line with the part from ``start`` to ``end`` marked."""
    source = SourceMap("x.toml", text, text)
    (line,) = excerpt(source, (), source.span(start, end), ())
    return line


def under(line: ExcerptLine) -> str:
    """What stands above the first mark, cell by cell."""
    caret, column, found = line.carets[0], 0, ""
    for character in line.text:
        if caret.before <= column < caret.before + caret.width:
            found += character
        column += cell_width(character)
    return found


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('dane = "mandatory"', '"mandatory"'),
        ('\tdane = "mandatory"', '"mandatory"'),
        ('例え = "値" # 全角', '"値"'),
        ('"e\u0301a" = "x"', '"x"'),
        ('a = "ｆｕｌｌ"\t# b', '"ｆｕｌｌ"'),
        ('a = "한국어" \t = "b"', '"b"'),
    ],
)
def test_marks_line_up_below_what_they_mark(text: str, what: str) -> None:
    start = text.index(what)
    assert under(marked(text, start, start + len(what))) == what


def test_an_escape_is_as_wide_as_it_is_shown() -> None:
    text = 'a = "\u202e" # b'
    line = marked(text, 8, 11)
    assert line.text == 'a = "\\u202e" # b'
    assert under(line) == "# b"


def test_a_tab_reaches_to_the_next_fourth_column() -> None:
    assert marked("a\tb\t= 1", 0, 1).text == "a   b   = 1"


def test_of_a_long_line_only_what_surrounds_the_mark_is_kept() -> None:
    text = "a = [" + '"x", ' * 100_000 + '"here"' + ', "y"' * 100_000 + "]"
    start = text.index('"here"')
    line = marked(text, start, start + 6)
    assert under(line) == '"here"'
    assert line.text.startswith("…")
    assert line.text.endswith("…")
    assert len(line.text) < 300


def test_nothing_marked_still_has_a_mark() -> None:
    assert marked("a = 1", 0, 0).carets[0].width == 1


@given(st.text(max_size=60), st.data())
def test_no_line_of_any_text_acts_on_a_terminal(text: str, data: st.DataObject) -> None:
    text = text.replace("\n", " ").replace("\r", " ")
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    if not text:
        return
    line = marked(text, start, end)
    assert line.text == "" or line.text.isprintable()
    assert all(unicodedata.category(character) not in ("Cc", "Cf", "Cs") for character in line.text)


def test_the_header_of_the_table_stands_above() -> None:
    text = '[fleet]\nname = "a"\n[tiers.edge]\ndelivers_to = ["internet"]\nversion = "1"\n'
    source = SourceMap("x.toml", text, text)
    path = ("tiers", "edge", "version")
    lines = excerpt(source, path, source.locate(path), ())
    assert [(line.number, line.text, len(line.carets)) for line in lines] == [
        (3, "[tiers.edge]", 0),
        (5, 'version = "1"', 1),
    ]


def test_the_table_of_a_neighbour_is_no_header() -> None:
    text = "[nodes.one]\n[nodes.two]\n"
    source = SourceMap("x.toml", text, text)
    path = ("nodes", "two")
    assert [line.number for line in excerpt(source, path, source.locate(path), ())] == [2]


def test_several_marks_of_one_line_stand_below_each_other_and_labels_elsewhere_have_their_own() -> None:
    text = '[tiers.edge]\na = { b = "x", c = "y" }\nd = "z"\n'
    source = SourceMap("x.toml", text, text)
    path = ("tiers", "edge", "a", "b")
    labels = [
        (source.locate(("tiers", "edge", "a", "c")), "this too"),
        (source.locate(("tiers", "edge", "d")), "because of this"),
    ]
    lines = excerpt(source, path, source.locate(path), labels)
    assert [(line.number, [(caret.main, caret.text) for caret in line.carets]) for line in lines] == [
        (1, []),
        (2, [(True, ""), (False, "this too")]),
        (3, [(False, "because of this")]),
    ]


def test_a_secret_is_masked_and_the_mark_stands_below_the_mask() -> None:
    text = '[tiers.edge]\ndelivers_to = ["internet"]\nssh.password = "correct horse" # x\n'
    source = read_profile(text, "x.toml").source
    path = ("tiers", "edge", "ssh", "password")
    line = excerpt(source, path, source.locate(path), ())[-1]
    assert "horse" not in line.text
    assert under(line) == "***"
