"""Every rule, in order of code: what ``run`` asks and what the documentation shows.

May import modules of this room.
"""

from fleet.rules import (
    dest,
    dest_verdicts,
    dns,
    dns_appliance,
    dns_server,
    drift,
    flow,
    log,
    route,
    ssh,
    suppress,
    tier,
    tier_same,
    ver,
)
from fleet.rules.rule import Rule

RULES: tuple[Rule, ...] = (
    *tier.FAMILY.rules,
    *tier_same.FAMILY.rules,
    *sorted((*dest.FAMILY.rules, *dest_verdicts.FAMILY.rules), key=lambda rule: rule.code),
    *route.FAMILY.rules,
    *flow.FAMILY.rules,
    *dns_appliance.FAMILY.rules,
    *dns_server.FAMILY.rules,
    *dns.FAMILY.rules,
    *ver.FAMILY.rules,
    *ssh.FAMILY.rules,
    *drift.FAMILY.rules,
    *log.FAMILY.rules,
    *suppress.RULES,
)

FAMILIES = {
    "TIER": "who faces outside, and nodes of one tier that are told the same",
    "DEST": "destination controls, and what the last verdicts say of them",
    "ROUTE": "SMTP routes",
    "FLOW": "which sender meets which policy",
    "DNS": "the resolvers a gateway asks",
    "VER": "software that can do DANE, trust anchors and clocks",
    "SSH": "how nodes are reached",
    "DRIFT": "what is declared and what was observed",
    "LOG": "debug logs",
    "SUP": "suppressions",
}
"""What each family of rules is about, for documentation."""

BY_CODE = {rule.code: rule for rule in RULES}
