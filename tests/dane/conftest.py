"""What tests of certificates share: chains made in memory, and OpenSSL's opinion of them where there is one."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import openssl_dane as oracle


@pytest.fixture(scope="session")
def openssl() -> ModuleType:
    """The oracle ``openssl_dane``; skips where the system has no libssl 3."""
    if oracle.library() is None:
        pytest.skip("the system has no libssl 3 to compare with")
    return oracle
