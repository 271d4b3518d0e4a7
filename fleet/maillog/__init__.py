"""What mail logs prove: lines of AsyncOS, CEF, Postfix and Exim logs read into evidence about destinations.

A live check says what a gateway *would* do; its log says what it *did*.  No platform logs "delivered under DANE" in one
plain line at its usual level, so how sure a line makes us is part of what is read from it (``forms``, one table):

* **AsyncOS**, level Information: the last TLS line of a delivery ends in ``for DOMAIN``, the vendor's own hint at DANE.
  The same form stands in logs from before DANE, so it counts only where the node is known to do DANE for the domain;
  elsewhere it is weak.  Failures and fallbacks have no documented line: they are concluded from the lines of a
  connection (DCID) and a message (MID), joined in a bounded window (``window``).  Level Debug shows each DNS question,
  the DNSSEC state of its answer and what a resolver did wrong; its long lines may arrive wrapped.
* **CEF**, the consolidated log of AsyncOS 13 and later: ``ESADaneStatus`` and ``ESADaneHost`` say it outright.
* **Postfix**: ``Verified TLS connection`` is DANE at the levels dane and dane-only (RFC 7672), and something else at
  verify, secure and fingerprint; a message's line names the destination, the TLS line of the same process before it
  how it went.  Mail that DANE holds says so in its reason.
* **Exim**: ``CV=dane`` on a delivery line says it outright, so does ``DANE`` in the reason of a deferral.

A line that is not recognised is counted, never guessed at.  One that begins like evidence and does not read on like it
is counted apart (``unparsed``): evidence may have been lost there.  Recipients' addresses lose their local part where
they are read, and no value made here holds one.

Pure: lines in, values out.  May import ``fleet.model``, ``fleet.text``, ``fleet.clock`` and ``fleet.errors``.
"""

from fleet.maillog.context import DaneKnown, nothing_known
from fleet.maillog.evidence import Evidence, Kind, Sure
from fleet.maillog.forms import FORMS, Form
from fleet.maillog.reader import Counts, LogReader
from fleet.maillog.tally import Tally, Witnessed

__all__ = [
    "FORMS",
    "Counts",
    "DaneKnown",
    "Evidence",
    "Form",
    "Kind",
    "LogReader",
    "Sure",
    "Tally",
    "Witnessed",
    "nothing_known",
]
