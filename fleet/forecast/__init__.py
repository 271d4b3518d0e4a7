"""What a change will do to mail before it is made: effective policy x recorded check -> outcome.

An operator who turns DANE on wants to know which mail will then be authenticated, which goes on as before, and which
stays in the queue until it bounces.  Everything needed is on paper or recorded: what each gateway is told to do
(``fleet.layout``), what the destination publishes (a check, ``fleet.model.Verdict``), and what a policy makes of that
(``fleet.decision``).  This room puts them together, for every external node, every flow by which mail comes in and
every destination, and compares the answer before a change with the answer after it.

The two-tier picture of the vendor's document stands behind it: DANE is done only on the tier that connects to external
destinations, and only if the version, TLS Support, the RELAY hop, the SMTP routes and the resolvers are all right.

======================  ===============================================================================
``outcome``             the nouns: what is said of one piece of mail
``conditions``          what DANE needs before it is tried
``failover``            which resolver answers, on each platform
``audited``             what audits say of a resolver as one node meets it
``losing``              one resolver gone: who is asked instead, and what that makes of mail
``through``             a check as seen through another kind of resolver, or without DANE
``resolving``           the resolvers of one node, and what each makes of a check
``judging``             judgements and sights, each made once
``foretell``            one forecast
``alike``, ``classed``  a fleet's forecast, computed once for what is alike
``rows``                a fleet's forecast as a list, the worst first
``facts``               what decided, each with its place in the profile or its recorded step
``moves``               before and after a change
``before_after``        what a change has done, as both sides were seen
``rollout``             how far each destination may go, and in which order
``prerequisites``       what must be true before the first step
``instructions``        settings by label, policy-map lines, host lists: for a person to apply
``host_lists``          Exim's lists, with what stands in them already
``runbook``             mail is held now: the smallest safe change, and the way back
======================  ===============================================================================

Nothing here changes a gateway: what comes out is text for a person.  Everything is pure.  May import
``fleet.decision``, ``fleet.layout``, ``fleet.model`` and ``fleet.errors``.
"""

from fleet.forecast.audited import Audited, Audits, as_met
from fleet.forecast.classed import Forecast, Ingress, MailClass, forecast, foretell_one, ingresses
from fleet.forecast.conditions import Standing, standing
from fleet.forecast.failover import Answering, Turn, answering, in_use, never_asked, turns
from fleet.forecast.foretell import NO_FLOW, NOT_MODELLED, POLICIES, Question, foretell
from fleet.forecast.losing import Loss, Losses
from fleet.forecast.outcome import BADNESS, OPEN, Core, DaneUse, Foretold, Reading, Why, better, worse
from fleet.forecast.resolving import Resolving
from fleet.forecast.through import Strips

__all__ = [
    "BADNESS",
    "NOT_MODELLED",
    "NO_FLOW",
    "OPEN",
    "POLICIES",
    "Answering",
    "Audited",
    "Audits",
    "Core",
    "DaneUse",
    "Forecast",
    "Foretold",
    "Ingress",
    "Loss",
    "Losses",
    "MailClass",
    "Question",
    "Reading",
    "Resolving",
    "Standing",
    "Strips",
    "Turn",
    "Why",
    "answering",
    "as_met",
    "better",
    "forecast",
    "foretell",
    "foretell_one",
    "in_use",
    "ingresses",
    "never_asked",
    "standing",
    "turns",
    "worse",
]
