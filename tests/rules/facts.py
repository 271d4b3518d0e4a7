"""What examples take as given beside the profile, by the words they give it in."""

from datetime import UTC, datetime, timedelta

from fleet.errors import Failure, FailureKind
from fleet.model import (
    AddressStep,
    BaseMatch,
    ChainMatch,
    Contact,
    ContactStep,
    Existence,
    Lookup,
    MailHost,
    MatchRules,
    MxMeaning,
    MxStep,
    Pkix,
    ResolverWord,
    Security,
    TlsaRecord,
    TlsaStep,
    TlsReport,
    Verdict,
)
from fleet.model.control import DaneSupport, DestinationControl
from fleet.model.fleet import Platform, Settings
from fleet.model.observation import Observation, Sight, Unit
from fleet.model.policy import TlsLevel
from fleet.model.resolver import ResolverKind
from fleet.model.route import RouteHost, RouteKind, SmtpRoute

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
USABLE = TlsaRecord(bytes([3, 1, 1]) + b"k" * 32, 3, 1, 1, b"k" * 32)
HOST, ADDRESS = "mail.ietf.org", "192.0.2.25"


def lookup(name, rdtype, security="secure", existence="data", resolver="192.0.2.53:53"):
    bogus, nxdomain = security == "bogus", existence == "nxdomain"
    rcode = "SERVFAIL" if bogus else "NXDOMAIN" if nxdomain else "NOERROR"
    word = ResolverWord(rcode, security == "secure", Existence.UNKNOWN if bogus else Existence(existence))
    return Lookup(
        name=name,
        rdtype=rdtype,
        resolver=resolver,
        security=Security(security),
        existence=Existence(existence),
        rcode="NXDOMAIN" if nxdomain else "NOERROR",
        canonical=name,
        word=word,
    )


def verdict(domain="ietf.org", *, age=timedelta(hours=1), tlsa=True, matched=True, smtp=True, mx="secure", resolver=""):
    """A destination with one secure host; without ``tlsa`` it publishes none, without ``matched`` its chain is
    wrong."""
    resolver = resolver or "192.0.2.53:53"
    asked = lookup(domain, "MX", mx, resolver=resolver)
    if mx == "bogus":
        return Verdict(domain, NOW - age, (resolver,), (MxStep(asked, MxMeaning.FAILED, ()),))
    base = f"_25._tcp.{HOST}"
    found = lookup(base, "TLSA", "secure", "data" if tlsa else "nxdomain")
    match = ChainMatch(matched, True, "compared", (), None if matched else TlsReport.CERTIFICATE_NOT_TRUSTED)
    seen = Contact(HOST, ADDRESS, 25, HOST, None, starttls=True, tls_version="TLSv1.3", chain=(b"leaf",))
    matches = tuple(BaseMatch(HOST, rules, match) for rules in MatchRules) if tlsa else ()
    steps = [
        MxStep(asked, MxMeaning.LISTED, (MailHost(10, HOST),)),
        AddressStep(HOST, lookup(HOST, "A"), lookup(HOST, "AAAA", "secure", "nodata"), None, (ADDRESS,)),
        TlsaStep(HOST, HOST, found, (USABLE,) if tlsa else ()),
    ]
    if smtp:
        steps.append(ContactStep(seen, pkix=Pkix(True, True, (HOST,)), matches=matches))
    return Verdict(domain, NOW - age, (resolver,), tuple(steps), smtp=smtp)


def seen(node="gw1", *, unparsed=(), failure=None, clock=None, **settings):
    """One poll of ``node``, an hour ago, that saw ``settings``."""
    units = [Unit(name, Sight.SEEN) for name in settings]
    units += [Unit(name, Sight.UNPARSED, "no table in the answer") for name in unparsed]
    observation = Observation(node, NOW - timedelta(hours=1), Settings(**settings), tuple(units), failure, clock)
    return {"observations": {node: observation}}


def controls(dane):
    return (DestinationControl("default", TlsLevel.PREFERRED, dane),)


ROUTE = SmtpRoute("example.com", RouteKind.HOSTS, (RouteHost("10.0.3.5"),))


def bogus(ours):
    node = {("gw1", "ietf.org"): verdict(mx="bogus")}
    return {"node_verdicts": node, "verdicts": {"ietf.org": verdict(mx=ours)}}


FACTS = {
    "the node says bogus, we say secure": lambda: bogus("secure"),
    "the node says bogus, we too": lambda: bogus("bogus"),
    "a clock 20 minutes off": lambda: seen(clock=-1200.0),
    "a clock 2 seconds off": lambda: seen(clock=2.0),
    "gw1 was seen as declared": lambda: seen(platform=Platform.ASYNCOS, controls=controls(DaneSupport.OPPORTUNISTIC)),
    "gw1 was seen with DANE mandatory": lambda: seen(
        platform=Platform.ASYNCOS, controls=controls(DaneSupport.MANDATORY)
    ),
    "gw1 was seen without routes": lambda: seen(routes=()),
    "gw1 was seen with a route": lambda: seen(routes=(ROUTE,)),
    "gw1 answered something unreadable": lambda: seen(platform=Platform.ASYNCOS, unparsed=("controls",)),
    "gw1 did not answer": lambda: seen(failure=Failure(FailureKind.TIMEOUT, "no answer within 10 s")),
    "an audit of 10.0.0.54": lambda: {"resolver_kinds": {"10.0.0.54": ResolverKind.PASSES}},
    "": dict,
    "a fresh verdict": lambda: {"verdicts": {"ietf.org": verdict()}},
    "a stale verdict": lambda: {"verdicts": {"ietf.org": verdict(age=timedelta(days=8))}},
    "a verdict from next year": lambda: {"verdicts": {"ietf.org": verdict(age=timedelta(days=-365))}},
    "a verdict of DNS only": lambda: {"verdicts": {"ietf.org": verdict(smtp=False)}},
    "a verdict that fails": lambda: {"verdicts": {"ietf.org": verdict(matched=False)}},
    "a verdict without TLSA": lambda: {"verdicts": {"ietf.org": verdict(tlsa=False)}},
}
