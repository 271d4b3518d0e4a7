"""Whence checks are made: the network, the resolvers asked where a node has none of its own, what is trusted.

Paths and words only: the libraries behind them load when the first check runs, after the screen is there.

May import the standard library.
"""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Reach:
    """``network`` None: this host's.  ``resolvers`` empty: the system's.  ``anchors`` empty: the root's keys.

    ``roots``: public roots in place of certifi's.  ``smtp``: whether mail servers are talked to.
    """

    network: Path | None = None
    resolvers: tuple[str, ...] = ()
    anchors: tuple[Path, ...] = ()
    roots: Path | None = None
    smtp: bool = True
    seconds: float = 60.0
