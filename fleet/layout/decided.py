"""A value together with the place that decided it.

May import ``fleet.model`` only.
"""

from dataclasses import dataclass
from typing import Generic, TypeVar

from fleet.model.fleet import ObjectPath

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Decided(Generic[T]):
    """``value`` None: not declared, or (then ``note`` says why) not to be told from what is declared.

    ``path`` is the setting path that decided, empty where nothing did; ``assumed``: no source says that the platform
    chooses this way.
    """

    value: T | None
    path: ObjectPath = ()
    note: str = ""
    assumed: bool = False
