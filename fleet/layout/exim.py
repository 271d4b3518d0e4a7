"""Exim: what its smtp transport does about DANE, as destination controls would say it.

``hosts_try_dane`` is ``*`` by default in builds with DANE, so opportunistic DANE is on unless it is set empty.  Both
options are lists of *mail hosts*, not of domains: anything but "all" and "none" cannot be told for a domain on paper.

May import ``fleet.model`` and modules of this package.
"""

from fleet.layout.decided import Decided
from fleet.model.control import DaneSupport
from fleet.model.peers import EximSettings
from fleet.model.policy import TlsLevel

TRY, REQUIRE = "hosts_try_dane", "hosts_require_dane"
TRY_DEFAULT = "*"
"""What ``hosts_try_dane`` is where it is not set."""


def dane(exim: EximSettings) -> Decided[DaneSupport]:
    """DANE towards every host; None with a note where the options name some hosts only."""
    require, tried = _list(exim.hosts_require_dane), _list(exim.hosts_try_dane, TRY_DEFAULT)
    if exim.dane_built_in is False:
        return Decided(DaneSupport.NONE, ("exim", "dane_built_in"), "built without DANE")
    if require == "*":
        return Decided(DaneSupport.MANDATORY, ("exim", REQUIRE))
    if require:
        return Decided(None, ("exim", REQUIRE), f"{REQUIRE} = {require} names mail hosts, not domains")
    if tried == "*":
        return Decided(DaneSupport.OPPORTUNISTIC, ("exim", TRY))
    if tried:
        return Decided(None, ("exim", TRY), f"{TRY} = {tried} names mail hosts, not domains")
    return Decided(DaneSupport.NONE, ("exim", TRY))


def tries(exim: EximSettings) -> str:
    """The host list of opportunistic DANE, empty where it is off."""
    return "" if exim.dane_built_in is False else _list(exim.hosts_try_dane, TRY_DEFAULT)


def requires(exim: EximSettings) -> str:
    """The host list of mandatory DANE, empty where there is none."""
    return _list(exim.hosts_require_dane)


def tls(exim: EximSettings) -> Decided[TlsLevel]:
    """The TLS level where DANE does not apply: Exim tries STARTTLS with every host unless it is required."""
    required = exim.hosts_require_tls
    if required is None:
        return Decided(TlsLevel.PREFERRED, (), "Exim's default: TLS where the host offers it")
    path = ("exim", "hosts_require_tls")
    if required.strip() not in ("", "*"):
        return Decided(None, path, f"hosts_require_tls = {required} names mail hosts, not domains")
    return Decided(TlsLevel.REQUIRED if required.strip() else TlsLevel.PREFERRED, path)


def why_off(exim: EximSettings) -> Decided[str]:
    """Why this Exim can do no DANE whatever its host lists say; the value is None where it can."""
    if exim.dane_built_in is False:
        return Decided("this Exim is built without DANE", ("exim", "dane_built_in"))
    if exim.dnssec_request_domains is not None and not exim.dnssec_request_domains.strip():
        text = "dnssec_request_domains is empty, so no answer counts as secure"
        return Decided(text, ("exim", "dnssec_request_domains"))
    return Decided(None)


def _list(text: str | None, default: str = "") -> str:
    return default if text is None else text.strip()
