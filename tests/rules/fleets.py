"""Random clean fleets as profiles, and the faults that can be put into them.

A blueprint is the profile as nested dicts, so that a fault is a few assignments; ``toml`` writes it down.  A fault
claims the *areas* of a tier it touches, and two faults never share one: else the second could mend or hide the first.
"""

import json
from dataclasses import dataclass, field
from datetime import date

from facts import seen, verdict
from hypothesis import strategies as st

from fleet.model.fleet import Platform

VALIDATES = "validates"


def toml(table, path=()):
    """``table`` as TOML text."""
    lines = [f"[{'.'.join(map(json.dumps, path))}]"] if path else []
    tables = {}
    for key, value in table.items():
        if isinstance(value, dict):
            tables[key] = value
        else:
            lines.append(f"{json.dumps(key)} = {plain(value)}")
    return "\n".join([*lines, *(toml(value, (*path, key)) for key, value in tables.items())])


def plain(value):
    if isinstance(value, list):
        return f"[{', '.join(map(plain, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {plain(item)}" for key, item in value.items()) + "}"
    return value.isoformat() if isinstance(value, date) else json.dumps(value)


@dataclass
class Blueprint:
    """A profile to be, the facts beside it, and what is claimed in it."""

    profile: dict
    facts: dict = field(default_factory=dict)
    claimed: set = field(default_factory=set)

    def tier(self, name):
        return self.profile["tiers"][name]

    def nodes(self, tier):
        return [name for name, node in self.profile["nodes"].items() if node["tier"] == tier]

    def tiers(self, platform=None, external=None):
        return [
            name
            for name, tier in self.profile["tiers"].items()
            if name != "t9"  # a fault itself
            and platform in (None, tier["platform"])
            and external in (None, tier["delivers_to"] == ["internet"])
        ]

    def before(self, name):
        return [other for other, tier in self.profile["tiers"].items() if name in tier["delivers_to"]]

    def default(self, name):
        """The Default entry a tier has, and the object that declares it."""
        own = self.tier(name).get("destination_controls", {}).get("default")
        if own is not None:
            return own, f"tier {name}"
        return self.profile["fleet"]["destination_controls"]["default"], "fleet"

    def claim(self, *areas):
        """Claim (tier, area) pairs; False where one of them is claimed already."""
        if self.claimed & set(areas):
            return False
        self.claimed |= set(areas)
        return True


def net(tier):
    return int(tier.removeprefix("t"))


def fleet_resolvers():
    return [
        {"address": "10.0.0.53", "priority": 0, "kind": VALIDATES},
        {"address": "10.0.0.54", "priority": 1, "kind": VALIDATES},
    ]


def loopback():
    return [{"address": "127.0.0.1", "kind": VALIDATES}, {"address": "::1", "priority": 1, "kind": VALIDATES}]


@st.composite
def blueprints(draw):
    """A clean fleet: one or two external tiers, up to two tiers inside that hand everything to one of them."""
    outside = draw(st.lists(st.sampled_from([*Platform]), min_size=1, max_size=2))
    inside = draw(st.lists(st.sampled_from([*Platform]), max_size=2))
    fleet = {
        "name": "example.com",
        "own_domains": ["example.com"],
        "ssh": {"user": "monitor", "known_hosts": "~/.ssh/known_hosts"},
    }
    at_fleet = draw(st.booleans())
    if at_fleet:
        fleet["destination_controls"] = {"default": {"tls": "preferred", "dane": "none"}}
    profile = {"fleet": fleet, "tiers": {}, "nodes": {}}
    names = [f"t{number}" for number in range(len(outside) + len(inside))]
    tiers = list(zip(names, [*outside, *inside], strict=True))
    goes_to = {name: draw(st.sampled_from(names[: len(outside)])) for name in names[len(outside) :]}
    for name, platform in tiers:
        external = name not in goes_to
        before = [other for other, to in goes_to.items() if to == name]
        tier = {
            "delivers_to": ["internet"] if external else [goes_to[name]],
            "receives_from": before or ["inside"],
            "platform": platform.value,
            "version": {"asyncos": "15.0.0-104", "postfix": "3.7.11", "exim": "4.96"}[platform.value],
        }
        profile["tiers"][name] = tier
        senders = [f"10.{net(other)}.0.0/16" for other in before] or ["10.200.0.0/16"]
        (OUTSIDE if external else INSIDE)[platform](draw, tier, senders, goes_to.get(name), at_fleet)
        for number in range(draw(st.integers(1, 3))):
            profile["nodes"][f"{name}n{number}"] = {"tier": name, "addresses": [f"10.{net(name)}.0.{number + 1}"]}
    profile["nodes"] = dict(draw(st.permutations(list(profile["nodes"].items()))))
    return Blueprint(profile)


