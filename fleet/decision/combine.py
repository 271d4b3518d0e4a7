"""From the actions of single attempts (MX host by MX host, address by address) to what happens to the domain's mail.

Clients walk the hosts in preference order.  Every client goes past an address that does not answer and a host without
addresses.  Past a host that *fails*, they part: RFC 7672, Postfix and Exim try the next host; for AsyncOS the vendor
shows "Trying next" only after an insecure address, so the strict reading lets the first failing host decide
and the RFC reading stands beside it as the alternative.  A *bounce* ends every walk: the message is gone.

Two orders of actions are used, and they are not the same.  *Strictness* is how much is demanded before mail leaves; a
mandatory mode is never less strict than an opportunistic one.  *Weakness* is what someone gains who blocks the better
hosts: nothing, then delay, then a bounce, then unauthenticated TLS, then clear text.

May import ``fleet.model`` only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from fleet.model import Action, Mode, Policy

STRICTNESS: tuple[Action, ...] = (
    Action.FALLBACK,
    Action.UNKNOWN,
    Action.TLS_UNAUTHENTICATED,
    Action.FAIL_OR_TLS,
    Action.NOT_TESTED,
    Action.SUCCESS,
    Action.NEXT_HOST,
    Action.FAIL,
    Action.SOFT_ERROR,
    Action.BOUNCE,
    Action.UNDELIVERABLE,
)
"""From lenient to strict.  ``unknown`` may turn out to be a fallback; ``not-tested`` only a success or a failure.
A bounce is stricter than a failure: what is held may still be delivered once DANE is in order."""

WEAKNESS: tuple[Action, ...] = (
    Action.SUCCESS,
    Action.NOT_TESTED,
    Action.NEXT_HOST,
    Action.UNDELIVERABLE,
    Action.SOFT_ERROR,
    Action.FAIL,
    Action.BOUNCE,
    Action.FAIL_OR_TLS,
    Action.TLS_UNAUTHENTICATED,
    Action.UNKNOWN,
    Action.FALLBACK,
)
"""From strong to weak: what is left to the sender when the better hosts are blocked."""

_UNREACHABLE = (Action.NOT_TESTED, Action.NEXT_HOST)
_FAILED_HOST = (Action.FAIL, Action.SOFT_ERROR)
_NOTHING_DELIVERS = (Action.NOT_TESTED, Action.FAIL, Action.SOFT_ERROR, Action.NEXT_HOST)
"""Where no attempt delivers, the first of these that occurs speaks for the domain: mail might still pass at a host that
could not be tested; a failing host is a firmer statement than a failed lookup."""


@dataclass(frozen=True, slots=True)
class Combined:
    """What a domain's attempts amount to.

    ``action`` is the one that counts, the expected path's: in preference order, skipping as the platform does.
    ``weakest`` is what someone who blocks the better hosts obtains.  ``alternative`` is AsyncOS's RFC reading where it
    differs.  ``all_dane``: every attempt that can be used is authenticated by DANE.  The indices say which attempt
    stands behind ``action`` and ``weakest`` (None without attempts).
    """

    action: Action
    weakest: Action
    all_dane: bool
    alternative: Action | None = None
    expected_index: int | None = None
    weakest_index: int | None = None

    @property
    def expected(self) -> Action:
        """The action of the expected path."""
        return self.action


def strictness(action: Action) -> int:
    """The rank of ``action`` in ``STRICTNESS``; higher demands more."""
    return STRICTNESS.index(action)


def combine(policy: Policy | str, mode: Mode | str, hosts: Sequence[Action | str]) -> Combined:
    """Combine the actions of attempts, given in MX and address order.  No attempts at all: ``unknown``."""
    actions = tuple(action if isinstance(action, Action) else Action(action) for action in hosts)
    return _combine(Policy(policy), Mode(mode), actions)


@lru_cache(maxsize=1024)
def _combine(policy: Policy, mode: Mode, actions: tuple[Action, ...]) -> Combined:
    if not actions:
        return Combined(Action.UNKNOWN, Action.UNKNOWN, all_dane=False)
    lenient = _walk(actions, _UNREACHABLE + _FAILED_HOST)
    expected = _walk(actions, _UNREACHABLE) if policy is Policy.ASYNCOS else lenient
    action, other = (_delivered(policy, actions[index]) for index in (expected, lenient))
    weakest = max(range(len(actions)), key=lambda index: (WEAKNESS.index(actions[index]), -index))
    usable = [found for found in actions if found not in _UNREACHABLE]
    return Combined(
        action=action,
        weakest=_delivered(policy, actions[weakest]),
        all_dane=bool(usable) and all(found is Action.SUCCESS for found in usable),
        alternative=other if other is not action else None,
        expected_index=expected,
        weakest_index=weakest,
    )


def _walk(actions: tuple[Action, ...], skipped: tuple[Action, ...]) -> int:
    """The attempt that decides when those with a ``skipped`` action are gone past."""
    decided = next((index for index, action in enumerate(actions) if action not in skipped), None)
    if decided is not None:
        return decided
    return next(actions.index(action) for action in _NOTHING_DELIVERS if action in actions)


def _delivered(policy: Policy, action: Action) -> Action:
    """Hosts without any address: AsyncOS keeps the message (assumed), the others return it (RFC 5321 5.1)."""
    if action is not Action.NEXT_HOST:
        return action
    return Action.SOFT_ERROR if policy is Policy.ASYNCOS else Action.UNDELIVERABLE
