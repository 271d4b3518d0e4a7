"""The types of what the tests of the commands that ask nodes are given."""

import subprocess
from collections.abc import Callable

from fleet.lab.nodes.faults import Fault

Run = Callable[..., "subprocess.CompletedProcess[str]"]
"""``run("poll", ...)``: the program in a process and a home of its own."""
Failing = Callable[[Fault], None]
"""``breaks(Fault.CUT)``: dlv2 fails like that until the test is over."""
