"""Where our judgement and an MTA's part, written down: a table row each, and the check that holds both to the table.

Imports the sibling ``destination`` only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from internet.destination import Delivery, Sent

DELIVERIES = {
    "dane": Delivery.VERIFIED,
    "tls-verified": Delivery.TLS,
    "tls": Delivery.TLS,
    "clear": Delivery.CLEAR,
    "held": Delivery.HELD,
    "undeliverable": Delivery.BOUNCED,
    "not-tested": Delivery.HELD,
}
"""Our outcomes in an MTA's terms.  What we could not test it could not reach either: it defers."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Domains for which our outcome ``ours`` stands beside the MTA's ``theirs`` at these levels, and why."""

    why: str
    ours: str
    theirs: Delivery
    levels: tuple[str, ...]
    domains: tuple[str, ...]


def compare(
    key: tuple[str, str],
    ours: Mapping[str, Any],
    delivery: Delivery | None,
    theirs: Sent,
    table: Sequence[Difference] = (),
) -> None:
    """Assert that ours is theirs, or that the difference is the one the table lists (and then, that it is still there).

    ``key`` is (level, domain); ``delivery`` is our outcome in the MTA's terms, None where we do not know.
    """
    level, domain = key
    listed = [row for row in table if level in row.levels and domain in row.domains]
    if not listed:
        assert delivery is theirs.delivery, f"{ours['outcome']}: {ours['reason']} | {theirs.words}"
        return
    (row,) = listed
    seen = (ours["outcome"], theirs.delivery)
    assert seen == (row.ours, row.theirs), f"the listed difference has changed, see the table: {row.why}"
