"""Findings in every form: they line up, they are what their schemas say, and hostile profiles stay text."""

import json
import re
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sarif_log import LOG

from fleet.faces.export.changes import unified
from fleet.faces.export.findings_json import findings_document, findings_schema
from fleet.faces.export.findings_markdown import escaped, fenced, markdown
from fleet.faces.export.findings_sarif import FINGERPRINT, sarif_document, uri
from fleet.faces.export.findings_text import concise, full
from fleet.faces.export.look import Look
from fleet.model.finding import Edit, Finding, Label, Severity
from fleet.plain import dumps
from fleet.profile import read_profile
from fleet.rules import Report, Unobserved
from fleet.views.rule_docs import RuleDoc
from fleet.views.validation import Beside, Validation, validate

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
GOLDEN = Path(__file__).parent / "golden"
BAD = """[fleet]
name = "example.com"
own_domains = ["example.com"]

[nodes.dlv1]
tier = "edge"
addresses = ["192.0.2.1"]
ssh.host_key = "SHA256:1OGBnGWTgzrtgoSvFvZmJ4bFoYYkm1rB0kYbZ6eJ5r0"

[nodes.scan1]
tier = "scan"
addresses = ["10.0.1.11"]
ssh.host_key = "SHA256:2OGBnGWTgzrtgoSvFvZmJ4bFoYYkm1rB0kYbZ6eJ5r0"

[tiers.edge]
delivers_to = ["internet"]
receives_from = ["scan"]
platform = "asyncos"

[tiers.scan]
delivers_to = ["edge"]
receives_from = ["internet", "inside"]
platform = "asyncos"
[tiers.scan.destination_controls.default]
\tdane = "mandatory"  # 全部
tls = "none"
"""
BROKEN = BAD + 'ssh.password = "hunter2 of gw1"\nplattform = "x\n'
HOSTILE = "\x1b]52;c;ZXZpbA==\x07\x7f\x9b2J\u202e\u200b`````|<b>@all\\[x](y)"
ESCAPED = HOSTILE.replace("\\", "\\\\").replace("\x1b", "\\u001b").replace("\x07", "\\u0007").replace("\x7f", "\\u007f")


def found(text: str | bytes, name: str = "x.toml") -> Validation:
    return validate(text, name, Beside(NOW))


def every_form(validations: list[Validation]) -> dict[str, str]:
    return {
        "full": "\n".join(full(validations, Look())),
        "concise": "\n".join(concise(validations)),
        "json": dumps(findings_document(validations, 1)),
        "sarif": dumps(sarif_document(validations, 1)),
        "markdown": "\n".join(markdown(validations)),
    }


