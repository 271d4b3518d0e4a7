"""One forecast, from the beginning: what happens to mail of one flow to one destination at one node.

In the order in which a gateway decides: the route (thrown away?), whether DANE is tried (``conditions``), what a route
does to DANE, who answers the DNS questions (``failover``), and then the policy tables on the recorded check as seen
through that resolver (``through``).

Undeclared settings give ``unknown``, a destination without a check ``not-tested``; neither is ever guessed.

May import ``fleet.decision``, ``fleet.layout`` and ``fleet.model``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from fleet.decision import Judgement, MxState
from fleet.forecast.conditions import new_enough, standing
from fleet.forecast.judging import Judges
from fleet.forecast.outcome import BADNESS, DaneUse, Foretold, Reading, Why, better, worse
from fleet.forecast.resolving import Resolving, Sight, Trace, View, sights
from fleet.forecast.through import Strips
from fleet.layout import EffectivePolicy, mode_of, route_table
from fleet.layout import postfix as postfix_levels
from fleet.layout.exim import why_off as exim_why_off
from fleet.layout.routes import literal
from fleet.model import Action, Mode, Outcome, Policy, TlsLevel, Verdict
from fleet.model.control import DaneSupport, IpPreference
from fleet.model.fleet import Platform, Settings
from fleet.model.resolver import ResolverKind
from fleet.model.route import RouteKind, SmtpRoute

POLICIES: Mapping[Platform, Policy] = {
    Platform.ASYNCOS: Policy.ASYNCOS,
    Platform.POSTFIX: Policy.POSTFIX,
    Platform.EXIM: Policy.EXIM,
}
"""Whose tables decide."""

NOT_MODELLED = ("alternate-host filters", "LDAP routing", "aliases", "virtual gateways")
"""What can send AsyncOS mail elsewhere and is in no profile: every AsyncOS forecast says so."""

NO_FLOW = "mail without a flow (bounces, alerts, released quarantine): no source says whether DANE is done"
ROUTE_BEHIND_DANE = (
    "the route leads elsewhere than DNS says, so DANE fails and mail stays in the queue, opportunistic mail too "
    "(the same paragraph of the vendor's document also says that verification is skipped)"
)

_STRIPPED: dict[TlsLevel, Outcome] = {
    TlsLevel.NONE: Outcome.CLEAR,
    TlsLevel.PREFERRED: Outcome.CLEAR,
    TlsLevel.PREFERRED_VERIFY: Outcome.CLEAR,
    TlsLevel.REQUIRED: Outcome.HELD,
    TlsLevel.REQUIRED_VERIFY: Outcome.HELD,
    TlsLevel.REQUIRED_VERIFY_HOSTED: Outcome.HELD,
}
"""What a level comes to with a peer that offers no TLS."""
_OFFERED: dict[TlsLevel, Outcome] = {
    TlsLevel.NONE: Outcome.CLEAR,
    TlsLevel.PREFERRED: Outcome.TLS,
    TlsLevel.PREFERRED_VERIFY: Outcome.TLS_VERIFIED,
    TlsLevel.REQUIRED: Outcome.TLS,
    TlsLevel.REQUIRED_VERIFY: Outcome.TLS_VERIFIED,
    TlsLevel.REQUIRED_VERIFY_HOSTED: Outcome.TLS_VERIFIED,
}
"""What a level comes to with a peer that offers all that can be asked."""


@dataclass(frozen=True, slots=True)
class Question:
    """All that one forecast is made of.

    ``flow`` False: mail that came in by no flow.  ``others``: the checks of other names, by domain: where a route of
    Postfix or Exim leads to.
    """

    settings: Settings
    policy: EffectivePolicy
    verdict: Verdict | None
    resolving: Resolving = field(default_factory=Resolving)
    flow: bool = True
    others: Mapping[str, Verdict] = field(default_factory=dict)
    judges: Judges = field(default_factory=Judges)

    def sights(self, verdict: Verdict) -> tuple[Sight, ...]:
        """The ways in which this node may see ``verdict``."""
        return self.judges.sights(self.settings, verdict, self.own, self.resolving)

    @property
    def own(self) -> Policy:
        """Whose tables decide."""
        assert self.policy.platform is not None
        return POLICIES[self.policy.platform]

    def judge(self, verdict: Verdict, view: View, mode: Mode, level: TlsLevel, *, dane: bool = True) -> Judgement:
        """``verdict`` as it is seen in ``view``, with DANE or without."""
        six = self.policy.ip_preference.value is IpPreference.REQUIRE_IPV6
        return self.judges.judge(verdict, view, mode, level, dane, six)


def foretell(question: Question) -> Foretold:
    """What happens to this mail."""
    policy = question.policy
    if policy.platform is None:
        return _unknown(policy, Why.PLATFORM, "the platform of this node is not declared")
    if policy.platform is Platform.ASYNCOS and not question.flow:
        return _unknown(policy, Why.FLOW, NO_FLOW)
    found = _by_route(question)
    notes = [note for note in (policy.dane.note, policy.tls.note) if note]
    assumed = found.assumed or policy.dane.assumed or policy.tls.assumed
    return replace(found, assumed=assumed, notes=(*found.notes, *notes))


def _by_route(question: Question) -> Foretold:
    policy = question.policy
    route = policy.route.value
    if route is not None and route.kind is RouteKind.DISCARD:
        return _fixed(policy, Outcome.DISCARDED, Why.ROUTE, "the route throws this mail away (/dev/null)", DaneUse.OFF)
    stands = standing(policy, question.settings)
    if stands.use is DaneUse.UNKNOWN:
        sentence = "; ".join(condition.unknown for condition in stands.failing)
        return replace(_unknown(policy, stands.blockers[0], sentence), blockers=stands.blockers)
    if stands.use is DaneUse.OFF:
        found = _off(question, stands.blockers[0], "; ".join(condition.off for condition in stands.failing))
        return replace(found, blockers=stands.blockers)
    if (impossible := _cannot(question)) is not None:
        return impossible
    if route is None:
        return _unknown(policy, Why.ROUTE, "the SMTP routes are not declared: DANE fails behind any but USEDNS")
    if route.kind is RouteKind.HOSTS:
        return _routed(question, route)
    if question.verdict is None:
        return _silent(question, DaneUse.ATTEMPTED) or _unchecked(policy)
    return _judged(question, question.verdict)


# ------------------------------------------------------------------------------------------------ DANE is not done
def _off(question: Question, why: Why, sentence: str) -> Foretold:
    """DANE is not done: the TLS level decides, by DNS or by a route."""
    policy, verdict = question.policy, question.verdict
    route, level = policy.route.value, policy.tls.value
    if route is None:
        return _unknown(policy, Why.ROUTE, f"{sentence}; the SMTP routes are not declared", DaneUse.OFF)
    if level is None:
        return _unknown(policy, Why.TLS, f"{sentence}; the TLS level that decides instead is not told", DaneUse.OFF)
    if route.kind is RouteKind.HOSTS:
        where = _hosts(route)
        return Foretold(
            Outcome.NOT_TESTED,
            _STRIPPED[level],
            _OFFERED[level],
            DaneUse.OFF,
            why,
            f"{sentence}; delivered by the route to {where}, whose TLS nobody tested",
            policy,
        )
    if verdict is None:
        if (silent := _silent(question, DaneUse.OFF)) is not None:
            return silent
        unchecked = _unchecked(policy, DaneUse.OFF)
        return replace(unchecked, worst=_STRIPPED[level], sentence=f"{sentence}; {unchecked.sentence}")
    return _combined(why, sentence, _plain(question, verdict, level))


def _plain(question: Question, verdict: Verdict, level: TlsLevel) -> list[Foretold]:
    """Without DANE, through each resolver that may answer."""
    policy, found = question.policy, []
    needs_dnssec = question.own is Policy.ASYNCOS and new_enough(question.settings) is not False
    for sight in question.sights(verdict):
        if sight.nobody:
            found.append(_fixed(policy, Outcome.HELD, Why.RESOLVERS, sight.sentence, DaneUse.OFF))
        elif sight.unknown and needs_dnssec:
            found.append(_unknown(policy, Why.RESOLVERS, sight.sentence, DaneUse.OFF))
        elif sight.strips and needs_dnssec:
            text = f"{sight.sentence}; what that does with DANE off no source says"
            found.append(_unknown(policy, Why.RESOLVERS, text, DaneUse.OFF))
        else:
            judged = question.judge(verdict, sight.view, Mode.OPPORTUNISTIC, level, dane=False)
            found.append(_from(policy, judged, DaneUse.OFF, sight))
    return found


# ---------------------------------------------------------------------------------------------------- DANE is tried
def _cannot(question: Question) -> Foretold | None:
    """Mandatory DANE where the platform itself cannot do DANE: nothing is ever delivered."""
    policy, settings = question.policy, question.settings
    if policy.dane.value is not DaneSupport.MANDATORY:
        return None
    if policy.platform is Platform.POSTFIX and settings.postfix is not None:
        table = route_table(settings)
        routed = table.find(policy.domain) if table is not None else None
        why = postfix_levels.why_off(settings.postfix, (routed[1].service if routed else "") or "smtp").value
        if why:
            return _fixed(policy, Outcome.HELD, Why.CONTROL, f"dane-only needs DNSSEC, but {why}: mail is deferred")
    if policy.platform is Platform.EXIM and settings.exim is not None:
        why = exim_why_off(settings.exim).value
        if why:
            text = f"hosts_require_dane needs DNSSEC, but {why}: mail is returned at once"
            return _fixed(policy, Outcome.UNDELIVERABLE, Why.CONTROL, text)
    return None


def _routed(question: Question, route: SmtpRoute) -> Foretold:
    """DANE behind a route: AsyncOS fails it; Postfix and Exim do it with the name of the route's host."""
    policy = question.policy
    where = _hosts(route)
    if policy.platform is Platform.ASYNCOS:
        return _fixed(policy, Outcome.HELD, Why.ROUTE, f"{ROUTE_BEHIND_DANE}; the route leads to {where}")
    if not route.hosts:
        return _unknown(policy, Why.ROUTE, "a transport other than SMTP takes this mail")
    if all(map(literal, route.hosts)):
        if policy.dane.value is DaneSupport.MANDATORY:
            text = f"the route leads to the address {where}, which has no name for TLSA records, and DANE is mandatory"
            return _fixed(policy, Outcome.HELD, Why.ROUTE, text)
        return _off(question, Why.ROUTE, f"the route leads to the address {where}, which has no name for TLSA records")
    host = route.hosts[0]
    verdict = question.others.get(host.name) if len(route.hosts) == 1 and not host.direct else None
    if verdict is None or verdict.port != host.port:
        text = f"mail goes by the route to {where}, which was not checked; DANE is done with that name"
        return replace(_unchecked(policy), why=Why.ROUTE, sentence=text)
    return _judged(question, verdict)


