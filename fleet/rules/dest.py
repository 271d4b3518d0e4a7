"""DEST: destination controls (Postfix: security levels; Exim: host lists) and what the last verdicts say of them.

May import ``fleet.model``, ``fleet.layout``, ``fleet.decision`` and modules of this room.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from fleet.layout.classes import NodeClass
from fleet.layout.controls import Controls, controls_of
from fleet.layout.dane import DanePlace, mode_of
from fleet.layout.effective import EffectivePolicy, effective
from fleet.layout.names import below, canonical
from fleet.model.control import DEFAULT, DaneSupport, DestinationControl
from fleet.model.finding import Label, Severity
from fleet.model.fleet import Platform
from fleet.model.policy import Action, Mode, Outcome, Policy, TlsLevel
from fleet.model.verdict import Verdict
from fleet.rules.examples import edge
from fleet.rules.question import Question, nearer
from fleet.rules.rule import Example, Family, Problem, Unobserved
from fleet.rules.words import QUEUE, count, duration, named, queued

if TYPE_CHECKING:
    from fleet.decision import Judgement

FAMILY = Family()
rule = FAMILY.rule

Answers = Iterator[Problem | Unobserved]

FRESH = timedelta(days=7)
"""How old a verdict may be to count as a rehearsal."""

_FIELDS = ("controls", "bounce_profiles", "postfix", "exim")
_POLICIES: Mapping[Platform | None, Policy] = {
    Platform.ASYNCOS: Policy.ASYNCOS,
    Platform.POSTFIX: Policy.POSTFIX,
    Platform.EXIM: Policy.EXIM,
}

_CONTROLS = '[tiers.edge.destination_controls.default]\ntls = "{}"\ndane = "{}"\n'
_ENTRY = '[tiers.edge.destination_controls."{}"]\n{}\n'
_DEFAULT_DANE = ("tiers", "edge", "destination_controls", "default", "dane")
_WATCHED = '[destinations."ietf.org"]\nevery = "30m"\n'
_POSTFIX = '[tiers.edge.postfix]\nsmtp_tls_security_level = "{}"\nsmtp_dns_support_level = "{}"\n'


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
        Example(edge(_CONTROLS.format("none", "opportunistic")), _DEFAULT_DANE),
        Example(
            edge(_CONTROLS.format("none", "none") + _ENTRY.format("ietf.org", 'dane = "mandatory"')),
            ("tiers", "edge", "destination_controls", "ietf.org", "dane"),
        ),
        Example(
            edge(_CONTROLS.format("preferred", "opportunistic") + _ENTRY.format("ietf.org", 'tls = "none"')),
            ("tiers", "edge", "destination_controls", "ietf.org", "tls"),
        ),
    ),
    good=(
        Example(edge(_CONTROLS.format("preferred", "opportunistic"))),
        Example(
            edge(_CONTROLS.format("none", "none") + _ENTRY.format("a.example", 'tls="required"\ndane="mandatory"'))
        ),
        Example(
            edge(_CONTROLS.format("preferred", "opportunistic") + _ENTRY.format("a.example", 'tls="none"\ndane="none"'))
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


def _defaults(question: Question) -> Iterator[tuple[NodeClass, DanePlace]]:
    """External classes that do DANE with every destination, once per place."""
    for one in question.each(*_FIELDS, external=True):
        for place in question.dane(one) or ():
            if place.for_all:
                yield one, place
                break


@rule(
    "DEST202",
    Severity.LOSES_MAIL,
    "Mandatory DANE with every destination",
    rationale="""Few domains publish TLSA records. With mandatory DANE in the Default entry (Postfix: dane-only in
    main.cf, Exim: hosts_require_dane = *) every message to any other domain is held until the bounce timer ends, or
    returned at once by Exim.""",
    source="vendor document: DANE mandatory (all rows but the first fail); postconf: smtp_tls_security_level; Exim: "
    "hosts_require_dane",
    bad=(
        Example(edge(_CONTROLS.format("required", "mandatory")), _DEFAULT_DANE),
        Example(
            edge(_POSTFIX.format("dane-only", "dnssec"), "postfix"),
            ("tiers", "edge", "postfix", "smtp_tls_security_level"),
        ),
        Example(
            edge('[tiers.edge.exim]\nhosts_require_dane = "*"', "exim"), ("tiers", "edge", "exim", "hosts_require_dane")
        ),
    ),
    good=(
        Example(edge(_CONTROLS.format("preferred", "opportunistic"))),
        Example(edge(_POSTFIX.format("may", "dnssec") + 'tls_policy = { "ietf.org" = "dane-only" }', "postfix")),
        Example(edge('[tiers.edge.exim]\nhosts_require_dane = "mail.ietf.org"', "exim")),
    ),
)
def mandatory_for_all(question: Question) -> Answers:
    """Mandatory DANE at the place for every destination."""
    for one, place in _defaults(question):
        if place.mode is not Mode.MANDATORY:
            continue
        where = question.place(one, place.path)
        exim = one.settings.platform is Platform.EXIM
        yield Problem(
            where.object,
            where.path,
            "DANE is mandatory for every destination: mail to any domain without proven TLSA records "
            f"{'is returned to its sender or ' if exim else ''}{queued(_timer(question, one))}.",
            "Use opportunistic DANE here at most, and mandatory DANE only for rehearsed destinations.",
        )


def _timer(question: Question, one: NodeClass) -> int | None:
    return effective(question.fleet, one.settings, None, DEFAULT).bounce_seconds.value


@rule(
    "DEST203",
    Severity.WARNING,
    "DANE with every destination, not rehearsed",
    rationale="""With DANE in the Default entry (Postfix: dane in main.cf; Exim: its default) a destination whose DNSSEC
    or certificates are broken is held, in opportunistic mode too. Every watched or seen destination should have a
    complete verdict younger than 7 days first; the rest of the Internet stays unrehearsed in any case.""",
    source="vendor document: testing the resolver ('test each domain before adding it'); DANE opportunistic",
    bad=(
        Example(edge(_CONTROLS.format("preferred", "opportunistic")) + _WATCHED, _DEFAULT_DANE),
        Example(edge(_CONTROLS.format("preferred", "opportunistic")) + _WATCHED, _DEFAULT_DANE, "a stale verdict"),
        Example(
            edge(_CONTROLS.format("preferred", "opportunistic")) + _WATCHED, _DEFAULT_DANE, "a verdict of DNS only"
        ),
        Example(
            edge(_POSTFIX.format("dane", "dnssec"), "postfix") + _WATCHED,
            ("tiers", "edge", "postfix", "smtp_tls_security_level"),
        ),
        Example(edge("", "exim") + _WATCHED, ("tiers", "edge")),
    ),
    good=(
        Example(edge(_CONTROLS.format("preferred", "opportunistic")) + _WATCHED, given="a fresh verdict"),
        Example(edge(_CONTROLS.format("preferred", "none")) + _WATCHED),
    ),
)
def unrehearsed(question: Question) -> Answers:
    """DANE for every destination while some destination under it has no fresh and complete verdict."""
    for one, place in _defaults(question):
        known = _rehearsals(question, one)
        lacking = [given for given, rehearsed in known if not rehearsed]
        if place.why_off or (known and not lacking):
            continue
        where = question.place(one, place.path)
        listed = (
            f"{count(len(lacking), 'destination')} without a complete verdict younger than {FRESH.days} days: "
            f"{named(lacking, 20)}"
            if lacking
            else "no destination it decides about is watched"
        )
        yield Problem(
            where.object,
            where.path,
            f"DANE is on for every destination; {listed}. The rest of the Internet is unrehearsed: mail to a domain "
            f"whose DNSSEC or certificate is broken {QUEUE}.",
            "Check each destination first (fleet check), and watch the delivery queue after the change.",
        )


def _rehearsals(question: Question, one: NodeClass) -> tuple[tuple[str, bool], ...]:
    """The watched or seen destinations the place for every destination decides about, and whether each is rehearsed."""
    numbers = (question.same(getattr(one.settings, name)) for name in _FIELDS)
    name = f"rehearsals {one.settings.platform} {' '.join(map(str, numbers))}"
    return question.once(name, lambda question: _each_rehearsal(question, one))


def _each_rehearsal(question: Question, one: NodeClass) -> Iterator[tuple[str, bool]]:
    for name, given in question.destinations.items():
        policy = effective(question.fleet, one.settings, None, name)
        if policy.dane.value is DaneSupport.NONE or not _by_default(policy):
            continue
        verdict = question.verdict_of.get(name)
        fresh = verdict is not None and question.now - verdict.at <= FRESH
        yield given, fresh and verdict is not None and _complete(verdict, one, policy)


def _by_default(policy: EffectivePolicy) -> bool:
    path = policy.dane.path
    if path[:1] == ("destination_controls",):
        return canonical(str(path[1])) == DEFAULT
    return "tls_policy" not in path


def _complete(verdict: Verdict, one: NodeClass, policy: EffectivePolicy) -> bool:
    return not _judged(verdict, one, policy, mode_of(policy.dane.value) or Mode.OPPORTUNISTIC).incomplete


def _judged(verdict: Verdict, one: NodeClass, policy: EffectivePolicy, mode: Mode) -> "Judgement":
    from fleet.decision import judge  # noqa: PLC0415  a profile without verdicts is judged without it, and sooner

    return judge(verdict, _POLICIES[one.settings.platform], mode, policy.tls.value or TlsLevel.PREFERRED)


@rule(
    "DEST204",
    Severity.NOTE,
    "DANE with every destination: the rest of the Internet is unrehearsed",
    rationale="""Every watched or seen destination has a fresh and complete verdict. Mail also goes to domains nobody
    watches: one of them with broken DNSSEC or certificates is held until the bounce timer ends, without any verdict
    having said so.""",
    source="vendor document: testing the resolver ('the more aggressive way'); delivery status report",
    bad=(Example(edge(_CONTROLS.format("preferred", "opportunistic")) + _WATCHED, _DEFAULT_DANE, "a fresh verdict"),),
    good=(Example(edge(_CONTROLS.format("preferred", "none")) + _WATCHED, given="a fresh verdict"),),
)
def rest_unrehearsed(question: Question) -> Answers:
    """DANE for every destination where all known ones are rehearsed."""
    for one, place in _defaults(question):
        known = _rehearsals(question, one)
        if place.why_off or not known or not all(rehearsed for _, rehearsed in known):
            continue
        where = question.place(one, place.path)
        yield Problem(
            where.object,
            where.path,
            f"DANE is on for every destination and {count(len(known), 'known destination')} rehearsed; the rest of the "
            "Internet is unrehearsed.",
            "Watch the delivery queue (Active Recipients) for some days after the change.",
        )


@rule(
    "DEST205",
    Severity.LOSES_MAIL,
    "A destination whose last verdict is held",
    rationale="""The last check of the destination says what this gateway will do with its mail in the configured mode:
    hold it until the bounce timer ends (or, with Exim, return it). That is the certain consequence of rolling this out,
    or is happening now.""",
    source="vendor document: DANE mandatory / opportunistic tables; RFC 7672 section 2.2",
    bad=(
        Example(
            edge(_CONTROLS.format("preferred", "none") + _ENTRY.format("ietf.org", 'dane = "opportunistic"'))
            + _WATCHED,
            ("tiers", "edge", "destination_controls", "ietf.org", "dane"),
            "a verdict that fails",
        ),
        Example(
            edge(_CONTROLS.format("preferred", "none") + _ENTRY.format("ietf.org", 'dane = "mandatory"')) + _WATCHED,
            ("tiers", "edge", "destination_controls", "ietf.org", "dane"),
            "a verdict without TLSA",
        ),
        Example(
            edge(_POSTFIX.format("may", "dnssec") + 'tls_policy = { "ietf.org" = "dane-only" }', "postfix") + _WATCHED,
            ("tiers", "edge", "postfix", "tls_policy", "ietf.org"),
            "a verdict without TLSA",
        ),
        Example(edge("", "exim") + _WATCHED, ("tiers", "edge"), "a verdict that fails"),
    ),
    good=(
        Example(
            edge(_CONTROLS.format("preferred", "none") + _ENTRY.format("ietf.org", 'dane = "opportunistic"'))
            + _WATCHED,
            given="a verdict without TLSA",
        ),
        Example(
            edge(_CONTROLS.format("preferred", "none") + _ENTRY.format("ietf.org", 'dane = "mandatory"')) + _WATCHED,
            given="a fresh verdict",
        ),
        Example(edge(_CONTROLS.format("preferred", "none")) + _WATCHED, given="a verdict that fails"),
    ),
)
def held(question: Question) -> Answers:
    """Destinations whose last verdict, judged in their effective mode, holds or returns their mail."""
    found: dict[str, Problem] = {}
    for one in question.each(*_FIELDS, external=True):
        if one.settings.platform is None:
            continue
        yield from _never_checked(question, one)
        for name, verdict in question.verdict_of.items():
            policy = effective(question.fleet, one.settings, None, name)
            if policy.dane.value is None:
                given = question.destinations[name]
                why = policy.dane.note or "not declared"
                yield Unobserved(f"destination {given}", ("destinations", given), f"DANE on tier {one.tier.name}", why)
            mode = mode_of(policy.dane.value)
            if mode is None:
                continue
            judged = _judged(verdict, one, policy, mode)
            bounced = judged.action is Action.BOUNCE
            if judged.outcome is not Outcome.HELD and not bounced:
                continue
            where = question.place(one, policy.dane.path)
            given = question.destinations[name]
            problem = Problem(
                f"destination {given}",
                where.path,
                f"Mail to {given} is {'returned at once' if bounced else 'held'} in {mode} mode (last verdict "
                f"{_age(question, verdict)} old): {judged.reason.rstrip('.')}; it "
                f"{'goes back to its sender' if bounced else queued(policy.bounce_seconds.value)}.",
                "Tell the destination's postmaster, or set DANE to none for this domain until it is mended.",
                _watched_label(question, given),
            )
            first = found.setdefault(problem.object, problem)
            if first is problem:
                yield problem


def _never_checked(question: Question, one: NodeClass) -> Iterator[Unobserved]:
    """Destinations with DANE that no verdict speaks of: whether their mail is held is not known."""
    unknown = [
        given
        for name, given in question.destinations.items()
        if name not in question.verdict_of
        and mode_of(effective(question.fleet, one.settings, None, name).dane.value) is not None
    ]
    if unknown:
        what = f"whether mail to {count(len(unknown), 'destination')} with DANE is held"
        yield Unobserved(f"tier {one.tier.name}", ("tiers", one.tier.name), what, f"no verdict: {named(unknown)}")


def _age(question: Question, verdict: Verdict) -> str:
    seconds = max(0, int((question.now - verdict.at).total_seconds()))
    size = 86400 if seconds >= 86400 else 3600 if seconds >= 3600 else 60
    return duration(seconds // size * size)


def _watched_label(question: Question, given: str) -> tuple[Label, ...]:
    watched = given in question.fleet.destinations
    return (Label(("destinations", given), "watched here"),) if watched else ()


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
                _CONTROLS.format("preferred", "none")
                + _ENTRY.format(".example.net", 'dane = "opportunistic"')
                + _ENTRY.format("mail.example.net", 'dane = "none"')
            ),
            ("tiers", "edge", "destination_controls", "mail.example.net"),
        ),
    ),
    good=(
        Example(
            edge(
                _CONTROLS.format("preferred", "none")
                + _ENTRY.format(".example.net", 'dane = "opportunistic"')
                + _ENTRY.format("example.net", 'dane = "none"')
            )
        ),
        Example(
            edge(
                _CONTROLS.format("preferred", "none")
                + _ENTRY.format(".example.net", 'dane = "opportunistic"')
                + _ENTRY.format("mail.example.net", 'tls = "preferred"\ndane = "opportunistic"')
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
            edge(_POSTFIX.format("dane", "dnssec") + 'smtp_host_lookup = ["native"]', "postfix"),
            ("tiers", "edge", "postfix", "smtp_tls_security_level"),
        ),
        Example(
            edge('[tiers.edge.exim]\ndnssec_request_domains = ""', "exim"),
            ("tiers", "edge", "exim"),
        ),
    ),
    good=(
        Example(edge(_POSTFIX.format("dane", "dnssec") + 'smtp_host_lookup = ["dns", "native"]', "postfix")),
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
                f"the "
                "other side offers no TLS.",
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
            edge(_POSTFIX.format("may", "enabled") + 'tls_policy = { "ietf.org" = "dane-only" }', "postfix"),
            ("tiers", "edge", "postfix", "tls_policy", "ietf.org"),
        ),
        Example(
            edge('[tiers.edge.exim]\nhosts_require_dane = "mail.ietf.org"\ndnssec_request_domains = ""', "exim"),
            ("tiers", "edge", "exim", "hosts_require_dane"),
        ),
    ),
    good=(Example(edge(_POSTFIX.format("may", "dnssec") + 'tls_policy = { "ietf.org" = "dane-only" }', "postfix")),),
)
def mandatory_impossible(question: Question) -> Answers:
    """Mandatory DANE that the platform cannot do."""
    for one, place in _ineffective(question):
        if place.mode is Mode.MANDATORY:
            where, cause = question.place(one, place.path), question.place(one, place.off_path)
            yield Problem(
                where.about("" if place.for_all else f"level {place.key}").object.rstrip(),
                where.path,
                f"DANE is mandatory and cannot be done: {place.why_off}. This mail {queued(_timer(question, one))}.",
                _MEND[one.settings.platform],
                () if cause.path == where.path else (Label(cause.path, place.why_off),),
            )
