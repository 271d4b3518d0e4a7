"""One destination as one row: the outcome in the mode asked for, the other mode beside it, and why.

May import ``fleet.decision``, ``fleet.model``, ``fleet.text`` and its own package.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from fleet.decision import Judgement, advice, differences, warnings
from fleet.model import Mode, Policy, Verdict
from fleet.text import show
from fleet.views.explanation import path_text
from fleet.views.ladder import Summary, summary
from fleet.views.marks import ACTION_WORDS, Mark, outcome_mark, outcome_word
from fleet.views.names import age, unicode_name

_LONG = 400


@dataclass(frozen=True, slots=True)
class ModeOutcome:
    """What one mode comes to: its mark, the outcome in a word or two, and the outcome with all that qualifies it."""

    mode: Mode
    mark: Mark
    word: str
    words: str


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One destination, ready to show; every string is safe text.

    ``domain`` is in Unicode and ``label`` its A-label form, empty where they are the same.  ``chosen`` is the outcome
    in the mode asked for, ``other`` that of the other mode.  ``differences`` tells where policies part;
    ``warning_codes`` are the kinds of ``warnings``, each once.  ``age`` is empty where no time to measure from was
    given.
    """

    domain: str
    label: str
    policy: Policy
    chosen: ModeOutcome
    other: ModeOutcome
    summary: Summary
    expected: str
    weakest: str
    reason: str
    alternative: str = ""
    assumed: bool = False
    report: str = ""
    advice: str = ""
    warnings: tuple[str, ...] = ()
    warning_codes: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()
    incomplete: tuple[str, ...] = ()
    age: str = ""

    @property
    def name(self) -> str:
        """Both forms of the domain: a look-alike must not pass for the real one."""
        return f"{self.domain} ({self.label})" if self.label else self.domain

    @property
    def opportunistic(self) -> ModeOutcome:
        """The outcome in opportunistic mode, whichever was asked for."""
        return self.chosen if self.chosen.mode is Mode.OPPORTUNISTIC else self.other

    @property
    def mandatory(self) -> ModeOutcome:
        """The outcome in mandatory mode, whichever was asked for."""
        return self.chosen if self.chosen.mode is Mode.MANDATORY else self.other


def check_row(
    verdict: Verdict,
    judgements: Mapping[tuple[Policy, Mode], Judgement],
    *,
    policy: Policy = Policy.ASYNCOS,
    mode: Mode = Mode.OPPORTUNISTIC,
    now: datetime | None = None,
) -> CheckRow:
    """``verdict`` as a row for ``policy`` and ``mode``.

    ``judgements`` must hold both modes of ``policy`` (KeyError if not); where policies part is told from all it holds.
    Age and look-ahead warnings are as of ``now``, an aware time; without it, warnings are as of the check.
    """
    judgement = judgements[policy, mode]
    other = judgements[policy, _OTHER[mode]]
    written = unicode_name(verdict.domain)
    label = show(verdict.domain, 255)
    ahead = warnings(verdict, now or verdict.at)
    return CheckRow(
        domain=written,
        label="" if label == written else label,
        policy=policy,
        chosen=_mode_outcome(judgement),
        other=_mode_outcome(other),
        summary=summary(verdict),
        expected=path_text(judgement.expected_path),
        weakest=path_text(judgement.weakest_path),
        reason=show(judgement.reason, _LONG),
        alternative=ACTION_WORDS[judgement.alternative] if judgement.alternative else "",
        assumed=judgement.assumed,
        report=str(judgement.report or ""),
        advice=show(advice(judgement), _LONG),
        warnings=tuple(show(one.sentence, _LONG) for one in ahead),
        warning_codes=tuple(dict.fromkeys(str(one.code) for one in ahead)),
        differences=tuple(show(one, _LONG) for one in differences(judgements.values())),
        incomplete=tuple(show(one, _LONG) for one in judgement.incomplete),
        age=age(verdict.at, now) if now else "",
    )


_OTHER = {Mode.OPPORTUNISTIC: Mode.MANDATORY, Mode.MANDATORY: Mode.OPPORTUNISTIC}


def _mode_outcome(judgement: Judgement) -> ModeOutcome:
    return ModeOutcome(judgement.mode, outcome_mark(judgement), outcome_word(judgement), judgement.headline)
