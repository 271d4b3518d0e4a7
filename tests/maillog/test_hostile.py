"""Whatever stands in a log, reading goes on; what is read holds no recipient and nothing a terminal would act on."""

import random
from pathlib import Path

import seed_lines
from hypothesis import given
from hypothesis import strategies as st

from fleet.maillog import Evidence, LogReader, Tally
from fleet.maillog.context import Context

HERE = Path(__file__).parent
REAL = [
    *seed_lines.GOOD.splitlines(),
    *seed_lines.UNSIGNED.splitlines(),
    seed_lines.INFO.strip(),
    *(HERE / "postfix.log").read_text(encoding="utf-8").splitlines(),
    *(HERE / "exim.log").read_text(encoding="utf-8").splitlines(),
    "Nov 24 14:22:57 gate7 mail_logs: Info: MID 14 ICID 5 RID 0 To: <alice@example.org>",
    "Nov 24 14:22:57 gate7 mail_logs: Info: New SMTP DCID 30 interface 10.0.0.1 address 10.0.0.2 port 25",
    "Nov 24 14:22:57 gate7 mail_logs: Info: Delivery start DCID 30 MID 14 to RID [0, 1]",
    "Nov 24 14:22:57 gate7 mail_logs: Info: Delayed: DCID 30 MID 14 to RID 0 - 4.4.0 - x ('000', []) []",
    "Nov 24 14:22:57 gate7 CEF:0|Cisco|x|1|y|z|5|ESADaneStatus=success ESADaneHost=example.org",
]


@st.composite
def broken(draw: st.DrawFn) -> str:
    """A real line with a piece cut out, doubled or replaced by anything."""
    line = draw(st.sampled_from(REAL))
    start = draw(st.integers(0, len(line)))
    end = draw(st.integers(start, len(line)))
    piece = draw(
        st.one_of(st.just(""), st.text(max_size=12), st.sampled_from(["'", "@", ">", "\x1b[31m", "\u202e", "- "]))
    )
    return line[:start] + piece + line[end:]


def test_lines_that_end_as_windows_ends_them_prove_the_same() -> None:
    plain, windows = LogReader(), LogReader()
    assert list(windows.read(f"{line}\r" for line in REAL)) == list(plain.read(REAL))
    assert windows.counts == plain.counts


def texts(one: Evidence) -> str:
    return one.domain + one.host + one.node + one.resolver + one.qtype + one.detail


@given(st.lists(st.one_of(broken(), st.sampled_from(REAL), st.text(max_size=80)), max_size=30), st.booleans())
def test_any_line_is_survived_counted_and_made_safe(lines: list[str], dane: bool) -> None:
    reader, tally = LogReader(Context(does_dane=lambda node, domain, at: dane)), Tally()
    for line in lines:
        found = reader.line(line)
        tally.add(found)
        for one in found:
            assert texts(one).isascii()
            assert texts(one).isprintable()
            assert "@" not in texts(one)
            assert one.why
    reader.finish()
    counts = reader.counts
    assert counts.lines == len(lines) >= counts.recognised + counts.unknown
    assert counts.unparsed <= len(lines)


def test_planted_local_parts_never_come_out() -> None:
    marker = "planted"
    reader, found = LogReader(), []
    for line in REAL:
        planted = line.replace("someone@", f"{marker}@").replace("alice@", f"{marker}@")
        planted = planted.replace("Ok: queued", f"Ok {marker}@x queued").replace(
            "('000', [])", f"('000', ['{marker}@x'])"
        )
        found += reader.line(planted)
    assert len(found) > 100
    assert marker not in repr(found).lower()
    assert not any("@" in texts(one) for one in found)


def test_the_words_of_an_error_are_kept_only_where_they_are_harmless() -> None:
    line = next(line for line in seed_lines.GOOD.splitlines() if line.startswith("DNSSEC_Error"))
    start = "Mon Feb 4 20:08:48 2019 Warning: Received an invalid DNSSEC Response: "
    for words in ("asked by bob@example.org", "\x1b[31mred", "\u202etxet", "x" * 1_000):
        (one,) = LogReader().line(start + line.replace("Unsupported qtype", words))
        assert (one.resolver, one.detail) == ("194.191.40.84", "")


def test_addresses_that_quote_what_they_like() -> None:
    start = "Nov 25 09:16:15 edge postfix/smtp[7]: 327BA224252: to=<{}>, relay=none, dsn=4.0.0, status=deferred (x)"
    for local in ('"a@evil.example"', '"b> , relay=x"', "a=b", "%@", '"\\""'):
        reader = LogReader()
        found = reader.line(start.format(f"{local}@example.org"))
        assert [one.domain for one in found] == ["example.org"] or (not found and reader.counts.unparsed == 1)


def test_names_that_only_appear_once_cannot_fill_memory() -> None:
    draw, reader, tally = random.Random(1), LogReader(), Tally(destinations=50, hosts=50)
    for _ in range(2_000):
        name = f"d{draw.randrange(10**9)}.example"
        tally.add(reader.line(f"Tue Feb  5 13:20:03 2019 Info: DCID 1 TLS success protocol a cipher b for {name}"))
    assert len(tally.destinations) == 50
    assert tally.beyond == 1_950
    assert sum(tally.total.weak.values()) == 2_000
