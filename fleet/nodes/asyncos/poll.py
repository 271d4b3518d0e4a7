"""One poll of an appliance: walk, parse, gather.  May import ``fleet.model``, ``fleet.errors`` and this package."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from fleet.errors import FailureKind
from fleet.model.fleet import Platform
from fleet.model.flow import Listener
from fleet.model.observation import Evidence, Sight
from fleet.model.resolver import Resolver
from fleet.nodes.asyncos import (
    destconfig,
    dnsconfig,
    listenerconfig,
    logconfig,
    showconfig,
    smtproutes,
    version,
    walks,
)
from fleet.nodes.asyncos.grammar import Level
from fleet.nodes.asyncos.session import Captured, Declined, Session, Walk
from fleet.nodes.gathering import CLOCK, DOCUMENT, Gathering
from fleet.nodes.reading import Unparsed

_NOT_ASKED = (
    "only the whole configuration shows it, and this poll did not ask for that: fleet poll --showconfig does, and "
    "ssh.showconfig = true in the profile lets every poll do it"
)
_IN_THE_DOCUMENT = ("bounce_profiles", "outbound_certificate")
"""No menu is known that shows them without changing them."""


async def poll_appliance(session: Session, gathering: Gathering, *, document: bool) -> None:
    """Ask for everything, in order.  Raises RemoteError where the session is over; what was gathered stays.

    ``document``: ask for the XML configuration as well.
    """
    for name in ("postfix", "exim"):
        gathering.not_observed(name, "the node is an appliance")
    for name in () if document else _IN_THE_DOCUMENT:
        gathering.not_observed(name, _NOT_ASKED)
    await session.start()
    poll = _Poll(session, gathering)
    await poll.version()
    await poll.clock()
    await poll.dns()
    await poll.controls()
    await poll.routes()
    await poll.listeners()
    await poll.logs()
    if document:
        await poll.document()
    await session.end()


def _comparable(value: object) -> object:
    """What both sources can say: the XML's element for secondary servers is not known, and order is the menu's."""
    if not isinstance(value, tuple):
        return value
    return {item for item in value if not (isinstance(item, Resolver) and item.secondary)}


@dataclass(slots=True)
class _Poll:
    _session: Session
    _gathering: Gathering
    _release: tuple[int, ...] | None = None

    async def version(self) -> None:
        """The command's answer, else what the greeting says."""
        captured = await self._walk(walks.VERSION, version.PARSER, "version")
        if captured is not None:
            done, evidence = captured
            self._gathering.read("version", lambda: version.parse_version(done.replies["text"]), evidence)
        greeting = self._session.greeting
        found = version.version_of_banner(greeting)
        if self._gathering.sight("version") is not Sight.SEEN and found is not None:
            digest = hashlib.sha256(greeting.encode("utf-8", "surrogateescape")).hexdigest()
            evidence = self._gathering.evidence("(greeting)", greeting, digest, version.PARSER, 0.0)
            self._gathering.seen("version", found, evidence)
        if self._gathering.sight("version") is Sight.SEEN:
            self._gathering.seen("platform", Platform.ASYNCOS, evidence)
            self._release = tuple(map(int, self._gathering.value("version").partition("-")[0].split(".")))

    async def clock(self) -> None:
        """A refusal costs nothing but the clock."""
        captured = await self._walk(walks.STATUS, version.CLOCK_PARSER, CLOCK)
        if captured is not None:
            done, evidence = captured
            self._gathering.clock(lambda: version.parse_clock(done.replies["text"]), evidence)

    async def dns(self) -> None:
        captured = await self._walk(walks.DNSCONFIG, dnsconfig.PARSER, "resolvers", "root_servers")
        if captured is not None:
            done, evidence = captured
            self._dns(lambda: dnsconfig.parse_dnsconfig(done.replies["text"]), evidence)

    def _dns(self, parse: Callable[[], dnsconfig.Dns], evidence: Evidence) -> None:
        try:
            dns = parse()
        except Unparsed as problem:
            self._gathering.unparsed("resolvers", str(problem), evidence)
            self._gathering.unparsed("root_servers", str(problem), evidence)
            return
        self._settle("resolvers", dns.resolvers, evidence)
        self._settle("root_servers", dns.root_servers, evidence)

    async def controls(self) -> None:
        captured = await self._walk(walks.DESTCONFIG, destconfig.PARSER, "controls")
        if captured is not None:
            done, evidence = captured
            self._read("controls", lambda: destconfig.parse_destconfig(done.replies, self._release), evidence)

    async def routes(self) -> None:
        captured = await self._walk(walks.SMTPROUTES, smtproutes.PARSER, "routes")
        if captured is not None:
            done, evidence = captured
            self._read("routes", lambda: smtproutes.parse_smtproutes(done.replies), evidence)

    async def logs(self) -> None:
        captured = await self._walk(walks.LOGCONFIG, logconfig.PARSER, "logs")
        if captured is not None:
            done, evidence = captured
            self._read("logs", lambda: logconfig.parse_logconfig(done.replies["text"]), evidence)

    async def listeners(self) -> None:
        """The list, then a walk per listener; one that cannot be read leaves the whole unit unread."""
        captured = await self._walk(walks.LISTENERS, listenerconfig.PARSER, "listeners")
        if captured is None:
            return
        done, evidence = captured
        try:
            listed = listenerconfig.parse_listeners(done.replies["list"])
        except Unparsed as problem:
            self._gathering.unparsed("listeners", str(problem), evidence)
            return
        listeners: list[Listener] = []
        raw, milliseconds = done.raw, done.milliseconds
        for entry in (entry for entry in listed if entry.smtp):
            one = await self._walk(walks.listener(entry.number), listenerconfig.PARSER, "listeners")
            if one is None:
                return
            done, evidence = one
            raw, milliseconds = raw + done.raw, milliseconds + done.milliseconds
            hat, rat = done.replies["hat"], done.replies.get("rat")
            try:
                listeners.append(listenerconfig.built(entry, hat, done.raw, rat))
            except Unparsed as problem:
                self._gathering.unparsed("listeners", str(problem), evidence)
                return
        whole = self._gathering.evidence(done.command, raw, evidence.sha256, listenerconfig.PARSER, milliseconds)
        self._settle("listeners", tuple(listeners), whole)

    async def document(self) -> None:
        """The XML configuration fills what the menus did not show; where both speak and differ, neither is believed."""
        captured = await self._walk(walks.SHOWCONFIG, showconfig.PARSER, DOCUMENT, *_IN_THE_DOCUMENT)
        if captured is None:
            return  # the menus have spoken; a role that may not print everything is the better role
        done, evidence = captured
        text = done.replies["text"]
        try:
            root = showconfig.parse_document(text)
        except Unparsed as problem:
            for name in (DOCUMENT, *_IN_THE_DOCUMENT):
                self._gathering.unparsed(name, str(problem), evidence)
            return
        self._gathering.seen(DOCUMENT, None, evidence)
        if self._gathering.sight(CLOCK) is not Sight.SEEN:
            self._gathering.clock(lambda: showconfig.clock_of(text), evidence)
        self._second("resolvers", lambda: showconfig.dns_of(root).resolvers, evidence)
        self._second("root_servers", lambda: showconfig.dns_of(root).root_servers, evidence)
        self._second("listeners", lambda: showconfig.listeners_of(root), evidence)
        for name, tags, parse in (
            ("bounce_profiles", showconfig.BOUNCE_TAGS, showconfig.bounce_profiles_of),
            ("outbound_certificate", showconfig.outbound_tags(root), showconfig.outbound_certificate_of),
        ):
            shown = showconfig.excerpt(text, tags)
            piece = self._evidence(replace(done, raw=shown), showconfig.PARSER) if shown else evidence
            self._alone(name, partial(parse, root), piece)

    def _alone(self, name: str, parse: Callable[[], object], evidence: Evidence) -> None:
        """What only the document may show; it is long, so the evidence is the element itself."""
        try:
            value = parse()
        except Unparsed as problem:
            self._gathering.unparsed(name, str(problem), evidence)
            return
        if value is None:
            self._gathering.not_observed(name, "the configuration has no element that names it", evidence)
        else:
            self._settle(name, value, evidence)

    def _second(self, name: str, parse: Callable[[], object], evidence: Evidence) -> None:
        try:
            value = parse()
        except Unparsed:
            return
        if self._gathering.sight(name) is not Sight.SEEN:
            self._settle(name, value, evidence)
        elif _comparable(self._gathering.value(name)) != _comparable(value):
            self._gathering.unparsed(name, "the menu and the XML configuration say different things", evidence)

    def _read(self, name: str, parse: Callable[[], object], evidence: Evidence) -> None:
        if self._gathering.read(name, parse, evidence):
            self._settle(name, self._gathering.value(name), evidence)

    def _settle(self, name: str, value: object, evidence: Evidence) -> None:
        """Seen, unless the session speaks for a cluster or group, whose values a machine may override."""
        level = self._session.level
        if level in (Level.CLUSTER, Level.GROUP):
            why = f"read at {level} level, which this machine may override: log in at machine level"
            self._gathering.not_observed(name, why, evidence)
        else:
            self._gathering.seen(name, value, evidence)

    async def _walk(self, walk: Walk, parser: str, *units: str) -> tuple[Captured, Evidence] | None:
        try:
            done = await self._session.walk(walk)
        except Declined as answer:
            evidence = self._gathering.evidence(str(walk.start), answer.raw, "", parser, 0.0)
            note = self._gathering.unparsed if answer.failure.kind is FailureKind.PROMPT else None
            for name in units:
                if note is not None:
                    note(name, answer.failure.sentence, evidence)
                else:
                    self._gathering.not_observed(name, answer.failure.sentence, evidence)
            return None
        return done, self._evidence(done, parser)

    def _evidence(self, done: Captured, parser: str) -> Evidence:
        level = "" if self._session.level is Level.STANDALONE else f" ({self._session.level} level)"
        return self._gathering.evidence(done.command + level, done.raw, done.sha256, parser, done.milliseconds)
