"""What a rule is: a code that never changes its meaning, its documentation as data, and one small pure function.

A rule yields ``Problem`` (what is wrong, where, what happens to mail) and ``Unobserved`` (what it would have to know
and nobody declared or saw): it never takes silence for good news.  ``run`` makes findings of problems.

May import ``fleet.model`` and ``fleet.layout``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from fleet.model.finding import Edit, Label, Severity
from fleet.model.fleet import ObjectPath
from fleet.rules.question import Question


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: a ``Finding`` without the code and severity, which are the rule's."""

    object: str
    path: ObjectPath
    sentence: str
    hint: str = ""
    labels: tuple[Label, ...] = ()
    fix: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class Unobserved:
    """Something a rule needed and nobody declared or saw.  ``rules``: the codes that could not be decided over it."""

    object: str
    path: ObjectPath
    what: str
    why: str = "not declared"
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """A profile, as text.  ``path``: where a bad one's finding stands; ``given``: what is known beside the profile."""

    text: str
    path: ObjectPath = ()
    given: str = ""


Check = Callable[[Question], Iterable[Problem | Unobserved]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.  ``check`` None: computed by ``run`` from the findings of the others."""

    code: str
    severity: Severity
    title: str
    rationale: str
    source: str
    bad: tuple[Example, ...]
    good: tuple[Example, ...]
    check: Check | None = field(default=None, compare=False)

    @property
    def family(self) -> str:
        """The letters of the code."""
        return self.code.rstrip("0123456789")


class Family:
    """The rules of one module, in the order they stand there."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []

    def rule(
        self,
        code: str,
        severity: Severity,
        title: str,
        *,
        rationale: str,
        source: str,
        bad: tuple[Example, ...],
        good: tuple[Example, ...],
    ) -> Callable[[Check], Check]:
        """Register the decorated function as the check of a rule."""

        def register(check: Check) -> Check:
            self.rules.append(Rule(code, severity, title, " ".join(rationale.split()), source, bad, good, check))
            return check

        return register