def _judged(question: Question, verdict: Verdict) -> Foretold:
    """DANE is tried and DNS leads the way: the policy tables decide, through each resolver that may answer."""
    policy, found = question.policy, []
    mode, level = mode_of(policy.dane.value), policy.tls.value
    if level is None:
        return _unknown(policy, Why.TLS, "the TLS level that decides where DANE does not apply is not told")
    assert mode is not None, "DANE is tried only where its mode is known"
    for sight in question.sights(verdict):
        if sight.nobody:
            found.append(_fixed(policy, Outcome.HELD, Why.RESOLVERS, sight.sentence))
        elif sight.unknown:
            found.append(_unknown(policy, Why.RESOLVERS, sight.sentence))
        else:
            judged = _from(policy, _dane(question, verdict, sight.view, mode, level), DaneUse.ATTEMPTED, sight)
            found.append(_blamed(question, sight, verdict, judged, mode, level))
    told = _combined(Why.DESTINATION, "", found)
    return replace(told, notes=(*told.notes, *_later(question, told)))


def _later(question: Question, told: Foretold) -> Iterator[str]:
    """What a resolver does to mail that is asked only after others: a note, as long as those answer."""
    settings, resolving = question.settings, question.resolving
    if question.own is not Policy.ASYNCOS or settings.root_servers:
        return
    for one in settings.resolvers or ():
        later = one.address not in (*told.through, *resolving.down) and not one.domains
        if later and resolving.kind(one) is ResolverKind.STRIPS:
            yield (
                f"{one.address} strips DNSSEC records and is asked when those before it do not answer: mail to signed "
                "domains is then held (--down shows it)"
            )


