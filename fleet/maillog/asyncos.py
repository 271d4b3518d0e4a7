"""AsyncOS text logs: connections (DCID) and messages (MID) joined into what became of mail; DNS is ``asyncos_dns``.

Which domain a message goes to stands on its ``To:`` lines, how its connection went on the connection's lines, and
``Delivery start`` ties the two.  A connection ends with ``close``, a message with ``done``; what never ends leaves the
window as its oldest entry, and is counted.  May import modules of this room.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from fleet.maillog.asyncos_dns import DnsLines
from fleet.maillog.context import Context
from fleet.maillog.draft import Where, evidence
from fleet.maillog.evidence import Evidence
from fleet.maillog.forms import Form
from fleet.maillog.names import domain_of, ip_of, recipient_domain
from fleet.maillog.stamp import Stamps
from fleet.maillog.window import Window

_LEVELS = (" Info: ", " Debug: ", " Warning: ", " Critical: ", " Trace: ")
_STAMP_WITHIN = 300
CONNECTIONS, MESSAGES, RECIPIENTS = 16_384, 65_536, 1_000
"""The window: connections, messages, and recipients remembered of one message."""
_CONTINUED, _LONGEST = 6, 16_384
"""A wrapped line is put together of at most so many pieces and characters."""

_NEW = re.compile(r"New SMTP DCID (\d{1,20}) interface \S{1,64} address (\S{2,64})")
_TLS = re.compile(r"DCID (\d{1,20}) TLS success protocol \S{1,32} cipher \S{1,64}(?: (.*))?")
_TLS_FAILED = re.compile(r"DCID (\d{1,20}) (?:TLS failed: |IP \S{2,64} TLS was required but could not)")
_CLOSE = re.compile(r"DCID (\d{1,20}) close")
_TO = re.compile(r"MID (\d{1,20}) ICID \d{1,20} RID (\d{1,9}) To: <(.*)>")
_START = re.compile(r"Delivery start DCID (\d{1,20}) MID (\d{1,20}) to RID \[([\d, ]{1,8000})\]")
_BEGUN = re.compile(r"Start MID (\d{1,20}) ICID \d")
_FINISHED = re.compile(r"Message finished MID (\d{1,20}) (?:done|aborted)")
_BACK = re.compile(
    r"(Delayed|Bounced): DCID:? (\d{1,20}) (?:MID|Message) (\d{1,20}) to (?:RID )?(\d{1,9}|\[[\d, ]{1,8000}\]) - "
    r"(\d\.\d{1,3}\.\d{1,3})?(.*)"
)
_REMOTE = re.compile(r"\('\d{3}'")
"""Where the words of the peer begin: its reply code, then its text."""
_NAMES_DANE = re.compile(r"\bDANE\b|\bTLSA\b")


@dataclass(slots=True)
class _Connection:
    """What was seen of one connection.  ``opened``: from its first line on."""

    address: str = ""
    opened: bool = False
    secured: bool = False
    named: str = ""
    failed: bool = False


class AsyncOsLines:
    """Reads lines in order; ``read`` answers None for a line that is not one of AsyncOS's."""

    def __init__(self, context: Context, *, connections: int = CONNECTIONS, messages: int = MESSAGES) -> None:
        self._context = context
        self._stamps = Stamps(context)
        self._dns = DnsLines(context)
        self._connections: Window[tuple[str, str], _Connection] = Window(connections)
        self._messages: Window[tuple[str, str], dict[int, str]] = Window(messages)
        self._told: Window[tuple[str, str], bool] = Window(messages)
        self._open: tuple[Where, str] | None = None
        self._pieces = 0
        self._handlers: Mapping[str, Callable[[Where, str], Sequence[Evidence]]] = {
            "New": self._new,
            "DCID": self._dcid,
            "MID": self._mid,
            "Start": self._begun,
            "Delivery": self._start,
            "Message": self._message,
            "Delayed:": self._back,
            "Bounced:": self._back,
            "DNS": self._dns_line,
            "DNSSEC": self._dns_line,
            "Received": self._dns_line,
        }
        self.unparsed = 0
        self.unjoined = 0

    @property
    def evicted(self) -> int:
        """Connections and messages that left the window before they ended."""
        return self._connections.evicted + self._messages.evicted

    @property
    def unfinished(self) -> Counter[str]:
        """Messages by destination of which no line read so far says what became of them."""
        found: Counter[str] = Counter()
        for key in self._messages:
            if self._told.get(key) is None:
                found.update(set((self._messages.get(key) or {}).values()))
        return found

    def read(self, line: str, number: int) -> Sequence[Evidence] | None:
        """What ``line`` proves."""
        for level in _LEVELS:
            at = line.find(level, 0, _STAMP_WITHIN)
            if at > 0:
                break
        else:
            return self._continue(line) if self._open else None
        stamp = self._stamps.read(line[:at])
        if stamp is None:
            return None
        self.finish()
        body = line[at + len(level) :]
        handler = self._handlers.get(body[: body.find(" ")])
        return handler(Where(stamp, number), body) if handler else ()

    def finish(self) -> None:
        """No line continues the one before."""
        if self._open is not None:
            self.unparsed += 1
            self._open = None

    # ------------------------------------------------------------------------------------------- DNS, wrapped lines
    def _dns_line(self, where: Where, body: str) -> Sequence[Evidence]:
        found = self._dns.read(where, body)
        if found is None:
            self._open, self._pieces = (where, body), 1
            return ()
        return found

    def _continue(self, line: str) -> Sequence[Evidence] | None:
        assert self._open is not None
        where, body = self._open
        body = body + line if body.endswith("-") else f"{body} {line}"
        self._pieces += 1
        if self._pieces > _CONTINUED or len(body) > _LONGEST:
            self.finish()
            return None
        found = self._dns.read(where, body)
        self._open = (where, body) if found is None else None
        return found or ()

    # ------------------------------------------------------------------------------------------------- connections
    def _connection(self, where: Where, dcid: str) -> _Connection:
        key = (where.stamp.host, dcid)
        found = self._connections.get(key)
        if found is None:
            found = _Connection()
            self._connections.put(key, found)
        return found

    def _new(self, where: Where, body: str) -> Sequence[Evidence]:
        if not body.startswith("New SMTP DCID"):
            return ()
        found = self._parsed(_NEW, body)
        if found:
            one = _Connection(address=ip_of(found[2]), opened=True)
            self._connections.put((where.stamp.host, found[1]), one)
        return ()

    def _dcid(self, where: Where, body: str) -> Sequence[Evidence]:
        if found := _CLOSE.match(body):
            self._connections.take((where.stamp.host, found[1]))
            return ()
        if " TLS success" in body:
            return self._tls(where, body)
        if " TLS failed" in body or " TLS was required" in body:
            found = self._parsed(_TLS_FAILED, body)
            if found:
                one = self._connection(where, found[1])
                repeated, one.failed, one.secured = one.failed, True, False
                if not repeated:
                    return (self._make(Form.ASYNCOS_TLS_FAILED, where, host=one.address),)
        return ()

    def _tls(self, where: Where, body: str) -> Sequence[Evidence]:
        found = self._parsed(_TLS, body)
        if not found:
            return ()
        one = self._connection(where, found[1])
        one.secured, one.failed = True, False
        one.named = ""
        rest = (found[2] or "").strip()
        if not rest.startswith("for "):
            return ()
        one.named = domain_of(rest[4:])
        if not one.named:
            self.unparsed += 1
            return ()
        return (self._make(Form.ASYNCOS_TLS_FOR, where, domain=one.named, host=one.address),)

    # ---------------------------------------------------------------------------------------------------- messages
    def _begun(self, where: Where, body: str) -> Sequence[Evidence]:
        """A number that is used again is another message."""
        if found := _BEGUN.match(body):
            self._messages.take((where.stamp.host, found[1]))
            self._told.take((where.stamp.host, found[1]))
        return ()

    def _mid(self, where: Where, body: str) -> Sequence[Evidence]:
        if " To: <" not in body:
            return ()
        found = self._parsed(_TO, body)
        if not found:
            return ()
        domain = recipient_domain(found[3])
        if not domain:
            self.unparsed += bool(found[3])
            (self._messages.get((where.stamp.host, found[1])) or {}).pop(int(found[2]), None)
            return ()
        key = (where.stamp.host, found[1])
        known = self._messages.get(key)
        if known is None:
            known = {}
            self._messages.put(key, known)
        if len(known) < RECIPIENTS:
            known[int(found[2])] = domain
        return ()

    def _message(self, where: Where, body: str) -> Sequence[Evidence]:
        if found := _FINISHED.match(body):
            self._messages.take((where.stamp.host, found[1]))
            self._told.take((where.stamp.host, found[1]))
        return ()

    def _start(self, where: Where, body: str) -> Sequence[Evidence]:
        found = self._parsed(_START, body)
        if not found:
            return ()
        one = self._connections.get((where.stamp.host, found[1]))
        if one is None or one.named or not (one.opened or one.secured):
            self.unjoined += one is None or not one.named
            return ()
        form = Form.ASYNCOS_TLS if one.secured else Form.ASYNCOS_CLEAR
        return tuple(
            self._make(form, where, domain=domain, host=one.address) for domain in self._to(where, found[2], found[3])
        )

    def _back(self, where: Where, body: str) -> Sequence[Evidence]:
        found = self._parsed(_BACK, body)
        if not found:
            return ()
        one = self._connections.get((where.stamp.host, found[2]))
        form = Form.ASYNCOS_BOUNCED
        if found[1] == "Delayed":
            form = Form.ASYNCOS_DELAYED_TLS if one is not None and one.failed else Form.ASYNCOS_DELAYED
            if _NAMES_DANE.search(_REMOTE.split(found[6], maxsplit=1)[0]):
                form = Form.ASYNCOS_DELAYED_DANE
        host = one.address if one is not None else ""
        return tuple(
            self._make(form, where, domain=domain, host=host, detail=found[5] or "")
            for domain in self._to(where, found[3], found[4].strip("[]"))
        )

    def _to(self, where: Where, mid: str, rids: str) -> Iterator[str]:
        """The domains of a message's recipients, each once; one empty name where they are not known."""
        known = self._messages.get((where.stamp.host, mid))
        if known is not None:
            self._told.put((where.stamp.host, mid), True)
        numbers = (int(rid[:9]) for rid in rids.replace(",", " ").split())
        domains = {known.get(number, "") for number in numbers} if known is not None else {""}
        if "" in domains:
            self.unjoined += 1
        yield from sorted(domains)

    # ------------------------------------------------------------------------------------------------------ shared
    def _parsed(self, pattern: re.Pattern[str], body: str) -> re.Match[str] | None:
        found = pattern.match(body)
        self.unparsed += found is None
        return found

    def _make(self, form: Form, where: Where, *, domain: str = "", host: str = "", detail: str = "") -> Evidence:
        return evidence(self._context, form, where, domain=domain, host=host, detail=detail)
