"""From a path to a place, and an excerpt with it."""

import subprocess
import sys

from fleet.profile import SourceMap, Span, read_profile

TEXT = """# é comment
[nodes.gw1] # a node
tier = "edge"
addresses = [
  "192.0.2.1", # first
]
ssh = { port = 2222 }
"a b".'c.d' = 1
"""
SOURCE = SourceMap("p.toml", TEXT, TEXT)


def test_a_value_is_located_by_line_column_and_length() -> None:
    assert SOURCE.locate(("nodes", "gw1", "tier")) == Span("p.toml", 3, 8, 6)
    assert SOURCE.locate(("nodes", "gw1", "addresses", 0)) == Span("p.toml", 5, 3, 11)
    assert SOURCE.locate(("nodes", "gw1", "ssh", "port")) == Span("p.toml", 7, 16, 4)
    assert SOURCE.locate(("nodes", "gw1", "a b", "c.d")) == Span("p.toml", 8, 15, 1)


def test_a_key_is_located_beside_its_value() -> None:
    assert SOURCE.locate_key(("nodes", "gw1", "tier")) == Span("p.toml", 3, 1, 4)
    assert SOURCE.locate_key(("nodes", "gw1", "a b")) == Span("p.toml", 8, 1, 5)


def test_a_table_is_its_header_and_a_long_value_ends_with_its_first_line() -> None:
    assert SOURCE.locate(("nodes", "gw1")) == Span("p.toml", 2, 1, 11)
    assert SOURCE.locate(("nodes", "gw1", "addresses")) == Span("p.toml", 4, 13, 1)
    windows = TEXT.replace("\n", "\r\n")
    assert SourceMap("p.toml", windows, windows).locate(("nodes", "gw1", "addresses")).length == 1


def test_what_does_not_exist_is_located_at_the_nearest_part_that_does() -> None:
    assert SOURCE.locate(("nodes", "gw1", "version")) == Span("p.toml", 2, 1, 11)
    assert SOURCE.locate(("nodes", "gw1", "addresses", 7)) == SOURCE.locate(("nodes", "gw1", "addresses"))
    assert SOURCE.locate(("tiers", "edge")) == Span("p.toml", 1, 1, 0)


def test_comments_are_listed_in_their_order() -> None:
    assert SOURCE.comments == ("# é comment", "# a node", "# first")


def test_an_excerpt_is_the_line_without_its_end() -> None:
    excerpt = SOURCE.excerpt(SOURCE.locate(("nodes", "gw1", "tier")))
    assert (excerpt.text, excerpt.column, excerpt.length) == ('tier = "edge"', 8, 6)


def test_a_profile_without_problems_is_never_scanned() -> None:
    reading = read_profile('[tiers.e]\ndelivers_to = []\n[nodes.g]\ntier = "e"\naddresses = ["::1"]\n', "p.toml")
    assert reading.diagnostics == ()
    assert "scan" not in vars(reading.source)


def test_reading_loads_none_of_the_heavy_libraries() -> None:
    program = "import sys, fleet.profile.init; print([name for name in sys.argv[1:] if name in sys.modules])"
    heavy = ["textual", "asyncssh", "dns", "cryptography", "idna", "jsonschema", "rich", "typer"]
    done = subprocess.run([sys.executable, "-c", program, *heavy], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