def _blamed(
    question: Question, sight: Sight, verdict: Verdict, seen: Foretold, mode: Mode, level: TlsLevel
) -> Foretold:
    """``seen``, laid at the resolver's door where another resolver would have made something else of it.

    Behind one that strips, AsyncOS: the vendor's reading counts, that of a strict validator stands beside it.
    """
    if sight.strips:
        strict = _dane(question, verdict, sight.view._replace(strips=Strips.STRICT), mode, level)
        text = "a strict validator calls every name bogus behind it, because no denial of a DS record arrives"
        return replace(
            seen,
            why=Why.RESOLVERS,
            worst=worse(seen.worst, strict.outcome),
            sentence=f"{sight.sentence}: signed domains turn BOGUS; {seen.sentence}",
            readings=(
                Reading(Strips.VENDOR.value, seen.outcome, "DANE-capable domains turn BOGUS, others stay INSECURE"),
                Reading(Strips.STRICT.value, strict.outcome, text),
            ),
            assumed=True,
        )
    if sight.view.policy is Policy.ASYNCOS or sight.view.kind in (None, ResolverKind.VALIDATES):
        return seen
    validating = sight.view._replace(kind=ResolverKind.VALIDATES, measured=False)
    clean = _dane(question, verdict, validating, mode, level)
    if clean.outcome is seen.outcome:
        return seen
    text = f"{sight.resolver} {sight.declared} and sets no AD bit, so DANE is never done, without a word"
    return replace(seen, why=Why.RESOLVERS, sentence=f"{text}; {seen.sentence}")


