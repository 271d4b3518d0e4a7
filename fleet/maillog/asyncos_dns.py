"""AsyncOS at level Debug: each DNS question, what came back, and in which DNSSEC state it was kept.

``DNS query: Q ('name', 'type', 'resolver')`` asks; ``DNSSEC Response data(...)`` answers without naming the question,
and is put to one only where exactly one is open.  ``DNS encache`` names what it keeps.  May import modules of this
room.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from fleet.maillog.context import Context
from fleet.maillog.draft import Where, evidence
from fleet.maillog.evidence import Evidence, State
from fleet.maillog.forms import Form
from fleet.maillog.names import domain_of, ip_of
from fleet.maillog.window import Window

_NAME, _TYPE, _IP = r"'([^']{0,300})'", r"'([A-Z0-9]{1,10})'", r"'([^']{2,64})'"
_QUERY = re.compile(rf"DNS query: Q(?P<step>|N|IP) ?\({_NAME}, ?{_TYPE}(?:, ?{_IP})?.*\)$")
_RESPONSE = re.compile(r"DNSSEC Response data\(\[.*\] ?, ?([A-Za-z]{0,16}) ?, ?-?\d{1,10}, ?-?\d{1,12}\)$")
_ENCACHE = re.compile(r"DNS encache ?\((\S{1,300}), ?([A-Z0-9]{1,10}), ?\[(.*)\]\)$")
_KEPT = re.compile(r"\(\d{1,24}L?, ?-?\d{1,10}, ?'([A-Za-z]{1,16})', ?")
_BAD_DNSSEC = re.compile(
    rf"Received an invalid DNSSEC Response: ?DNSSEC_Error\({_NAME}, ?{_TYPE}, ?{_IP}, ?.*looking up \S{{1,300}}$"
)
_ERROR_WAS = re.compile(r"Error was: ([A-Za-z0-9 _.-]{1,60})'\)")
_BAD_DNS = re.compile(
    r"Received an invalid DNS Response: ([A-Z][A-Za-z ]{1,40}?) to IP (\S{2,64}) looking up (\S{1,300})$"
)
_SERVICE = re.compile(r"^_\d{1,5}\._tcp\.")
_OPEN = 256
_PATIENCE = timedelta(seconds=60)

_STATES = {
    "": State.NONE,
    "secure": State.SECURE,
    "insecure": State.INSECURE,
    "bogus": State.BOGUS,
}


class DnsLines:
    """Reads the lines that begin with DNS, DNSSEC or Received."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._asked: Window[tuple[str, str, str], tuple[str, datetime | None]] = Window(_OPEN)

    def read(self, where: Where, body: str) -> Sequence[Evidence] | None:
        """What the line proves; None where it breaks off or cannot be read."""
        if body.startswith("DNS query:"):
            return self._query(where, body)
        if body.startswith("DNSSEC Response"):
            return self._response(where, body)
        if body.startswith("DNS encache"):
            return self._encache(where, body)
        if body.startswith("Received an invalid DNSSEC"):
            return self._bad_dnssec(where, body)
        if body.startswith("Received an invalid DNS "):
            return self._bad_dns(where, body)
        return ()

    def _query(self, where: Where, body: str) -> Sequence[Evidence] | None:
        found = _QUERY.match(body)
        if found is None:
            return None
        if not found["step"] and found[4]:  # "Q ('name', 'type', 'resolver')": this one goes out
            self._forget_old(where.stamp.at)
            self._asked.put((where.stamp.host, domain_of(found[2]), found[3]), (ip_of(found[4]), where.stamp.at))
        return ()

    def _forget_old(self, now: datetime | None) -> None:
        """A resolver that never answers must not leave its question open for ever."""
        while (oldest := self._asked.oldest()) is not None:
            asked = oldest[1][1]
            if now is None or (asked is not None and now - asked <= _PATIENCE):
                return
            self._asked.take(oldest[0])

    def _answered(self, where: Where, name: str, qtype: str) -> None:
        self._asked.take((where.stamp.host, name, qtype))

    def _response(self, where: Where, body: str) -> Sequence[Evidence] | None:
        found = _RESPONSE.match(body)
        state = _STATES.get(found[1].lower()) if found else None
        if state is None:
            return None
        only = self._asked.only()
        if only is None or only[0][0] != where.stamp.host:
            return (evidence(self._context, Form.ASYNCOS_RESPONSE, where, state=state),)
        (_, name, qtype), (resolver, _) = only
        self._answered(where, name, qtype)
        return (self._made(Form.ASYNCOS_RESPONSE, where, name, qtype, resolver, state),)

    def _encache(self, where: Where, body: str) -> Sequence[Evidence] | None:
        found = _ENCACHE.match(body)
        if found is None:
            return None
        name, states = domain_of(found[1]), {_STATES.get(kept.lower()) for kept in _KEPT.findall(found[3])}
        if not name or None in states or (found[3] and not states):
            return None
        self._answered(where, name, found[2])
        made = (self._made(Form.ASYNCOS_ENCACHE, where, name, found[2], "", state) for state in states if state)
        return tuple(sorted(made, key=lambda one: str(one.state)))

    def _bad_dnssec(self, where: Where, body: str) -> Sequence[Evidence] | None:
        found = _BAD_DNSSEC.match(body)
        name = domain_of(found[1]) if found else ""
        if found is None or not name:
            return None
        self._answered(where, name, found[2])
        said = _ERROR_WAS.search(body)
        detail = said[1] if said else ""
        form = Form.ASYNCOS_DNSSEC_ERROR
        return (self._made(form, where, name, found[2], ip_of(found[3]), State.ERROR, detail),)

    def _bad_dns(self, where: Where, body: str) -> Sequence[Evidence] | None:
        found = _BAD_DNS.match(body)
        resolver, name = (ip_of(found[2]), domain_of(found[3])) if found else ("", "")
        if found is None or not resolver or not name or name.endswith("-"):
            return None  # wrapped behind a hyphen: the name goes on in the next line
        for key in self._asked:
            if key[:2] == (where.stamp.host, name):
                self._asked.take(key)
        return (self._made(Form.ASYNCOS_DNS_ERROR, where, name, "", resolver, None, found[1].lower()),)

    def _made(
        self, form: Form, where: Where, name: str, qtype: str, resolver: str, state: State | None, detail: str = ""
    ) -> Evidence:
        """The name of an MX question is a destination, every other one a host's; TLSA records stand below the host."""
        of_domain = qtype == "MX"
        name = _SERVICE.sub("", name) if qtype == "TLSA" else name
        return evidence(
            self._context,
            form,
            where,
            domain=name if of_domain else "",
            host="" if of_domain else name,
            resolver=resolver,
            qtype=qtype,
            state=state,
            detail=detail,
        )
