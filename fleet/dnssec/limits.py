"""How much work one question may cost, and the counters that hold it to that.

A hostile zone can make a validator work for hours: many keys with one tag times many signatures (KeyTrap,
CVE-2023-50387), long names under NSEC3 with many iterations (CVE-2023-50868), endless aliases.  Every loop that remote
data drives is bounded by a number of ``Limits``; what exceeds it ends as bogus or as a failed lookup with a sentence
that says so.  May import nothing of the project.
"""

from dataclasses import dataclass

_RECORDS_PER_CHECK = 250
"""Putting so many records into canonical form costs more than the mathematics of a signature."""


class WorkExceededError(Exception):
    """A limit was reached; never leaves this package.  The text is the end of a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one validator.  The numbers are those other validators found safe (Unbound, Knot Resolver, BIND)."""

    rrsigs_per_rrset: int = 8
    """Signatures of one RRset that are tried."""
    keys_per_tag: int = 4
    """Keys with one tag and algorithm that are tried for one signature."""
    verifications_per_message: int = 32
    """Signature checks for the records of one reply."""
    verifications_per_resolve: int = 200
    """Signature checks for one call of ``resolve``, chain of trust and aliases included."""
    ds_failures: int = 4
    """DS records that name a key by its tag but not by its digest, before the zone is given up."""
    nsec3_hashes: int = 8
    """Names hashed for one denial at the highest iteration count; cheaper hashes allow accordingly more."""
    nsec3_insecure_iterations: int = 150
    """Additional NSEC3 iterations above which a zone counts as insecure (RFC 9276 3.2)."""
    hops: int = 16
    """Aliases (CNAME and DNAME) followed."""
    queries_per_resolve: int = 128
    """Queries for DS and DNSKEY records started by one call of ``resolve``."""
    labels_ahead: int = 16
    """Names whose DS is asked ahead of need, from the trust anchor down."""
    keys_ahead: int = 3
    """Of those, the ones whose DNSKEY may be asked beside the DS."""
    answer_seconds: int = 300
    """Longest time an answer is remembered."""
    trust_seconds: int = 3600
    """Longest time a validated zone is remembered."""
    failure_seconds: int = 5
    """Longest time anything bogus or failed is remembered."""
    cache_entries: int = 4096
    """Entries of each cache."""
    kept_records: int = 256
    """Records of a reply that is remembered at most; larger ones, which no honest zone needs, are asked for anew."""


class Budget:
    """Signature checks and queries left for one ``resolve``; ``message`` opens the narrower count of one reply."""

    __slots__ = ("exhausted", "limits", "oldest_reply", "queries", "verifications")

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.verifications = limits.verifications_per_resolve
        self.queries = limits.queries_per_resolve
        self.oldest_reply = float("inf")
        """Epoch seconds when the oldest remembered reply that was used had been fetched."""
        self.exhausted = False
        """Whether anything was refused: what was found out since may say nothing about the world."""

    def message(self) -> "MessageBudget":
        """A count for the records of one more reply."""
        return MessageBudget(self)

    def ask(self) -> bool:
        """Spend one query; False where none is left."""
        if self.queries <= 0:
            self.exhausted = True
            return False
        self.queries -= 1
        return True


class MessageBudget:
    """Signature checks left for one reply, drawn from the ``Budget`` of the whole question."""

    __slots__ = ("_budget", "_left")

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._left = budget.limits.verifications_per_message

    def verify(self, records: int = 1) -> None:
        """Spend one signature check, of ``records`` records; very many count as more than one check.

        Raises WorkExceededError where none is left.
        """
        if self._budget.verifications <= 0:
            self._budget.exhausted = True
        if self._left <= 0 or self._budget.verifications <= 0:
            raise WorkExceededError("the limit of signature checks is reached")
        cost = 1 + records // _RECORDS_PER_CHECK
        self._left -= cost
        self._budget.verifications -= cost
