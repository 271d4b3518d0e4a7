"""Every rule, in order of code: what ``run`` asks and what the documentation shows.

May import modules of this room.
"""

from fleet.rules import dest, dns, drift, flow, log, route, ssh, suppress, tier, tier_same, ver
from fleet.rules.rule import Rule

RULES: tuple[Rule, ...] = (
    *tier.FAMILY.rules,
    *tier_same.FAMILY.rules,
    *dest.FAMILY.rules,
    *route.FAMILY.rules,
    *flow.FAMILY.rules,
    *dns.FAMILY.rules,
    *ver.FAMILY.rules,
    *ssh.FAMILY.rules,
    *drift.FAMILY.rules,
    *log.FAMILY.rules,
    *suppress.RULES,
)

BY_CODE = {rule.code: rule for rule in RULES}