def acts_on_a_terminal(text: str) -> list[str]:
    return [one for one in text if one != "\n" and unicodedata.category(one) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")]


def given_findings() -> list[Validation]:
    """Findings of our own making, so that the form is fixed and the words of rules are free to change."""
    control = ("tiers", "scan", "destination_controls", "default")
    findings = (
        Finding(
            "TIER101",
            Severity.LOSES_MAIL,
            "tier scan",
            (*control, "dane"),
            "Mandatory DANE is on, but tier scan does not deliver to the Internet: its mail stays in the queue until "
            "the bounce timer ends.",
            "Configure DANE only on the tier that connects directly to external destinations.",
            labels=(
                Label((*control, "tls"), "without TLS"),
                Label(("tiers", "scan", "delivers_to"), "inwards only"),
            ),
            fix=(Edit((*control, "dane"), "none"),),
        ),
        Finding("DNS521", Severity.WARNING, "node dlv1", ("nodes", "dlv1"), "Only one resolver."),
        Finding("DNS521", Severity.WARNING, "node scan1", ("nodes", "scan1"), "Only one resolver."),
        Finding("DRIFT803", Severity.NOTE, "fleet", ("fleet", "name"), "Not declared."),
    )
    gap = Unobserved("tier edge", ("tiers", "edge"), "SMTP routes", rules=("ROUTE301",))
    report = Report(findings, unobserved=(gap,), clean=("TIER102", "TIER103"), undecided=("ROUTE301",))
    return [Validation(read_profile(BAD, "x.toml"), report, ("dlv1", "scan1"))]


@pytest.fixture
def fixed_docs(monkeypatch: pytest.MonkeyPatch) -> None:
    docs = {
        code: RuleDoc(code, Severity.ERROR, f"The title of {code}", f"What {code} does to mail.", ("",), ("",), "")
        for code in ("TIER101", "DNS521", "DRIFT803")
    }
    monkeypatch.setattr("fleet.views.findings.rule_docs", lambda: docs)
    monkeypatch.setattr("fleet.faces.export.findings_sarif.rule_docs", lambda: docs)


@pytest.mark.usefixtures("fixed_docs")
@pytest.mark.parametrize("form", ["full", "concise", "markdown", "json", "sarif"])
def test_the_bytes_are_the_contract(form: str) -> None:
    golden = GOLDEN / f"findings-{form}.txt"
    text = every_form(given_findings())[form] + "\n"
    if form in ("json", "sarif"):
        text = json.dumps(json.loads(text), indent=1) + "\n"
    assert text == golden.read_text(encoding="utf-8")


def test_concise_is_a_line_that_editors_can_jump_to() -> None:
    (line, *_) = concise([found(BAD)])
    assert re.fullmatch(r"x\.toml:25:9: TIER101 loses-mail tier scan: .+", line)


@pytest.mark.parametrize("text", [BAD, BROKEN, "", "[", BAD.encode("utf-16"), b"\xff", HOSTILE])
def test_documents_are_what_their_schemas_say(text: str | bytes) -> None:
    validations = [found(BAD), found(text, "other file.toml")]
    document = json.loads(dumps(findings_document(validations, 1)))
    jsonschema.Draft202012Validator.check_schema(findings_schema())
    jsonschema.validate(document, findings_schema())
    jsonschema.validate(json.loads(dumps(sarif_document(validations, 1))), LOG)


def test_every_key_of_the_document_is_in_its_schema() -> None:
    document = findings_document([found(BROKEN)], 2)
    schema = findings_schema()
    assert set(document) == set(schema["properties"])
    assert set(document["summary"]) == set(schema["properties"]["summary"]["properties"])
    for one in document["findings"]:
        assert set(one) == set(schema["$defs"]["finding"]["properties"])


def test_the_schema_is_written_down() -> None:
    """A golden copy shows every change of the contract in a diff."""
    written = json.loads((Path(__file__).parent / "fleet-findings-1.schema.json").read_text(encoding="utf-8"))
    assert written == findings_schema()


def test_a_finding_is_known_again_when_lines_move() -> None:
    def prints(text: str) -> list[str]:
        results = sarif_document([found(text)], 1)["runs"][0]["results"]
        return [one["partialFingerprints"][FINGERPRINT] for one in results]

    before = prints(BAD)
    assert before == prints("# a comment\n\n" + BAD)
    assert len(set(before)) == len(before)


def test_sarif_points_at_the_place_and_at_the_rule() -> None:
    run = sarif_document([found(BAD)], 1)["runs"][0]
    first = run["results"][0]
    assert run["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == first["ruleId"] == "TIER101"
    place = first["locations"][0]
    assert place["physicalLocation"]["region"]["snippet"] == {"text": '    dane = "mandatory"  # 全部'}
    assert place["physicalLocation"]["region"]["startColumn"] == 9
    assert place["logicalLocations"][0]["fullyQualifiedName"] == "/tiers/scan/destination_controls/default/dane"


@pytest.mark.parametrize(
    ("name", "reference"),
    [("a b.toml", "a%20b.toml"), ("/etc/x.toml", "file:///etc/x.toml"), ("ü#?.toml", "%C3%BC%23%3F.toml")],
)
def test_file_names_become_references(name: str, reference: str) -> None:
    assert uri(name) == reference


@pytest.mark.parametrize(
    "text",
    [
        HOSTILE,
        f"# {HOSTILE}",
        f'[tiers."{ESCAPED}"]\ndelivers_to = ["{ESCAPED}"]\n',
        BAD + f'"{ESCAPED}" = "{ESCAPED}"\n',
        BAD.replace('"example.com"', f'"{ESCAPED}"'),
        BAD + f'[[suppressions]]\ncode = "TIER101"\nobject = "{ESCAPED}"\nreason = "{ESCAPED}"\nuntil = 2026-12-01\n',
        BAD + f'[tiers.scan.smtp_routes]\n"{ESCAPED}" = "{ESCAPED}"\nALL = ["{ESCAPED}"]\n',
        BAD + "[destinations.'" + HOSTILE.split("\x7f")[1] + "']\n",
        BAD + f'[tiers.scan.logs."{ESCAPED}"]\nlevel = "debug"\nfiles = 20\n',
        BAD + '[tiers.edge.x]\n"\u009b\u202e" = 1 # \u009b2J \u202e\n',
    ],
)
def test_no_profile_content_acts_on_a_terminal_in_any_form(text: str) -> None:
    hostile_name = f"{HOSTILE}.toml"
    forms = every_form([found(text, hostile_name)])
    assert {form: acts_on_a_terminal(said) for form, said in forms.items()} == {form: [] for form in forms}
    assert forms["json"].isascii()
    assert forms["sarif"].isascii()


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=30), st.text(max_size=30))
def test_nor_does_random_content(key: str, value: str) -> None:
    text = f"{BAD}[destinations.{json.dumps(key, ensure_ascii=False)}]\nx = {json.dumps(value, ensure_ascii=False)}\n"
    for said in every_form([found(text)]).values():
        assert acts_on_a_terminal(said) == []


