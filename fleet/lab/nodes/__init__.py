"""Simulated gateways: real SSH servers on loopback that talk as gateways do, and misbehave to order.

An appliance's command line (``commandline``) is a set of menus over the settings it is given (``layouts`` prints them);
a Unix gateway answers a few commands (``unix``); ``server`` puts either behind asyncssh with its keys, users and
``faults``.  Whatever layout no vendor document or capture shows is **synthetic**: made up, in several variants, so that
whoever reads them must be tolerant and can never take one for the truth.

Nothing here knows the parsers: settings come in as the nouns of ``fleet.model``.  May import asyncssh, ``fleet.model``,
the standard library and the lab's own modules.
"""
