"""The configuration as XML: resolvers and listeners, whose elements are known, and the appliance's own time.

Elements of destination controls, SMTP routes and secondary resolvers are not known to us, so those units are not read
from here.  Of bounce profiles only ``bounce_profiles/bounce_profile`` is known, of the certificate of outgoing
connections nothing: there an element counts if its name says what it is and no other says the same.

The document comes from outside: defusedxml refuses entities and external DTDs.
May import defusedxml, ``fleet.model`` and this package.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from fleet.model.control import BounceProfile
from fleet.model.flow import Listener, RatEntry
from fleet.model.resolver import Resolver
from fleet.model.route import ALL
from fleet.nodes.asyncos.dnsconfig import Dns
from fleet.nodes.asyncos.listenerconfig import parse_hat
from fleet.nodes.asyncos.version import parse_clock
from fleet.nodes.reading import Unparsed, quoted

PARSER = "asyncos.showconfig/1"
_NAME = re.compile(r"(?i)(?:(?:bounce_?)?profile_?)?name")
_QUEUED = re.compile(
    r"(?i)(?!.*(?:retr|warn|size|recip|interval)).*(?:queue|life_?time|max_(?:time|seconds|age)|expir).*"
)
_OUTBOUND = re.compile(
    r"(?i)(?=.*cert)(?=.*(?:outbound|outgoing|deliver|client|dest))(?!.*(?:verif|valid|chain|key|ca_)).*"
)
_LONGEST_NAME = 128
BOUNCE_TAGS = ("bounce_profiles",)
_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_SHORTEST_QUEUE_SECONDS = 3600
"""Fewer where no unit is named may well be hours."""
_KNOWN_DNS = frozenset({"local_dns", "alt_dns", "dns_ptr_timeout", "dnslist"})


def parse_document(text: str) -> Element:
    """The root element of the text between the first ``<?xml`` and ``</config>``.  Raises Unparsed."""
    start = text.find("<?xml")
    end = text.rfind("</config>")
    if start < 0 or end < 0:
        raise Unparsed("the answer holds no XML document from '<?xml' to '</config>'")
    body = re.sub(r"^<\?xml[^>]*\?>", "", text[start : end + len("</config>")])  # it is text by now, not ISO-8859-1
    try:
        root: Element = fromstring(body, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise Unparsed(f"the XML document cannot be read ({quoted(str(error))})") from error
    if root.tag != "config":
        raise Unparsed(f"the XML document is a {quoted(root.tag)}, not a configuration")
    return root


def clock_of(text: str) -> datetime | None:
    """The moment in the document's header comment, as ``parse_clock`` gives it.  Raises Unparsed."""
    return parse_clock(text[:4096])


def dns_of(root: Element) -> Dns:
    """Resolvers.  Raises Unparsed where an element is met that may hold further servers."""
    dns = root.find("dns")
    if dns is None:
        raise Unparsed("the configuration has no element 'dns'")
    for child in dns:
        if child.tag not in _KNOWN_DNS and len(child):
            raise Unparsed(f"the element {quoted(child.tag)} below 'dns' is not known and may hold servers")
    unknown = next((element.tag for element in root.iter() if "secondary" in str(element.tag).lower()), None)
    if unknown is not None:
        raise Unparsed(f"the element {quoted(unknown)} is not known and may hold secondary servers")
    local = [
        Resolver(_text(entry), priority=_number(entry.get("priority", "0")))
        for entry in dns.iterfind("local_dns/dns_ip")
    ]
    alternates = [
        Resolver(_text(address), domains=(_text(domain).lower(),))
        for entry in dns.iterfind("alt_dns/alt_dns_domain")
        for domain in entry.iterfind("dns_domain")
        for address in entry.iterfind("nameserver/ip")
    ]
    root_servers = dns.find("local_dns") is None
    if not root_servers and not local:
        raise Unparsed("the element 'local_dns' holds no server")
    return Dns(root_servers, (*local, *alternates))