def asyncos_outside(draw, tier, senders, _, at_fleet):
    tier["resolvers"] = fleet_resolvers()
    entries = {domain: {"tls": "required", "dane": "mandatory"} for domain in draw(SOME_DOMAINS)}
    entries["always.example"] = {"dane": "opportunistic"}  # DANE is on somewhere, so resolvers matter
    tier["destination_controls"] = entries
    if not at_fleet or draw(st.booleans()):
        entries["default"] = {"tls": "preferred", "dane": "none"}
    tier["smtp_routes"] = draw(st.sampled_from([{}, {"example.com": "10.250.0.1"}, {"ALL": "USEDNS"}]))
    tier["listeners"] = {
        "mail": {
            "policies": {"RELAYED": "RELAY", "ACCEPTED": "ACCEPT", "BLOCKED": "REJECT"},
            "sender_groups": [
                {"name": "RELAYLIST", "members": senders, "policy": "RELAYED"},
                {"name": "ALL", "members": ["ALL"], "policy": draw(st.sampled_from(["ACCEPTED", "BLOCKED"]))},
            ],
            "rat": draw(st.sampled_from([{}, {"example.com": "ACCEPT", "ALL": "REJECT"}])),
        }
    }
    tier["logs"] = {"mail_logs_d": {"level": "debug", "files": 4, "until": date(2026, 12, 24)}}
    tier["outbound_certificate"] = "mail-2026"


def postfix_outside(draw, tier, senders, _, __):
    tier["resolvers"] = loopback()
    tier["postfix"] = {
        "smtp_tls_security_level": "may",
        "smtp_dns_support_level": "dnssec",
        "relayhost": "",
        "mynetworks": ["127.0.0.0/8", *senders],
        "tls_policy": dict.fromkeys([*draw(SOME_DOMAINS), "always.example"], "dane-only"),
    }


def exim_outside(draw, tier, senders, _, __):
    tier["resolvers"] = loopback()
    tier["exim"] = {"hosts_try_dane": "mail.always.example", "relay_from_hosts": senders}


def asyncos_inside(draw, tier, senders, to, at_fleet):
    tier["destination_controls"] = {"default": {"dane": "none"}} if draw(st.booleans()) or not at_fleet else {}
    tier["smtp_routes"] = {"ALL": [f"10.{net(to)}.0.1"]} | draw(st.sampled_from([{}, {"example.com": "USEDNS"}]))


def postfix_inside(draw, tier, senders, to, _):
    tier["postfix"] = {"smtp_tls_security_level": "may", "relayhost": f"[10.{net(to)}.0.1]"}


def exim_inside(draw, tier, senders, to, _):
    tier["exim"] = {"hosts_try_dane": "", "routes": {"*": f"10.{net(to)}.0.1"}}


SOME_DOMAINS = st.lists(st.sampled_from(["ietf.org", "isc.org", ".suffix.example"]), unique=True, max_size=2)
OUTSIDE = {Platform.ASYNCOS: asyncos_outside, Platform.POSTFIX: postfix_outside, Platform.EXIM: exim_outside}
INSIDE = {Platform.ASYNCOS: asyncos_inside, Platform.POSTFIX: postfix_inside, Platform.EXIM: exim_inside}

