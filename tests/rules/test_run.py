"""What a report holds: what is shown, what is hidden and by what right, what could not be decided."""

import re
from dataclasses import replace

import pytest
from facts import NOW, seen, verdict

from fleet.model.finding import Severity, Source
from fleet.model.fleet import Platform, Suppression
from fleet.profile import read_profile
from fleet.profile.edit import edit
from fleet.rules import BY_CODE, FAMILIES, RULES, Question, run

BAD_DEFAULT = """
[fleet]
name = "example.com"
own_domains = ["example.com"]
[nodes.gw1]
tier = "edge"
addresses = ["192.0.2.1"]
[nodes.gw2]
tier = "edge"
addresses = ["192.0.2.2"]
[tiers.edge]
delivers_to = ["internet"]
receives_from = ["inside"]
platform = "asyncos"
outbound_certificate = "demo"
[tiers.edge.destination_controls.default]
tls = "preferred"
dane = "mandatory"
[tiers.edge.bounce_profiles]
Default = "72h"
"""


def fleet_of(text):
    reading = read_profile(text, "test.toml")
    assert [diagnostic.finding.sentence for diagnostic in reading.diagnostics] == []
    return reading.fleet


def report(text=BAD_DEFAULT, *, suppressions=(), facts=None, **options):
    fleet = replace(fleet_of(text), suppressions=tuple(suppressions))
    return run(Question(fleet, now=NOW, **(facts or {})), **options)


def codes(found):
    return [finding.code for finding in found]


def suppression(code, about, *, reason="agreed", days=30):
    return Suppression(code, about, reason, None if days is None else (NOW.date().fromordinal(NOW.toordinal() + days)))


def test_what_every_node_inherits_is_one_finding_at_the_declaring_place_the_worst_first():
    found = report().findings
    assert [(one.code, one.object) for one in found] == [
        ("DEST202", "tier edge"),
        ("DEST203", "tier edge"),
        ("DEST207", "tier edge"),
    ]
    assert "72 h" not in found[0].sentence
    assert "3 d" in found[0].sentence


def test_select_and_ignore_go_by_prefix_but_nothing_ignores_what_loses_mail():
    assert codes(report(select=["DEST207"]).findings) == ["DEST207"]
    everything = report(ignore=["DEST"])
    assert codes(everything.findings) == ["DEST202"]
    assert {"DEST203", "DEST207"} <= set(everything.not_run)
    assert "DEST202" not in everything.not_run


def test_a_baseline_hides_known_findings_by_code_and_object_but_not_what_loses_mail():
    known = {("DEST202", "tier edge"), ("DEST207", "tier edge"), ("LOG901", "tier gone")}
    found = report(baseline=known)
    assert codes(found.findings) == ["DEST202", "DEST203"]
    assert codes(found.known) == ["DEST207"]
    assert found.stale == {("LOG901", "tier gone")}


def test_an_exact_suppression_with_a_reason_and_a_near_end_hides_what_loses_mail_and_is_counted():
    found = report(suppressions=[suppression("DEST202", "tier edge", days=90)])
    assert "DEST202" not in codes(found.findings)
    assert [one.finding.code for one in found.hidden_losses] == ["DEST202"]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (suppression("DEST202", "tier edge", days=91), "more than 90 days"),
        (suppression("DEST202", "tier edge", days=None), "no end date"),
        (suppression("DEST202", "tier edge", reason=" "), "no reason"),
        (suppression("DEST202", "tier *"), "exact"),
        (suppression("DEST*", "tier edge"), "exact"),
    ],
)
def test_any_other_suppression_leaves_it_visible_and_is_itself_a_finding(wrong, why):
    found = report(suppressions=[wrong])
    assert "DEST202" in codes(found.findings)
    (about,) = [one for one in found.findings if one.code == "SUP003"]
    assert why in about.sentence
    assert about.path == ("suppressions", 0)


def test_wildcards_do_hide_other_findings():
    found = report(suppressions=[suppression("DEST20[37]", "tier *", days=400)])
    assert codes(found.findings) == ["DEST202"]


def test_an_expired_suppression_hides_nothing_and_is_a_finding():
    found = report(suppressions=[suppression("DEST207", "tier edge", days=-1)])
    assert {"DEST207", "SUP002"} <= set(codes(found.findings))


def test_a_suppression_that_ends_today_still_hides():
    assert "DEST207" not in codes(report(suppressions=[suppression("DEST207", "tier edge", days=0)]).findings)


def test_an_unused_suppression_is_a_finding_unless_its_rule_was_not_asked_here():
    unused = [suppression("LOG901", "tier edge")]
    assert "SUP001" in codes(report(suppressions=unused).findings)
    assert "SUP001" not in codes(report(suppressions=unused, ignore=["LOG"]).findings)
    elsewhere = [suppression("PROFILE012", "tier edge")]
    assert "SUP001" not in codes(report(suppressions=elsewhere).findings)


def test_what_was_not_declared_or_polled_is_listed_and_its_rules_are_not_clean():
    found = report()
    lacking = {one.what: one for one in found.unobserved}
    assert lacking["resolvers"].object == "tier edge"
    assert {"DNS501", "DNS506", "DNS521"} <= set(lacking["resolvers"].rules)
    assert "not polled: gw1, gw2" in {one.why for one in found.unobserved}
    assert {"DNS506", "DRIFT801"} <= set(found.undecided)
    assert not set(found.undecided) & set(found.clean)
    assert not set(codes(found.findings)) & set(found.clean)


def test_every_rule_is_clean_undecided_found_or_not_run():
    found = report(select=["DEST", "DNS", "SUP"])
    shown = set(codes(found.findings))
    assert {rule.code for rule in RULES} == shown | set(found.clean) | set(found.undecided) | set(found.not_run)


