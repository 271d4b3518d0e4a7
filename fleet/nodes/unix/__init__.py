"""Gateways on Unix systems: Postfix and Exim through their own reporting commands, and the resolver below them.

``postconf`` and ``exim -bP`` print what the program would use, which is more than its files say.  Each command is one
exec request without a terminal.  Parsers are pure and each part (a policy map, the retry rules) is a unit of its own:
one that cannot be read leaves the others standing.
"""
