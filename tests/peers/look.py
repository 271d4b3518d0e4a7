"""The command line without politeness towards mail servers: those of the lab are ours, nobody is to be spared."""

from fleet.dane.pacing import Pacer
from fleet.faces.cli import main
from fleet.vantage import from_node

from_node.Pacer = lambda **_: Pacer(8, 10_000)  # type: ignore[assignment,misc]
main()
