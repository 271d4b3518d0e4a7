"""The options that ``fleet watch`` and ``fleet serve`` share: whence checks are made, and where what is seen is kept.

May import what Typer needs for the options.
"""

from pathlib import Path
from typing import Annotated

import typer

Profile = Annotated[Path, typer.Argument(metavar="PROFILE", help="The fleet, as a profile in TOML.")]
Resolver = Annotated[
    list[str] | None,
    typer.Option("--resolver", help="Resolver ADDRESS[:PORT] for checks where no node says which it uses; repeat."),
]
TrustAnchor = Annotated[
    list[Path] | None,
    typer.Option(
        "--trust-anchor", help="DS/DNSKEY records or root-anchors.xml; repeat.  Where none is the root's: its own keys."
    ),
]
NetworkMap = Annotated[
    Path | None, typer.Option("--network", help="Map of (address, port) to other sockets, as `fleet lab` writes one.")
]
NoSmtp = Annotated[bool, typer.Option("--no-smtp", help="Checks ask DNS only: at most 'dns-ready'.")]
History = Annotated[
    Path | None,
    typer.Option("--history", help="Where what is seen is kept.  Default: a file per profile, beside the settings."),
]
