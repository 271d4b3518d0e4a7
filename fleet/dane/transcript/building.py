"""Collects what the phrases of a transcript say and makes steps of it; what was not said stays unknown.

A lookup nobody spoke of has existence *unknown* and security *indeterminate* and did not fail: it must make nothing
better and nothing worse.  May import ``fleet.errors``, ``fleet.model``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from fleet.dane.transcript.phrases import Phrase
from fleet.errors import Failure, FailureKind
from fleet.model import (
    AddressStep,
    BaseMatch,
    ChainMatch,
    Contact,
    ContactStep,
    Existence,
    Lookup,
    MailHost,
    MatchRules,
    MxMeaning,
    MxStep,
    Security,
    Step,
    TlsaRecord,
    TlsaStep,
    TlsReport,
    Verdict,
)

_Fields = dict[str, str]

_RCODES = {Existence.DATA: "NOERROR", Existence.NODATA: "NOERROR", Existence.NXDOMAIN: "NXDOMAIN"}
# Stands for records whose rdata the text does not show: usable, for the appliance went on to use them.
_UNSAID = TlsaRecord(b"", None, None, None, b"")
_UNUSABLE = TlsaRecord(b"", None, None, None, b"", "the transcript says that no TLSA record is usable")


@dataclass(slots=True)
class _Said:
    """What was said of one (name, type)."""

    security: Security = Security.INDETERMINATE
    existence: Existence = Existence.UNKNOWN
    records: list[str] = field(default_factory=list)
    failure: FailureKind | None = None

    @property
    def known(self) -> bool:
        return self.existence is not Existence.UNKNOWN or self.failure is not None

    def found(self, security: str, record: str = "") -> None:
        self.security, self.existence = Security(security.lower()), Existence.DATA
        if record and record not in self.records:
            self.records.append(record)

    def none(self, security: str, existence: str) -> None:
        self.security, self.existence = Security(security.lower()), Existence(existence.lower())

    def lookup(self, name: str, rdtype: str) -> Lookup:
        return Lookup(
            name=name,
            rdtype=rdtype,
            resolver="",
            security=self.security,
            existence=self.existence,
            rcode=_RCODES.get(self.existence, ""),
            canonical=name,
            records=tuple(self.records),
            failure=_failure(self.failure, f"the {rdtype} lookup") if self.failure else None,
        )


@dataclass(slots=True)
class _Session:
    """What was said of one connection."""

    address: str
    port: int
    connected: bool = False
    local: str = ""
    failure: FailureKind | None = None
    protocol: str = ""
    cipher: str = ""
    match: ChainMatch | None = None

    def step(self, host: str) -> ContactStep | None:
        """None where the text never said that anybody answered; a session left before TLS counts as cancelled."""
        failure = self.failure
        if failure is None and not self.protocol:
            if not self.connected:
                return None
            failure = FailureKind.CANCELLED
        contact = Contact(
            host=host,
            address=self.address,
            port=self.port,
            sni=host,
            failure=_failure(failure, "the SMTP session") if failure else None,
            starttls=True if self.protocol else False if failure is FailureKind.NO_STARTTLS else None,
            tls_version=self.protocol,
            cipher=self.cipher,
            local_address=self.local,
        )
        matches = tuple(BaseMatch(host, rules, self.match) for rules in MatchRules) if self.match else ()
        return ContactStep(contact, matches=matches)


@dataclass(slots=True)
class _HostSaid:
    a: _Said = field(default_factory=_Said)
    aaaa: _Said = field(default_factory=_Said)
    tlsa: _Said = field(default_factory=_Said)
    unusable: bool = False
    sessions: list[_Session] = field(default_factory=list)

    def of(self, rdtype: str) -> _Said:
        return {"A": self.a, "AAAA": self.aaaa, "TLSA": self.tlsa}[rdtype]


class PartialVerdict:
    """Takes phrases in the order of the text; ``verdict`` then says what they amount to."""

    def __init__(self, domain: str) -> None:
        self._domain = domain
        self._mx = _Said()
        self._meaning = MxMeaning.FAILED
        self._hosts: dict[str, _HostSaid] = {}
        self._current = ""
        self._port = 25
        self._smtp = True
        self._ended: Phrase | None = None
        self._completed = False

    def take(self, phrase: Phrase, fields: _Fields) -> bool:
        """Take one phrase; False where it cannot stand here, such as a TLS line before any connection."""
        fields = {key: _name(value) if key in ("host", "domain") else value for key, value in fields.items()}
        if "host" in fields:
            if "domain" not in fields and fields["host"] not in self._hosts:
                return False
            self._current = fields["host"]
            self._hosts.setdefault(self._current, _HostSaid())
        if phrase in _SESSION:
            host = self._hosts.get(self._current)
            if host is None or not host.sessions:
                return False
            _SESSION[phrase](host.sessions[-1], fields)
            return True
        return self._take_lookup(phrase, fields)

    def _take_lookup(self, phrase: Phrase, fields: _Fields) -> bool:
        host = self._hosts.get(self._current, _HostSaid())
        match phrase:
            case Phrase.MX_FOUND:
                self._take_mx(fields, MxMeaning.LISTED)
            case Phrase.MX_UNNAMED:
                self._take_mx(fields, MxMeaning.FAILED)
            case Phrase.MX_NULL:
                self._take_mx(fields, MxMeaning.NULL)
                self._mx.records = ["0 ."]
            case Phrase.MX_NONE:
                implicit = fields["existence"] == "NODATA"
                self._mx.none(fields["security"], fields["existence"])
                self._meaning = MxMeaning.IMPLICIT if implicit else MxMeaning.NO_DOMAIN
                if implicit:
                    self._hosts.setdefault(self._domain, _HostSaid())
            case Phrase.MX_FAILED:
                self._mx.failure = FailureKind(fields["failure"])
            case Phrase.ADDRESS_FOUND | Phrase.RECORD_FOUND:
                host.of(fields["rdtype"]).found(fields["security"], fields.get("address", ""))
            case Phrase.RECORD_NONE:
                host.of(fields["rdtype"]).none(fields["security"], fields["existence"])
            case Phrase.RECORD_FAILED:
                host.of(fields["rdtype"]).failure = FailureKind(fields["failure"])
            case Phrase.TLSA_UNUSABLE:
                host.unusable = True
            case Phrase.CONNECTING:
                if not self._current:
                    return False
                self._port = min(int(fields["port"]), 65_535)
                host.sessions.append(_Session(fields["address"], self._port))
            case Phrase.SMTP_NOT_TRIED:
                self._smtp = False
            case Phrase.SUCCESS | Phrase.FAILED | Phrase.NOT_TESTED:
                self._ended = phrase
            case Phrase.COMPLETED:
                self._completed = True
        return True

    def _take_mx(self, fields: _Fields, meaning: MxMeaning) -> None:
        self._mx.found(fields["security"], fields.get("host", ""))
        self._meaning = meaning

    def verdict(self, at: datetime, notes: tuple[str, ...]) -> Verdict:
        """The steps said so far as a verdict; ``notes`` join the list of what is unknown."""
        steps: list[Step] = []
        if self._mx.known or self._hosts:
            names = enumerate(self._hosts)
            listed = self._meaning in (MxMeaning.LISTED, MxMeaning.IMPLICIT)
            hosts = tuple(MailHost(order, name) for order, name in names) if listed else ()
            steps.append(MxStep(self._mx.lookup(self._domain, "MX"), self._meaning, hosts))
        for name, said in self._hosts.items():
            steps.extend(_host_steps(name, said, self._port))
        return Verdict(
            domain=self._domain,
            at=at,
            resolvers=(),
            steps=tuple(steps),
            port=self._port,
            vantage="appliance",
            smtp=self._smtp or any(said.sessions for said in self._hosts.values()),
            unknown=(*self._unsaid(), *notes),
        )

    def _unsaid(self) -> list[str]:
        unsaid = ["resolvers"]
        if not self._mx.known:
            unsaid.append(f"MX of {self._domain}")
        if self._meaning is MxMeaning.LISTED:
            unsaid.append("preferences of the MX hosts (numbered in the order shown)")
            if _stopped(self._hosts, self._ended):
                unsaid.append("MX hosts and addresses after the last one shown")
        for name, said in self._hosts.items():
            unsaid.extend(_unsaid_of_host(name, said))
        if self._ended is None or not self._completed:
            unsaid.append("the end of the transcript")
        return unsaid


def _start_tls(session: _Session, fields: _Fields) -> None:
    session.protocol, session.cipher = fields["protocol"], fields["cipher"]


def _judge_chain(session: _Session, matched: bool, fields: _Fields) -> None:
    report = TlsReport(fields["report"]) if fields.get("report") else None
    sentence = "the appliance says that the certificate " + ("matches" if matched else "does not match")
    session.match = ChainMatch(matched, True, sentence, (), report)


def _fail(session: _Session, failure: FailureKind) -> None:
    session.failure = failure


def _connect(session: _Session, fields: _Fields) -> None:
    session.connected = True
    session.local = fields.get("local", "")


_SESSION: dict[Phrase, Callable[[_Session, _Fields], None]] = {
    Phrase.CONNECTED: _connect,
    Phrase.CONNECTED_SOMEHOW: _connect,
    Phrase.CONNECT_FAILED: lambda session, fields: _fail(session, FailureKind(fields["failure"])),
    Phrase.TLS_CHECKING: lambda session, fields: None,
    Phrase.TLS_ESTABLISHED: _start_tls,
    Phrase.TLS_NOT_OFFERED: lambda session, fields: _fail(session, FailureKind.NO_STARTTLS),
    Phrase.TLS_HANDSHAKE_FAILED: lambda session, fields: _fail(session, FailureKind.TLS),
    Phrase.CERTIFICATE_GOOD: lambda session, fields: _judge_chain(session, True, fields),
    Phrase.CERTIFICATE_BAD: lambda session, fields: _judge_chain(session, False, fields),
    Phrase.CERTIFICATE_BAD_REPORT: lambda session, fields: _judge_chain(session, False, fields),
    Phrase.CERTIFICATE_NOT_CHECKED: lambda session, fields: None,
}
"""Phrases about the connection made last."""


def _host_steps(name: str, said: _HostSaid, port: int) -> list[Step]:
    steps: list[Step] = []
    if said.a.known or said.aaaa.known:
        addresses = (*said.a.records, *said.aaaa.records)
        steps.append(AddressStep(name, said.a.lookup(name, "A"), said.aaaa.lookup(name, "AAAA"), None, addresses))
    if said.tlsa.known:
        lookup = said.tlsa.lookup(f"_{port}._tcp.{name}", "TLSA")
        record = _UNUSABLE if said.unusable else _UNSAID
        steps.append(TlsaStep(name, name, lookup, (record,) if said.tlsa.existence is Existence.DATA else ()))
    for session in said.sessions:
        if said.unusable and session.protocol and session.match is None:
            session.match = ChainMatch(False, False, _UNUSABLE.unusable, (), TlsReport.TLSA_INVALID)
        if (step := session.step(name)) is not None:
            steps.append(step)
    return steps


def _unsaid_of_host(name: str, said: _HostSaid) -> list[str]:
    unsaid = [f"{rdtype} of {name}" for rdtype in ("A", "AAAA", "TLSA") if not said.of(rdtype).known]
    if said.tlsa.existence is Existence.DATA:
        unsaid.append(f"TLSA data of {name}")
    for session in said.sessions:
        if session.failure is None:
            what = "certificate chain presented by" if session.protocol else "SMTP session with"
            unsaid.append(f"{what} {session.address}")
    return unsaid


def _stopped(hosts: dict[str, _HostSaid], ended: Phrase | None) -> bool:
    """Whether the walk ended for another reason than that every host had been tried."""
    last = next(reversed(hosts.values()), None)
    return ended is not Phrase.FAILED or last is None or last.a.security is not Security.INSECURE


def _failure(kind: FailureKind, what: str) -> Failure:
    return Failure(kind, f"the transcript says that {what} failed ({kind})")


def _name(name: str) -> str:
    return name.rstrip(".").lower()
