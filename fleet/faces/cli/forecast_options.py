"""The options that ``fleet forecast``, ``rollout`` and ``runbook`` share, and what they come to.

May import what Typer needs for the options; everything else is loaded when a command runs (``forecast_given``).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

Supposed = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Suppose this setting, any key of the profile (KEY= removes it); repeat."
    ),
]
Down = Annotated[
    list[str] | None, typer.Option("--down", metavar="RESOLVER", help="Suppose that this resolver is silent; repeat.")
]
Destinations = Annotated[
    list[str] | None,
    typer.Option(help="File of destinations, one a line (- is stdin), in place of the profile's; repeat."),
]
Verdicts = Annotated[Path | None, typer.Option(help="What `fleet check --jsonl` said; the last of each counts.")]
Observed = Annotated[
    bool, typer.Option("--observed", help="Take nodes as seen last, resolvers as audited, the checks of fleet watch.")
]
Check = Annotated[
    bool, typer.Option("--check", help="Check destinations without a verdict now, through the declared resolvers.")
]
Lab = Annotated[bool, typer.Option("--lab", help="Check them in a lab started for this run (profiles/demo.toml).")]
NetworkMap = Annotated[
    Path | None, typer.Option("--network", help="With --check: map of sockets, as `fleet lab` writes one.")
]
TrustAnchor = Annotated[list[Path] | None, typer.Option(help="With --check: as for `fleet check`; repeat.")]
Timeout = Annotated[float, typer.Option(min=1, max=3600, help="With --check: seconds for one destination.")]
Jobs = Annotated[int, typer.Option(min=1, max=1000, help="With --check: destinations checked at the same time.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document.")]


@dataclass(frozen=True, slots=True)
class Asked:
    """What all three commands are given."""

    profile: str
    supposed: tuple[str, ...] = ()
    down: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()
    verdicts: Path | None = None
    check: bool = False
    lab: bool = False
    network: Path | None = None
    trust_anchor: tuple[Path, ...] = ()
    timeout: float = 60.0
    jobs: int = 32
    observed: bool = False
