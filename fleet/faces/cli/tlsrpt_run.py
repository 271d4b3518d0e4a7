"""Running ``fleet tlsrpt``."""

from dataclasses import dataclass
from pathlib import Path

from fleet.clock import now
from fleet.decision import ExitCode
from fleet.errors import UsageError
from fleet.faces.cli.given import read_file
from fleet.faces.cli.given_fleet import default_history, keep, readable_fleet
from fleet.faces.cli.terminal import look
from fleet.faces.cli.tlsrpt_remember import report_event
from fleet.faces.live.last_known import last_known
from fleet.layout import canonical
from fleet.model import Verdict
from fleet.model.event import ReportRead
from fleet.plain import dumps, to_plain
from fleet.tlsrpt import ReportError, ReportTally, read_report, unpack
from fleet.views.tls_reports import incomplete, tls_reports_view


@dataclass(frozen=True, slots=True)
class TlsrptAsked:
    """Options, as given."""

    files: tuple[Path, ...]
    profile: str | None = None
    history: Path | None = None
    limit: int = 50
    as_json: bool = False
    remember: bool = False


def write_tlsrpt(asked: TlsrptAsked) -> ExitCode:
    """Print, and return the exit code."""
    fleet = readable_fleet(asked.profile) if asked.profile is not None else None
    history = asked.history or (default_history(asked.profile) if asked.profile is not None else None)
    if asked.remember and history is None:
        raise UsageError("--remember writes beside the checks of a profile: it needs --profile FILE or --history")
    known = last_known(history).verdicts if history is not None else {}
    verdicts: dict[str, Verdict] = {canonical(name): verdict for name, verdict in known.items()}
    tally, unread = ReportTally(), dict[str, str]()
    events: dict[str, ReportRead] = {}
    for path in asked.files:
        try:
            for document in unpack(read_file(path)):
                report = read_report(document)
                tally.add(report)
                if asked.remember and (event := report_event(report, fleet, now())) is not None:
                    events[event.report] = event
        except ReportError as error:
            unread[str(path)] = str(error)
    reasons = incomplete(tally, unread)
    code = exit_code(tally, reasons)
    if asked.remember:
        keep(history, events.values())
    if asked.as_json:
        from fleet.faces.export.tls_reports_json import tls_reports_document

        print(dumps(to_plain(tls_reports_document(tally, reasons, fleet, verdicts, int(code)))))
        return code
    from fleet.faces.export.tls_reports_text import tls_reports_text

    for line in tls_reports_text(tls_reports_view(tally, unread, fleet, verdicts, now(), asked.limit), look()):
        print(line)
    return code


def exit_code(tally: ReportTally, reasons: tuple[str, ...]) -> ExitCode:
    """1 where sessions failed, 3 where not all is known."""
    if any(seen.failed for seen in tally.domains.values()):
        return ExitCode.FINDINGS
    return ExitCode.INCOMPLETE if reasons else ExitCode.CLEAN