FAULTS = {}
"""Code -> a function that puts the fault into a blueprint at a tier, claims its areas and returns the objects."""


def fault(code, *areas, platform=None, external=None):
    """Register a fault at a tier of ``platform`` that faces outside or not."""

    def register(function):
        def inject(blueprint, pick):
            tiers = blueprint.tiers(platform, external)
            name = pick(tiers) if tiers else None
            if name is None or not blueprint.claim(*((name, area) for area in areas)):
                return None
            return function(blueprint, name, blueprint.tier(name))

        FAULTS[f"{code} {function.__name__}"] = inject
        return function

    return register


ASYNCOS, POSTFIX, EXIM = "asyncos", "postfix", "exim"


@fault("DEST202", "default", "routes", platform=ASYNCOS, external=True)
def mandatory_default(blueprint, name, tier):
    entry, where = blueprint.default(name)
    if where == "fleet" and not blueprint.claim(*((other, "default") for other in blueprint.tiers() if other != name)):
        return None
    entry["dane"] = "mandatory"
    return [where]


@fault("DEST203", "default", "routes", platform=ASYNCOS, external=True)
def opportunistic_default(blueprint, name, tier):
    entry, where = blueprint.default(name)
    if where == "fleet" and not blueprint.claim(*((other, "default") for other in blueprint.tiers() if other != name)):
        return None
    entry["dane"] = "opportunistic"
    return [where]


@fault("DEST201", platform=ASYNCOS, external=True)
def entry_without_tls(blueprint, name, tier):
    tier["destination_controls"]["notls.example"] = {"tls": "none", "dane": "mandatory"}
    return [f"tier {name} destination control notls.example"]


@fault("DEST205", platform=ASYNCOS, external=True)
def held_destination(blueprint, name, tier):
    domain = f"held{name}.example"
    tier["destination_controls"][domain] = {"dane": "opportunistic"}
    blueprint.facts.setdefault("verdicts", {})[domain] = verdict(domain, matched=False)
    return [f"destination {domain}"]


@fault("DEST206", platform=ASYNCOS, external=True)
def overlapping_entries(blueprint, name, tier):
    tier["destination_controls"][".over.example"] = {"dane": "opportunistic"}
    tier["destination_controls"]["a.over.example"] = {"dane": "none"}
    return [f"tier {name} destination control a.over.example"]


@fault("DEST207", "certificate", platform=ASYNCOS, external=True)
def demo_certificate(blueprint, name, tier):
    tier["outbound_certificate"] = "demo"
    return [f"tier {name}"]


@fault("DEST209", "level", "tls_policy", platform=POSTFIX, external=True)
def mandatory_without_dnssec(blueprint, name, tier):
    tier["postfix"]["smtp_dns_support_level"] = "enabled"
    return [f"tier {name} level {key}" for key in tier["postfix"]["tls_policy"]]


@fault("DEST208", "level", "tls_policy", platform=POSTFIX, external=True)
def dane_without_dnssec(blueprint, name, tier):
    tier["postfix"] |= {"smtp_tls_security_level": "dane", "smtp_host_lookup": ["native"]}
    return [f"tier {name}"]


@fault("ROUTE301", "routes", platform=ASYNCOS, external=True)
def route_with_dane(blueprint, name, tier):
    tier["destination_controls"]["r.example"] = {"dane": "opportunistic"}
    tier["smtp_routes"]["r.example"] = "10.250.0.2"
    return [f"tier {name} route r.example"]


@fault("ROUTE302", "routes", platform=ASYNCOS, external=True)
def all_route_with_dane(blueprint, name, tier):
    tier["smtp_routes"]["ALL"] = "10.250.0.2"
    return [f"tier {name} route ALL"]