def _dane(question: Question, verdict: Verdict, view: View, mode: Mode, level: TlsLevel) -> Judgement:
    """``verdict`` judged; Postfix may be told to do without DANE where the MX is not secure."""
    postfix = question.settings.postfix
    other = postfix.smtp_tls_dane_insecure_mx_policy if postfix is not None else None
    judged = question.judge(verdict, view, mode, level)
    if other not in _INSECURE_MX or mode is Mode.MANDATORY or judged.policy is not Policy.POSTFIX:
        return judged
    if judged.expected_path.row.mx is not MxState.INSECURE:
        return judged
    return question.judge(verdict, view, mode, _INSECURE_MX[other], dane=False)


_INSECURE_MX = {"may": TlsLevel.PREFERRED, "encrypt": TlsLevel.REQUIRED}
"""smtp_tls_dane_insecure_mx_policy, where it is not its default ``dane``."""


# ------------------------------------------------------------------------------------------------------------ pieces
def _from(policy: EffectivePolicy, judged: Judgement, use: DaneUse, sight: Sight) -> Foretold:
    outcome = judged.outcome
    doubted = outcome is Outcome.UNKNOWN and bool(sight.view.doubts)
    sentence = _plain_sentence(judged, policy.tls.value) if use is DaneUse.OFF else judged.reason
    readings = _next_host(judged) if use is DaneUse.ATTEMPTED else ()
    return Foretold(
        outcome,
        worse(outcome, judged.worst),
        better(outcome, judged.best, *(one.outcome for one in readings)),
        use,
        Why.RESOLVERS if doubted else Why.DESTINATION,
        sentence.removesuffix("."),
        policy,
        readings=readings,
        judgement=judged,
        through=(sight.resolver,),
        assumed=judged.assumed and use is DaneUse.ATTEMPTED,
        measured=sight.view.measured,
    )


