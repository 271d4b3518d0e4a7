"""Every rule, in order of code: what ``run`` asks and what the documentation shows.

May import modules of this room.
"""

from fleet.rules import dest, dns, flow, route, suppress, tier
from fleet.rules.rule import Rule

RULES: tuple[Rule, ...] = (
    *tier.FAMILY.rules,
    *dest.FAMILY.rules,
    *route.FAMILY.rules,
    *flow.FAMILY.rules,
    *dns.FAMILY.rules,
    *suppress.RULES,
)

BY_CODE = {rule.code: rule for rule in RULES}