@fault("ROUTE303", "routes", "default", "listeners", platform=ASYNCOS, external=True)
def three_ways(blueprint, name, tier):
    tier["destination_controls"]["default"] = {"tls": "preferred", "dane": "opportunistic"}
    tier["smtp_routes"]["example.com"] = "10.250.0.1"
    tier["listeners"]["mail"]["sender_groups"][1]["policy"] = "ACCEPTED"
    tier["listeners"]["mail"]["rat"] = {"example.com": "ACCEPT"}
    return [f"tier {name} route example.com"]


@fault("ROUTE304", "routes", platform=ASYNCOS, external=True)
def thrown_away(blueprint, name, tier):
    tier["smtp_routes"]["ALL"] = "/dev/null"
    return [f"tier {name} route ALL"]


@fault("ROUTE305", "routes", "level", "tls_policy", platform=POSTFIX, external=True)
def mandatory_literal(blueprint, name, tier):
    tier["postfix"]["transport"] = {"partner.example": "smtp:[10.250.0.3]"}
    tier["postfix"]["tls_policy"]["[10.250.0.3]"] = "dane-only"
    return [f"tier {name} route partner.example"]


@fault("FLOW401", "listeners", platform=ASYNCOS, external=True)
def refuses(blueprint, name, tier):
    groups = tier["listeners"]["mail"]["sender_groups"]
    groups[0]["members"], groups[1]["policy"] = ["10.99.0.0/16"], "BLOCKED"
    return [f"tier {name} from tier {other}" for other in blueprint.before(name)]


@fault("FLOW401", "networks", platform=POSTFIX, external=True)
def postfix_refuses(blueprint, name, tier):
    tier["postfix"]["mynetworks"] = ["127.0.0.0/8"]
    return [f"tier {name} from tier {other}" for other in blueprint.before(name)]


@fault("FLOW401", "networks", platform=EXIM, external=True)
def exim_refuses(blueprint, name, tier):
    tier["exim"]["relay_from_hosts"] = ["127.0.0.1"]
    return [f"tier {name} from tier {other}" for other in blueprint.before(name)]


@fault("FLOW402", "listeners", platform=ASYNCOS, external=True)
def accepts(blueprint, name, tier):
    groups = tier["listeners"]["mail"]["sender_groups"]
    groups[0]["members"], groups[1]["policy"] = ["10.99.0.0/16"], "ACCEPTED"
    return [f"tier {name} from tier {other}" for other in blueprint.before(name)]


@fault("FLOW403", "listeners", "default", platform=ASYNCOS, external=True)
def relays_nobody(blueprint, name, tier):
    tier["listeners"]["mail"]["policies"]["RELAYED"] = "ACCEPT"
    return [f"tier {name}"]


@fault("FLOW405", "listeners", platform=ASYNCOS, external=True)
def open_relay(blueprint, name, tier):
    tier["listeners"]["mail"]["sender_groups"][1]["policy"] = "ACCEPTED"
    tier["listeners"]["mail"]["rat"] = {"ALL": "ACCEPT"}
    return [f"tier {name} listener mail"]


@fault("FLOW405", "networks", platform=POSTFIX, external=True)
def open_postfix(blueprint, name, tier):
    tier["postfix"]["mynetworks"].append("0.0.0.0/0")
    return [f"tier {name} mynetworks"]


@fault("FLOW406", "listeners", platform=ASYNCOS, external=True)
def group_too_late(blueprint, name, tier):
    late = {"name": "LATE", "members": ["10.98.0.1"], "policy": "RELAYED"}
    tier["listeners"]["mail"]["sender_groups"].append(late)
    return [f"tier {name} sender group LATE"]


def unfit(kind, **more):
    return {"address": "10.0.0.66", "kind": kind, **more}


