"""The profiles that rules show as bad and good, put together from as little as makes a fleet.

May import nothing of the project.
"""

_FLEET = '[fleet]\nname = "example.com"\nown_domains = ["example.com"]\n'

_EDGE = """
[nodes.gw1]
tier = "edge"
addresses = ["192.0.2.1"]

[tiers.edge]
delivers_to = ["internet"]
receives_from = ["inside"]
"""

_TWO_TIERS = """
[nodes.dlv1]
tier = "edge"
addresses = ["192.0.2.1"]

[nodes.scan1]
tier = "scan"
addresses = ["10.0.1.11"]

[tiers.edge]
delivers_to = ["internet"]
receives_from = ["scan"]
platform = "asyncos"

[tiers.scan]
delivers_to = ["edge"]
receives_from = ["internet", "inside"]
"""

_TWO_TIERS_EDGE_LAST = """
[nodes.dlv1]
tier = "edge"
addresses = ["192.0.2.1"]

[nodes.scan1]
tier = "scan"
addresses = ["10.0.1.11"]

[tiers.scan]
delivers_to = ["edge"]
receives_from = ["internet", "inside"]
platform = "asyncos"

[tiers.edge]
delivers_to = ["internet"]
receives_from = ["scan"]
"""


def edge(body: str, platform: str = "asyncos") -> str:
    """One gateway that faces the Internet; ``body`` goes on in ``[tiers.edge]``."""
    return f'{_FLEET}{_EDGE}platform = "{platform}"\n{body.strip()}\n'


def scan(body: str, platform: str = "asyncos") -> str:
    """A scanning tier before a delivery tier; ``body`` goes on in ``[tiers.scan]``."""
    return f'{_FLEET}{_TWO_TIERS}platform = "{platform}"\n{body.strip()}\n'


def delivery(body: str, platform: str = "asyncos") -> str:
    """A delivery tier behind a scanning tier; ``body`` goes on in ``[tiers.edge]``."""
    return f'{_FLEET}{_TWO_TIERS_EDGE_LAST}platform = "{platform}"\n{body.strip()}\n'
