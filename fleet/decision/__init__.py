"""What mail does: from recorded steps to actions, outcomes and sentences, under four policies and two modes.

A check records what was *seen* (``fleet.model.Verdict``).  What that *means* depends on who sends:

* **asyncos**: the vendor's two tables, 15 mandatory and 14 opportunistic rows over four columns: MX record, A record,
  TLSA, certificate.  The appliance validates by itself.  Its opportunistic mode is stricter than it sounds: bogus
  DNSSEC or a wrong certificate *holds* the mail.
* **postfix** and **exim** believe their resolver's AD bit, act per MX host and go on to the next one on failure.  Exim
  that requires DANE bounces at once where it finds none.
* **rfc7672** is the ideal client: own validation, next host on failure, no clear text to a host with TLSA records.

A policy is a table of rows; where its sources are silent the row says *assumed*, and so does every outcome that rests
on it.  On the way up:

======================  ===============================================================================
``states``              the columns' states, each said in mail terms
``table``               what a row is and how the deciding one is found
``asyncos`` …           one table a policy
``decide``              four states in, one action out
``combine``             the actions of all hosts and addresses to the one that counts, and the weakest
``reading``             recorded steps to states, as each client would see them
``fallback``            what plain TLS comes to at a TLS level
``cause``               why, as a word and as a sentence; RFC 8460 result type
``judge``               all of it: a verdict to a judgement
``levels``              the same under every TLS level
``differences``         where policies part
``advice``              what to do next
``lookahead``           what is about to go wrong
``published``           what a destination publishes, without all that differs at every check
``changes``             what changed between two checks: a rollover, or mail breaks
``dates``               the days on which what is published ends, and what then happens to mail
``exit_code``           what a script is told
======================  ===============================================================================

Everything here is pure.  May import ``fleet.model``, ``fleet.errors``, ``fleet.text`` and ``fleet.clock`` only.
Sections worth reading beside it: RFC 7672 2.1 to 2.2 and 3, RFC 7671 9, RFC 8460 4.3, RFC 7505, RFC 5321 5.1.
"""

from fleet.decision.advice import advice
from fleet.decision.beside import Agreement, Beside, beside, beside_all, doubts_anchor
from fleet.decision.cause import Cause
from fleet.decision.changes import Change, ChangeKind, Effect, changes
from fleet.decision.combine import STRICTNESS, WEAKNESS, Combined, combine, strictness
from fleet.decision.dates import DateKind, Due, dates
from fleet.decision.decide import TABLES, decide, decide_row
from fleet.decision.differences import differences
from fleet.decision.exit_code import ExitCode, exit_code, worst_code
from fleet.decision.fallback import fallback_outcomes
from fleet.decision.judge import SMTP_LEFT_OUT, Judgement, Path, judge, judge_all
from fleet.decision.levels import LevelOutcome, by_level
from fleet.decision.lookahead import Warning, WarningCode, warnings
from fleet.decision.published import Published, published
from fleet.decision.reading import Attempt, attempts, unobserved
from fleet.decision.states import AddressState, CertificateState, MxState, TlsaState
from fleet.decision.table import Basis, Reading, Row, Table
from fleet.decision.vantages import Comparison, Differing, Parting, View, compare_views

__all__ = [
    "SMTP_LEFT_OUT",
    "STRICTNESS",
    "TABLES",
    "WEAKNESS",
    "AddressState",
    "Agreement",
    "Attempt",
    "Basis",
    "Beside",
    "Cause",
    "CertificateState",
    "Change",
    "ChangeKind",
    "Combined",
    "Comparison",
    "DateKind",
    "Differing",
    "Due",
    "Effect",
    "ExitCode",
    "Judgement",
    "LevelOutcome",
    "MxState",
    "Parting",
    "Path",
    "Published",
    "Reading",
    "Row",
    "Table",
    "TlsaState",
    "View",
    "Warning",
    "WarningCode",
    "advice",
    "attempts",
    "beside",
    "beside_all",
    "by_level",
    "changes",
    "combine",
    "compare_views",
    "dates",
    "decide",
    "decide_row",
    "differences",
    "doubts_anchor",
    "exit_code",
    "fallback_outcomes",
    "judge",
    "judge_all",
    "published",
    "strictness",
    "unobserved",
    "warnings",
    "worst_code",
]
