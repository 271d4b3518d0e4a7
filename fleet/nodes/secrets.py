"""Where passwords come from: the environment or the system's keyring, by the reference a profile holds.

``keyring`` is not a dependency: it is loaded if a profile names it and said plainly if it is not there.  May import
``fleet.errors`` and ``fleet.text``.
"""

import asyncio
import importlib
import os
from collections.abc import Mapping

from fleet.errors import Failure, FailureKind, RemoteError
from fleet.text import show

KEYRING_SERVICE = "fleet"


async def find_secret(reference: str, environment: Mapping[str, str] | None = None) -> str:
    """The secret that ``reference`` (``env:NAME``, ``keyring:NAME``) names.  Raises RemoteError (key-locked)."""
    source, _, name = reference.partition(":")
    if source == "env" and name:
        value = (os.environ if environment is None else environment).get(name, "")
        if not value:
            raise _locked(f"the environment variable {show(name, 80)} is not set", f"export {show(name, 80)} first")
        return value
    if source == "keyring" and name:
        return await _from_keyring(name)
    # The reference is not repeated: somebody may have written the password itself there.
    raise _locked(
        "the password of this node is not given as env:NAME or keyring:NAME",
        "name where it is kept, never the password itself",
    )


async def _from_keyring(name: str) -> str:
    try:
        keyring = importlib.import_module("keyring")
    except ImportError as error:
        raise _locked(
            f"the password is in the keyring under '{show(name, 80)}', but Python's keyring package is not installed",
            "install 'keyring' beside fleet, or use env:NAME",
        ) from error
    try:
        value = await asyncio.to_thread(keyring.get_password, KEYRING_SERVICE, name)  # may ask a daemon
    except Exception as error:  # a backend may raise whatever it likes, and its text is not ours to show
        raise _locked("the keyring gave no answer", "unlock the keyring") from error
    if not isinstance(value, str) or not value:
        raise _locked(
            f"the keyring holds nothing for service '{KEYRING_SERVICE}', name '{show(name, 80)}'",
            f"store it: keyring set {KEYRING_SERVICE} {show(name, 80)}",
        )
    return value


def _locked(sentence: str, hint: str) -> RemoteError:
    return RemoteError(Failure(FailureKind.KEY_LOCKED, sentence, hint))
