"""Transcripts in the words of the appliance's ``daneverify`` command, written from a verdict and read back into one.

``daneverify DOMAIN`` on a Cisco Secure Email Gateway prints its walk as lines: the MX record, one A record, the
connection, the TLSA record, the certificate, and one last word, ``DANE SUCCESS`` or ``DANE FAILED``.  Operators know
these lines by heart, and on an appliance they are the only evidence there is.  So a ``Verdict`` of ours renders as such
lines (``render``), and such lines read as a verdict (``parse``).

Two warnings belong to this vocabulary.  It has no line for most things that go wrong; where the appliance's wording is
not known to us, a line is composed in the same style and marked *synthetic*.  And its last word is coarse: ``DANE
FAILED`` is also printed for a domain that merely is not signed, to which opportunistic mail is delivered.  What happens
to mail is therefore never read off the last word but judged from the steps (``fleet.decision``); the last word is
kept beside them as ``Transcript.says``.

A verdict read from a transcript is *partial*: it has no resolver, no TLSA data, no chain.  ``Verdict.unknown`` lists
what the text did not say.  May import ``fleet.model``, ``fleet.decision`` and ``fleet.text``.
"""

from fleet.dane.transcript.phrases import Line, text
from fleet.dane.transcript.reading import LastWord, Transcript, parse, parse_transcript
from fleet.dane.transcript.rendering import render

__all__ = ["LastWord", "Line", "Transcript", "parse", "parse_transcript", "render", "text"]
