"""Postfix: the TLS line of an smtp(8) process and the status lines that follow it, joined by process and relay.

A TLS line names the host only; ``to=<...>`` names the destination.  One connection may carry several recipients of one
message, so a TLS line holds for the status lines of the same queue id; for the next message Postfix logs that it
reuses the connection.  May import modules of this room.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from fleet.maillog.context import Context
from fleet.maillog.draft import Where, evidence
from fleet.maillog.evidence import Evidence
from fleet.maillog.forms import Form
from fleet.maillog.names import domain_of, recipient_domain
from fleet.maillog.stamp import Stamps
from fleet.maillog.window import Window

PROCESSES = 8_192
_TAG_WITHIN = 400
_TAG = re.compile(r"[\w.-]{1,64}(?:/[\w.-]{1,64}){0,3}/(\w{1,32})\[(\d{1,10})")
_DELIVERING = frozenset({"smtp", "error", "retry"})
_TLS = re.compile(
    r"(Verified|Trusted|Untrusted|Anonymous) TLS connection (?:established|reused) to (\S{1,320}?)(?::\d{1,5})?: "
)
_ADDRESS = r'(?:"(?:\\.|[^"\\]){0,1000}"@)?[^>]{0,1024}'
"""A local part in quotes may hold anything, this line's own fields too."""
_STATUS = re.compile(
    rf"(\w{{4,24}}): to=<({_ADDRESS})>,(?: orig_to=<{_ADDRESS}>,)? relay=([^, ]{{1,320}}), .*?"
    r"dsn=(\d\.\d{1,3}\.\d{1,3}), status=(sent|deferred|bounced|undeliverable|expired) \((.*)"
)
_RELAY = re.compile(r"(.*\[.*\])(?::\d{1,5})?")
_VERIFIED = "Verified"

REASONS: Sequence[tuple[str, Form]] = (
    ("TLSA lookup error", Form.POSTFIX_TLSA_ERROR),
    ("non DNSSEC destination", Form.POSTFIX_NO_DNSSEC),
    ("no TLSA records found", Form.POSTFIX_NO_TLSA),
    ("TLSA records unusable", Form.POSTFIX_NO_TLSA),
    ("Server certificate not verified", Form.POSTFIX_NOT_VERIFIED),
    ("Server certificate not trusted", Form.POSTFIX_NOT_VERIFIED),
    ("TLS is required, but was not offered", Form.POSTFIX_NO_TLS),
    ("Cannot start TLS", Form.POSTFIX_NO_TLS),
)
"""What the reason of a deferral begins with, also behind ``delivery temporarily suspended:``."""
_SUSPENDED = "delivery temporarily suspended: "


@dataclass(slots=True)
class _Secured:
    """The last TLS line of a process."""

    verified: bool
    relay: str
    queue_id: str = ""


class PostfixLines:
    """Reads lines in order; ``read`` answers None for a line that is not one of Postfix's."""

    def __init__(self, context: Context, *, processes: int = PROCESSES) -> None:
        self._context = context
        self._stamps = Stamps(context)
        self._secured: Window[tuple[str, str], _Secured] = Window(processes)
        self.unparsed = 0

    def read(self, line: str, number: int) -> Sequence[Evidence] | None:
        """What ``line`` proves."""
        end = line.find("]: ", 0, _TAG_WITHIN)
        if end < 0:
            return None
        start = line.rfind(" ", 0, end)
        tag = line[start + 1 : end]
        service = _service(tag)
        stamp = self._stamps.read(line[:start]) if service and start > 0 else None
        if stamp is None:
            return None
        if service not in _DELIVERING:
            return ()
        text, process = line[end + 3 :], (stamp.host, tag)
        if " TLS connection " in text[:40]:
            return self._tls(process, text)
        if " status=" in text and ": to=<" in text[:32]:
            return self._status(Where(stamp, number), process, text)
        return ()

    def _tls(self, process: tuple[str, str], text: str) -> Sequence[Evidence]:
        found = _TLS.match(text)
        if found is None:
            self.unparsed += 1
        else:
            self._secured.put(process, _Secured(found[1] == _VERIFIED, found[2]))
        return ()

    def _status(self, where: Where, process: tuple[str, str], text: str) -> Sequence[Evidence]:
        found = _STATUS.match(text)
        domain = recipient_domain(found[2]) if found else ""
        if found is None or not domain:
            self.unparsed += 1
            return ()
        queue_id, relay, code, status, reason = found[1], found[3], found[4], found[5], found[6]
        sent = self._sent(process, queue_id, relay)  # a TLS line is used up by mail that was refused, too
        form = sent if status == "sent" else _not_sent(status, reason)
        host = "" if relay == "none" else domain_of(relay.partition("[")[0])
        detail = "" if status == "sent" else code
        return (evidence(self._context, form, where, domain=domain, host=host, detail=detail),)

    def _sent(self, process: tuple[str, str], queue_id: str, relay: str) -> Form:
        secured = self._secured.get(process)
        to = _RELAY.fullmatch(relay)
        if secured is None or to is None or secured.relay != to[1] or secured.queue_id not in ("", queue_id):
            return Form.POSTFIX_SENT
        secured.queue_id = queue_id
        return Form.POSTFIX_VERIFIED if secured.verified else Form.POSTFIX_TLS


@lru_cache(maxsize=4096)
def _service(tag: str) -> str:
    """The service that ``tag`` (``postfix/smtp[123``) names; empty where it is not Postfix's."""
    found = _TAG.fullmatch(tag)
    return found[1] if found and ("postfix" in tag or found[1] in _DELIVERING) else ""


def _not_sent(status: str, reason: str) -> Form:
    if status != "deferred":
        return Form.POSTFIX_BOUNCED
    reason = reason.removeprefix(_SUSPENDED)
    return next((form for start, form in REASONS if reason.startswith(start)), Form.POSTFIX_DEFERRED)
