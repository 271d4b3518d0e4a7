"""Running ``fleet validate``: files in, findings out, and the exit code.

Findings go to stdout; what was done, and what they come to where the form has no room for it, to stderr.
"""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fleet.clock import now
from fleet.decision import ExitCode
from fleet.errors import UsageError
from fleet.faces.cli.baseline import Baseline, mended, read_baseline, renewed, write_baseline
from fleet.faces.cli.given import (
    STDIN,
    Given,
    read_observation_file,
    read_profile_file,
    read_verdict_file,
    replace_file,
)
from fleet.faces.cli.terminal import look
from fleet.faces.cli.validate_asked import FindingsFormat, ValidateAsked
from fleet.faces.export.findings_text import concise, full
from fleet.model.finding import Severity
from fleet.text import show
from fleet.views.findings import unobserved_rows
from fleet.views.rule_docs import nearest_code, rule_docs
from fleet.views.validation import Beside, Validation, validate
from fleet.views.validation_summary import exit_code, summarize

if TYPE_CHECKING:
    from fleet.model import Verdict
    from fleet.model.event import ResolverJudged
    from fleet.model.observation import Observation

_POLL_SECONDS = 0.3
_MOST_NAMED = 10


def validate_once(asked: ValidateAsked) -> ExitCode:
    """Validate and print; returns the exit code."""
    _check(asked)
    _say_firm(asked)
    given = [read_profile_file(name) for name in asked.profiles]
    beside = _beside(asked)
    baseline = _known(asked)
    if asked.fix:
        if asked.diff:
            return _show_changes(asked, given, beside, baseline)
        given = [_mended(one, beside, baseline) for one in given]
    validations = [_validate(one, beside, baseline) for one in given]
    if asked.baseline is not None:
        validations = _renew(asked, asked.baseline, given, beside, baseline, validations)
    code = exit_code(summarize(validations), asked.fail_on, observed=asked.observed)
    write(validations, asked.form, code)
    if asked.observed:
        _say_unseen(validations, gaps=asked.form is FindingsFormat.CONCISE)
    return code


def write(validations: Sequence[Validation], form: FindingsFormat, code: ExitCode) -> None:
    """Print ``validations`` to stdout as ``form``."""
    for line in _lines(validations, form, code):
        print(line)
    sys.stdout.flush()
    if form in (FindingsFormat.CONCISE, FindingsFormat.JSON, FindingsFormat.SARIF):
        narrate(summarize(validations).sentence)


def _lines(validations: Sequence[Validation], form: FindingsFormat, code: ExitCode) -> Iterator[str]:
    match form:
        case FindingsFormat.FULL:
            yield from full(validations, look())
        case FindingsFormat.CONCISE:
            yield from concise(validations)
        case FindingsFormat.MARKDOWN:
            from fleet.faces.export.findings_markdown import markdown

            yield from markdown(validations)
        case FindingsFormat.JSON:
            from fleet.faces.export.findings_json import findings_document
            from fleet.plain import dumps

            yield dumps(findings_document(validations, code))
        case FindingsFormat.SARIF:
            from fleet.faces.export.findings_sarif import sarif_document
            from fleet.plain import dumps

            yield dumps(sarif_document(validations, code))


def narrate(sentence: str) -> None:
    """Say something to whoever watches, on stderr."""
    print(f"fleet: {sentence}", file=sys.stderr)


def watch_profiles(asked: ValidateAsked) -> ExitCode:
    """Validate now and whenever a file changes, until Ctrl-C, which ends it as an interruption."""
    if STDIN in asked.profiles:
        raise UsageError("--watch needs files: standard input cannot be read twice")
    if asked.fix or asked.write_baseline:
        raise UsageError("--watch only looks: --fix and --write-baseline change files")
    paths = [Path(name) for name in asked.profiles]
    paths += [path for path in (asked.baseline, asked.observations, asked.verdicts) if path is not None]
    _check(asked)
    while True:
        stamp = _stamps(paths)
        try:
            validate_once(asked)
        except UsageError as error:  # an editor may be between two steps of saving: the next change is awaited
            narrate(str(error))
        narrate(f"watching {len(paths)} file{'s'[: len(paths) != 1]}; Ctrl-C ends")
        while _stamps(paths) == stamp:
            time.sleep(_POLL_SECONDS)


def _stamps(paths: Sequence[Path]) -> list[tuple[int, int, int]]:
    return [_stamp(path) for path in paths]


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return (0, 0, 0)
    return found.st_mtime_ns, found.st_size, found.st_ino


def _check(asked: ValidateAsked) -> None:
    """Options that cannot be meant so."""
    if asked.profiles.count(STDIN) > 1:
        raise UsageError("- is standard input, which can be read only once")
    if asked.write_baseline and asked.baseline is None:
        raise UsageError("--write-baseline writes the file of --baseline: name one")
    for option, given in (("--poll", asked.poll), ("--audit", asked.audit)):
        if given and (not asked.observed or STDIN in asked.profiles):
            raise UsageError(f"{option} asks the nodes of profiles in files: it goes with --observed")
    if asked.anchors and not asked.audit:
        raise UsageError("--trust-anchor says what an audit trusts: it goes with --audit")
    if asked.diff and not asked.fix:
        raise UsageError("--diff shows what --fix would change: name both")
    if asked.fix and not asked.diff and STDIN in asked.profiles:
        raise UsageError("--fix changes files: standard input can only be shown with --diff")
    for option, codes in (("--select", asked.select), ("--ignore", asked.ignore)):
        for code in codes:
            if not any(known.startswith(code) for known in rule_docs()):
                close = nearest_code(code)
                hint = f"; did you mean {close}?" if close else "; `fleet rules` lists them"
                raise UsageError(f"{option} {show(code)}: no code begins so{hint}")


