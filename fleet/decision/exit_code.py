"""The exit code of a check: what a script may rely on.

0 nothing to object to, 1 mail is held, or bounced because DANE was required, or a require is not met, 3 something was
not tested or is not known.  A fallback is 0 unless DANE is required.  Undeliverable mail (null MX, no such domain)
bounces at once too, which is not DANE's doing: it is 0 unless something is required.  A require is met only where
*every* usable host meets it behind a proven MX, because "DANE" without qualification is said only then.  The worst of
all domains wins; nothing at all is 3.

May import ``fleet.model`` and other modules of this package.
"""

from collections.abc import Iterable
from enum import IntEnum

from fleet.decision.judge import SMTP_LEFT_OUT, Judgement
from fleet.decision.states import MxState
from fleet.model import Action, Outcome, Require


class ExitCode(IntEnum):
    """Exit codes of every command."""

    CLEAN = 0
    FINDINGS = 1
    """Mail is held, or bounced for want of DANE, or a require is not met."""
    USAGE = 2
    INCOMPLETE = 3
    """Something was not tested or is not known."""
    INTERRUPTED = 130


_BY_PRECEDENCE = (
    ExitCode.USAGE,
    ExitCode.INTERRUPTED,
    ExitCode.FINDINGS,
    ExitCode.INCOMPLETE,
    ExitCode.CLEAN,
)
_NOT_DANE = (
    Action.FALLBACK,
    Action.TLS_UNAUTHENTICATED,
    Action.FAIL_OR_TLS,
    Action.FAIL,
    Action.SOFT_ERROR,
    Action.BOUNCE,
    Action.UNDELIVERABLE,
)
_UNPROVEN_MX = (MxState.INSECURE, MxState.IMPLICIT_INSECURE)
_UNTESTED = (Outcome.NOT_TESTED, Outcome.UNKNOWN, Outcome.DNS_READY)


def worst_code(codes: Iterable[ExitCode]) -> ExitCode:
    """The code that wins: 2 > 130 > 1 > 3 > 0.  No codes at all: incomplete."""
    given = set(codes)
    return next((code for code in _BY_PRECEDENCE if code in given), ExitCode.INCOMPLETE)


def exit_code(judgements: Iterable[Judgement], require: Require | None = None) -> ExitCode:
    """The code of a set of judgements, one for each domain checked."""
    return worst_code(_one(judgement, require) for judgement in judgements)


def _one(judgement: Judgement, require: Require | None) -> ExitCode:
    if judgement.outcome is Outcome.HELD or judgement.action is Action.BOUNCE:
        return ExitCode.FINDINGS
    if require is not None and _falls_short(judgement):
        return ExitCode.FINDINGS
    missing = [entry for entry in judgement.incomplete if entry != SMTP_LEFT_OUT]
    if require is Require.DNS_READY and judgement.outcome is Outcome.DNS_READY and not missing:
        return ExitCode.CLEAN
    if judgement.incomplete or judgement.outcome in _UNTESTED:
        return ExitCode.INCOMPLETE
    return ExitCode.CLEAN


def _falls_short(judgement: Judgement) -> bool:
    """Whether it is known that some host is not under DANE."""
    if judgement.outcome is Outcome.UNDELIVERABLE:
        return True
    return any(path.action in _NOT_DANE or path.row.mx in _UNPROVEN_MX for path in judgement.paths)