RESOLVER = "resolver 10.0.0.66"
DOMAINS = {"domains": ["always.example"]}
for code, where, entry in (
    ("DNS501", 0, unfit("strips", priority=0)),
    ("DNS502", 0, unfit("strips", priority=1)),
    ("DNS503", 2, unfit("strips", priority=9)),
    ("DNS504", 2, unfit("strips", secondary=True)),
    ("DNS505", 2, unfit("strips", **DOMAINS)),
    ("DNS522", 2, {"address": "10.0.0.66", "priority": 2}),
):

    def bad_resolver(blueprint, name, tier, where=where, entry=entry):
        if where == 0:  # before the others, which make room
            tier["resolvers"] = [{**one, "priority": 1} for one in tier["resolvers"]]
        tier["resolvers"].insert(where, dict(entry))
        return [f"tier {name} {RESOLVER}"]

    fault(code, "resolvers", platform=ASYNCOS, external=True)(bad_resolver)


@fault("DNS506", "resolvers", platform=ASYNCOS, external=True)
def no_resolver(blueprint, name, tier):
    tier["resolvers"] = [unfit("strips"), unfit("strips", port=5353)]
    return [f"tier {name}"]


@fault("DNS521", "resolvers", platform=ASYNCOS, external=True)
def one_resolver(blueprint, name, tier):
    del tier["resolvers"][1]
    return [f"tier {name}"]


@fault("DNS513", "resolvers", "level", platform=POSTFIX, external=True)
def unvalidated(blueprint, name, tier):
    tier["resolvers"].append({"address": "127.0.0.2", "priority": 7, "kind": "passes"})
    return [f"tier {name} resolver 127.0.0.2"]


@fault("DNS514", "resolvers", "level", platform=POSTFIX, external=True)
def none_validates(blueprint, name, tier):
    tier["resolvers"] = [{**one, "kind": "passes"} for one in tier["resolvers"]]
    return [f"tier {name}"]


@fault("DNS512", "resolvers", platform=EXIM, external=True)
def fallback_unvalidated(blueprint, name, tier):
    tier["resolvers"].append({"address": "127.0.0.2", "priority": 7, "kind": "strips"})
    return [f"tier {name} resolver 127.0.0.2"]


@fault("DNS524", "resolvers", platform=EXIM, external=True)
def not_on_loopback(blueprint, name, tier):
    tier["resolvers"].append({"address": "10.0.0.66", "priority": 7, "kind": "validates"})
    return [f"tier {name} {RESOLVER}"]


@fault("VER601", "version", platform=ASYNCOS, external=True)
def old_version(blueprint, name, tier):
    tier["version"] = "11.1.2-023"
    return [f"tier {name}"]


@fault("VER603", "clock")
def wrong_clock(blueprint, name, tier):
    node = blueprint.nodes(name)[0]
    blueprint.facts.setdefault("observations", {}).update(
        seen(node, clock=900.0, platform=Platform(tier["platform"]))["observations"]
    )
    return [f"node {node}"]


for code, change in (
    ("LOG901", {"until": None}),
    ("LOG902", {"until": date(2026, 11, 1)}),
    ("LOG904", {"files": 20}),
):

    def bad_log(blueprint, name, tier, change=change):
        log = tier["logs"]["mail_logs_d"]
        log.update(change)
        if log["until"] is None:
            del log["until"]
        return [f"tier {name} log mail_logs_d"]

    fault(code, "logs", platform=ASYNCOS, external=True)(bad_log)


@fault("SSH701", "ssh")
def nothing_pinned(blueprint, name, tier):
    if not blueprint.claim(("fleet", "ssh")):
        return None
    del blueprint.profile["fleet"]["ssh"]["known_hosts"]
    return ["fleet"]


@fault("TIER101", "default", platform=ASYNCOS, external=False)
def dane_inside(blueprint, name, tier):
    tier["destination_controls"] = {"default": {"tls": "preferred", "dane": "opportunistic"}}
    return [f"tier {name}"]


