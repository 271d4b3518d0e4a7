"""First profiles: a commented starter, and profiles made from lists of hosts that exist already.

Every function is pure, text to text, and what it gives reads without a diagnostic.  Nothing is guessed that decides
about mail: a tier comes from a documented column, comment or group, else a node stands in the tier ``unassigned``,
which delivers to nothing; resolvers, routes, flows and destination controls are left to be written down, and the text
says so.  ``hosts`` holds what the three sources share.

May import ``fleet.model``, ``fleet.errors``, ``fleet.text`` and ``fleet.profile``.
"""

from fleet.profile.init.ansible import from_ansible
from fleet.profile.init.comma_separated import from_csv
from fleet.profile.init.ssh_config import from_ssh_config
from fleet.profile.init.starter import starter

__all__ = ["from_ansible", "from_csv", "from_ssh_config", "starter"]
