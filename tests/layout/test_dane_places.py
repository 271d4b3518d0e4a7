"""Where DANE is turned on, on each platform, and what turns nothing on although it is there."""

from fleet.layout import dane_places, does_dane
from fleet.model.control import DaneSupport, DestinationControl
from fleet.model.fleet import Platform, Settings
from fleet.model.peers import EximSettings, PostfixSettings
from fleet.model.policy import Mode


def postfix(**parameters):
    told = PostfixSettings(smtp_dns_support_level="dnssec", **parameters)
    places = dane_places(Settings(Platform.POSTFIX, postfix=told))
    return None if places is None else [(place.key, place.mode) for place in places]


def asyncos(*entries):
    places = dane_places(Settings(Platform.ASYNCOS, controls=entries))
    return None if places is None else [(place.key, place.mode) for place in places]


def test_the_default_comes_first_and_inheriting_entries_are_no_places():
    found = asyncos(
        DestinationControl("ietf.org", dane=DaneSupport.MANDATORY),
        DestinationControl("isc.org"),
        DestinationControl("default", dane=DaneSupport.OPPORTUNISTIC),
    )
    assert found == [("default", Mode.OPPORTUNISTIC), ("ietf.org", Mode.MANDATORY)]


def test_a_default_entry_that_does_not_say_is_unknown_not_off():
    assert asyncos(DestinationControl("default")) is None
    assert asyncos(DestinationControl("ietf.org", dane=DaneSupport.NONE)) is None
    assert asyncos(DestinationControl("default", dane=DaneSupport.NONE)) == []
    assert does_dane(Settings(Platform.ASYNCOS)) is None
    assert does_dane(Settings()) is None


def test_a_postfix_policy_for_a_next_hop_no_mail_goes_to_turns_nothing_on():
    policy = (("ietf.org", "dane-only"),)
    assert postfix(smtp_tls_security_level="may", tls_policy=policy) == [("ietf.org", Mode.MANDATORY)]
    assert postfix(smtp_tls_security_level="may", tls_policy=policy, relayhost="[10.0.0.1]") == []
    direct = (("ietf.org", "smtp:"),)
    found = postfix(smtp_tls_security_level="may", tls_policy=policy, relayhost="[10.0.0.1]", transport=direct)
    assert found == [("ietf.org", Mode.MANDATORY)]


def test_a_postfix_policy_for_the_relay_host_takes_the_place_of_the_main_level():
    told = {"smtp_tls_security_level": "dane-only", "relayhost": "[10.0.0.1]:25"}
    assert postfix(**told) == [("default", Mode.MANDATORY)]
    assert postfix(**told, tls_policy=(("[10.0.0.1]:25", "may"),)) == []
    assert postfix(**told, tls_policy=(("[10.0.0.1]", "may"),)) == [("default", Mode.MANDATORY)]


def test_a_level_of_a_service_counts_where_mail_is_delivered_by_it():
    master = (("danesmtp/unix", "smtp_tls_security_level", "dane-only"),)
    assert postfix(smtp_tls_security_level="may", master=master) == []
    transport = (("ietf.org", "danesmtp:"),)
    found = postfix(smtp_tls_security_level="may", master=master, transport=transport)
    assert found == [("danesmtp/unix", Mode.MANDATORY)]
    override = (("smtp/unix", "smtp_tls_security_level", "dane"),)
    assert postfix(smtp_tls_security_level="may", master=override) == [("default", Mode.OPPORTUNISTIC)]


def test_postfix_that_declares_no_level_is_unknown():
    assert postfix() is None
    assert postfix(smtp_tls_security_level="may") == []


def test_exim_is_on_by_its_default_and_off_only_when_set_empty():
    def keys(**options):
        return [(p.key, p.mode) for p in dane_places(Settings(Platform.EXIM, exim=EximSettings(**options)))]

    assert keys() == [("default", Mode.OPPORTUNISTIC)]
    assert keys(hosts_try_dane="") == []
    assert keys(hosts_try_dane=" ", hosts_require_dane="*") == [("default", Mode.MANDATORY)]
    assert keys(hosts_try_dane="mail.a.example") == [("mail.a.example", Mode.OPPORTUNISTIC)]
    assert does_dane(Settings(Platform.EXIM)) is True
    assert does_dane(Settings(Platform.EXIM, exim=EximSettings(dane_built_in=False))) is False
