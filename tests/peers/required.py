"""Real software is wanted: where a machine lacks it, tests skip and say so; with ``FLEET_PEERS=required`` they fail."""

import os

import pytest


def require(reason: str) -> None:
    """Go on where ``reason``, what the machine lacks, is empty."""
    if reason and os.environ.get("FLEET_PEERS") == "required":
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)
