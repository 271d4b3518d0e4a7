"""The commented profile a beginner edits.  May import nothing."""

_STARTER = """\
# A fleet of mail gateways.  `fleet validate` reads this file; `fleet schema` prints a JSON Schema for your editor.
#
# Replace the names and addresses below (they are reserved for documentation), and write down what your gateways are
# really told to do: what is not written here is unknown, and nothing is called good that is unknown.
format = "fleet-profile/1"

[fleet]
name = "example.com"
# Domains whose mail stays inside.
own_domains = ["example.com"]
# Any setting may stand here (for all nodes), at a tier, or at a node: the nearest one counts.
platform = "asyncos" # asyncos, postfix or exim
# version = "15.0.0-104"
# kind: validates, passes or strips, as far as you know; AsyncOS needs resolvers that validate or pass signatures on,
# Postfix and Exim need resolvers that validate.
resolvers = [
  { address = "192.0.2.53", priority = 0, kind = "unknown" },
]

[fleet.ssh]
user = "fleet"
# key = "~/.ssh/fleet"          the path of a key; or password = "env:FLEET_PASSWORD", or "keyring:fleet"
# jump = "admin@bastion.example.com"
# showconfig = true             polls ask appliances for their whole configuration too, its passwords masked: nothing
#                               else shows bounce_profiles and outbound_certificate, which stay "not observed" without

# How long mail is retried before it is returned: mail that DANE holds waits that long.
[fleet.bounce_profiles]
Default = "72h"

# The entry that stands for all destinations without one of their own.
[fleet.destination_controls.default]
tls = "preferred"
dane = "none"

# ---- a tier is a group of gateways with one task.  Only a tier that delivers to "internet" may do DANE.
[tiers.scan]
delivers_to = ["delivery", "inside"] # names of tiers, "internet", "inside" (own mail systems that stand not here)
receives_from = ["internet", "inside"]

[tiers.scan.smtp_routes]
ALL = ["192.0.2.21"]                     # everything external goes to the delivery tier
"example.com" = "exchange.example.com"   # "USEDNS" for an MX lookup, "/dev/null" to discard

[tiers.scan.listeners.incoming]
policies = { RELAYED = "RELAY", ACCEPTED = "ACCEPT" }
# The first group with a matching member decides; members: address, range, host, .domain, ALL.
sender_groups = [
  { name = "RELAYLIST", members = ["192.0.2.128/25"], policy = "RELAYED" },
  { name = "ALL", members = ["ALL"], policy = "ACCEPTED" },
]
rat = { "example.com" = "ACCEPT", ALL = "REJECT" }

[tiers.delivery]
delivers_to = ["internet"]
receives_from = ["scan"]

# Only mail that comes in under a RELAY policy gets DANE: the scanning nodes must be members of such a group.
[tiers.delivery.listeners.outgoing]
public = false
policies = { RELAYED = "RELAY", BLOCKED = "REJECT" }
sender_groups = [
  { name = "RELAYLIST", members = ["192.0.2.11"], policy = "RELAYED" },
  { name = "ALL", members = ["ALL"], policy = "BLOCKED" },
]

# The careful first step: one entry for each destination you have checked (`fleet check ietf.org`).
[tiers.delivery.destination_controls."ietf.org"]
dane = "opportunistic"

# ---- gateways
[nodes.scan1]
tier = "scan"
addresses = ["192.0.2.11"]
# ssh.host_key = "SHA256:..."   as `ssh-keygen -lf` prints it; compare it with the gateway's own console

[nodes.delivery1]
tier = "delivery"
addresses = ["192.0.2.21"]

# ---- destinations to watch
[destinations."ietf.org"]
every = "30m"
# recipients_per_day = 120

# ---- a finding that is known and may be hidden for a while; without reason and end it hides nothing
# [[suppressions]]
# code = "DNS401"
# object = "tier delivery"
# reason = "a second resolver is ordered"
# until = 2027-01-31
"""


def starter() -> str:
    """A profile of two tiers with documentation addresses, which reads without a diagnostic."""
    return _STARTER
