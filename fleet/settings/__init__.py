"""What belongs to the person and the place, not to the fleet: where files lie.

Read by faces only, which hand on what they read: a room below is told a path, it never looks for one.  May import
``fleet.errors`` and ``fleet.text``.
"""
