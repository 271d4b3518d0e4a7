"""Whatever a node prints, a parser gives a value or says that it does not understand, soon, and nothing else."""

import contextlib
import string
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_settings import QUICK, controls, listeners, routes

from fleet.lab.nodes import layouts
from fleet.nodes.asyncos import (
    destconfig,
    dnsconfig,
    grammar,
    listenerconfig,
    logconfig,
    showconfig,
    smtproutes,
    version,
)
from fleet.nodes.masking import mask
from fleet.nodes.reading import Unparsed, read_table
from fleet.nodes.terminal import last_line, rendered
from fleet.nodes.unix import exim, postfix, resolver

PARSERS: dict[str, Callable[[str], object]] = {
    "version": version.parse_version,
    "clock": version.parse_clock,
    "dnsconfig": dnsconfig.parse_dnsconfig,
    "destconfig list": lambda text: destconfig.parse_destconfig({"list": text}, (15, 0)),
    "destconfig detail": lambda text: destconfig.parse_destconfig({"detail": text, "menu": text}, None),
    "smtproutes": lambda text: smtproutes.parse_smtproutes({"print": text, "menu": text}),
    "listeners": listenerconfig.parse_listeners,
    "hat": listenerconfig.parse_hat,
    "rat": listenerconfig.parse_rat,
    "logconfig": logconfig.parse_logconfig,
    "xml": lambda text: showconfig.listeners_of(showconfig.parse_document(text)),
    "xml dns": lambda text: showconfig.dns_of(showconfig.parse_document(text)),
    "table": read_table,
    "postconf": lambda text: postfix.level(postfix.parse_parameters(text)),
    "maps": postfix.parse_maps,
    "postmap": lambda text: postfix.policies(postfix.parse_listing(text)),
    "master": postfix.parse_overrides,
    "exim version": exim.parse_version,
    "exim transports": lambda text: exim.common(exim.parse_drivers(text, "transport"), "hosts_try_dane"),
    "exim routers": lambda text: exim.parse_routes(exim.parse_drivers(text, "router")),
    "exim config": exim.parse_lists,
    "exim retry": exim.parse_retry,
    "resolv.conf": resolver.parse_resolv_conf,
    "resolvectl": resolver.parse_resolvectl,
    "refusal": grammar.refusal,
    "prompt": grammar.main_level,
    "question": lambda text: grammar.is_menu(text, text),
    "mask": mask,
    "rendered": rendered,
    "last line": last_line,
}

PIECES = st.sampled_from(
    [
        "Domain  TLS  DANE\n",
        "====  ===  ====\n",
        "(Default)",
        "Preferred",
        "Opportunistic",
        "DANE: ",
        "TLS: ",
        "Default",
        "$X\n",
        "  ACCEPT {\n",
        "}\n",
        "ALL",
        " REJECT\n",
        "Recipient Access Table\n",
        "1. ",
        "Priority: 0 ",
        "10.0.0.1",
        "::1",
        "\n",
        " -> ",
        "USEDNS",
        "/pri=",
        "[",
        "]",
        ":",
        ",",
        "inline:{",
        "begin retry\n",
        "* * F,",
        "nameserver ",
        "DNS Servers: ",
        "DNSSEC=",
        "Currently using the local ",
        "<?xml",
        "<config>",
        "</config>",
        "<dns>",
        "&",
        "9",
        "There are currently ",
        "<listeners><listener>",
        "x transport:\n",
        "driver = smtp\n",
        "hosts_try_dane = ",
        "mail_version = ",
        "\r",
        "\x1b[",
        "Level: ",
        '"',
        "password = ",
    ]
)
TEXT = st.one_of(
    st.text(max_size=80),
    st.text(string.printable, max_size=80),
    st.lists(st.one_of(PIECES, st.text(string.printable, max_size=6)), max_size=25).map("".join),
)


def understood(parse: Callable[[str], object], text: str) -> None:
    with contextlib.suppress(Unparsed):
        parse(text)


@pytest.mark.parametrize("name", PARSERS)
@QUICK
@given(text=TEXT)
def test_any_text_gives_a_value_or_unparsed(name: str, text: str) -> None:
    understood(PARSERS[name], text)


@QUICK
@given(
    text=st.one_of(
        st.tuples(controls(), st.integers(0, 6)).map(lambda pair: "".join(layouts.DESTCONFIG[pair[1]](pair[0]))),
        st.tuples(routes(), st.integers(0, 5)).map(lambda pair: layouts.SMTPROUTES[pair[1]](pair[0])),
        listeners().map(lambda found: layouts.hat(found[0].policies, found[0].sender_groups)),
    ),
    at=st.integers(0, 2000),
    length=st.integers(0, 40),
    put=st.text(string.printable, max_size=8),
)
def test_a_real_answer_with_a_piece_replaced(text: str, at: int, length: int, put: str) -> None:
    at %= len(text) + 1
    for parse in PARSERS.values():
        understood(parse, text[:at] + put + text[at + length :])


LONG = {
    "rule": "=" * 200_000 + "x",
    "blanks": " " * 200_000 + "x",
    "words": "a" * 200_000,
    "dotted": "a." * 100_000,
    "hyphens": "a-" * 100_000,
    "commas": "a, " * 60_000,
    "braces": "inline:{" + "{" * 200_000,
    "labels": "DANE: " * 30_000,
    "lines": "x y\n" * 50_000,
    "empty": "\n" * 200_000,
    "numbered": "1. \n" * 50_000,
    "brackets": "[" * 100_000 + "]> ",
    "colons": "Domain:" * 30_000,
    "secrets": "password" * 25_000,
    "escapes": "\x1b]" * 100_000,
    "returns": "x\r" * 100_000,
    "digits": "1" * 200_000,
    "rows": "Domain  TLS\n====  ===\n" + "a  b\n" * 30_000,
    "hexadecimal": "a:" * 100_000,
    "header": "<" * 100_000,
}


@pytest.mark.parametrize("kind", LONG)
def test_a_long_answer_made_to_be_slow_is_not(kind: str) -> None:
    for name, parse in PARSERS.items():
        began = time.process_time()
        understood(parse, LONG[kind])
        assert time.process_time() - began < 2.0, name
