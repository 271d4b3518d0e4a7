"""A recorded session read as if the node had just been asked: how a capture becomes a fixture, and is proved to be one.

May import ``fleet.model``, ``fleet.clock``, ``fleet.errors`` and this package, not asyncssh itself.
"""

from collections.abc import Iterable

from fleet.clock import fixed
from fleet.errors import UsageError
from fleet.model.fleet import Platform
from fleet.model.observation import Observation
from fleet.nodes.asyncos.poll import poll_appliance
from fleet.nodes.asyncos.session import Session
from fleet.nodes.commands import SHOWCONFIG, encode
from fleet.nodes.gathering import Gathering
from fleet.nodes.limits import Limits
from fleet.nodes.recording import Replay, ReplayedCommands, Turn, read_recording
from fleet.nodes.settling import settled
from fleet.nodes.unix.poll import poll_unix

_LIMITS = Limits(command=10.0, quiet=0.5, settle=0.01, greeting=0.01)
"""Nobody is slow in a recording: silence is where it stopped."""


async def replayed(lines: Iterable[str], node: str) -> Observation:
    """What a poll of ``node`` sees in the recording.  Raises UsageError for what is none."""
    recorded = read_recording(lines)
    try:
        platform = Platform(recorded.platform)
    except ValueError as error:
        raise UsageError("the recording is of a platform this program does not know") from error
    gathering = Gathering(node, fixed(recorded.at), tuple)
    if platform is Platform.ASYNCOS:
        asked = {text for turn, text in recorded.turns if turn is Turn.SENT}
        document = encode(SHOWCONFIG).text in asked
        asking = poll_appliance(Session(Replay(recorded), node, _LIMITS), gathering, document=document)
    else:
        asking = poll_unix(ReplayedCommands(recorded), node, platform, gathering)
    return await settled(gathering, node, asking, _LIMITS.poll)
