"""What would be if a setting were another one, with the file left as it is."""

import pytest

from fleet.errors import UsageError
from fleet.model.control import DaneSupport
from fleet.model.finding import Source
from fleet.model.fleet import Fleet
from fleet.profile import Reading, overlay, read_profile

PROFILE = """[tiers.edge]
delivers_to = ["internet"]
version = "15.0.0"
resolvers = [{ address = "192.0.2.53" }]
[tiers.edge.destination_controls."IETF.org"]
dane = "opportunistic"
[tiers.edge.smtp_routes]
ALL = "USEDNS"
[nodes.gw1]
tier = "edge"
addresses = ["192.0.2.1"]
"""


def supposed(*settings: str) -> Reading:
    return overlay(read_profile(PROFILE, "p.toml"), settings)


def fleet(*settings: str) -> Fleet:
    reading = supposed(*settings)
    assert reading.diagnostics == ()
    assert reading.fleet is not None
    return reading.fleet


@pytest.mark.parametrize(
    "setting",
    [
        'tiers.edge.destination_controls."ietf.org".dane="mandatory"',
        "tiers.edge.destination_controls.'ietf.org'.dane = mandatory",
        'tiers.edge.destination_controls."ietf.org"={ dane = "mandatory" }',
    ],
)
def test_a_value_is_supposed_in_any_way_of_writing_it(setting: str) -> None:
    controls = fleet(setting).nodes["gw1"].settings.controls
    assert controls is not None
    assert [(entry.domain, entry.dane) for entry in controls] == [("ietf.org", DaneSupport.MANDATORY)]


def test_elements_of_arrays_go_by_number() -> None:
    resolvers = fleet("tiers.edge.resolvers.0.kind=strips", 'tiers.edge.resolvers.1.address="192.0.2.54"')
    found = resolvers.nodes["gw1"].settings.resolvers
    assert found is not None
    assert [(item.address, item.kind) for item in found] == [("192.0.2.53", "strips"), ("192.0.2.54", "unknown")]


def test_a_setting_without_a_value_takes_the_key_away() -> None:
    assert fleet("tiers.edge.smtp_routes.ALL=").nodes["gw1"].settings.routes == ()
    assert fleet("tiers.edge.smtp_routes=").nodes["gw1"].settings.routes is None


def test_the_last_of_two_settings_counts_and_the_file_is_not_changed() -> None:
    reading = read_profile(PROFILE, "p.toml")
    later = overlay(reading, ["tiers.edge.version=16.0", 'tiers.edge.version="16.0.1"'])
    assert later.fleet is not None
    assert later.fleet.nodes["gw1"].settings.version == "16.0.1"
    assert reading.fleet is not None
    assert reading.fleet.nodes["gw1"].settings.version == "15.0.0"
    assert later.source.text == PROFILE
    assert later.source.locate(("tiers", "edge", "version")).length == len('"16.0.1"')


def test_a_problem_of_a_setting_stands_in_the_setting_and_is_supposed() -> None:
    reading = supposed('tiers.edge.destination_controls."ietf.org".dane=on')
    (item,) = reading.diagnostics
    assert item.finding.code == "PROFILE008"
    assert item.finding.source is Source.SUPPOSED
    assert item.span.file == '--set tiers.edge.destination_controls."ietf.org".dane'
    excerpt = reading.source.excerpt(item.span)
    assert excerpt.text[excerpt.column - 1 :][: excerpt.length] == '"on"'


def test_what_a_supposed_table_lacks_is_said_at_the_setting_that_makes_it() -> None:
    (item,) = supposed('tiers.egde.version="15.0"').diagnostics
    assert item.finding.code == "PROFILE007"
    assert item.finding.source is Source.SUPPOSED
    assert item.span.file == "--set tiers.egde.version"


def test_other_places_are_still_those_of_the_file() -> None:
    reading = supposed("tiers.edge.version=15.1")
    span = reading.source.locate(("nodes", "gw1", "tier"))
    assert (span.file, span.line) == ("p.toml", 10)
    assert reading.source.locate(("tiers", "EDGE", "version")).file == "--set tiers.edge.version"


def test_an_unknown_key_is_an_error_with_the_nearest_name() -> None:
    (item,) = supposed("tiers.edge.versoin=15").diagnostics
    assert (item.finding.code, item.finding.hint) == ("PROFILE005", "did you mean 'version'?")


@pytest.mark.parametrize(
    "setting", ["", "=", "tiers", "a b=1", "[tiers]=1", "a=1\nb=2", 'a."b=1', "tiers..x=1", "a" * 9999]
)
def test_what_is_no_setting_is_refused_in_a_sentence(setting: str) -> None:
    with pytest.raises(UsageError, match=r"is no (setting|key)"):
        supposed(setting)


@pytest.mark.parametrize("setting", ["tiers.edge.version.x=1", "tiers.edge.resolvers.5.kind=strips"])
def test_a_setting_that_leads_nowhere_is_refused(setting: str) -> None:
    with pytest.raises(UsageError, match="leads through"):
        supposed(setting)


def test_a_profile_with_syntax_errors_supports_no_supposition() -> None:
    with pytest.raises(UsageError, match="syntax errors"):
        overlay(read_profile(PROFILE + "x = \n", "p.toml"), ["tiers.edge.version=15.1"])
    with pytest.raises(UsageError, match="no TOML"):
        overlay(read_profile(b"\xff\xfea\x00", "p.toml"), ["tiers.edge.version=15.1"])


def test_a_secret_in_a_setting_is_not_shown() -> None:
    reading = supposed("nodes.gw1.ssh.password=hunter2")
    (item,) = reading.diagnostics
    assert item.finding.code == "PROFILE022"
    assert "hunter2" not in item.finding.sentence + reading.source.excerpt(item.span).text