def test_a_secret_stands_in_no_form() -> None:
    for form, said in every_form([found(BROKEN)]).items():
        assert "hunter2 of gw1" not in said, form


def test_a_diff_shows_what_comments_hide_and_leaves_tabs_and_backslashes_as_they_are() -> None:
    before = '[a]\n\tb = "\\\\" # \u202e\u009b2J\n'.encode()
    lines = list(unified("x.toml", before, before + b"c = 1\n"))
    assert ' \tb = "\\\\" # \\u202e\\u009b2J' in lines
    assert all(acts_on_a_terminal(line.replace("\t", "")) == [] for line in lines)
    assert list(unified("x.toml", before, before)) == []


def test_markdown_cannot_be_broken_out_of() -> None:
    assert escaped("a|b <img> @all [x](y) `c`") == "a\\|b &lt;img\\> &#64;all \\[x\\](y) \\`c\\`"
    assert escaped("https://a.example :100: 2001:db8::1") == "https\\://a.example \\:100: 2001\\:db8\\:\\:1"
    assert escaped("One reason: the same in every sentence.") == "One reason: the same in every sentence."
    lines = list(fenced(["a", "````` b"]))
    assert lines[0] == lines[-1] == "``````"


def test_colour_only_repeats_what_is_said() -> None:
    plain = list(full([found(BAD)], Look()))
    coloured = list(full([found(BAD)], Look(colour=True)))
    assert plain != coloured
    assert [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in coloured] == plain


def test_marks_line_up_where_only_ascii_can_be_shown() -> None:
    text = BAD.replace('dane = "mandatory"  #', '"全" = 1 #')
    lines = list(full([found(text)], Look(ascii_only=True)))
    shown = next(number for number, line in enumerate(lines) if '"??" = 1 # ????' in line)
    assert lines[shown + 1].index("^^^^") == lines[shown].index('"??"')


def test_what_a_rule_says_of_mail_is_said_once() -> None:
    both = "\n".join(full([found(BAD), found(BAD, "y.toml")], Look()))
    assert both.count("TIER101 ✗") == 2
    assert both.count("A gateway inside hands its mail to the next tier by a route.") == 1


@pytest.mark.parametrize("width", [40, 80, 120])
def test_sentences_fold_to_the_width(width: int) -> None:
    lines = [line for line in full([found(BAD)], Look(width=width)) if " = " in line[:6] or line.startswith("     ")]
    assert max(map(len, lines)) <= max(width, 60)
