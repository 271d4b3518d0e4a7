"""The nouns everything else speaks in: frozen, pure, without a network and without a library.

What was *seen* is a ``Step``: a DNS lookup with our own validation and the resolver's word beside it, or one
SMTP contact with the certificate chain it presented.  A ``Verdict`` is the list of steps of one destination.  What the
steps *mean* (actions and outcomes per policy and mode) is derived by ``fleet.decision`` and never stored, so a verdict
recorded today can be judged by a policy written tomorrow.

A *fleet* has nouns of its own, imported from the module that holds them, because a check needs none of them and a
validation needs nothing of a check: ``model.fleet`` (tiers, nodes, settings), ``control`` (destination controls),
``route``, ``flow`` (sender groups and policies), ``resolver``, ``peers`` (Postfix and Exim), ``observation`` (what
a poll saw), ``finding``.

May import ``fleet.text``, ``fleet.clock`` and ``fleet.errors`` only.
"""

from fleet.model.certificate import Certificate, ChainMatch, Pkix, RecordMatch
from fleet.model.dns import (
    Ede,
    Existence,
    Hop,
    Link,
    LinkKind,
    Lookup,
    Reason,
    ResolverAttempt,
    ResolverWord,
    Security,
)
from fleet.model.policy import Action, Mode, Outcome, Policy, Require, TlsLevel, TlsReport
from fleet.model.tlsa import TlsaRecord
from fleet.model.verdict import (
    AddressStep,
    BaseMatch,
    Contact,
    ContactStep,
    MailHost,
    MatchRules,
    MxMeaning,
    MxStep,
    Step,
    TlsaStep,
    Verdict,
)

__all__ = [
    "Action",
    "AddressStep",
    "BaseMatch",
    "Certificate",
    "ChainMatch",
    "Contact",
    "ContactStep",
    "Ede",
    "Existence",
    "Hop",
    "Link",
    "LinkKind",
    "Lookup",
    "MailHost",
    "MatchRules",
    "Mode",
    "MxMeaning",
    "MxStep",
    "Outcome",
    "Pkix",
    "Policy",
    "Reason",
    "RecordMatch",
    "Require",
    "ResolverAttempt",
    "ResolverWord",
    "Security",
    "Step",
    "TlsLevel",
    "TlsReport",
    "TlsaRecord",
    "TlsaStep",
    "Verdict",
]
