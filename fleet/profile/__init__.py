"""The profile: a fleet written down in TOML."""

from fleet.profile.read import Diagnostic, Reading, object_of, read_profile
from fleet.profile.source import SourceMap, Span

__all__ = ["Diagnostic", "Reading", "SourceMap", "Span", "object_of", "read_profile"]
