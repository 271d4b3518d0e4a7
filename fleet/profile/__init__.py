"""The profile: a fleet written down in TOML, read with every mistake in its place.

Operators plan a change on paper first, and a profile is the paper: tiers of gateways, what each node is told to do,
which destinations are watched.  Settings may stand at the fleet, at a tier, at a node; the nearest declaration counts
(``inherit``).  Reading a profile gives two things: a ``fleet.model.fleet.Fleet`` of all that is sound, and a diagnostic
for all that is not, each with file, line, column and length, all of them at once.

TOML (https://toml.io) is read by tomli, which says what a text means and not where anything stands.  A scanner of our
own finds the places, held to tomli by a property test.  On the way up:

======================  ===============================================================================
``values``              texts that mean something: domains, addresses, durations, routes
``problem``             the codes PROFILE001 ..., and how a problem is reported
``kinds``               kinds of value: how each is read and said in JSON Schema
``forms``               how single values are written
``keys``                the table of all keys
``secrets``             what must not stand in a profile, nor be shown if it does
``inherit``             fleet -> tier -> node
``build``               sound values to the nouns of the model
``references``          names that lead nowhere, circles, what stands twice
``opening``             bytes to TOML data: encodings, syntax errors, limits
``scan``, ``source``    from a path to file, line, column and an excerpt
``read``                all of it
``json_schema``         the table of keys for editors
``writing``             values as TOML text
``change``, ``edit``    a change in data, and in text with its comments
``overlay``             ``--set key=value``
``init``                first profiles: a starter, and from lists of hosts
``rules``               what each code means to mail, with a bad and a good profile
======================  ===============================================================================

May import ``tomli``, ``idna``, ``fleet.layout``, ``fleet.model``, ``fleet.text`` and ``fleet.errors``.
"""

from fleet.profile.edit import edit
from fleet.profile.json_schema import json_schema
from fleet.profile.overlay import overlay
from fleet.profile.read import Diagnostic, Reading, read_profile
from fleet.profile.rules import PROFILE_RULES, ProfileRule
from fleet.profile.source import Excerpt, SourceMap, Span

__all__ = [
    "PROFILE_RULES",
    "Diagnostic",
    "Excerpt",
    "ProfileRule",
    "Reading",
    "SourceMap",
    "Span",
    "edit",
    "json_schema",
    "overlay",
    "read_profile",
]
