"""Exim's main log, in its file or behind syslog: a line says all about one recipient, so nothing is joined.

Deliveries without a host (``H=``) stay on the machine and prove nothing.  May import modules of this room.
"""

import re
from collections.abc import Sequence

from fleet.maillog.context import Context
from fleet.maillog.draft import Where, evidence
from fleet.maillog.evidence import Evidence
from fleet.maillog.forms import Form
from fleet.maillog.names import domain_of, recipient_domain
from fleet.maillog.stamp import Stamps

_ID = r"(?:\w{6}-\w{6}-\w{2}|\w{6}-\w{11}-\w{4})"
_OWN = re.compile(
    rf"(\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?(?: [+-]\d{{4}})?)(?: \[\d+\])? (?:{_ID} |(?:Start|End) queue run)"
)
_SYSLOG = re.compile(
    r"(\S.{10,300}?) exim4?\[\d{1,10}\]: "
    rf"(?:\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? )?(?:\[\d+\] )?(?:{_ID} )?"
)
_FLAG = re.compile(r"(=>|->|>>|==|\*\*) (.*)")
_CERTIFICATE = re.compile(r" CV=(\S{1,32})")
_HOST = re.compile(r" H=(\S{1,254})")
_CODE = re.compile(r" defer \((-?\d{1,5})\)")
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"(?=@)')
_ANSWER, _NAMES = " C=", (" DN=", " SNI=")
"""What follows is the peer's own text: its answer, its certificate's name, the name it is known by."""
_REMOTE = "SMTP error from remote mail server"
_NAMES_DANE = re.compile(r"DANE (?:error|attempt failed)|TLSA record problem")
_WANTS_TLS = re.compile(r": (?:TLS session: |a TLS session is required)")
_DELIVERED = frozenset({"=>", "->", ">>"})


class EximLines:
    """Reads lines; ``read`` answers None for a line that is not one of Exim's."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._stamps = Stamps(context)
        self.unparsed = 0

    def read(self, line: str, number: int) -> Sequence[Evidence] | None:
        """What ``line`` proves."""
        start = _OWN.match(line) or (_SYSLOG.match(line) if "exim" in line[:300] else None)
        stamp = self._stamps.read(start[1]) if start else None
        if stamp is None:
            return None
        found = _FLAG.match(line, start.end()) if start else None
        if found is None:
            return ()
        where, flag, rest = Where(stamp, number), found[1], found[2]
        form = _sent(rest) if flag in _DELIVERED else _not_sent(flag, rest)
        if form is None:
            return ()
        domain = recipient_domain(_recipient(rest))
        if not domain:
            self.unparsed += 1
            return ()
        host, code = _HOST.search(rest), _CODE.search(rest)
        return (
            evidence(
                self._context,
                form,
                where,
                domain=domain,
                host=domain_of(host[1]) if host else "",
                detail=code[1] if code else "",
            ),
        )


def _recipient(rest: str) -> str:
    """The address that a line is about; a local part in quotes may hold blanks."""
    quoted = _QUOTED.match(rest) if rest.startswith('"') else None
    end = rest.find(" ", quoted.end() if quoted else 0)
    return (rest if end < 0 else rest[:end]).rstrip(":")


def _sent(rest: str) -> Form | None:
    """Read from what Exim itself says: addresses in quotes and the peer's own words could hold any field."""
    if '"@' in rest:
        rest = _QUOTED.sub("", rest)
    rest = rest.partition(_ANSWER)[0]
    if " H=" not in rest:
        return None
    if " X=" not in rest:
        return Form.EXIM_CLEAR
    certificate = _CERTIFICATE.search(rest)
    if certificate is None or certificate[1] != "dane" or any(one in rest[: certificate.start()] for one in _NAMES):
        return Form.EXIM_TLS
    return Form.EXIM_DANE


def _not_sent(flag: str, rest: str) -> Form:
    rest = (_QUOTED.sub("", rest) if '"' in rest else rest).partition(_REMOTE)[0]
    dane = _NAMES_DANE.search(rest) is not None
    if flag == "**":
        return Form.EXIM_DANE_BOUNCED if dane else Form.EXIM_BOUNCED
    if dane:
        return Form.EXIM_DANE_ERROR
    return Form.EXIM_NO_TLS if _WANTS_TLS.search(rest) else Form.EXIM_DEFERRED
