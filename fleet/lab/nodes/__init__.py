"""Simulated gateways: real SSH servers on loopback that talk as gateways do, and misbehave to order.

An appliance's command line (``commandline``) is a set of menus over the settings it is given (``layouts`` prints them);
a Unix gateway answers a few commands (``unix``); ``server`` puts either behind asyncssh with its keys, users and
``faults``.  Each stands at a ``place``: a network of its own, with the resolvers, ports and addresses that it reaches;
connections forwarded through it go there, and so does the appliance's ``daneverify``, which really asks, proves
(``proving``) and connects.  Whatever layout no vendor document or capture shows is **synthetic**: made up, in several
variants, so that whoever reads them must be tolerant and can never take one for the truth.

Nothing here knows the parsers: settings come in as the nouns of ``fleet.model``.  May import asyncssh,
dnspython, cryptography, ``fleet.model``, ``fleet.network``, the standard library and the lab's own modules.
"""
