"""What QUEUE101 to QUEUE104 mean; ``queue`` and ``reports`` find them.

No profile has one by itself, so none is shown as an example.

May import ``fleet.model`` and ``rule``.
"""

from fleet.model.finding import Severity
from fleet.rules.rule import Rule

QUEUE_RULES = (
    Rule(
        "QUEUE101",
        Severity.LOSES_MAIL,
        "Mail waits because of DANE",
        "Mail of this destination waits in the queue of a node, and the last check, which is at most one interval old, "
        "says that this node holds it under DANE. When the bounce timer ends it goes back to its sender.",
        "vendor document: watch the delivery status for destinations that start to queue",
        (),
        (),
    ),
    Rule(
        "QUEUE102",
        Severity.WARNING,
        "A destination is new in the queue, or rising",
        "More mail of this destination waits than before, or before the last change, and nothing proves why. DANE is "
        "blamed only where a fresh check says so; a server that is down looks the same.",
        "vendor document: watch the delivery status before and for days after enabling DANE",
        (),
        (),
    ),
    Rule(
        "QUEUE103",
        Severity.WARNING,
        "Mail logs contradict the last check",
        "The last check of this destination and what nodes wrote into their mail logs say opposite things about DANE. "
        "That is said only where the check ends alike on the platform of every node that may have written the log. "
        "Another resolver, another address of the server, or another time may be the reason.",
        "vendor document: find DANE successes in the mail logs",
        (),
        (),
    ),
    Rule(
        "QUEUE104",
        Severity.WARNING,
        "TLS reports contradict the last check",
        "The last check of this destination and what senders counted under DANE say opposite things. A report is of a "
        "day that is over and of its writer's mail: other resolvers, another address of the server, or another time.",
        "RFC 8460 4.3",
        (),
        (),
    ),
)
"""What the codes mean, for documentation; nobody asks these of a profile.

Their examples are settings under which DANE can hold mail, and such as cannot.
"""
