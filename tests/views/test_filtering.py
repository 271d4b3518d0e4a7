"""The filter language: what it keeps, what it refuses and where, and that it can be written back."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.views import Filter, FilterProblem, Mark, Row, TableCell, parse_filter
from fleet.views.filtering import Sign, Term, quantity

FIELDS = ("name", "state", "age", "mx")


def row(name: str, state: str, age: float | None, mx: float | None) -> Row:
    return Row(
        name,
        (
            TableCell(name),
            TableCell(state, Mark.OK),
            TableCell("some time ago", sort=age),
            TableCell("" if mx is None else str(mx), sort=mx),
        ),
    )


ROWS = [
    row("ietf.org", "DANE", 60, 1),
    row("example.com", "held until bounce", 4 * 86_400, 3),
    row("IETF.example", "not tested", None, None),
    row('odd"name\\ x', "bogus", 3_600, 2),
]


def kept(text: str) -> list[str]:
    found = parse_filter(text, FIELDS)
    assert isinstance(found, Filter), found
    return [row.key for row in found.keep(ROWS, FIELDS)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ["ietf.org", "example.com", "IETF.example", 'odd"name\\ x']),
        ("ietf", ["ietf.org", "IETF.example"]),
        ("!ietf", ["example.com", 'odd"name\\ x']),
        ("state:held", ["example.com"]),
        ("STATE:HELD", ["example.com"]),
        ('"held until"', ["example.com"]),
        ('state:"until bounce"', ["example.com"]),
        ("held until", ["example.com"]),
        ("ietf !state:dane", ["IETF.example"]),
        ("age>3d", ["example.com"]),
        ("age<=1h", ["ietf.org", 'odd"name\\ x']),
        ("!age<=1h", ["example.com", "IETF.example"]),
        ("mx>=2", ["example.com", 'odd"name\\ x']),
        ("name:~^ietf~", ["ietf.org", "IETF.example"]),
        ("~held|bogus~", ["example.com", 'odd"name\\ x']),
        ("!~held|bogus~ mx<9", ["ietf.org"]),
        (r'"odd\"name\\"', ['odd"name\\ x']),
    ],
)
def test_a_filter_keeps(text: str, names: list[str]) -> None:
    assert kept(text) == names


def test_a_value_that_is_not_known_is_never_more_or_less_than_a_number() -> None:
    assert "IETF.example" not in kept("age<=9999d") + kept("age>0")


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("ietf stat:held", 5, 'No column "stat": did you mean state?'),
        ("fe80::1", 0, "Quote the term"),
        ("age>soon", 4, "no number"),
        ("a ~[~", 3, "Not a regular expression"),
        ("a ~b", 2, "no closing ~"),
        ('a "b', 2, 'no closing "'),
        ("!", 0, "Nothing follows"),
        ("a state:", 8, "Nothing follows state:"),
        ("age>=", 5, "Nothing follows age>="),
        ("age>~3~", 3, "compares numbers"),
    ],
)
def test_an_unusable_filter_says_where_and_why(text: str, position: int, words: str) -> None:
    found = parse_filter(text, FIELDS)
    assert isinstance(found, FilterProblem)
    assert found.position == position
    assert words in found.sentence


def test_units() -> None:
    assert [quantity(text) for text in ("3d", "90min", "1.5h", "-2", "50%", "soon", "", "1e9")] == [
        *(259_200, 5_400, 5_400, -2, 50),
        *(None, None, None),
    ]


def _compiles(text: str) -> bool:
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError):
        return False
    return True


words = st.text(min_size=1, max_size=12)
expressions = st.text(st.characters(exclude_characters="~", exclude_categories=("Cs",)), min_size=1, max_size=8).filter(
    _compiles
)
terms = st.one_of(
    st.builds(Term, st.just(Sign.CONTAINS), words, st.sampled_from(("", *FIELDS)), st.booleans()),
    st.builds(Term, st.just(Sign.MATCHES), expressions, st.sampled_from(("", *FIELDS)), st.booleans()),
    st.builds(
        Term,
        st.sampled_from([Sign.MORE, Sign.LESS, Sign.AT_LEAST, Sign.AT_MOST]),
        st.from_regex(r"\A-?[0-9]{1,6}(s|min|h|d|)\Z"),
        st.sampled_from(FIELDS),
        st.booleans(),
    ),
)


@given(st.lists(terms, max_size=5))
def test_what_is_written_reads_back_the_same(parts: list[Term]) -> None:
    wanted = Filter(tuple(parts))
    assert parse_filter(str(wanted), FIELDS) == wanted


@given(st.text(max_size=60))
def test_no_text_raises(text: str) -> None:
    found = parse_filter(text, FIELDS)
    if isinstance(found, FilterProblem):
        assert 0 <= found.position <= len(text)
    else:
        found.keep(ROWS, FIELDS)


cells = st.builds(
    TableCell,
    st.text(st.sampled_from("aAbB .:"), max_size=6),
    st.just(None),
    st.one_of(st.none(), st.integers(-5, 5).map(float)),
)
rows = st.lists(st.builds(Row, st.just("k"), st.tuples(cells, cells, cells, cells)), max_size=8)


@given(rows, st.lists(terms.filter(lambda term: term.sign is not Sign.MATCHES), max_size=3))
def test_a_filter_keeps_what_a_plain_reading_of_its_terms_keeps(table: list[Row], parts: list[Term]) -> None:
    def says(row: Row, term: Term) -> bool:
        at = [FIELDS.index(term.field)] if term.field else range(4)
        hit = False
        for cell in (row.cells[position] for position in at):
            if term.sign is Sign.CONTAINS:
                hit |= term.value.casefold() in cell.text.casefold()
            elif cell.sort is not None:
                limit = quantity(term.value)
                hit |= {
                    Sign.MORE: cell.sort > limit,
                    Sign.LESS: cell.sort < limit,
                    Sign.AT_LEAST: cell.sort >= limit,
                    Sign.AT_MOST: cell.sort <= limit,
                }[term.sign]
        return hit != term.negated

    assert Filter(tuple(parts)).keep(table, FIELDS) == [row for row in table if all(says(row, t) for t in parts)]
