"""What only the XML configuration may show: bounce profiles and the certificate of outgoing connections."""

from dataclasses import replace

import pytest
from far_end import converse
from hypothesis import given
from hypothesis import strategies as st
from node_examples import APPLIANCE
from random_settings import QUICK

from fleet.lab.nodes import documents, layouts
from fleet.lab.nodes.commandline import Appliance, CommandLine
from fleet.layout import DriftState, drift
from fleet.model.control import BounceProfile
from fleet.model.observation import Observation, Sight
from fleet.nodes.asyncos import showconfig
from fleet.nodes.reading import Unparsed

TOLD = replace(
    APPLIANCE,
    bounce_profiles=(BounceProfile("Default", 259200), BounceProfile("Slow & patient", 432000)),
    outbound_certificate="mail-2026",
)
NAMES = st.from_regex(r"[A-Za-z][\w &.-]{0,20}[A-Za-z0-9]", fullmatch=True)
PROFILES = st.lists(
    st.builds(BounceProfile, NAMES, st.integers(1, 30 * 24).map(lambda hours: hours * 3600)),
    min_size=1,
    max_size=4,
    unique_by=lambda one: one.name,
)


def root_of(more: str) -> showconfig.Element:
    return showconfig.parse_document(layouts.xml("15.0.0-104", (), True, (), "", more))


def polled(appliance: Appliance, *, document: bool = True) -> Observation:
    line = CommandLine(appliance, rows=10_000)
    return converse(line.feed, line.greeting(), document=document).observation


@pytest.mark.parametrize("table", ["BOUNCE_PROFILES", "CERTIFICATE"])
def test_every_element_that_is_not_known_has_at_least_five_variants(table: str) -> None:
    assert len(getattr(documents, table)) >= 5


@pytest.mark.parametrize("variant", range(len(documents.BOUNCE_PROFILES)))
@QUICK
@given(profiles=PROFILES)
def test_bounce_profiles_are_read_in_every_variant(variant: int, profiles: list[BounceProfile]) -> None:
    root = root_of(documents.BOUNCE_PROFILES[variant](profiles))
    assert showconfig.bounce_profiles_of(root) == tuple(profiles)


@pytest.mark.parametrize("variant", range(len(documents.CERTIFICATE)))
@pytest.mark.parametrize(("told", "name"), [("mail-2026", "mail-2026"), ("Cisco Appliance Demo Certificate", "demo")])
def test_the_certificate_is_read_in_every_variant(variant: int, told: str, name: str) -> None:
    assert showconfig.outbound_certificate_of(root_of(documents.CERTIFICATE[variant](told))) == name


@pytest.mark.parametrize(
    "more",
    [
        "<bounce_profiles></bounce_profiles>",
        "<bounce_profiles><bounce_profile><name>a</name></bounce_profile></bounce_profiles>",
        "<bounce_profiles><bounce_profile><name>a</name><max_queue_lifetime>72</max_queue_lifetime></bounce_profile>"
        "</bounce_profiles>",
        "<bounce_profiles><bounce_profile><name>a</name><max_queue_lifetime>for ever</max_queue_lifetime>"
        "</bounce_profile></bounce_profiles>",
        "<bounce_profiles><bounce_profile><name>a</name><queue_time>7200</queue_time><max_lifetime>9000</max_lifetime>"
        "</bounce_profile></bounce_profiles>",
        "<bounce_profiles><other/><bounce_profile><name>a</name><lifetime>7200</lifetime></bounce_profile>"
        "</bounce_profiles>",
        "<bounce_profiles>"
        + 2 * "<bounce_profile><name>a</name><lifetime>7200</lifetime></bounce_profile>"
        + "</bounce_profiles>",
    ],
)
def test_bounce_profiles_that_may_mean_something_else_are_unparsed(more: str) -> None:
    with pytest.raises(Unparsed):
        showconfig.bounce_profiles_of(root_of(more))


