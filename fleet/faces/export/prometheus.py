"""Metrics as Prometheus reads them: the families of ``metrics_table``, written by prometheus-client.

prometheus-client loads when somebody asks.  May import the modules beside.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from fleet.faces.export.metrics_seen import Exported
from fleet.faces.export.metrics_table import FAMILIES, PREFIX, Kind

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric


def metrics(seen: Exported) -> "Iterator[Metric]":
    """Every family as prometheus-client writes it, one by one: those of a large fleet take half a second together."""
    from prometheus_client import metrics_core  # noqa: PLC0415  start-up stays light

    kinds = {Kind.GAUGE: metrics_core.GaugeMetricFamily, Kind.COUNTER: metrics_core.CounterMetricFamily}
    for family in FAMILIES:
        made = kinds[family.kind](PREFIX + family.name, family.help, labels=family.labels)
        for values, number in family.samples(seen):
            made.add_metric(values, number)
        yield made


class Metrics:
    """What prometheus-client calls a collector: metrics that were made already."""

    def __init__(self, families: "list[Metric]") -> None:
        self._families = families

    def collect(self) -> "Iterable[Metric]":
        """The families."""
        return self._families


def exposition(families: "Iterable[Metric]", accept: str = "") -> tuple[bytes, str]:
    """The text in the format an ``accept`` header asks for, and its content type; with the process's own metrics."""
    import prometheus_client as client  # noqa: PLC0415  start-up stays light

    try:
        encoder, content_type = client.exposition.choose_encoder(accept)
    except (ValueError, TypeError, IndexError):  # a header that is none
        encoder, content_type = client.exposition.choose_encoder("")
    return encoder(Metrics([*families, *client.PROCESS_COLLECTOR.collect()])), content_type
