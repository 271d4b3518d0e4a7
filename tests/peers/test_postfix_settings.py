"""What our rules say of Postfix's settings is what Postfix does: DANE that is off, DANE that holds all mail."""

import pytest
from internet.destination import Delivery
from internet.destinations import DESTINATIONS
from internet.postfix import send_to, start_sender
from internet.servers import SERVERS
from internet.world import Internet

from fleet.layout import effective
from fleet.model.control import DaneSupport
from fleet.model.fleet import Fleet, Platform, Settings
from fleet.model.peers import PostfixSettings

PROVEN = tuple(row.domain for row in DESTINATIONS if row.dane is row.dane_only is Delivery.VERIFIED)[:3]
"""Destinations that Postfix authenticates at both levels when it is set up for DANE."""
MATCHED = (Delivery.VERIFIED, Delivery.TRUSTED)

OFF = {
    "without dnssec": ("smtp_dns_support_level = enabled", PostfixSettings(smtp_dns_support_level="enabled")),
    "without dns lookups": (
        "smtp_host_lookup = native",
        PostfixSettings(smtp_dns_support_level="dnssec", smtp_host_lookup=("native",)),
    ),
}


def ours(told: PostfixSettings, level: str, domain: str):
    changed = {**{name: getattr(told, name) for name in told.__slots__}, "smtp_tls_security_level": level}
    settings = Settings(Platform.POSTFIX, postfix=PostfixSettings(**changed))
    return effective(Fleet("x", {}, {}), settings, None, domain)


@pytest.mark.parametrize("how", OFF)
def test_dane_that_cannot_be_done_is_off_and_dane_only_holds_everything(internet: Internet, how: str):
    more, told = OFF[how]
    folder = internet.folder / f"sender-{how.replace(' ', '-')}"
    sent = send_to(start_sender(internet.namespace, folder, more=more), PROVEN)
    for domain in PROVEN:
        assert sent["dane-only", domain].delivery is Delivery.HELD, sent["dane-only", domain].words
        assert ours(told, "dane-only", domain).dane.value is DaneSupport.MANDATORY
        assert sent["dane", domain].delivery not in MATCHED, sent["dane", domain].words
        assert ours(told, "dane", domain).dane.value is DaneSupport.NONE


def test_dane_only_towards_an_address_holds_mail_and_dane_lets_it_pass(internet: Internet):
    """The route is the one our rules judge: an address has no name that TLSA records could stand at."""
    address = SERVERS[0].address
    more = (
        "sender_dependent_default_transport_maps = inline:{"
        f" {{dane@sender.lab=dane:[{address}]}} {{dane-only@sender.lab=dane-only:[{address}]}} }}"
    )
    sent = send_to(start_sender(internet.namespace, internet.folder / "sender-literal", more=more), PROVEN[:1])
    told = PostfixSettings(smtp_dns_support_level="dnssec", transport=((PROVEN[0], f"smtp:[{address}]"),))
    assert sent["dane-only", PROVEN[0]].delivery is Delivery.HELD, sent["dane-only", PROVEN[0]].words
    assert ours(told, "dane-only", PROVEN[0]).held is True
    assert sent["dane", PROVEN[0]].delivery in (Delivery.TLS, Delivery.CLEAR), sent["dane", PROVEN[0]].words
    assert ours(told, "dane", PROVEN[0]).held is False
