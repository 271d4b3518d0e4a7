"""How a poll ends, however it ends: with an observation.

May import ``fleet.model``, ``fleet.errors``, ``fleet.text`` and this package.
"""

import asyncio
import logging
import traceback
from collections.abc import Awaitable

from fleet.errors import FailureKind, RemoteError
from fleet.model.observation import Observation
from fleet.nodes.failures import failed
from fleet.nodes.gathering import Gathering
from fleet.text import show

_log = logging.getLogger(__name__)


async def settled(gathering: Gathering, node: str, asking: Awaitable[None], seconds: float) -> Observation:
    """What ``asking`` has put into ``gathering``; what ended it early is the observation's failure."""
    try:
        async with asyncio.timeout(seconds):
            await asking
    except RemoteError as error:
        if error.failure.kind is FailureKind.UNCOMMITTED:
            gathering.doubt(error.failure.sentence)
        return gathering.observation(error.failure)
    except TimeoutError:
        late = f"{show(node, 80)}: the poll was not done within {seconds:g} s"
        return gathering.observation(failed(FailureKind.TIMEOUT, late).failure)
    except Exception as error:  # a fault of ours or of a library must cost one node, never the round
        said = f"{show(node, 80)}: this program failed on what the node said ({type(error).__name__})"
        # Frames only: the exception's own text may repeat what the node said.
        _log.debug("poll of %r: %s", node, "".join(traceback.format_tb(error.__traceback__)))
        return gathering.observation(failed(FailureKind.MALFORMED, said, "please report it with a recording").failure)
    return gathering.observation()
