"""Why something remote gave no usable answer, in two words for a cell; its sentence stands where there is room.

May import ``fleet.errors``.
"""

from fleet.errors import FailureKind

FAILURE_WORDS: dict[FailureKind, str] = {
    FailureKind.TIMEOUT: "no answer",
    FailureKind.CONNECTION_REFUSED: "refused",
    FailureKind.UNREACHABLE: "unreachable",
    FailureKind.CLOSED: "hung up",
    FailureKind.SERVFAIL: "SERVFAIL",
    FailureKind.REFUSED: "DNS refused",
    FailureKind.MALFORMED: "not readable",
    FailureKind.GREETING: "turned away",
    FailureKind.NO_STARTTLS: "no STARTTLS",
    FailureKind.TLS: "TLS failed",
    FailureKind.LIMIT: "too much",
    FailureKind.CANCELLED: "cancelled",
    FailureKind.NAME: "name unknown",
    FailureKind.JUMP: "no jump host",
    FailureKind.ALGORITHMS: "no algorithm",
    FailureKind.HOST_KEY_UNKNOWN: "unknown key",
    FailureKind.HOST_KEY_CHANGED: "KEY CHANGED",
    FailureKind.KEY_LOCKED: "key locked",
    FailureKind.AUTHENTICATION: "login refused",
    FailureKind.CHANNEL: "no session",
    FailureKind.PROMPT: "odd prompt",
    FailureKind.COMMAND: "command failed",
    FailureKind.ROLE: "role too low",
    FailureKind.CLUSTER_MODE: "cluster mode",
    FailureKind.UNCOMMITTED: "uncommitted",
    FailureKind.NOT_OBSERVED: "not observed",
    FailureKind.INTERNAL: "fault of ours",
}
