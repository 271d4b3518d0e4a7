"""LOG: debug logs show every DANE step and cost an appliance dearly; they end when they are done.

May import ``fleet.model``, ``fleet.layout`` and modules of this room.
"""

from collections.abc import Iterator
from datetime import timedelta

from fleet.layout.classes import NodeClass
from fleet.model.finding import Edit, Severity
from fleet.model.fleet import LogSubscription, ObjectPath, Platform
from fleet.rules.examples import edge
from fleet.rules.question import Place, Question
from fleet.rules.rule import Example, Family, Problem, Unobserved

FAMILY = Family()
rule = FAMILY.rule

Answers = Iterator[Problem | Unobserved]

MAIN = "mail_logs"
"""The subscription every appliance has, which reports and support rely on."""
DEBUG = frozenset({"debug", "trace"})
MOST_FILES = 4
"""How many files of a debug log are to be kept at most (vendor document: 2 to 4)."""
TRIAL = timedelta(days=14)
"""How long a debug log may stay when somebody lets us fix its missing end."""

_LOG = '[tiers.edge.logs.{}]\nkind = "mail"\nlevel = "{}"\nfiles = {}\n{}\n'
_UNTIL = "until = 2026-12-01"
_D: ObjectPath = ("tiers", "edge", "logs", "mail_logs_d")
_GOOD = (Example(edge(_LOG.format("mail_logs_d", "debug", 4, _UNTIL) + _LOG.format(MAIN, "information", 10, ""))),)


def _debug(question: Question) -> Iterator[tuple[NodeClass, LogSubscription]]:
    for one in question.each("logs", platform=Platform.ASYNCOS):
        for log in one.settings.logs or ():
            if log.kind.lower() == "mail" and log.level.lower() in DEBUG:
                yield one, log


def _place(question: Question, one: NodeClass, log: LogSubscription, key: str = "") -> Place:
    where = question.place(one, ("logs", log.name, key) if key else ("logs", log.name))
    return where.about(f"log {log.name}")


@rule(
    "LOG901",
    Severity.WARNING,
    "A debug mail log without an end",
    rationale="""A mail log at debug level takes more of the appliance than it can spare when mail is busy: delivery
    slows down for everybody. Nobody remembers to switch it off, so its end is planned when it is switched on.""",
    source="vendor document: mail logs at debug level",
    bad=(Example(edge(_LOG.format("mail_logs_d", "debug", 4, "")), _D),),
    good=_GOOD,
)
def without_end(question: Question) -> Answers:
    """Debug mail logs that have no ``until``."""
    for one, log in _debug(question):
        if log.until is None:
            where = _place(question, one, log)
            end = (question.now + TRIAL).date()
            yield Problem(
                where.object,
                where.path,
                f"{log.name} logs at {log.level} without an end: it slows delivery for as long as nobody remembers it.",
                f"Say until when: until = {end}.",
                fix=(Edit((*where.path, "until"), end),),
            )


@rule(
    "LOG902",
    Severity.WARNING,
    "A debug mail log past its end",
    rationale="""The log was to be switched off by now. It still takes what the appliance needs for mail.""",
    source="vendor document: mail logs at debug level",
    bad=(Example(edge(_LOG.format("mail_logs_d", "debug", 4, "until = 2026-11-01")), (*_D, "until")),),
    good=_GOOD,
)
def past_its_end(question: Question) -> Answers:
    """Debug mail logs whose ``until`` is over."""
    for one, log in _debug(question):
        if log.until is not None and log.until < question.now.date():
            where = _place(question, one, log, "until")
            yield Problem(
                where.object,
                where.path,
                f"{log.name} was to log at {log.level} until {log.until}: it still slows delivery.",
                "Remove the subscription on the appliance, then here.",
            )


@rule(
    "LOG903",
    Severity.WARNING,
    "The main mail log at debug level",
    rationale="""At debug level mail_logs is rolled over within minutes: the lines that tell what became of a message
    are gone before anybody looks for them. Debug belongs into a subscription of its own (mail_logs_d).""",
    source="vendor document: mail logs at debug level (an additional subscription)",
    bad=(Example(edge(_LOG.format(MAIN, "debug", 4, _UNTIL)), ("tiers", "edge", "logs", MAIN, "level")),),
    good=_GOOD,
)
def main_at_debug(question: Question) -> Answers:
    """The main subscription at a debug level."""
    for one, log in _debug(question):
        if log.name == MAIN:
            where = _place(question, one, log, "level")
            yield Problem(
                where.object,
                where.path,
                f"The main mail log runs at {log.level}: what became of a message is rolled over within minutes.",
                "Set it back to information and log debug into a subscription of its own, mail_logs_d.",
                fix=(Edit(where.path, "information"),),
            )


@rule(
    "LOG904",
    Severity.WARNING,
    "A debug mail log that keeps many files",
    rationale="""Debug logs grow fast. More than 4 kept files fill the disk the queue lives on; when that is full, mail
    is no longer taken in.""",
    source="vendor document: mail logs at debug level (2 to 4 files)",
    bad=(
        Example(edge(_LOG.format("mail_logs_d", "debug", 10, _UNTIL)), (*_D, "files")),
        Example(edge(_LOG.format("mail_logs_d", "debug", 5, _UNTIL)), (*_D, "files")),
    ),
    good=_GOOD,
)
def many_files(question: Question) -> Answers:
    """Debug mail logs with more than four files, or none declared."""
    for one, log in _debug(question):
        where = _place(question, one, log, "files")
        if log.files is None:
            yield Unobserved(where.object, where.path, "how many files are kept")
        elif log.files > MOST_FILES:
            yield Problem(
                where.object,
                where.path,
                f"{log.name} keeps {log.files} files at {log.level}: they fill the disk the mail queue lives on.",
                f"Keep {MOST_FILES} at most.",
                fix=(Edit(where.path, MOST_FILES),),
            )