@pytest.mark.parametrize(
    "more",
    [
        "<outbound_cert>a</outbound_cert><delivery_cert>b</delivery_cert>",
        "<outbound_cert></outbound_cert>",
        "<outbound_cert>-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----</outbound_cert>",
    ],
)
def test_a_certificate_that_may_be_another_is_unparsed(more: str) -> None:
    with pytest.raises(Unparsed):
        showconfig.outbound_certificate_of(root_of(more))


def test_elements_that_only_sound_alike_name_no_certificate() -> None:
    more = "<verify_client_cert>1</verify_client_cert><cert>a</cert><outbound_cert_key>k</outbound_cert_key>"
    assert showconfig.outbound_certificate_of(root_of(more)) is None


@pytest.mark.parametrize("variant", range(5))
def test_a_poll_with_the_document_sees_both_and_drift_compares_them(variant: int) -> None:
    seen = polled(Appliance(TOLD, variant=variant))
    assert seen.failure is None
    assert seen.settings.bounce_profiles == TOLD.bounce_profiles
    assert seen.settings.outbound_certificate == "mail-2026"
    declared = replace(TOLD, outbound_certificate="demo", bounce_profiles=(BounceProfile("Default", 259200),))
    states = {one.field: one.state for one in drift(declared, seen)}
    assert states["outbound_certificate"] is DriftState.DIFFERS
    assert states["bounce_profiles"] is DriftState.DIFFERS
    same = {one.field: one.state for one in drift(TOLD, seen)}
    assert (same["outbound_certificate"], same["bounce_profiles"]) == (DriftState.MATCH, DriftState.MATCH)


ALONE = ("bounce_profiles", "outbound_certificate")


def test_without_the_document_neither_is_observed_and_the_reason_says_what_would_show_it() -> None:
    seen = polled(Appliance(TOLD), document=False)
    for name in ALONE:
        assert seen.unit(name).sight is Sight.NOT_OBSERVED
        for way in ("fleet poll --showconfig", "ssh.showconfig = true"):
            assert way in seen.unit(name).why


def test_a_role_that_may_not_show_the_document_is_the_reason_and_costs_nothing_else() -> None:
    line = CommandLine(Appliance(TOLD), rows=10_000)
    refusal = "showconfig\r\nYou are not in the correct access group to use this command.\r\n" + line.appliance.prompt
    seen = converse(lambda sent: refusal if sent == "showconfig\n" else line.feed(sent), line.greeting()).observation
    assert seen.failure is None
    for name in (*ALONE, "showconfig"):
        assert seen.unit(name).sight is Sight.NOT_OBSERVED
        assert seen.unit(name).why == "gw1: the user's role on the node may not run 'showconfig'"
    assert seen.settings.controls is not None


def test_what_only_the_document_shows_has_its_own_element_as_evidence_however_long_the_document() -> None:
    line = CommandLine(Appliance(TOLD), rows=10_000)
    padding = "<x>" + "long " * 20_000 + "</x>\r\n<bounce_profiles>"
    seen = converse(lambda sent: line.feed(sent).replace("<bounce_profiles>", padding), line.greeting()).observation
    for name, said in (("bounce_profiles", "Slow &amp; patient"), ("outbound_certificate", "mail-2026")):
        unit = seen.unit(name)
        assert unit.sight is Sight.SEEN
        assert unit.evidence is not None
        assert said in unit.evidence.raw
        assert len(unit.evidence.raw) < 1000


def test_a_document_without_such_elements_says_so() -> None:
    seen = polled(Appliance(APPLIANCE))
    for name in ("bounce_profiles", "outbound_certificate"):
        assert seen.unit(name).sight is Sight.NOT_OBSERVED
        assert "no element that names it" in seen.unit(name).why
    assert seen.unit("showconfig").sight is Sight.SEEN


def test_a_document_that_is_none_is_unparsed_and_costs_nothing_else() -> None:
    line = CommandLine(Appliance(APPLIANCE), rows=10_000)
    seen = converse(lambda sent: line.feed(sent).replace("</config>", "</conf"), line.greeting()).observation
    assert [seen.unit(name).sight for name in ("showconfig", *ALONE)] == [Sight.UNPARSED] * 3
    assert seen.failure is None
    assert seen.settings.routes == APPLIANCE.routes