def listeners_of(root: Element) -> tuple[Listener, ...]:
    """Listeners with HAT and RAT.  Raises Unparsed."""
    found = root.find("listeners")
    if found is None:
        raise Unparsed("the configuration has no element 'listeners'")
    listeners = []
    for entry in found.iterfind("listener"):
        if _child(entry, "protocol").upper() != "SMTP":
            continue
        policies, groups = parse_hat(_child(entry, "hat"))
        rat = tuple(
            RatEntry(ALL if address.upper() == ALL else address.lower(), _access(item) == "ACCEPT")
            for item in entry.iterfind("rat/rat_entry")
            for address in (_text(part) for part in item.iterfind("rat_address"))
        )
        public = _child(entry, "type").lower() == "public"
        listeners.append(
            Listener(_child(entry, "listener_name"), _number(_child(entry, "port")), public, policies, groups, rat)
        )
    return tuple(listeners)


def excerpt(text: str, tags: Iterable[str]) -> str:
    """The elements called ``tags`` as ``text`` has them, the first of each; empty if none is there."""
    pieces = []
    for tag in tags:
        start, close = text.find(f"<{tag}"), f"</{tag}>"
        end = text.find(close, start)
        if 0 <= start < end:
            pieces.append(text[start : end + len(close)])
    return "\n".join(pieces)


def bounce_profiles_of(root: Element) -> tuple[BounceProfile, ...] | None:
    """Bounce profiles with their time in the queue; None: no element speaks of them.  Raises Unparsed."""
    found = root.find("bounce_profiles")
    if found is None:
        return None
    profiles = tuple(_bounce_profile(entry) for entry in found.iterfind("bounce_profile"))
    if not profiles or len(found) != len(profiles) or len({one.name for one in profiles}) < len(profiles):
        raise Unparsed("the element 'bounce_profiles' does not hold profiles with names of their own, and nothing else")
    return profiles


def _bounce_profile(entry: Element) -> BounceProfile:
    name, queued = _only(entry, _NAME, "a name"), _only(entry, _QUEUED, "a time in the queue")
    return BounceProfile(_text(name), _queue_seconds(queued))


def outbound_certificate_of(root: Element) -> str | None:
    """The name of the certificate of outgoing connections, ``demo`` for the factory one; None: no element names one.

    Raises Unparsed.
    """
    found = _outbound(root)
    if not found:
        return None
    names = {_text(entry) for entry in found}
    if len(names) > 1:
        raise Unparsed(f"several elements may name it: {', '.join(sorted({quoted(str(e.tag)) for e in found}))}")
    (name,) = names
    if "\n" in name or len(name) > _LONGEST_NAME:
        raise Unparsed(f"the element {quoted(str(found[0].tag))} holds something else than a name")
    return "demo" if re.search(r"(?i)\bdemo\b", name) else name


def outbound_tags(root: Element) -> tuple[str, ...]:
    """The elements that may name that certificate."""
    return tuple(dict.fromkeys(str(entry.tag) for entry in _outbound(root)))


def _outbound(root: Element) -> list[Element]:
    return [entry for entry in root.iter() if not len(entry) and _OUTBOUND.fullmatch(str(entry.tag))]


def _only(entry: Element, wanted: re.Pattern[str], what: str) -> Element:
    """The one child whose name says that it is ``what``."""
    found = [child for child in entry if wanted.fullmatch(str(child.tag))]
    if len(found) != 1:
        tags = ", ".join(quoted(str(child.tag)) for child in found or entry)
        raise Unparsed(f"which element of {quoted(str(entry.tag))} is {what} is not clear: {tags or 'there is none'}")
    return found[0]


def _queue_seconds(entry: Element) -> int:
    number = _number(_text(entry))
    told = f"{entry.tag} {entry.get('unit', '')}".lower()
    unit = next((seconds for word, seconds in _UNITS.items() if word in told), None)
    if unit is None and number < _SHORTEST_QUEUE_SECONDS:
        raise Unparsed(f"{quoted(str(entry.tag))} is {number} and does not say of what")
    return number * (unit or 1)


def _access(entry: Element) -> str:
    access = _child(entry, "access").upper()
    if access not in {"ACCEPT", "REJECT"}:
        raise Unparsed(f"a RAT entry has the access {quoted(access)}")
    return access


def _child(entry: Element, name: str) -> str:
    child = entry.find(name)
    if child is None:
        raise Unparsed(f"an element {quoted(entry.tag)} has no {quoted(name)}")
    return _text(child)


def _text(entry: Element) -> str:
    text = (entry.text or "").strip()
    if not text:
        raise Unparsed(f"an element {quoted(entry.tag)} is empty")
    return text


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 8:
        raise Unparsed(f"{quoted(text)} stands where a number is expected")
    return int(text)
