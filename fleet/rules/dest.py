"""DEST201 and DEST206 on: destination controls (Postfix: security levels; Exim: host lists) as they are written.

May import ``fleet.model``, ``fleet.layout`` and modules of this room.
"""

from collections.abc import Iterable, Iterator, Mapping

from fleet.layout.classes import NodeClass
from fleet.layout.controls import Controls, controls_of
from fleet.layout.dane import DanePlace, mode_of
from fleet.layout.effective import effective
from fleet.layout.names import below, canonical
from fleet.model.control import DEFAULT, DestinationControl
from fleet.model.finding import Label, Severity
from fleet.model.fleet import Platform
from fleet.model.policy import Mode, TlsLevel
from fleet.rules.examples import edge
from fleet.rules.question import Question, nearer
from fleet.rules.rule import Example, Family, Problem, Unobserved
from fleet.rules.words import queued

FAMILY = Family()
rule = FAMILY.rule

Answers = Iterator[Problem | Unobserved]

CONTROLS = '[tiers.edge.destination_controls.default]\ntls = "{}"\ndane = "{}"\n'
ENTRY = '[tiers.edge.destination_controls."{}"]\n{}\n'
DEFAULT_DANE = ("tiers", "edge", "destination_controls", "default", "dane")
POSTFIX = '[tiers.edge.postfix]\nsmtp_tls_security_level = "{}"\nsmtp_dns_support_level = "{}"\n'


def timer(question: Question, one: NodeClass) -> int | None:
    """How long the class keeps mail that it cannot deliver, by default."""
    return effective(question.fleet, one.settings, None, DEFAULT).bounce_seconds.value


def _entries(question: Question, *, external: bool | None = True) -> Iterator[tuple[NodeClass, Controls]]:
    for one in question.each("controls", external=external, platform=Platform.ASYNCOS):
        controls = controls_of(one.settings)
        if controls is not None:
            yield one, controls


@rule(
    "DEST201",
    Severity.ERROR,
    "DANE without TLS",
    rationale="""DANE authenticates a TLS session. Where the effective TLS support of a destination is None there is no
    session, and the appliance does not offer such an entry: a configuration that has it was not made by its pages. What
    it does with the mail is not documented.""",
    source="vendor document: configuring DANE for outbound mail, steps 3 and 4",
    bad=(
        Example(edge(CONTROLS.format("none", "opportunistic")), DEFAULT_DANE),
        Example(
            edge(CONTROLS.format("none", "none") + ENTRY.format("ietf.org", 'dane = "mandatory"')),
            ("tiers", "edge", "destination_controls", "ietf.org", "dane"),
        ),
        Example(
            edge(CONTROLS.format("preferred", "opportunistic") + ENTRY.format("ietf.org", 'tls = "none"')),
            ("tiers", "edge", "destination_controls", "ietf.org", "tls"),
        ),
    ),
    good=(
        Example(edge(CONTROLS.format("preferred", "opportunistic"))),
        Example(edge(CONTROLS.format("none", "none") + ENTRY.format("a.example", 'tls="required"\ndane="mandatory"'))),
        Example(
            edge(CONTROLS.format("preferred", "opportunistic") + ENTRY.format("a.example", 'tls="none"\ndane="none"'))
        ),
    ),
)
def dane_without_tls(question: Question) -> Answers:
    """Entries whose effective values are DANE and no TLS; the value the entry itself declares is the place."""
    for one, controls in _entries(question, external=None):
        for entry in one.settings.controls or ():
            dane, tls = controls.dane(entry), controls.tls(entry)
            if mode_of(dane.value) is None:
                continue
            if tls.value is None:
                yield Unobserved(f"tier {one.tier.name}", ("tiers", one.tier.name), f"TLS support for {entry.domain}")
            if tls.value is not TlsLevel.NONE or (entry.dane is None and entry.tls is None):
                continue
            first, second = (dane, tls) if entry.dane is not None else (tls, dane)
            places = question.place(one, first.path), question.place(one, second.path)
            where = nearer(*places)
            other = places[1] if where is places[0] else places[0]
            yield Problem(
                where.object if _is_default(entry) else where.about(f"destination control {entry.domain}").object,
                where.path,
                f"DANE is {dane.value} and TLS is none for {_whom(entry)}: without a TLS session nobody can be "
                "authenticated, and what becomes of the mail is not documented.",
                "Set TLS to preferred or better, or DANE to none.",
                () if other.path == where.path else (Label(other.path, "the other value comes from here"),),
            )


