"""Questions about a fleet on paper, answered by pure functions over frozen nouns.

*Who faces outside* (``tier_graph``): only a tier that delivers to the Internet itself may do DANE.  *What a gateway
does with mail* (``effective``): the sender decides the flow policy (listener, ordered sender groups, first match), the
recipient's domain decides the destination control and the route, and the three together decide whether DANE is done,
left out, or holds the mail.  *Who is told the same* (``classes``): settings inherit fleet -> tier -> node, and
answers are computed per class.  *Where it stands* (``declared_at``): which line of the profile an inherited value comes
from.  *What a poll saw of it* (``drift``, ``overlay_observed``).  *Which
nodes are meant* (``select``): one language for every command.

Each platform has its own truth: AsyncOS takes DANE from destination controls and fails it behind a route; Postfix and
Exim take it from levels and host lists, believe their resolver, and do DANE behind a route by the name of its host.

None always means "not declared": a reader must never take it for "off" or "none".

May import ``fleet.model``, ``fleet.text``, ``fleet.clock`` and ``fleet.errors``; ``idna`` only when a name needs it.
"""

from fleet.layout.classes import Interner, NodeClass, classes
from fleet.layout.controls import Controls, controls_of
from fleet.layout.dane import DanePlace, dane_places, does_dane, mode_of
from fleet.layout.decided import Decided
from fleet.layout.declared import declared_at, nearest, object_of, spelled
from fleet.layout.drift import Comparer, Difference, Drift, DriftState, FactGroup, drift, groups, overlay_observed
from fleet.layout.effective import USEDNS, EffectivePolicy, effective
from fleet.layout.flows import Admission, Flow, flows, rat_entry, relays, sender_group
from fleet.layout.leaves import resolver_key
from fleet.layout.names import DomainTable, canonical
from fleet.layout.routes import Routed, route_table, routes_of
from fleet.layout.selecting import select
from fleet.layout.tiers import TierGraph, tier_graph

__all__ = [
    "USEDNS",
    "Admission",
    "Comparer",
    "Controls",
    "DanePlace",
    "Decided",
    "Difference",
    "DomainTable",
    "Drift",
    "DriftState",
    "EffectivePolicy",
    "FactGroup",
    "Flow",
    "Interner",
    "NodeClass",
    "Routed",
    "TierGraph",
    "canonical",
    "classes",
    "controls_of",
    "dane_places",
    "declared_at",
    "does_dane",
    "drift",
    "effective",
    "flows",
    "groups",
    "mode_of",
    "nearest",
    "object_of",
    "overlay_observed",
    "rat_entry",
    "relays",
    "resolver_key",
    "route_table",
    "routes_of",
    "select",
    "sender_group",
    "spelled",
    "tier_graph",
]
