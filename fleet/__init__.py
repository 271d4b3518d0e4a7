"""fleet: a monitor that makes DANE for SMTP safe to roll out and keep on fleets of mail gateways.

It answers one question before and after every change: which mail is delivered under DANE, which falls back to plain
TLS, which sits in a queue until it bounces, and why?  Each package below opens with a plain account of its subject;
``fleet.dnssec`` and ``fleet.dane`` are the places to start reading.
"""

__version__ = "0.1.0"
