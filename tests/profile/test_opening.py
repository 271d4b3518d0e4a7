"""Files that are no TOML end as located messages, and one broken line does not hide the next."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet.profile import Reading, read_profile
from fleet.profile.opening import LARGEST

FLEET = '[tiers.edge]\ndelivers_to = ["internet"]\n[nodes.gw1]\ntier = "edge"\naddresses = ["192.0.2.1"]\n'


def places(reading: Reading) -> list[tuple[str, int, int]]:
    return [(item.finding.code, item.span.line, item.span.column) for item in reading.diagnostics]


def test_a_byte_order_mark_is_reported_and_the_rest_is_read() -> None:
    reading = read_profile(b"\xef\xbb\xbf" + FLEET.encode() + b"speed = 1\n", "p.toml")
    assert places(reading) == [("PROFILE001", 1, 1), ("PROFILE005", 6, 1)]
    assert reading.fleet is not None
    assert list(reading.fleet.nodes) == ["gw1"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_another_width_of_characters_is_named(encoding: str) -> None:
    reading = read_profile(FLEET.encode(encoding), "p.toml")
    assert places(reading) == [("PROFILE001", 1, 1)]
    assert "UTF-16" in reading.diagnostics[0].finding.sentence
    assert reading.fleet is None


def test_a_latin_1_comment_is_located_and_the_rest_is_read() -> None:
    reading = read_profile("# Zürich\n".encode("latin-1") + FLEET.encode(), "p.toml")
    assert places(reading) == [("PROFILE001", 1, 4)]
    assert "octet 0xfc" in reading.diagnostics[0].finding.sentence
    assert reading.fleet is not None
    assert not reading.readable


def test_columns_count_characters_whatever_octets_they_take() -> None:
    reading = read_profile((FLEET + 'ssh = { "é\U0001f600" = 1 }\n').encode(), "p.toml")
    assert places(reading) == [("PROFILE005", 6, 9)]
    assert reading.diagnostics[0].span.length == 4


def test_windows_line_ends_change_no_place() -> None:
    broken = FLEET + "version = 1\nspeed = 1\n"
    plain, windows = read_profile(broken, "p.toml"), read_profile(broken.replace("\n", "\r\n"), "p.toml")
    assert plain.diagnostics == windows.diagnostics
    assert windows.source.excerpt(windows.diagnostics[0].span).text == "version = 1"


def test_a_syntax_error_after_windows_line_ends_is_located_in_the_file_as_it_is() -> None:
    assert places(read_profile("# one\r\n\r\nb = = 2\r\n", "p.toml"))[0] == ("PROFILE002", 3, 5)


def test_every_broken_line_is_reported_and_the_rest_is_read() -> None:
    text = FLEET + 'version = 15.0\nplatform = "asyncos\nresolvers = [\n  { address = 192.0.2.53 },\n]\nspeed = 1\n'
    reading = read_profile(text.replace("15.0", "15.0.0"), "p.toml")
    assert [(code, line) for code, line, _ in places(reading)] == [
        ("PROFILE002", 6),
        ("PROFILE002", 7),
        ("PROFILE002", 9),
        ("PROFILE005", 11),
    ]


def test_a_broken_header_takes_its_section_with_it_and_no_other() -> None:
    text = FLEET.replace("[tiers.edge]", "[tiers.edge") + "speed = 1\n"
    reading = read_profile(text, "p.toml")
    assert [(code, line) for code, line, _ in places(reading)] == [("PROFILE002", 1), ("PROFILE005", 6)]


def test_what_may_stand_in_the_broken_part_is_not_called_missing() -> None:
    reading = read_profile(FLEET.replace('tier = "edge"', 'tier = "edge'), "p.toml")
    assert [(code, line) for code, line, _ in places(reading)] == [("PROFILE002", 4)]


def test_a_table_declared_twice_is_marked_as_a_whole() -> None:
    reading = read_profile(FLEET + "[tiers.edge]\n", "p.toml")
    assert places(reading) == [("PROFILE002", 6, 1)]
    assert reading.diagnostics[0].span.length == len("[tiers.edge]")
    assert "twice" in reading.diagnostics[0].finding.sentence


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("# one\nb = " + "[" * 500 + "\n", 2, 405),
        ("# one\nb = " + "{x = " * 500 + "\n", 2, 2005),
        ("# one\nb = [2, " + "1" * 5_000 + "]\n", 2, 9),
        ("# one\nb = -" + "1_" * 5_000 + "1\n", 2, 5),
        ("a" + ".a" * 5_000 + " = 1\n", 1, 1),
    ],
    ids=["arrays", "tables", "number", "negative number", "key"],
)
def test_what_the_parser_gives_up_on_is_located(text: str, line: int, column: int) -> None:
    assert places(read_profile(text, "p.toml"))[0] == ("PROFILE003", line, column)


def test_a_hexadecimal_number_too_large_to_print_is_out_of_range() -> None:
    reading = read_profile(FLEET + "ssh.port = 0x" + "f" * 10_000 + "\n", "p.toml")
    assert places(reading) == [("PROFILE009", 6, 12)]


def test_a_file_of_ten_megabytes_is_refused_at_once() -> None:
    reading = read_profile(b"# much\n" * (10_000_000 // 7), "p.toml")
    assert places(reading) == [("PROFILE003", 1, 1)]
    assert reading.fleet is None
    assert LARGEST < 10_000_000


def test_an_octet_of_zero_is_located() -> None:
    assert places(read_profile(FLEET.encode() + b'version = "15.0\x00"\n', "p.toml")) == [("PROFILE002", 6, 16)]


def test_an_empty_file_declares_nothing() -> None:
    assert places(read_profile(b"", "p.toml")) == [("PROFILE024", 1, 1)]


PIECES = [
    *("[tiers.edge]", "[nodes.a]", "[nodes.A]", "[[suppressions]]", "[fleet]", "[destinations.'x.y']", "[fleet.ssh]"),
    *("delivers_to = ['internet']", "delivers_to = ['edge']", "tier = 'edge'", "addresses = ['192.0.2.1']", "x = 1"),
    *("resolvers = [{}]", "resolvers = [{ address = 1 }]", "listeners = { a = { sender_groups = [{}, 1] } }"),
    *("smtp_routes = { ALL = [] }", "smtp_routes = { ALL = ['a', 1] }", "postfix = { master = { x = 1 } }"),
    *("destination_controls = { default = { bounce_profile = 'q' }, DEFAULT = 1 }", "password = 1", "code = 'A'"),
    *(
        "tiers = 1",
        "nodes = []",
        "suppressions = [1, {}]",
        "fleet = 'x'",
        "until = 2020-01-01T00:00:00",
        "\x00",
        "\ufeff",
    ),
    *("format = 2", "every = '9999999d'", "ssh = { algorithms = { kex_algs = '+a' }, jump = 'a:b@c' }", "[", "]", "'"),
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_reading_never_raises_and_every_problem_has_a_place_in_the_text(pieces: list[str]) -> None:
    text = "\n".join(pieces)
    reading = read_profile(text, "p.toml")
    lines = text.removeprefix("\ufeff").split("\n")
    for item in reading.diagnostics:
        assert 1 <= item.span.line <= len(lines)
        assert 1 <= item.span.column <= len(lines[item.span.line - 1]) + 1
        assert item.finding.sentence.isprintable()
        reading.source.excerpt(item.span)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60))
def test_reading_never_raises_for_any_octets(octets: bytes) -> None:
    reading = read_profile(octets, "p.toml")
    assert reading.diagnostics
