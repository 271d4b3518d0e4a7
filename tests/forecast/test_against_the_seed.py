"""Every combination of settings and destination, against a second model: the vendor's text read once more, in ifs.

The tables below are copied from the document's text, row by row; the rest are its sentences.  Nothing of ``fleet`` is
used on this side but the words of outcomes.
"""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

MANDATORY = """
Secure Secure Secure Success : success
Secure Secure Secure Failed : fail
Secure Secure Insecure - : fail
Secure Secure NXDOMAIN - : fail
Secure Secure Bogus - : fail
Secure Insecure - - : fail
Secure Bogus - - : fail
Insecure Secure Secure Success : fail
Insecure Secure Secure Failed : fail
Insecure Secure Insecure - : fail
Insecure Secure NXDOMAIN - : fail
Insecure Secure Bogus - : fail
Insecure Insecure - - : fail
Insecure Bogus - - : fail
Bogus - - - : fail
"""
OPPORTUNISTIC = """
Secure Secure Secure Success : success
Secure Secure Secure Failed : fail
Secure Secure Insecure - : fallback
Secure Secure NXDOMAIN - : fallback
Secure Secure Bogus - : fail
Secure Insecure - - : fallback
Secure Bogus - - : fail
Insecure Secure Secure - : fallback
Insecure Secure Insecure - : fallback
Insecure Secure NXDOMAIN - : fallback
Insecure Secure Bogus - : fail
Insecure Insecure - - : fallback
Insecure Bogus - - : fail
Bogus - - - : fail
"""
TABLES = {"mandatory": MANDATORY, "opportunistic": OPPORTUNISTIC}


@dataclass(frozen=True)
class Case:
    version: str | None
    tls: str | None
    dane: str | None
    hop: str | None
    route: str | None
    resolver: str
    mx: str
    address: str
    tlsa: str
    certificate: str
    peer: str


def by_table(mode, case):
    for line in TABLES[mode].strip().splitlines():
        cells, _, action = line.partition(" : ")
        wanted = zip(cells.split(), (case.mx, case.address, case.tlsa, case.certificate), strict=True)
        if all(cell in ("-", state) for cell, state in wanted):
            return action
    raise AssertionError(case)


def plain_tls(level, peer):
    if level == "none":
        return "clear"
    if peer == "no TLS":
        return "clear" if level.startswith("preferred") else "held"
    if level in ("preferred", "required"):
        return "tls"
    if peer == "trusted" or (peer == "trusted elsewhere" and not level.endswith("hosted-domains")):
        return "tls-verified"
    return "tls" if level == "preferred-verify" else "held"


def stripped(case):
    """Behind a resolver without DNSSEC "DANE-capable domains turn BOGUS": what was signed is bogus, the rest stays."""
    turned = {"Secure": "Bogus", "NXDOMAIN": "Bogus"}
    changes = {name: turned.get(getattr(case, name), getattr(case, name)) for name in ("mx", "address", "tlsa")}
    return Case(**{**case.__dict__, **changes})


def naive(case):
    if case.route == "/dev/null":
        return "dane-off: discarded"
    too_old = case.version is not None and int(case.version.split(".")[0]) < 12
    if case.dane == "none" or case.tls == "none" or case.hop == "ACCEPT" or too_old:
        if case.route is None or case.tls is None:
            return "dane-off: unknown"
        if case.route == "relay.example":
            return "dane-off: not-tested"
        if case.resolver == "strips" and not too_old:
            return "dane-off: unknown"  # the document speaks of opportunistic and mandatory only
        if case.mx == "Bogus" or case.address == "Bogus":
            return "dane-off: unknown"
        return f"dane-off: {plain_tls(case.tls, case.peer)}"
    if None in (case.version, case.tls, case.dane, case.hop, case.route):
        return "unknown"
    if case.route == "relay.example":
        return "held"
    seen = stripped(case) if case.resolver == "strips" else case
    action = by_table(case.dane, seen)
    if action == "fallback":
        return plain_tls(case.tls, case.peer)
    return "dane" if action == "success" else "held"