def _is_default(entry: DestinationControl) -> bool:
    return canonical(entry.domain) == DEFAULT


def _whom(entry: DestinationControl) -> str:
    return "every destination without an entry of its own" if _is_default(entry) else entry.domain


@rule(
    "DEST206",
    Severity.WARNING,
    "Overlapping destination controls that disagree",
    rationale="""Two entries cover the same domain (".example.com" and "mail.example.com", or one domain spelled twice)
    and say different things about TLS or DANE. No source says which one the appliance takes; we assume the longest.
    If it is the other one, mail is held that should pass, or passes that should be authenticated.""",
    source="assumed: no source describes suffix entries of destination controls",
    bad=(
        Example(
            edge(
                CONTROLS.format("preferred", "none")
                + ENTRY.format(".example.net", 'dane = "opportunistic"')
                + ENTRY.format("mail.example.net", 'dane = "none"')
            ),
            ("tiers", "edge", "destination_controls", "mail.example.net"),
        ),
    ),
    good=(
        Example(
            edge(
                CONTROLS.format("preferred", "none")
                + ENTRY.format(".example.net", 'dane = "opportunistic"')
                + ENTRY.format("example.net", 'dane = "none"')
            )
        ),
        Example(
            edge(
                CONTROLS.format("preferred", "none")
                + ENTRY.format(".example.net", 'dane = "opportunistic"')
                + ENTRY.format("mail.example.net", 'tls = "preferred"\ndane = "opportunistic"')
            )
        ),
    ),
)
def overlapping(question: Question) -> Answers:
    """Pairs of entries for one domain whose effective TLS or DANE differ."""
    for one, controls in _entries(question, external=None):
        for wide, narrow in _overlaps(one.settings.controls or ()):
            same = canonical(wide.domain) == canonical(narrow.domain)
            values = [(controls.tls(entry).value, controls.dane(entry).value) for entry in (wide, narrow)]
            if not same and values[0] == values[1]:
                continue
            where = question.place(one, ("destination_controls", narrow.domain))
            other = question.place(one, ("destination_controls", wide.domain))
            yield Problem(
                where.about(f"destination control {narrow.domain}").object,
                where.path,
                f"The entries {wide.domain} and {narrow.domain} both cover {narrow.domain} and disagree: which one the "
                "appliance takes is not documented, so this mail may be held, or pass unauthenticated.",
                "Make the two agree, or name the domains one by one.",
                (Label(other.path, f"{wide.domain} covers it too"),),
            )


def _overlaps(entries: Iterable[DestinationControl]) -> Iterator[tuple[DestinationControl, DestinationControl]]:
    listed = [entry for entry in entries if not _is_default(entry)]
    wide = [entry for entry in listed if entry.domain.startswith(".")]
    for entry in listed if wide else ():
        covering = [other for other in wide if below(other.domain, entry.domain)]
        if covering:
            yield max(covering, key=lambda other: len(canonical(other.domain))), entry
    first: dict[str, DestinationControl] = {}
    for entry in listed:
        known = first.setdefault(canonical(entry.domain), entry)
        if known is not entry:
            yield known, entry


@rule(
    "DEST207",
    Severity.WARNING,
    "The factory's demo certificate towards the Internet",
    rationale="""Enabling TLS for a destination uses the "Cisco ESA Appliance Demo Certificate" until another one is
    configured. Its key is on every appliance: servers that look at the client's certificate may refuse the session, and
    with it the mail.""",
    source="vendor document: the profile's screen (certconfig)",
    bad=(Example(edge('outbound_certificate = "demo"'), ("tiers", "edge", "outbound_certificate")),),
    good=(Example(edge('outbound_certificate = "mail-2026"')),),
)
def demo_certificate(question: Question) -> Answers:
    """``outbound_certificate = "demo"`` on a tier that faces outside."""
    for one in question.each("outbound_certificate", external=True, platform=Platform.ASYNCOS):
        if one.settings.outbound_certificate is not None and one.settings.outbound_certificate.lower() == "demo":
            where = question.place(one, ("outbound_certificate",))
            yield Problem(
                where.object,
                where.path,
                "Outbound TLS shows the factory's demo certificate: a server that checks it may refuse the session, "
                "and the mail with it.",
                "Configure a certificate of your own (certconfig, Destination Controls: Global Settings).",
            )


