"""How long, how much and how many: every number that bounds work with nodes.  May import nothing of the project."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds, bytes and counts.

    ``connect``: until a node's server has said its first byte.  ``login``: from there until it has let us in.
    ``command``: one command, or one menu with its questions.  ``quiet``: silence inside a session, no prompt in sight.
    ``settle``: silence that makes the last line a prompt and no part of an output; ``greeting`` the same for the first
    prompt, because a banner may hold lines that look like one.  ``poll``: everything together.
    ``errand``: a command that waits for servers of others (the appliance's own DANE check), silence in it included.
    ``output``, ``document``: bytes of one answer, of the XML configuration.  ``pages``: turns of a pager.
    ``queue``: bytes of the listing of a whole delivery queue, which is counted as it comes and not kept.
    ``log``: bytes of the lines that a search of a mail log finds, which are read as they come and not kept.
    ``watched``: destinations that one look at an appliance's queue asks for one by one.
    ``polls``: nodes asked at the same time; most of them wait, so this is many.  ``handshakes``: key exchanges at the
    same time; they cost processor time, so this is few.  ``lease``: seconds after which a handshake that is still not
    done gives its place back, because it waits as well.  ``behind_jump``: handshakes at a time through one jump host.
    """

    connect: float = 10.0
    login: float = 20.0
    command: float = 60.0
    quiet: float = 30.0
    settle: float = 0.05
    greeting: float = 0.3
    poll: float = 240.0
    errand: float = 180.0
    output: int = 256 * 1024
    document: int = 16 * 1024 * 1024
    queue: int = 512 * 1024 * 1024
    log: int = 64 * 1024 * 1024
    watched: int = 50
    pages: int = 2000
    polls: int = 1000
    handshakes: int = 32
    lease: float = 0.5
    behind_jump: int = 8
