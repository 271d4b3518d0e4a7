"""The ``kind`` that tells the members of a union of dataclasses apart once they are plain data.

May import ``fleet.model`` only.
"""

from fleet.model import AddressStep, ContactStep, MxStep, TlsaStep

KINDS: dict[type, str] = {MxStep: "mx", AddressStep: "address", TlsaStep: "tlsa", ContactStep: "contact"}
"""Written as the first key of each object of these types, wherever it stands."""
