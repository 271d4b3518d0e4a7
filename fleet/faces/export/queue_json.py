"""Delivery queues as one JSON document, ``fleet-queue/1``.

May import ``fleet.views``, ``fleet.model`` and ``fleet.plain``.
"""

from collections.abc import Sequence

from fleet.model.event import QueueSeen, QueueUnseen
from fleet.plain import Json, to_plain
from fleet.views.queue import QueueRow


def queue_document(seen: Sequence[QueueSeen | QueueUnseen], rows: Sequence[QueueRow], code: int) -> dict[str, Json]:
    """What was seen of each node, and what each waiting destination means.  A number that is not known is null."""
    return {
        "format": "fleet-queue/1",
        "exit_code": code,
        "nodes": [
            {
                "node": event.node,
                "at": to_plain(event.at),
                "observed": isinstance(event, QueueSeen),
                "queue": to_plain(event.queue) if isinstance(event, QueueSeen) else None,
                "failure": to_plain(event.failure) if isinstance(event, QueueUnseen) else None,
            }
            for event in seen
        ],
        "waiting": [
            {
                "destination": row.waiting.domain,
                "node": row.node,
                "recipients": row.waiting.recipients,
                "oldest": to_plain(row.waiting.oldest),
                "host": str(row.waiting.host),
                "source": row.waiting.source,
                "trend": str(row.trend),
                "news": row.news,
                "cause": str(row.blame.cause),
                "why": row.waiting.why or row.blame.sentence,
                "flow": row.blame.flow,
                "first_bounce_in_seconds": row.bounces_in,
            }
            for row in rows
        ],
    }
