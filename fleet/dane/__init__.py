"""DANE for SMTP: does a destination prove, in signed DNS, which certificate its mail servers present?

A sender that does DANE asks signed DNS three questions in a row.  Which hosts take mail for the domain (MX)?  Where are
they (A, AAAA)?  Which key or authority do they vouch for (TLSA, at ``_25._tcp.`` below the *TLSA base domain*, usually
the MX host's name)?  Then it connects, upgrades to TLS with STARTTLS and compares the presented certificates with the
TLSA records.  Every answer must be *secure* (validated by DNSSEC from a trust anchor); an insecure one means "no DANE
here, go on as before", a bogus or missing one means "someone may be in the way: do not deliver through this host".

A TLSA record has a usage, a selector and a matching type (RFC 6698, RFC 7671).  For SMTP (RFC 7672) only two usages
count: DANE-EE(3) names the server's own certificate or key, and neither names nor dates in it matter; DANE-TA(2) names
an authority above it, and then names, dates and the whole path do.  The PKIX usages 0 and 1 are *unusable*, like any
record that is malformed: while records exist but none is usable, mail goes over TLS with nobody authenticated.

``ladder`` walks a destination and records steps; ``match`` compares chains with records; ``smtp`` holds one polite SMTP
session; ``transcript`` speaks the appliance's ``daneverify`` vocabulary.  What steps mean for mail is decided in
``fleet.decision``.  May import ``fleet.dnssec``, ``fleet.network`` and what lies below them.
"""
