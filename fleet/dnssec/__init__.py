"""DNSSEC for a client that trusts nobody: fetch through any resolver, prove from a trust anchor.

**The idea.**  Every signed zone holds keys (DNSKEY) and a signature (RRSIG) for each RRset.  Its parent holds a digest
of the key (DS) and signs that, and so on up to a key known beforehand: the *trust anchor*, usually the root's.  Whoever
walks down from the anchor can prove an answer without believing the server that delivered it (RFC 4033 to 4035).

**Absence is proven too.**  A signed record says which names or hashes exist next to each other (NSEC, NSEC3), so that
nobody can pretend that a TLSA record, or the DS of a signed child, does not exist (RFC 4035 5.4, RFC 5155).

**Two axes.**  *Existence*: data, no data of this type, no such name, unknown.  *Security*: ``secure`` (a chain holds),
``insecure`` (proof that none is to be expected: an unsigned delegation, an unknown algorithm, no anchor), ``bogus``
(there should be one and it does not hold), ``indeterminate`` (a lookup needed for the proof failed).  SERVFAIL, a
timeout or a refusal is a ``failure``: it never means "none".  Anything but secure names its first cause with an
RFC 8914 code and one sentence.

**The resolver's own word.**  Every question is asked without CD first and what the resolver makes of it is recorded,
because Postfix and Exim act on that.  Its records are then proven by us like any others.  Where it withholds them, or
where they do not hold, they are asked with CD too, so that a validating resolver hands out what it dislikes.

How it is built: ``validator`` (the object), ``pursuit`` (aliases), ``judge`` (one RRset or denial), ``chain`` (zones
from the anchor down), ``absence`` over ``nsec`` and ``nsec3`` over ``denial`` (proofs), ``signature`` and ``zone``
(RRSIG, DS, keys), ``fetch`` and ``reply`` (queries and messages), ``client`` and ``conversation`` (one question; many
over one connection), ``split`` (each name where it belongs), ``wire`` and ``frequent`` (octets), ``cache`` and ``fold``
(memory and its keys), ``limits`` (bounded work).  dnspython supplies messages, records and the mathematics of one
signature; everything that decides is here.

May import ``fleet.model``, ``fleet.network``, ``fleet.errors``, ``fleet.clock`` and ``fleet.text``.
"""

from fleet.dnssec.answer import Answer
from fleet.dnssec.limits import Limits
from fleet.dnssec.signature import SUPPORTED_ALGORITHMS, verify_signature
from fleet.dnssec.validator import Validator

__all__ = ["SUPPORTED_ALGORITHMS", "Answer", "Limits", "Validator", "verify_signature"]
