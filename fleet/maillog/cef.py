"""The consolidated event log of AsyncOS 13 and later: one line of CEF a message, which says outright what DANE did.

``CEF:0|Cisco|...|ESADaneStatus=success ESADaneHost=example.org ...``; keys and values in any order, a value goes on
until the next key.  The recipients (``duser``) are not looked at.  May import modules of this room.
"""

import re
from collections.abc import Sequence

from fleet.maillog.context import Context
from fleet.maillog.draft import Where, evidence
from fleet.maillog.evidence import Evidence
from fleet.maillog.forms import Form
from fleet.maillog.names import domain_of
from fleet.maillog.stamp import Stamp, Stamps

_START = "CEF:0|"
_QUOTED = re.compile(r"='[^']*'(?= |$)")
"""A sender's own words, as a subject, which may hold any field."""
_STATUS = re.compile(r"(?:^|[ |])ESADaneStatus=(\S{0,32})")
_HOST = re.compile(r"(?:^|[ |])ESADaneHost=(\S{1,254})")
_END = re.compile(r"(?:^|[ |])(?:end|rt|start)=(\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4})")
_NODE = re.compile(r"(?:^|[ |])dvchost=([A-Za-z0-9.-]{1,253})")
_FORMS = {"success": Form.CEF_SUCCESS, "failure": Form.CEF_FAILURE}


class CefLines:
    """Reads lines; ``read`` answers None for a line that is not CEF."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._before, self._within = Stamps(context), Stamps(context)
        self.unparsed = 0

    def read(self, line: str, number: int) -> Sequence[Evidence] | None:
        """What ``line`` proves."""
        at = line.find(_START)
        if at < 0:
            return None
        if "ESADane" not in line:
            return ()
        said = _QUOTED.sub("=", line[at:])
        status, host = _STATUS.search(said), _HOST.search(said)
        form = _FORMS.get(status[1].lower()) if status else None
        domain = domain_of(host[1]) if host else ""
        if form is None or not domain or said.count("ESADaneStatus=") > 1 or said.count("ESADaneHost=") > 1:
            self.unparsed += 1
            return ()
        where = Where(self._stamp(line, at), number)
        return (evidence(self._context, form, where, domain=domain),)

    def _stamp(self, line: str, at: int) -> Stamp:
        """The event's own time and node where it has them, else those of the line."""
        before = self._before.read(line[:at].rstrip()) or Stamp(None, self._context.node)
        own, node = _END.search(line, at), _NODE.search(line, at)
        within = self._within.read(own[1]) if own else None
        return Stamp(within.at if within else before.at, node[1] if node else before.host)
