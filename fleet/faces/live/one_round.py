"""An engine run until everything was looked at once, for faces without a screen.

May import ``fleet.forecast``, ``fleet.views`` and the modules beside.
"""

import asyncio
import contextlib

from fleet.faces.live.live import LiveEngine
from fleet.forecast import Audits, in_use
from fleet.views.board import Picture


async def one_round(engine: LiveEngine, seconds: float) -> Picture:
    """The picture after all was polled, audited and checked and its queues looked at once, or after ``seconds``.

    Then the engine ends.
    """
    changed = asyncio.Event()
    engine.subscribe(changed.set)
    working = asyncio.ensure_future(engine.run())
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not _complete(engine):
                    await changed.wait()
                    changed.clear()
        await engine.judging.judge_now()
        return engine.picture()
    finally:
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working


def _complete(engine: LiveEngine) -> bool:
    state = engine.state
    if engine.engine is None or state.fleet is None:
        return False
    audits = Audits(state.resolvers.values())
    declared = state.fleet.nodes.values()
    if not all(audits.of(node.name, one).cells for node in declared for one in in_use(node.settings)):
        return False
    if not all(name in state.queues for name, _watched in engine.queueing()):
        return False
    nodes = [state.nodes.get(name) for name in state.fleet.nodes]
    checks = [state.checks.get(target) for target in engine.watched.targets]
    return all(node is not None and (node.observation or node.failure) for node in nodes) and all(
        check is not None and (check.verdict or check.failure) for check in checks
    )
