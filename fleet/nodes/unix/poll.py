"""One poll of a Unix gateway: commands, parsers, units.  May import ``fleet.model``, ``fleet.errors``, this package."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol, TypeVar

from fleet.model.fleet import Platform
from fleet.model.observation import Evidence
from fleet.model.peers import EximSettings, PostfixSettings
from fleet.nodes import commands
from fleet.nodes.commands import Entry, encode
from fleet.nodes.execute import Output
from fleet.nodes.gathering import CLOCK, Gathering
from fleet.nodes.reading import Unparsed, quoted
from fleet.nodes.slots import Refused
from fleet.nodes.unix import exim, postfix, resolver
from fleet.text import show

_APPLIANCE_UNITS = (
    "root_servers",
    "controls",
    "routes",
    "listeners",
    "bounce_profiles",
    "logs",
    "outbound_certificate",
)
_CLOCK_PARSER = "unix.date/1"
_DENIED = re.compile(r"(?i)permission denied|not permitted|admin user|not allowed")


def _moment(text: str) -> datetime:
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise Unparsed(f"{quoted(text)} is no moment") from error


Rest = TypeVar("Rest")


class Run(Protocol):
    """Runs one encoded line on the node.  Raises RemoteError."""

    async def __call__(self, line: commands.Line, /) -> Output:
        """See the class."""
        ...


async def poll_unix(run: Run, peer: str, platform: Platform, gathering: Gathering) -> None:
    """Ask for everything.  Raises RemoteError where the connection is over; what was gathered stays."""
    poll = _Poll(run, peer, gathering)
    for name in _APPLIANCE_UNITS:
        gathering.not_observed(name, f"{platform.value} has no such setting")
    await poll.clock()
    if platform is Platform.POSTFIX:
        await poll.postfix()
        gathering.not_observed("exim", "the node runs Postfix")
    else:
        await poll.exim()
        gathering.not_observed("postfix", "the node runs Exim")
    await poll.resolvers()


@dataclass(slots=True)
class _Poll:
    _run: Run
    _peer: str
    _gathering: Gathering

    async def clock(self) -> None:
        """An answer that is no time costs nothing but the clock."""
        done = await self._ask(commands.CLOCK)
        evidence = self._evidence(done, _CLOCK_PARSER)
        if self._worked(done, evidence, CLOCK):
            self._gathering.clock(lambda: _moment(done.text), evidence)

    async def resolvers(self) -> None:
        done = await self._ask(commands.RESOLV_CONF)
        evidence = self._evidence(done, resolver.PARSER)
        if not self._worked(done, evidence, "resolvers"):
            return
        try:
            found = resolver.parse_resolv_conf(done.text)
            if resolver.is_systemd_stub(found):
                done = await self._ask(commands.RESOLVECTL)
                evidence = self._evidence(done, resolver.PARSER)
                if not self._worked(done, evidence, "resolvers"):
                    return
                found = resolver.parse_resolvectl(done.text)
            elif any(map(resolver.is_local, found)):
                found = resolver.with_local_kind(found, await self._unbound_validates())
        except Unparsed as problem:
            self._gathering.unparsed("resolvers", str(problem), evidence)
            return
        self._gathering.seen("resolvers", found, evidence)

    async def _unbound_validates(self) -> bool:
        answers = []
        for entry in (commands.UNBOUND_MODULES, commands.UNBOUND_PERMISSIVE, commands.UNBOUND_ANCHOR):
            done = await self._ask(entry)
            if done.status != 0:
                return False  # no unbound, or not ours to read: then nothing proves that the local resolver validates
            answers.append(done.text)
        return resolver.unbound_validates(answers[0], answers[1], answers[2])

    async def postfix(self) -> None:
        done = await self._ask(commands.POSTCONF)
        found = self._identified(done, postfix.PARSER, Platform.POSTFIX, postfix.version_and_parameters)
        if found is None:
            return
        values, evidence = found
        parts = _Parts("postfix", self._gathering)
        parts.read("smtp_tls_security_level", lambda: postfix.level(values), evidence)
        for name in ("smtp_dns_support_level", "smtp_tls_dane_insecure_mx_policy", "relayhost"):
            parts.read(name, partial(postfix.plain, values, name), evidence)
        for name in ("smtp_host_lookup", "mynetworks", "relay_domains"):
            parts.read(name, partial(postfix.words, values, name), evidence)
        parts.read("maximal_queue_lifetime", lambda: postfix.seconds(values, "maximal_queue_lifetime", "d"), evidence)
        await self._maps(parts, "tls_policy", values.get("smtp_tls_policy_maps"), postfix.policies, evidence)
        await self._maps(parts, "transport", values.get("transport_maps"), postfix.transports, evidence)
        done = await self._ask(commands.POSTCONF_MASTER)
        master = self._evidence(done, postfix.MASTER_PARSER)
        if self._worked(done, master, "postfix.master"):
            parts.read("master", lambda: postfix.parse_overrides(done.text), master)
        self._gathering.seen("postfix", PostfixSettings(**parts.values), evidence)

    def _identified(
        self, done: Output, parser: str, platform: Platform, parse: Callable[[str], tuple[str, Rest]]
    ) -> "tuple[Rest, Evidence] | None":
        """The program's version seen, and what else its answer holds; None: the units say why not."""
        evidence = self._evidence(done, parser)
        units = ("platform", "version", platform.value)
        if not self._worked(done, evidence, *units):
            return None
        try:
            version, rest = parse(done.text)
        except Unparsed as problem:
            for name in units:
                self._gathering.unparsed(name, str(problem), evidence)
            return None
        self._gathering.seen("platform", platform, evidence)
        self._gathering.seen("version", version, evidence)
        return rest, evidence

    async def _maps(
        self,
        parts: "_Parts",
        name: str,
        value: str | None,
        read: Callable[[tuple[tuple[str, str], ...]], tuple[tuple[str, str], ...]],
        evidence: Evidence,
    ) -> None:
        """All tables of one parameter, or none: a table that cannot be listed may decide about any domain."""
        if value is None:
            return
        pairs: list[tuple[str, str]] = []
        try:
            if "$" in value:
                raise Unparsed(f"{quoted(value)} is an expression that this program does not evaluate")
            for table in postfix.parse_maps(value):
                if table.inline is not None:
                    pairs.extend(table.inline)
                    continue
                if not table.listable:
                    raise Unparsed(f"the table {quoted(table.name)} is of a kind whose content cannot be listed")
                done = await self._ask(commands.POSTMAP, table.name)
                evidence = self._evidence(done, postfix.MAP_PARSER)
                if not self._worked(done, evidence, f"postfix.{name}"):
                    return
                pairs.extend(postfix.parse_listing(done.text))
        except Refused as problem:
            self._gathering.not_observed(f"postfix.{name}", str(problem), evidence)
            return
        except Unparsed as problem:
            self._gathering.unparsed(f"postfix.{name}", str(problem), evidence)
            return
        parts.read(name, lambda: read(tuple(pairs)), evidence)

    async def exim(self) -> None:
        done = await self._ask(commands.EXIM_VERSION)
        debian = done.missing
        if debian:
            done = await self._ask(commands.EXIM4_VERSION)
        found = self._identified(done, exim.PARSER, Platform.EXIM, exim.parse_version)
        if found is None:
            return
        dane, evidence = found
        parts = _Parts("exim", self._gathering)
        parts.read("dane_built_in", lambda: dane, evidence)
        await self._transports(parts, commands.EXIM4_TRANSPORTS if debian else commands.EXIM_TRANSPORTS)
        await self._routers(parts, commands.EXIM4_ROUTERS if debian else commands.EXIM_ROUTERS)
        await self._config(parts, commands.EXIM4_CONFIG if debian else commands.EXIM_CONFIG)
        self._gathering.seen("exim", EximSettings(**parts.values), evidence)

    async def _transports(self, parts: "_Parts", entry: Entry) -> None:
        names = ("hosts_try_dane", "hosts_require_dane", "hosts_require_tls", "dnssec_request_domains")
        done = await self._ask(entry)
        evidence = self._evidence(done, exim.PARSER)
        if not self._worked(done, evidence, *(f"exim.{name}" for name in names)):
            return
        for name in names:
            parts.read(name, partial(_common, done.text, name), evidence)

    async def _routers(self, parts: "_Parts", entry: Entry) -> None:
        done = await self._ask(entry)
        evidence = self._evidence(done, exim.PARSER)
        if self._worked(done, evidence, "exim.routes"):
            parts.read("routes", lambda: exim.parse_routes(exim.parse_drivers(done.text, "router")), evidence)

    async def _config(self, parts: "_Parts", entry: Entry) -> None:
        done = await self._ask(entry)
        evidence = self._evidence(done, exim.PARSER)
        names = ("relay_from_hosts", "relay_to_domains")
        if not self._worked(done, evidence, *(f"exim.{name}" for name in (*names, "retry_seconds"))):
            return
        for name in names:
            parts.read(name, partial(_listed, done.text, name), evidence)
        parts.read("retry_seconds", lambda: exim.parse_retry(done.text), evidence)

    async def _ask(self, entry: Entry, *values: object) -> Output:
        return await self._run(encode(entry, *values))

    def _evidence(self, done: Output, parser: str) -> Evidence:
        raw = done.text + (f"\n[stderr]\n{done.complaint}" if done.complaint.strip() else "")
        return self._gathering.evidence(done.command, raw, done.sha256, parser, done.milliseconds)

    def _worked(self, done: Output, evidence: Evidence, *units: str) -> bool:
        """Whether the command did what it should; if not, the units say why."""
        if done.status == 0:
            return True
        said = show((done.complaint.strip() or done.text.strip()).rpartition("\n")[2], 160)
        program = done.command.partition("bin ")[2].split(" ")[0] or done.command
        if done.missing:
            why = f"{self._peer}: there is no '{program}' on the node: another platform than declared?"
        elif _DENIED.search(done.complaint):
            why = f"{self._peer}: the user may not run '{program}' ({said})"
        else:
            why = f"{self._peer}: '{program}' failed ({said})"
        for name in units:
            self._gathering.not_observed(name, self._gathering.masked(why), evidence)
        return False


def _common(text: str, name: str) -> str | None:
    return exim.common(exim.parse_drivers(text, "transport"), name)


def _listed(text: str, name: str) -> tuple[str, ...] | None:
    return exim.parse_lists(text).get(name)


class _Parts:
    """The parts of Postfix's or Exim's settings: those that were read, and a unit for each that was not."""

    def __init__(self, unit: str, gathering: Gathering) -> None:
        self._unit = unit
        self._gathering = gathering
        self.values: dict[str, Any] = {}

    def read(self, name: str, parse: Callable[[], object], evidence: Evidence) -> None:
        """Try one part."""
        try:
            self.values[name] = parse()
        except Unparsed as problem:
            self._gathering.unparsed(f"{self._unit}.{name}", str(problem), evidence)
        else:
            self._gathering.seen(f"{self._unit}.{name}", self.values[name], evidence)