def _next_host(judged: Judgement) -> tuple[Reading, ...]:
    """Both readings of a first mail host that fails, where AsyncOS may go on to the next one."""
    if judged.alternative is None:
        return ()
    there = [path.outcome for path in judged.paths if path.action is judged.alternative]
    after = there[0] if there else Outcome.UNKNOWN
    return (
        Reading("strict", judged.outcome, "the first mail host that fails decides; the forecast takes this one"),
        Reading("RFC 7672", after, "the next mail host is tried after one that fails"),
    )


_PLAIN: dict[Outcome, str] = {
    Outcome.TLS: "the host offers TLS",
    Outcome.TLS_VERIFIED: "the host offers TLS with a certificate that verifies",
    Outcome.CLEAR: "mail leaves in clear text",
    Outcome.NOT_TESTED: "the TLS of its host was not tested",
}


def _plain_sentence(judged: Judgement, level: TlsLevel | None) -> str:
    """What the TLS level came to; the rows of DANE say nothing where it is off."""
    path = judged.expected_path
    if judged.outcome is Outcome.HELD and path.action is Action.FALLBACK:
        return f"{path.host} ({path.address}) offers no TLS that TLS level {level} accepts, so mail stays in the queue"
    return _PLAIN.get(judged.outcome, judged.reason.removesuffix("."))


def _combined(why: Why, sentence: str, found: list[Foretold]) -> Foretold:
    """Any of the resolvers may answer: the worst outcome counts, the best is what luck gives."""
    first = max(found, key=lambda one: BADNESS.index(one.outcome))
    several = len({one.outcome for one in found}) > 1
    by_resolver = several or first.why is Why.RESOLVERS
    return replace(
        first,
        worst=worse(*(one.worst for one in found)),
        best=better(*(one.best for one in found)),
        why=Why.RESOLVERS if by_resolver else why if why is not Why.DESTINATION else first.why,
        sentence="; ".join(part for part in (sentence, first.sentence) if part),
        through=tuple(dict.fromkeys(name for one in found for name in one.through)),
        notes=(*first.notes, *((_CHANCE,) if several else ())),
        measured=all(one.measured for one in found),
    )


_CHANCE = "which resolver answers is left to chance, query by query, or depends on the name that is asked"


def _fixed(
    policy: EffectivePolicy, outcome: Outcome, why: Why, sentence: str, use: DaneUse = DaneUse.ATTEMPTED
) -> Foretold:
    return Foretold(outcome, outcome, outcome, use, why, sentence, policy)


def _unknown(policy: EffectivePolicy, why: Why, sentence: str, use: DaneUse = DaneUse.UNKNOWN) -> Foretold:
    return Foretold(Outcome.UNKNOWN, Outcome.HELD, Outcome.UNKNOWN, use, why, sentence, policy)


def _unchecked(policy: EffectivePolicy, use: DaneUse = DaneUse.ATTEMPTED) -> Foretold:
    sentence = "the destination was not checked: run this with --check, or give --verdicts"
    return Foretold(Outcome.NOT_TESTED, Outcome.HELD, Outcome.NOT_TESTED, use, Why.NO_VERDICT, sentence, policy)


def _silent(question: Question, use: DaneUse) -> Foretold | None:
    """Mail that is held whatever the destination publishes, because no resolver is there to ask."""
    seen = Trace(frozenset(), frozenset(), (question.policy.domain,))
    found = sights(question.settings, seen, question.own, question.resolving)
    if not all(sight.nobody for sight in found):
        return None
    return _fixed(question.policy, Outcome.HELD, Why.RESOLVERS, found[0].sentence, use)


def _hosts(route: SmtpRoute) -> str:
    return ", ".join(host.name for host in route.hosts) or "no host"
