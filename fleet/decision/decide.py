"""One MX host under one policy and mode: four states in, one action out, with the row that decided.

May import ``fleet.model`` and the tables of this package.
"""

from typing import TypeVar

from fleet.decision import asyncos, exim, postfix, rfc7672
from fleet.decision.states import AddressState, CertificateState, MxState, TlsaState
from fleet.decision.table import Row, Table
from fleet.model import Action, Mode, Policy

TABLES: dict[Policy, Table] = {
    Policy.ASYNCOS: asyncos.TABLE,
    Policy.POSTFIX: postfix.TABLE,
    Policy.EXIM: exim.TABLE,
    Policy.RFC7672: rfc7672.TABLE,
}
"""The table of each policy; tests, documentation and faces iterate over ``TABLES[policy].rows``."""

_Column = TypeVar("_Column", MxState, AddressState, TlsaState, CertificateState)


def decide(
    policy: Policy | str,
    mode: Mode | str,
    mx: MxState | str | None,
    address: AddressState | str | None = None,
    tlsa: TlsaState | str | None = None,
    certificate: CertificateState | str | None = None,
) -> Action:
    """What ``policy`` does with one MX host.

    States may be members or their plain values (``"secure"``); None and ``""`` mean *not reached*.  Total: every
    combination of states has an action.  Raises ValueError for a word that is no member of its enum.
    """
    return decide_row(policy, mode, mx, address, tlsa, certificate).action


def decide_row(
    policy: Policy | str,
    mode: Mode | str,
    mx: MxState | str | None,
    address: AddressState | str | None = None,
    tlsa: TlsaState | str | None = None,
    certificate: CertificateState | str | None = None,
) -> Row:
    """As ``decide``, but the whole deciding row: its name in the table, the states it was decided on, its basis.

    A cell of None in the result means that the column did not matter.
    """
    return TABLES[Policy(policy)].decide(
        Mode(mode),
        _state(MxState, mx),
        _state(AddressState, address),
        _state(TlsaState, tlsa),
        _state(CertificateState, certificate),
    )


def _state(column: type[_Column], value: _Column | str | None) -> _Column:
    return value if isinstance(value, column) else column(value or "not-reached")