def _ineffective(question: Question) -> Iterator[tuple[NodeClass, DanePlace]]:
    for one in question.each("postfix", "exim", external=True):
        for place in question.dane(one) or ():
            if place.why_off and one.settings.platform is not Platform.ASYNCOS:
                yield one, place


@rule(
    "DEST208",
    Severity.ERROR,
    "DANE that is configured and silently off",
    rationale="""Postfix does DANE only with smtp_dns_support_level = dnssec and host lookups through DNS; without them
    the level dane is delivered as "may". Exim without DANE built in, or with dnssec_request_domains set empty, sees no
    secure answer. Mail goes out in plain opportunistic TLS, or in clear text, while the configuration says DANE.""",
    source="postconf: smtp_dns_support_level, smtp_host_lookup; TLS_README; Exim: dnssec_request_domains",
    bad=(
        Example(
            edge('[tiers.edge.postfix]\nsmtp_tls_security_level = "dane"', "postfix"),
            ("tiers", "edge", "postfix", "smtp_tls_security_level"),
        ),
        Example(
            edge(POSTFIX.format("dane", "dnssec") + 'smtp_host_lookup = ["native"]', "postfix"),
            ("tiers", "edge", "postfix", "smtp_tls_security_level"),
        ),
        Example(
            edge('[tiers.edge.exim]\ndnssec_request_domains = ""', "exim"),
            ("tiers", "edge", "exim"),
        ),
    ),
    good=(
        Example(edge(POSTFIX.format("dane", "dnssec") + 'smtp_host_lookup = ["dns", "native"]', "postfix")),
        Example(
            edge(
                '[tiers.edge.postfix]\nsmtp_tls_security_level = "dane"\nsmtp_dns_support_level = "enabled"\n'
                'master = { "smtp/unix" = { smtp_dns_support_level = "dnssec" } }',
                "postfix",
            )
        ),
    ),
)
def silently_off(question: Question) -> Answers:
    """Opportunistic DANE that the platform cannot do."""
    for one, place in _ineffective(question):
        if place.mode is Mode.OPPORTUNISTIC:
            where, cause = question.place(one, place.path), question.place(one, place.off_path)
            yield Problem(
                where.about("" if place.for_all else f"level {place.key}").object.rstrip(),
                where.path,
                f"DANE is configured and never done: {place.why_off}. Mail goes out without it, in clear text where "
                "the other side offers no TLS.",
                _MEND[one.settings.platform],
                () if cause.path == where.path else (Label(cause.path, place.why_off),),
            )


_MEND: Mapping[Platform | None, str] = {
    Platform.POSTFIX: 'Set smtp_dns_support_level = "dnssec" and smtp_host_lookup with dns.',
    Platform.EXIM: 'Use a build with DANE and leave dnssec_request_domains at "*".',
}


@rule(
    "DEST209",
    Severity.LOSES_MAIL,
    "Mandatory DANE that cannot be done",
    rationale="""dane-only without smtp_dns_support_level = dnssec (or without host lookups through DNS) is an invalid
    policy: Postfix defers every message it is for. Exim with hosts_require_dane and without secure answers refuses them
    too. The mail waits until its lifetime ends and is returned.""",
    source="postconf: smtp_tls_security_level (dane-only); Postfix smtp_tls_policy.c: dane_init; Exim: "
    "hosts_require_dane",
    bad=(
        Example(
            edge(POSTFIX.format("may", "enabled") + 'tls_policy = { "ietf.org" = "dane-only" }', "postfix"),
            ("tiers", "edge", "postfix", "tls_policy", "ietf.org"),
        ),
        Example(
            edge('[tiers.edge.exim]\nhosts_require_dane = "mail.ietf.org"\ndnssec_request_domains = ""', "exim"),
            ("tiers", "edge", "exim", "hosts_require_dane"),
        ),
    ),
    good=(Example(edge(POSTFIX.format("may", "dnssec") + 'tls_policy = { "ietf.org" = "dane-only" }', "postfix")),),
)
def mandatory_impossible(question: Question) -> Answers:
    """Mandatory DANE that the platform cannot do."""
    for one, place in _ineffective(question):
        if place.mode is Mode.MANDATORY:
            where, cause = question.place(one, place.path), question.place(one, place.off_path)
            yield Problem(
                where.about("" if place.for_all else f"level {place.key}").object.rstrip(),
                where.path,
                f"DANE is mandatory and cannot be done: {place.why_off}. This mail {queued(timer(question, one))}.",
                _MEND[one.settings.platform],
                () if cause.path == where.path else (Label(cause.path, place.why_off),),
            )
