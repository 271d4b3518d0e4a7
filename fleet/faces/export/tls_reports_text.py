"""TLS reports as plain text for a terminal or a pipe of a given width.

May import ``fleet.views``.
"""

from collections.abc import Iterator

from fleet.faces.export.forecast_text import indented
from fleet.faces.export.look import NARROWEST, Look, fold
from fleet.views.tls_reports import TlsReportsView


def tls_reports_text(view: TlsReportsView, look: Look) -> Iterator[str]:
    """The lines of ``view``."""
    width = max(look.width, NARROWEST)
    yield from fold(view.heading, width)
    for row in view.rows:
        yield ""
        first, *rest = fold(look.drawn(f"{row.name}: {row.sessions}"), width - 2, hang=2)
        yield look.painted(f"{look.sign(row.mark)} {first}", row.mark)
        yield from (f"  {line}" for line in rest)
        for note in row.notes:
            yield from indented(look.drawn(note), 4, width, hang=2)
    if view.more:
        yield f"... and {view.more:,} more (--limit 0 shows all)"
    if view.incomplete:
        yield ""
    for reason in view.incomplete:
        yield from fold(look.drawn(f"Incomplete: {reason}"), width, hang=2)
