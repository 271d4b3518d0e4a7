"""Seen from somewhere: what a resolver is worth to a gateway that has to use it.

Three kinds of resolver matter to DANE.  One that *validates* sets the AD bit on signed names and answers SERVFAIL for
names whose signatures are broken.  One that *passes* says nothing itself but hands signatures and denials through
intact.  One that *strips* loses them.  AsyncOS validates itself and needs only the records, so the first two serve it
and the third makes every name bogus; Postfix and Exim believe the AD bit, so only the first serves them and the others
switch DANE off without a word.

A verdict from this host is not yet a gateway's: it asks other resolvers, and stands in another network.  So resolvers
are audited through the gateway's own SSH connection (``audit``; ``self_test`` asks, ``resolver_kind`` judges by
quorum), and destinations are walked the same way, through its resolvers in its platform's order (``from_node``).  Such
a tunnel carries TCP only, while the gateway asks over UDP: what stays silent through it is *not observed*
(``observing``), and what hangs on it is unknown, never held and never good.  An appliance has a check of its own,
``daneverify``; what it says is put beside ours (``own_check``).

May import ``fleet.dane``, ``fleet.nodes``, ``fleet.dnssec``, ``fleet.network`` and what lies below them.
"""
