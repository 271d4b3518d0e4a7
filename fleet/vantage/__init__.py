"""Seen from somewhere: what a resolver is worth to a gateway that has to use it.

Three kinds of resolver matter to DANE.  One that *validates* sets the AD bit on signed names and answers SERVFAIL for
names whose signatures are broken.  One that *passes* says nothing itself but hands signatures and denials through
intact.  One that *strips* loses them.  AsyncOS validates itself and needs only the records, so the first two serve it
and the third makes every name bogus; Postfix and Exim believe the AD bit, so only the first serves them and the others
switch DANE off without a word.

Which kind one is depends on where it is asked from, so nodes are looked through (``audit``: their resolvers;
``from_node``: destinations); ``self_test`` asks, ``resolver_kind`` judges by quorum.

May import ``fleet.dane``, ``fleet.dnssec``, ``fleet.network`` and what lies below them.
"""
