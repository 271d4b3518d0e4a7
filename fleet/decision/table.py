"""What a policy table is and how it is read: the first row that fits decides, and the row itself is part of the answer.

A table has *rows* (what the sources list) and *readings* (states the sources do not list, read as one they do list:
"TLSA lookup failed counts as bogus").  A blank cell fits any state.  The row that is returned carries the states
it was decided on and the weakest basis among the row and the readings used, so that an outcome resting on an assumption
says so.  Every table is total: where nothing fits, the action is ``unknown``, never an exception.

May import ``fleet.model`` and ``fleet.decision.states``.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from fleet.decision.states import AddressState, CertificateState, MxState, TlsaState
from fleet.model import Action, Mode

State = MxState | AddressState | TlsaState | CertificateState
States = tuple[MxState, AddressState, TlsaState, CertificateState]


class Basis(StrEnum):
    """What a row rests on, from firm to weak."""

    SEED = "vendor's tables"
    """The vendor's tables list it."""
    SEED_LOG = "vendor's log"
    """The vendor's debug log shows it."""
    RFC = "RFC"
    """An RFC demands it."""
    PLATFORM = "platform"
    """The platform's documentation or source says it."""
    FACT = "fact"
    """It cannot be otherwise."""
    ASSUMED = "assumed"
    """No source decides it; the operator is told."""


_FIRM_TO_WEAK = tuple(Basis)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a policy table.  A cell of None is blank: any state fits, and the client need not look there.

    ``name`` is stable and unique in its table (``mandatory 5``), so that a face can mark the deciding row; ``source``
    says where the row stands; ``note`` adds what an operator should know, and is often empty.
    """

    mode: Mode
    mx: MxState | None
    address: AddressState | None
    tlsa: TlsaState | None
    certificate: CertificateState | None
    action: Action
    source: str = ""
    basis: Basis = Basis.SEED
    note: str = ""
    name: str = ""

    @property
    def assumed(self) -> bool:
        """Whether no source decides this row."""
        return self.basis is Basis.ASSUMED

    @property
    def cells(self) -> tuple[State | None, ...]:
        """The four columns in table order: MX, address, TLSA, certificate."""
        return (self.mx, self.address, self.tlsa, self.certificate)


@dataclass(frozen=True, slots=True)
class Reading:
    """A state that a table does not list, read as one it lists: ``state`` counts as ``counts_as``."""

    state: State
    counts_as: State
    basis: Basis
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """The rows and readings of one policy.  Rows are tried in order; a state fits its own cell before its reading's."""

    rows: tuple[Row, ...]
    readings: tuple[Reading, ...] = ()
    _decided: dict[tuple[Mode, States], Row] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What was decided before: there are only so many states."""

    def decide(
        self, mode: Mode, mx: MxState, address: AddressState, tlsa: TlsaState, certificate: CertificateState
    ) -> Row:
        """The deciding row, its non-blank cells filled with the true states, its basis the weakest that was needed."""
        key = (mode, (mx, address, tlsa, certificate))
        row = self._decided.get(key)
        if row is None:
            row = self._decided[key] = self._decide(mode, key[1])
        return row

    def _decide(self, mode: Mode, states: States) -> Row:
        readings = tuple(self._reading(state) for state in states)
        for row in self.rows:
            if row.mode is mode and _fits(row, states, readings):
                return _filled(row, states, readings)
        return _UNDECIDED[mode]

    def _reading(self, state: State) -> Reading | None:
        return next((reading for reading in self.readings if reading.state is state), None)


def numbered(*parts: tuple[Row, ...]) -> tuple[Row, ...]:
    """The rows of ``parts`` in order, each named by its mode and its number within it."""
    count = dict.fromkeys(Mode, 0)
    rows = []
    for row in (row for part in parts for row in part):
        count[row.mode] += 1
        rows.append(replace(row, name=f"{row.mode} {count[row.mode]}"))
    return tuple(rows)


def both_modes(*rows: Row) -> tuple[Row, ...]:
    """Each row once for either mode, where a source does not tell them apart."""
    return tuple(replace(row, mode=mode) for row in rows for mode in Mode)


_UNDECIDED = {
    mode: Row(
        mode,
        None,
        None,
        None,
        None,
        Action.UNKNOWN,
        source="no row fits",
        basis=Basis.FACT,
        note="what was recorded does not contain what this policy acts on",
        name=f"{mode} undecided",
    )
    for mode in Mode
}


def _fits(row: Row, states: States, readings: tuple[Reading | None, ...]) -> bool:
    # Identity, never equality: "secure" of one column equals "secure" of another as text.
    return all(
        cell is None or cell is state or (reading is not None and cell is reading.counts_as)
        for cell, state, reading in zip(row.cells, states, readings, strict=True)
    )


def _filled(row: Row, states: States, readings: tuple[Reading | None, ...]) -> Row:
    used = [
        reading
        for cell, state, reading in zip(row.cells, states, readings, strict=True)
        if reading is not None and cell is not None and cell is not state
    ]
    mx, address, tlsa, certificate = states
    return replace(
        row,
        mx=row.mx and mx,
        address=row.address and address,
        tlsa=row.tlsa and tlsa,
        certificate=row.certificate and certificate,
        source="; ".join(dict.fromkeys(part for part in (row.source, *(r.source for r in used)) if part)),
        basis=max((row.basis, *(reading.basis for reading in used)), key=_FIRM_TO_WEAK.index),
        note="; ".join(part for part in (row.note, *(reading.note for reading in used)) if part),
    )
