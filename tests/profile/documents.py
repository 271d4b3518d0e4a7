"""Random TOML documents for property tests: every kind of string, key, table and value, comments, both line ends.

A document is a list of chunks; a chunk tomli refuses after those before it (a key set twice, say) is left out.
"""

import tomli
from hypothesis import strategies as st

_NAMES = ("a", "b", "c", "a-1", "1", "true")
_QUOTED = ('"a"', "'b'", '"x.y"', "'#'", '"\\u00e9"', '"\\""', '""', "'\"'", '"é"', '"\\x7a"', '"]"')
_PLAIN_TEXT = st.text(alphabet="ab #=[]{},.'é\U0001f600\\\"", max_size=8)
SPACE = st.sampled_from(["", "", " ", "\t", "  "])


@st.composite
def keys(draw: st.DrawFn) -> str:
    if draw(st.booleans()):  # few names, so that tables and arrays of tables meet again
        return draw(st.sampled_from(["a", "b", "c", "a.b", "a.b.c", "b.a"]))
    parts = draw(st.lists(st.sampled_from(_NAMES + _QUOTED), min_size=1, max_size=3))
    return (draw(SPACE) + "." + draw(SPACE)).join(parts)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


@st.composite
def strings(draw: st.DrawFn) -> str:
    text = draw(_PLAIN_TEXT)
    kind = draw(st.sampled_from(["basic", "escapes", "literal", "long", "long literal", "quotes", "joined"]))
    if kind == "basic":
        return f'"{_escaped(text)}"'
    if kind == "escapes":
        return f'"{_escaped(text)}\\t\\u0041\\U0001F600\\\\\\e"'
    if kind == "literal":
        return "'" + text.replace("'", "") + "'"
    if kind == "long":
        return f'"""\n{_escaped(text)}\n# no comment\n"""'
    if kind == "long literal":
        return "'''" + text.replace("'", "") + "\n''" + "'''"
    if kind == "quotes":
        return '"""a""b' + draw(st.sampled_from(['"""', '""""', '"""""']))
    return '"""a\\\n   \n  b"""'


_SCALARS = st.one_of(
    strings(),
    st.sampled_from(["true", "false", "0", "+1", "-17", "1_000", "0xdead_BEEF", "0o7", "0b1", "1.5", "-0.0", "6e-3"]),
    st.sampled_from(["inf", "-inf", "nan", "+nan"]),
    st.sampled_from(["2026-12-01", "2026-12-01T10:00:00Z", "2026-12-01 10:00:00.5", "10:00", "10:00:01.25"]),
    st.sampled_from(["2026-12-01t10:00:00-03:30", "2026-12-01 10:00z"]),
)
_GAP = st.sampled_from(["", "", " ", "\t", "\n", " # in between ]}\n", "\n\n  "])


@st.composite
def _arrays(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    items = draw(st.lists(inner, max_size=3))
    text = "["
    for index, item in enumerate(items):
        last = index == len(items) - 1
        text += draw(_GAP) + item + draw(_GAP) + ("" if last and draw(st.booleans()) else ",")
    return text + draw(_GAP) + "]"


@st.composite
def _inline_tables(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    items = draw(st.lists(st.tuples(keys(), inner), max_size=3))
    pairs = [f"{draw(SPACE)}{key}{draw(SPACE)}={draw(SPACE)}{value}{draw(_GAP)}" for key, value in items]
    return "{" + ",".join(pairs) + draw(_GAP) + "}"


VALUES = st.recursive(_SCALARS, lambda inner: st.one_of(_arrays(inner), _inline_tables(inner)), max_leaves=6)


@st.composite
def chunks(draw: st.DrawFn) -> str:
    kind = draw(st.sampled_from(["pair", "pair", "pair", "table", "array", "comment", "blank"]))
    end = draw(st.sampled_from(["", "", " # a comment", "#é [x] = 'y'", "\t"]))
    if kind == "pair":
        return f"{draw(SPACE)}{draw(keys())}{draw(SPACE)}={draw(SPACE)}{draw(VALUES)}{end}\n"
    if kind == "comment":
        return draw(SPACE) + "# " + draw(_PLAIN_TEXT) + "\n"
    if kind == "blank":
        return draw(st.sampled_from(["\n", " \n", "\t\n\n"]))
    left, right = ("[", "]") if kind == "table" else ("[[", "]]")
    return f"{draw(SPACE)}{left}{draw(SPACE)}{draw(keys())}{draw(SPACE)}{right}{end}\n"


def accepted(text: str) -> bool:
    try:
        tomli.loads(text)
    except tomli.TOMLDecodeError:
        return False
    return True


@st.composite
def documents(draw: st.DrawFn) -> str:
    text = ""
    for chunk in draw(st.lists(chunks(), max_size=10)):
        if accepted(text + chunk):
            text += chunk
    text += draw(st.sampled_from(["", "", "# the end", "   "]))
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text