def _say_firm(asked: ValidateAsked) -> None:
    """Which of the rules to be ignored are not."""
    firm = [doc.code for doc in rule_docs().values() if asked.ignore and doc.code.startswith(asked.ignore)]
    firm = [code for code in firm if code.startswith("PROFILE") or rule_docs()[code].severity is Severity.LOSES_MAIL]
    if firm:
        shown = ", ".join(firm[:5]) + (" and more" if len(firm) > 5 else "")
        narrate(f"--ignore does not hide what cannot be read or loses mail: {shown}")


def _beside(asked: ValidateAsked) -> Beside:
    known = _last_known(asked) if asked.observed else Beside(now())
    return Beside(
        known.now,
        observations=read_observation_file(asked.observations) if asked.observations else known.observations,
        verdicts=read_verdict_file(asked.verdicts) if asked.verdicts else known.verdicts,
        judged=known.judged,
        select=asked.select,
        ignore=asked.ignore,
    )


def _last_known(asked: ValidateAsked) -> Beside:
    """What was seen last of all the profiles; with ``--poll`` and ``--audit`` of the nodes as they are now."""
    from fleet.faces.live.last_known import last_known_of

    observations: dict[str, Observation] = {}
    verdicts: dict[str, Verdict] = {}
    judged: list[ResolverJudged] = []
    for name in asked.profiles:
        if asked.poll:
            from fleet.faces.cli.poll_run import polled

            polled(name)
        if asked.audit:
            from fleet.faces.cli.resolvers_run import audited

            audited(name, asked.anchors)
        known = last_known_of(name)
        observations.update(known.observations)
        verdicts.update(known.verdicts)
        judged += known.judged
    at = now()
    if judged:
        from fleet.views.audit_ages import audit_ages

        narrate(audit_ages(judged, at))
    return Beside(at, observations, verdicts, judged)


def _validate(given: Given, beside: Beside, baseline: Baseline) -> Validation:
    return validate(given.content, given.name, beside, baseline.of)


def _known(asked: ValidateAsked) -> Baseline:
    if asked.baseline is None or (asked.write_baseline and not asked.baseline.exists()):
        return Baseline()
    return read_baseline(asked.baseline)


def _renew(
    asked: ValidateAsked,
    path: Path,
    given: Sequence[Given],
    beside: Beside,
    baseline: Baseline,
    validations: list[Validation],
) -> list[Validation]:
    """Write the baseline if that was asked for; take out of it what is mended."""
    if asked.write_baseline:
        new = renewed(baseline, validations, beside.now.date())
        write_baseline(path, new)
        narrate(f"{show(str(path))}: {len(new.since)} known finding{'s'[: len(new.since) != 1]} written")
        return [_validate(one, beside, new) for one in given]
    gone = mended(baseline, validations)
    if gone:
        write_baseline(path, Baseline({key: since for key, since in baseline.since.items() if key not in gone}))
        narrate(f"{show(str(path))}: {len(gone)} known finding{'s'[: len(gone) != 1]} mended and taken out")
    return validations


def _mended(given: Given, beside: Beside, baseline: Baseline) -> Given:
    """``given`` with its file changed."""
    from fleet.views.mending import mend

    done = mend(given.content, given.name, beside, baseline.of)
    for sentence in done.left:
        narrate(f"{show(given.name)}: {show(sentence, 500)}")
    if given.path is not None and done.content != given.content:
        replace_file(given.path, done.content)
        narrate(f"{show(given.name)}: {len(done.fixed)} finding{'s'[: len(done.fixed) != 1]} mended")
    return Given(given.name, done.content, given.path)


def _show_changes(asked: ValidateAsked, given: Sequence[Given], beside: Beside, baseline: Baseline) -> ExitCode:
    """Print what ``--fix`` would change; the exit code is that of the files as they are."""
    from fleet.faces.export.changes import unified
    from fleet.views.mending import mend

    validations = []
    for one in given:
        validations.append(_validate(one, beside, baseline))
        done = mend(one.content, one.name, beside, baseline.of)
        for sentence in done.left:
            narrate(f"{show(one.name)}: {show(sentence, 500)}")
        for line in unified(show(one.name), one.content, done.content):
            print(line)
        narrate(f"{show(one.name)}: {len(done.fixed)} finding{'s'[: len(done.fixed) != 1]} would be mended")
    return exit_code(summarize(validations), asked.fail_on, observed=asked.observed)


def _say_unseen(validations: Sequence[Validation], *, gaps: bool) -> None:
    """What ``--observed`` would have wanted to see: nodes, and what rules lacked where the form does not list it."""
    for one in validations:
        if one.not_observed:
            named = ", ".join(show(name, 64) for name in one.not_observed[:_MOST_NAMED])
            narrate(f"{show(one.reading.source.file)}: not observed: {named}{_more(len(one.not_observed))}")
        rows = unobserved_rows(one) if gaps else ()
        for row in rows[:_MOST_NAMED]:
            narrate(f"{row.place.shown}: not known: {row.sentence}")
        if len(rows) > _MOST_NAMED:
            narrate(f"{show(one.reading.source.file)}: not known:{_more(len(rows))}")


def _more(number: int) -> str:
    return f" and {number - _MOST_NAMED:,} more" if number > _MOST_NAMED else ""
