"""A TLSA record as raw rdata and what DANE for SMTP can do with it (RFC 6698 2.1, RFC 7672 3.1)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TlsaRecord:
    """One TLSA record.  Every rdata becomes one, however malformed: a broken record is *unusable*, never lost.

    ``usage``, ``selector`` and ``matching_type`` are None where the rdata is too short to hold them; ``unusable`` is
    the sentence that says why DANE for SMTP ignores the record, empty where it is usable.
    """

    raw: bytes
    usage: int | None
    selector: int | None
    matching_type: int | None
    data: bytes
    unusable: str = ""

    @property
    def usable(self) -> bool:
        """Whether RFC 7672 section 3.1 lets a client use the record."""
        return not self.unusable

    @property
    def text(self) -> str:
        """Presentation form, as in a zone file; the generic form of RFC 3597 where the rdata is too short."""
        if self.usage is None or self.selector is None or self.matching_type is None:
            return f"\\# {len(self.raw)} {self.raw.hex()}".rstrip()
        return f"{self.usage} {self.selector} {self.matching_type} {self.data.hex()}".rstrip()