LEVELS = ["none", "preferred", "preferred-verify", "required", "required-verify", "required-verify-hosted-domains"]
CASES = st.builds(
    Case,
    version=st.sampled_from(["15.0.0-104", "12.0.0", "11.9.9-1", None]),
    tls=st.sampled_from([*LEVELS, None]),
    dane=st.sampled_from(["none", "opportunistic", "mandatory", None]),
    hop=st.sampled_from(["RELAY", "ACCEPT", None]),
    route=st.sampled_from(["", "USEDNS", "relay.example", "/dev/null", None]),
    resolver=st.sampled_from(["validates", "passes", "strips"]),
    mx=st.sampled_from(["Secure", "Insecure", "Bogus"]),
    address=st.sampled_from(["Secure", "Insecure", "Bogus"]),
    tlsa=st.sampled_from(["Secure", "Insecure", "NXDOMAIN", "Bogus"]),
    certificate=st.sampled_from(["Success", "Failed"]),
    peer=st.sampled_from(["trusted", "trusted elsewhere", "untrusted", "no TLS"]),
).map(lambda case: Case(**{**case.__dict__, "certificate": "Failed"}) if case.peer == "no TLS" else case)
"""A host with TLSA records and no TLS counts as one whose certificate failed (assumed, and the same in both models)."""


def profile(case):
    lines = ['[fleet]\nname = "x"\nplatform = "asyncos"']
    lines += [f'version = "{case.version}"'] if case.version else []
    lines.append(f'resolvers = [{{ address = "198.51.100.7", kind = "{case.resolver}" }}]')
    lines.append("[fleet.destination_controls.default]")
    lines += [f'{key} = "{value}"' for key, value in (("tls", case.tls), ("dane", case.dane)) if value]
    lines.append('[tiers.edge]\ndelivers_to = ["internet"]')
    if case.route is not None:
        lines.append("[tiers.edge.smtp_routes]")
        lines += [f'ALL = "{case.route}"'] if case.route else []
    if case.hop:
        lines.append(f'[tiers.edge.listeners.in]\npolicies = {{ P = "{case.hop}" }}')
        lines.append('sender_groups = [{ name = "G", members = ["ALL"], policy = "P" }]')
    lines.append('[nodes.n]\ntier = "edge"\naddresses = ["10.0.0.1"]')
    return "\n".join(lines)


def check(case, checks):
    host = checks.Host(
        address=case.address.lower(),
        tlsa=case.tlsa.lower(),
        session="no-starttls" if case.peer == "no TLS" else "tls",
        match=checks.matched() if case.certificate == "Success" else checks.mismatched(),
        pkix=checks.Pkix(case.peer != "untrusted", True, ("mx.example",) if case.peer == "trusted" else ()),
    )
    found = checks.verdict(host, mx=case.mx.lower())
    if case.address == "Bogus":  # whoever doubts a host's address does not connect to it
        found = checks.replace(found, steps=tuple(step for step in found.steps if "Contact" not in type(step).__name__))
    return found


@pytest.fixture(scope="module")
def tell(fleets, checks):
    from fleet.forecast import forecast
    from fleet.model.fleet import Destination

    def told(case):
        fleet = fleets.of(profile(case))
        found = forecast(fleet, [Destination("example.org")], {"example.org": check(case, checks)})
        group = found.classes[0]
        ingress = group.ingresses[0]
        alone = found.explain(group, ingress, "example.org")
        assert alone.core == group.cells[ingress.action][0]
        return alone

    return told


@settings(max_examples=600, deadline=None)
@given(case=CASES)
def test_every_combination_comes_to_what_the_document_says(tell, case) -> None:
    found = tell(case)
    assert found.core.label == naive(case), (found.why, found.sentence)


def test_all_that_can_break_one_at_a_time_and_in_pairs(tell) -> None:
    """The same without chance: every pair of broken things around the one picture in which DANE runs."""
    right = Case(
        "15.0.0-104", "preferred", "opportunistic", "RELAY", "", "validates", *["Secure"] * 3, "Success", "trusted"
    )
    breakages = [
        ("version", "11.9.9-1"), ("version", None), ("tls", "none"), ("tls", None), ("dane", "none"), ("dane", None),
        ("hop", "ACCEPT"), ("hop", None), ("route", "relay.example"), ("route", None), ("resolver", "strips"),
        ("resolver", "passes"), ("mx", "Insecure"), ("mx", "Bogus"), ("address", "Bogus"), ("tlsa", "NXDOMAIN"),
        ("certificate", "Failed"), ("peer", "untrusted"), ("dane", "mandatory"), ("tls", "required-verify"),
        ("tls", "required-verify-hosted-domains"), ("peer", "trusted elsewhere"),
    ]  # fmt: skip
    assert tell(right).core.label == naive(right) == "dane"
    for first in breakages:
        for second in breakages:
            case = Case(**{**right.__dict__, **dict([first, second])})
            assert tell(case).core.label == naive(case), (first, second)
