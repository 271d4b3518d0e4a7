"""DEST202 to DEST205: DANE with every destination, and what the last verdicts say of the destinations.

May import ``fleet.model``, ``fleet.layout``, ``fleet.decision`` and modules of this room.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from fleet.layout.classes import NodeClass
from fleet.layout.dane import DanePlace, mode_of
from fleet.layout.effective import EffectivePolicy, effective, effective_dane
from fleet.layout.names import canonical
from fleet.model.control import DEFAULT, DaneSupport
from fleet.model.finding import Label, Severity
from fleet.model.fleet import ObjectPath, Platform
from fleet.model.policy import Action, Mode, Outcome, Policy, TlsLevel
from fleet.model.verdict import Verdict
from fleet.rules.dest import CONTROLS, DEFAULT_DANE, ENTRY, POSTFIX, timer
from fleet.rules.examples import edge
from fleet.rules.question import Question
from fleet.rules.rule import Example, Family, Problem, Unobserved
from fleet.rules.words import QUEUE, count, duration, named, queued

if TYPE_CHECKING:
    from fleet.decision import Judgement

FAMILY = Family()
rule = FAMILY.rule

Answers = Iterator[Problem | Unobserved]

FRESH = timedelta(days=7)
"""How old a verdict may be to count as a rehearsal."""
AHEAD = timedelta(minutes=5)
"""How far a verdict may lie in the future before it is no rehearsal: clocks differ a little, and forgeries a lot."""

_FIELDS = ("controls", "bounce_profiles", "postfix", "exim")
_POLICIES: Mapping[Platform | None, Policy] = {
    Platform.ASYNCOS: Policy.ASYNCOS,
    Platform.POSTFIX: Policy.POSTFIX,
    Platform.EXIM: Policy.EXIM,
}

_WATCHED = '[destinations."ietf.org"]\nevery = "30m"\n'


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
        Example(edge(CONTROLS.format("required", "mandatory")), DEFAULT_DANE),
        Example(
            edge(POSTFIX.format("dane-only", "dnssec"), "postfix"),
            ("tiers", "edge", "postfix", "smtp_tls_security_level"),
        ),
        Example(
            edge('[tiers.edge.exim]\nhosts_require_dane = "*"', "exim"), ("tiers", "edge", "exim", "hosts_require_dane")
        ),
    ),
    good=(
        Example(edge(CONTROLS.format("preferred", "opportunistic"))),
        Example(edge(POSTFIX.format("may", "dnssec") + 'tls_policy = { "ietf.org" = "dane-only" }', "postfix")),
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
            f"{'is returned to its sender or ' if exim else ''}{queued(timer(question, one))}.",
            "Use opportunistic DANE here at most, and mandatory DANE only for rehearsed destinations.",
        )


@rule(
    "DEST203",
    Severity.WARNING,
    "DANE with every destination, not rehearsed",
    rationale="""With DANE in the Default entry (Postfix: dane in main.cf; Exim: its default) a destination whose DNSSEC
    or certificates are broken is held, in opportunistic mode too. Every watched or seen destination should have a
    complete verdict younger than 7 days first; the rest of the Internet stays unrehearsed in any case.""",
    source="vendor document: testing the resolver ('test each domain before adding it'); DANE opportunistic",
    bad=(
        Example(edge(CONTROLS.format("preferred", "opportunistic")) + _WATCHED, DEFAULT_DANE),
        Example(edge(CONTROLS.format("preferred", "opportunistic")) + _WATCHED, DEFAULT_DANE, "a stale verdict"),
        Example(
            edge(CONTROLS.format("preferred", "opportunistic")) + _WATCHED, DEFAULT_DANE, "a verdict from next year"
        ),
        Example(edge(CONTROLS.format("preferred", "opportunistic")) + _WATCHED, DEFAULT_DANE, "a verdict of DNS only"),
        Example(
            edge(POSTFIX.format("dane", "dnssec"), "postfix") + _WATCHED,
            ("tiers", "edge", "postfix", "smtp_tls_security_level"),
        ),
        Example(edge("", "exim") + _WATCHED, ("tiers", "edge")),
    ),
    good=(
        Example(edge(CONTROLS.format("preferred", "opportunistic")) + _WATCHED, given="a fresh verdict"),
        Example(edge(CONTROLS.format("preferred", "none")) + _WATCHED),
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
        dane = effective_dane(question.fleet, one.settings, name)
        if dane.value is DaneSupport.NONE or not _by_default(dane.path):
            continue
        verdict = question.verdict_of.get(name)
        fresh = verdict is not None and -AHEAD <= question.now - verdict.at <= FRESH
        yield given, fresh and verdict is not None and _complete(question, verdict, one)


def _by_default(path: ObjectPath) -> bool:
    if path[:1] == ("destination_controls",):
        return canonical(str(path[1])) == DEFAULT
    return "tls_policy" not in path


def _complete(question: Question, verdict: Verdict, one: NodeClass) -> bool:
    policy = effective(question.fleet, one.settings, None, canonical(verdict.domain))
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
    bad=(Example(edge(CONTROLS.format("preferred", "opportunistic")) + _WATCHED, DEFAULT_DANE, "a fresh verdict"),),
    good=(Example(edge(CONTROLS.format("preferred", "none")) + _WATCHED, given="a fresh verdict"),),
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
            edge(CONTROLS.format("preferred", "none") + ENTRY.format("ietf.org", 'dane = "opportunistic"')) + _WATCHED,
            ("tiers", "edge", "destination_controls", "ietf.org", "dane"),
            "a verdict that fails",
        ),
        Example(
            edge(CONTROLS.format("preferred", "none") + ENTRY.format("ietf.org", 'dane = "mandatory"')) + _WATCHED,
            ("tiers", "edge", "destination_controls", "ietf.org", "dane"),
            "a verdict without TLSA",
        ),
        Example(
            edge(POSTFIX.format("may", "dnssec") + 'tls_policy = { "ietf.org" = "dane-only" }', "postfix") + _WATCHED,
            ("tiers", "edge", "postfix", "tls_policy", "ietf.org"),
            "a verdict without TLSA",
        ),
        Example(edge("", "exim") + _WATCHED, ("tiers", "edge"), "a verdict that fails"),
    ),
    good=(
        Example(
            edge(CONTROLS.format("preferred", "none") + ENTRY.format("ietf.org", 'dane = "opportunistic"')) + _WATCHED,
            given="a verdict without TLSA",
        ),
        Example(
            edge(CONTROLS.format("preferred", "none") + ENTRY.format("ietf.org", 'dane = "mandatory"')) + _WATCHED,
            given="a fresh verdict",
        ),
        Example(edge(CONTROLS.format("preferred", "none")) + _WATCHED, given="a verdict that fails"),
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
        and mode_of(effective_dane(question.fleet, one.settings, name).value) is not None
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