@fault("TIER102", "level", platform=EXIM, external=False)
def exim_default_inside(blueprint, name, tier):
    del tier["exim"]["hosts_try_dane"]
    return [f"tier {name}"]


@fault("TIER104")
def nobody_there(blueprint, name, tier):
    blueprint.profile["tiers"]["t9"] = {
        "delivers_to": ["internet"],
        "receives_from": ["inside"],
        "platform": "exim",
        "exim": {"hosts_try_dane": ""},
    }
    return ["tier t9"]


@fault("TIER105", "routes", platform=ASYNCOS, external=False)
def no_way_out(blueprint, name, tier):
    tier["smtp_routes"] = {"example.com": "USEDNS"}
    return [f"tier {name}"]


@fault("TIER106", "routes", platform=ASYNCOS, external=False)
def looks_up_itself(blueprint, name, tier):
    tier["smtp_routes"]["ALL"] = "USEDNS"
    return [f"tier {name}"]


@fault("TIER107", "routes", platform=POSTFIX, external=False)
def past_the_next_tier(blueprint, name, tier):
    tier["postfix"]["relayhost"] = "[198.51.100.9]"
    return [f"tier {name}"]


@fault("TIER108", "routes", platform=ASYNCOS, external=False)
def foreign_lookup(blueprint, name, tier):
    tier["smtp_routes"]["foreign.example"] = "USEDNS"
    return [f"tier {name} route foreign.example"]


def odd_node(blueprint, name):
    """A node that may differ: of at least three, the last one."""
    nodes = blueprint.nodes(name)
    return (nodes[-1], blueprint.profile["nodes"][nodes[-1]]) if len(nodes) >= 3 else (None, None)


for code, area, key, value in (
    ("TIER111", "version", "version", "15.0.1-001"),
    ("TIER112", "resolvers", "resolvers", [{**one, "priority": 5} for one in fleet_resolvers()]),
    ("TIER113", "default", "destination_controls", {"default": {"concurrent_connections": 7}}),
    ("TIER114", "entries", "destination_controls", {"odd.example": {"tls": "required"}}),
    ("TIER115", "routes", "smtp_routes", {"odd.example": "USEDNS"}),
):

    def odd_one(blueprint, name, tier, key=key, value=value):
        node, declared = odd_node(blueprint, name)
        if node is None or key in declared:
            return None
        declared[key] = json.loads(json.dumps(value))
        return [f"node {node}"]

    fault(code, area, platform=ASYNCOS, external=True)(odd_one)


@fault("SUP001", "suppressions")
def hides_nothing(blueprint, name, tier):
    entry = {"code": "LOG903", "object": f"tier {name}", "reason": "none", "until": date(2027, 1, 15)}
    blueprint.profile.setdefault("suppressions", []).append(entry)
    return [f"suppression LOG903 tier {name}"]


@fault("DRIFT801", "clock", "version")
def drifted(blueprint, name, tier):
    node = blueprint.nodes(name)[0]
    platform = Platform(tier["platform"])
    poll = seen(node, platform=platform, version=f"{tier['version']}-hot")
    blueprint.facts.setdefault("observations", {}).update(poll["observations"])
    return [f"node {node} version"]


CONSEQUENCES = {
    "DEST202": {"DEST203", "ROUTE301", "ROUTE303", "TIER101"},
    "DEST203": {"ROUTE301", "ROUTE303", "TIER101"},
    "DEST208": {"DEST209"},
    "ROUTE302": {"TIER109"},
    "ROUTE303": {"DEST203", "ROUTE301"},
    "FLOW403": {"FLOW402", "FLOW404"},
    "VER603": {"DRIFT804"},
    "DRIFT801": {"DRIFT804"},
    "DNS521": set(),
}
"""What a fault brings with it, by code: DANE by default also takes effect on routes and inner tiers, an ALL route makes
an external tier external by name only, nodes that were polled have fields nobody asked for."""
