"""Remembering what was worked out about certificates: the same authorities appear in chain after chain.

A stranger chooses how large a certificate is, and a monitor runs for months.  So results about certificates of usual
size are remembered by the hundred, those about large ones only while the walk that met them goes on.

May import the standard library only.
"""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")

_USUAL_OCTETS = 8192
"""Of all certificates in one question together; a usual one has one to three thousand."""
_LARGE_ONES = 16


def remembered(most: int, octets: Callable[P, int]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Remember up to ``most`` results; ``octets`` says how large the arguments of one are."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        usual, large = lru_cache(maxsize=most)(function), lru_cache(maxsize=_LARGE_ONES)(function)

        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            found = usual if octets(*args, **kwargs) <= _USUAL_OCTETS else large
            return cast("Callable[P, R]", found)(*args, **kwargs)

        def cache_clear() -> None:
            usual.cache_clear()
            large.cache_clear()

        cast("Any", call).cache_clear = cache_clear
        return call

    return decorate


def octets_of(der: bytes, /) -> int:
    """How large a single certificate or key is."""
    return len(der)
