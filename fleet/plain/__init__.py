"""Nouns as plain data: what JSON can hold, out and back again without loss.

Everything that outlives a process (an event in the history, a recording, a line of ``fleet check --jsonl``) is written
by ``to_plain`` and read by ``from_plain(type, data)``; both are driven by the type hints of the dataclasses, so a new
field of a noun needs no word here.  Objects become objects, enums their value, tuples arrays, bytes hexadecimal, aware
times ISO 8601.  The members of a union of dataclasses carry a ``kind`` (``KINDS``), because nothing else tells them
apart.

Reading is forward compatible and strict at once: a key that is not known is ignored (a newer program wrote it), a key
that is missing takes the field's default if it has one, and anything of the wrong shape raises ``ShapeError`` with the
place (``steps[2].lookup.ttl``).  Nothing is ever guessed into shape.

State restores thousands of verdicts when it starts, so encoders and decoders are made once per type, as
source text, the way ``dataclasses`` itself makes ``__init__``.

May import ``fleet.model``, ``fleet.clock`` and ``fleet.errors``.
"""

from fleet.plain.decoding import ShapeError, from_plain
from fleet.plain.encoding import Json, dumps, to_plain
from fleet.plain.events import UnknownEvent, event_from_plain, event_to_plain
from fleet.plain.kinds import KINDS
from fleet.plain.verdicts import CHECK_FORMAT, read_verdicts

__all__ = [
    "CHECK_FORMAT",
    "KINDS",
    "Json",
    "ShapeError",
    "UnknownEvent",
    "dumps",
    "event_from_plain",
    "event_to_plain",
    "from_plain",
    "read_verdicts",
    "to_plain",
]