def test_findings_say_which_fleet_they_speak_of():
    fleet = fleet_of(BAD_DEFAULT)
    supposed = run(Question(fleet, now=NOW, source=Source.SUPPOSED))
    assert {finding.source for finding in supposed.findings} == {Source.SUPPOSED}


def test_the_order_of_tables_in_a_profile_changes_no_finding():
    parts = re.split(r"\n(?=\[)", BAD_DEFAULT.strip())
    turned = report("\n".join([parts[0], *reversed(parts[1:])]))
    assert {(one.code, one.object) for one in turned.findings} == {(one.code, one.object) for one in report().findings}


def test_unrehearsed_destinations_are_listed_and_the_rest_of_the_internet_is_named():
    text = BAD_DEFAULT.replace("mandatory", "opportunistic") + '[destinations."a.example"]\n[destinations."ietf.org"]\n'
    text += '[tiers.edge.destination_controls."own.example"]\ndane = "none"\n[destinations."own.example"]\n'
    facts = {"verdicts": {"ietf.org": verdict()}, "seen": frozenset({"seen.example"})}
    (found,) = [one for one in report(text, facts=facts).findings if one.code == "DEST203"]
    assert "2 destinations without a complete verdict younger than 7 days: a.example, seen.example" in found.sentence
    assert "rest of the Internet is unrehearsed" in found.sentence


def test_a_bogus_answer_of_a_node_is_undecided_until_we_ask_the_same_resolver():
    node = {("gw1", "ietf.org"): verdict(mx="bogus")}
    found = report(facts={"node_verdicts": node, "verdicts": {"ietf.org": verdict()}})
    assert "VER602" not in codes(found.findings)
    assert any("VER602" in one.rules and "same resolver" in one.why for one in found.unobserved)


@pytest.mark.parametrize(
    ("resolvers", "found"),
    [
        ('[{ address = "192.0.2.53" }]', True),
        ('[{ address = "192.0.2.53" }, { address = "192.0.2.54", priority = 1 }]', True),
        ('[{ address = "192.0.2.53" }, { address = "192.0.2.54" }]', False),
        ('[{ address = "192.0.2.53", priority = 1 }, { address = "192.0.2.54" }]', False),
        ('[{ address = "192.0.2.53" }, { address = "192.0.2.54", secondary = true }]', True),
        ('[{ address = "192.0.2.53" }, { address = "192.0.2.54", domains = ["org"] }]', False),
        ('[{ address = "192.0.2.53" }, { address = "192.0.2.54", domains = ["com"] }]', True),
        ('[{ address = "192.0.2.53", port = 5353 }]', False),
    ],
)
def test_the_same_resolver_is_the_only_one_that_it_may_have_asked_first(resolvers: str, found: bool):
    text = BAD_DEFAULT + f'[nodes.gw9]\ntier = "edge"\naddresses = ["192.0.2.9"]\nresolvers = {resolvers}\n'
    node = {("gw9", "ietf.org"): verdict(mx="bogus")}
    told = report(text, facts={"node_verdicts": node, "verdicts": {"ietf.org": verdict()}})
    assert ("VER602" in codes(told.findings)) is found
    why = [one.why for one in told.unobserved if "VER602" in one.rules and one.object == "node gw9"]
    assert (why != []) is not found


def test_drift_is_told_by_node_field_and_value():
    other = replace(fleet_of(BAD_DEFAULT).nodes["gw2"].settings.controls[0], dane=None)
    facts = seen("gw2", controls=(other,), platform=Platform.ASYNCOS)
    (found,) = [one for one in report(facts=facts).findings if one.code == "DRIFT801"]
    assert found.object == "node gw2 destination_controls"
    assert found.path == ("tiers", "edge", "destination_controls", "default", "dane")
    assert "destination_controls.default.dane is declared and not there" in found.sentence


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_documents_itself(rule):
    assert re.fullmatch(r"[A-Z]+\d{3}", rule.code)
    assert rule.title[0].isupper()
    assert not rule.title.endswith(".")
    assert rule.rationale.endswith(".")
    assert rule.source
    assert rule.bad
    assert rule.good
    assert BY_CODE[rule.code] is rule


def test_codes_are_unique_and_there_are_enough_of_them():
    assert len(BY_CODE) == len(RULES)
    assert len(RULES) >= 30
    assert {rule.family for rule in RULES} == set(FAMILIES)


def test_mail_is_what_findings_speak_of():
    losing = [rule for rule in RULES if rule.severity is Severity.LOSES_MAIL]
    assert len(losing) >= 15
    for rule in losing:
        assert re.search(r"mail|message", rule.rationale), rule.code


FIXABLE = [
    pytest.param(rule, example, id=f"{rule.code}-{number}")
    for rule in RULES
    for number, example in enumerate(rule.bad)
    if not example.given
]


def fixes(text):
    return [one for one in run(Question(fleet_of(text), now=NOW)).findings if one.fix]


@pytest.mark.parametrize(("rule", "example"), FIXABLE)
def test_a_fix_mends_its_finding_and_a_second_one_changes_nothing(rule, example):
    for finding in fixes(example.text):
        if finding.code != rule.code:
            continue
        mended = edit(example.text, finding.fix)
        again = run(Question(fleet_of(mended), now=NOW))
        assert (finding.code, finding.object) not in {(one.code, one.object) for one in again.findings}
        assert edit(mended, finding.fix) == mended


def test_rules_whose_mending_is_safe_offer_it():
    texts = {example.text for rule in RULES for example in rule.bad if not example.given}
    fixed = {finding.code for text in texts for finding in fixes(text)}
    assert {"ROUTE301", "ROUTE302", "ROUTE303", "TIER101", "LOG901", "LOG903", "LOG904"} <= fixed
