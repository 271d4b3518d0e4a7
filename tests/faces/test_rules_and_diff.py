"""``fleet rules``, ``explain``, ``diff``, ``schema`` and ``init`` as people and scripts meet them."""

import json
import unicodedata
from pathlib import Path

import jsonschema
import pytest
import tomli

from fleet.views.rule_docs import rule_docs

TWO_TIERS = Path(__file__).parents[2] / "profiles" / "two-tier-asyncos.toml"


@pytest.fixture
def changed(tmp_path: Path):
    def changed(*replacements: tuple[str, str]) -> str:
        text = TWO_TIERS.read_text(encoding="utf-8")
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "new.toml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return changed


def test_every_rule_is_listed_with_how_bad_it_is(here) -> None:
    done = here("rules")
    assert done.returncode == 0
    lines = {line.split()[0]: line for line in done.stdout.splitlines() if line[:1].isupper()}
    assert set(lines) == set(rule_docs())
    assert len(lines) >= 30
    assert all(str(doc.severity) in lines[code] for code, doc in rule_docs().items())


def test_rules_as_documents(here) -> None:
    document = json.loads(here("rules", "--format", "json").stdout)
    assert document["format"] == "fleet-rules/1"
    assert [rule["code"] for rule in document["rules"]] == list(rule_docs())
    assert all(rule["mail"] and rule["title"] for rule in document["rules"])
    of_profiles = [rule for rule in document["rules"] if rule["family"] != "QUEUE"]
    assert all(rule["bad"] and rule["good"] for rule in of_profiles)
    text = here("rules", "--format", "markdown").stdout
    assert all(f"### {code}: " in text for code in rule_docs())
    assert "\\:" not in text


@pytest.mark.parametrize("code", sorted(rule_docs()))
def test_every_rule_is_explained_with_a_bad_and_a_good_profile(code: str) -> None:
    from fleet.faces.export.look import Look
    from fleet.faces.export.rule_docs import explanation

    text = "\n".join(explanation(rule_docs()[code], Look(width=80)))
    examples = () if code.startswith("QUEUE") else ("Bad:", "Good:", "Fix:")  # a queue is in no profile
    for heading in ("What it does to mail:", *examples, "Hiding it:", "Source:"):
        assert f"\n{heading}\n" in text
    assert not [one for one in text if one != "\n" and unicodedata.category(one)[0] in "CZ" and one != " "]


def test_explain_shows_the_rule_at_work(fleet) -> None:
    done = fleet("explain", "tier101")
    assert done.returncode == 0
    assert done.stdout.startswith("TIER101 ✗ loses-mail: ")
    assert "What is said of it:\n  bad.toml:" in done.stdout


@pytest.mark.parametrize(
    ("code", "hint"), [("TIRE101", "did you mean TIER101?"), ("\x1b[2J", "`fleet rules` lists them")]
)
def test_an_unknown_code_is_exit_2_with_the_nearest(here, code: str, hint: str) -> None:
    done = here("explain", code)
    assert (done.returncode, done.stdout) == (2, "")
    assert hint in done.stderr
    assert "\x1b" not in done.stderr


def test_no_difference_is_exit_0(here) -> None:
    done = here("diff", str(TWO_TIERS), str(TWO_TIERS))
    assert (done.returncode, done.stderr) == (0, "")
    assert "no change of policy; findings: 0 introduced, 0 fixed, 0 as before" in done.stdout


def test_a_difference_that_introduces_no_finding_is_exit_0_and_told(here, changed) -> None:
    done = here("diff", str(TWO_TIERS), changed(('"10.0.1.12"', '"10.0.1.13"')))
    assert done.returncode == 0
    assert "node scan2: addresses: 10.0.1.12 -> 10.0.1.13" in done.stdout


def test_a_difference_that_introduces_findings_is_exit_1_and_back_again_it_fixes_them(here, changed) -> None:
    new = changed(('dane = "none"', 'dane = "mandatory"'))
    there = here("diff", str(TWO_TIERS), new)
    assert there.returncode == 1
    assert "tier delivery: DANE for every other destination: none -> mandatory" in there.stdout
    assert "Findings introduced:\n  ✗ " in there.stdout
    back = here("diff", new, str(TWO_TIERS))
    assert back.returncode == 0
    assert "Findings fixed:\n  ✗ " in back.stdout
    document = json.loads(here("diff", str(TWO_TIERS), new, "--format", "json").stdout)
    assert document["format"] == "fleet-diff/1"
    assert {"TIER101", "DEST202"} <= {one["code"] for one in document["introduced"]}
    assert document["changes"][0]["nodes"] == ["scan1", "scan2"]


def test_a_profile_that_cannot_be_read_is_not_compared(fleet, changed) -> None:
    done = fleet("diff", str(TWO_TIERS), changed(("own_domains", "own_domain")))
    assert (done.returncode, done.stdout) == (2, "")
    assert "PROFILE005" in done.stderr
    assert "cannot be compared" in done.stderr
    assert fleet("diff", "-", "-").returncode == 2


def test_the_schema_is_one_and_the_shipped_profiles_fit_it(here) -> None:
    schema = json.loads(here("schema").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(tomli.loads(TWO_TIERS.read_text(encoding="utf-8")), schema)


def test_a_starter_can_be_read_and_validated(fleet) -> None:
    text = fleet("init").stdout
    done = fleet("validate", "-", "--format", "concise", stdin=text)
    assert done.returncode in (0, 1)
    assert "PROFILE" not in done.stdout


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("csv", "name,ip,tier\ngw1,192.0.2.1,edge\n"),
        ("ssh-config", "Host gw1\n  # tier: edge\n  HostName 192.0.2.1\n"),
        ("ansible", "[tier_edge]\ngw1 ansible_host=192.0.2.1\n"),
    ],
)
def test_a_first_profile_from_a_list(here, tmp_path: Path, source: str, text: str) -> None:
    path = tmp_path / "list"
    path.write_text(text)
    done = here("init", "--from", source, str(path))
    assert done.returncode == 0
    data = tomli.loads(done.stdout)
    assert data["nodes"]["gw1"]["tier"] == "edge"
    assert here("init", "--from", source, "-", stdin=text).stdout == done.stdout


@pytest.mark.parametrize(
    "arguments", [["hosts.csv"], ["--from", "csv"], ["--from", "xml", "x"], ["--from", "csv", "absent.csv"]]
)
def test_what_no_profile_can_be_made_of_is_exit_2(here, arguments: list[str]) -> None:
    done = here("init", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr
