"""Making evidence: a form, where and when, and what is known of the node, turned into one value.

May import modules of this room.
"""

from dataclasses import dataclass

from fleet.maillog.context import Context
from fleet.maillog.evidence import Evidence, State
from fleet.maillog.forms import FORMS, Form
from fleet.maillog.stamp import Stamp


@dataclass(frozen=True, slots=True)
class Where:
    """The line that evidence comes from."""

    stamp: Stamp
    line: int


def evidence(
    context: Context,
    form: Form,
    where: Where,
    *,
    domain: str = "",
    host: str = "",
    resolver: str = "",
    qtype: str = "",
    state: State | None = None,
    detail: str = "",
) -> Evidence:
    """What ``form`` proves of ``domain``: more where the node is known to do DANE for it."""
    stamp, readings = where.stamp, FORMS[form]
    proof = readings.alone
    if readings.with_dane is not proof and domain and context.does_dane(stamp.host, domain, stamp.at):
        proof = readings.with_dane
    return Evidence(
        form, proof.kind, proof.sure, where.line, stamp.at, stamp.host, domain, host, resolver, qtype, state, detail
    )
