"""The PROFILE family: for each code what it means to mail, a profile that has the problem and one that has not.

Plain data beside the rules of ``fleet.rules``, which know fleets and no profiles.  The examples run as tests.  May
import ``fleet.model`` and ``fleet.profile.problem``.
"""

from dataclasses import dataclass

from fleet.model.finding import Severity
from fleet.profile.problem import Code


@dataclass(frozen=True, slots=True)
class ProfileRule:
    """One code: its meaning in mail terms, a ``bad`` and a ``good`` profile, and where the rule comes from."""

    code: Code
    severity: Severity
    title: str
    rationale: str
    bad: str
    good: str
    source: str


_TIERS = '[tiers.edge]\ndelivers_to = ["internet"]\n'
_NODE = '[nodes.gw1]\ntier = "edge"\naddresses = ["192.0.2.1"]\n'
_FLEET = _TIERS + _NODE
_SECOND = '[nodes.gw2]\ntier = "edge"\naddresses = ["192.0.2.2"]\n'
_TOML = "TOML 1.0"
_PROFILE = "this program's profile format"
_SEED = 'vendor document, "Configuration"'


def _rule(code: Code, title: str, rationale: str, bad: str, good: str = _FLEET, source: str = _PROFILE) -> ProfileRule:
    return ProfileRule(code, Severity.ERROR, title, rationale, bad, good, source)


PROFILE_RULES: tuple[ProfileRule, ...] = (
    _rule(
        Code.TEXT,
        "The file is not UTF-8",
        "A profile in another encoding is read differently by every program: a domain with an umlaut would get no "
        "destination control, and its mail the default one.",
        "\ufeff" + _FLEET,
        source=_TOML,
    ),
    _rule(
        Code.SYNTAX,
        "The text is no TOML",
        "What cannot be read is not checked. The part that is broken may be the one that holds mail.",
        _FLEET + "version = 15.0.0-104\n",
        _FLEET + 'version = "15.0.0-104"\n',
        _TOML,
    ),
    _rule(
        Code.LIMIT,
        "The profile is too large or too deep",
        "No fleet needs megabytes of text, four hundred brackets or a number of thousands of digits: something else "
        "was given for a profile, and nothing of it is checked.",
        _FLEET + "port = 1" + "0" * 5_000 + "\n",
    ),
    _rule(
        Code.FORMAT,
        "The format is another one",
        "A later format may say things this version does not check.",
        'format = "fleet-profile/9"\n' + _FLEET,
        'format = "fleet-profile/1"\n' + _FLEET,
    ),
    _rule(
        Code.UNKNOWN_KEY,
        "A key is not known",
        "A key with a typing error says nothing: the gateway is judged as if it had never been written, and a "
        "rollout is believed to be safe that is not.",
        _FLEET + 'resolver = ["192.0.2.53"]\n',
        _FLEET + 'resolvers = [{ address = "192.0.2.53" }]\n',
    ),
    _rule(
        Code.TYPE,
        "A value has another type",
        "The setting is left out of every judgement until it is mended.",
        _FLEET + 'root_servers = "no"\n',
        _FLEET + "root_servers = false\n",
    ),
    _rule(
        Code.MISSING,
        "A key is missing",
        "Without it nobody can say where this gateway's mail goes.",
        "[tiers.edge]\n" + _NODE,
    ),
    _rule(
        Code.WORD,
        "A word is none of those that may stand there",
        "The gateway would take the word for something else or refuse it; whether DANE and TLS apply is then unknown.",
        _FLEET + '[tiers.edge.destination_controls.default]\ndane = "on"\n',
        _FLEET + '[tiers.edge.destination_controls.default]\ndane = "none"\n',
        _SEED,
    ),
    _rule(
        Code.RANGE,
        "A number or a time is out of range",
        "The appliance refuses such a limit, so the one that holds is not the one written here.",
        _FLEET + '[tiers.edge.destination_controls."ietf.org"]\nconcurrent_connections = 5000\n',
        _FLEET + '[tiers.edge.destination_controls."ietf.org"]\nconcurrent_connections = 500\n',
        _SEED,
    ),
    _rule(
        Code.DOMAIN,
        "A domain is none",
        "An entry for a name that cannot exist never matches: the mail meant gets the default entry or route.",
        _FLEET + '[destinations."postmaster@ietf.org"]\n',
        _FLEET + '[destinations."ietf.org"]\n',
        "RFC 1035 2.3.1, RFC 5890",
    ),
    _rule(
        Code.ADDRESS,
        "An address or a range is none",
        "A resolver or sender that cannot be an address is never asked, never matched: who may relay, and so who gets "
        "DANE, is then another than written.",
        _TIERS + '[nodes.gw1]\ntier = "edge"\naddresses = ["192.0.2.1", "192.0.2.256"]\n',
        _TIERS + '[nodes.gw1]\ntier = "edge"\naddresses = ["192.0.2.1", "192.0.2.255"]\n',
        "RFC 4632, RFC 4291",
    ),
    _rule(
        Code.DURATION,
        "A length of time is none",
        "How long held mail waits before it is returned cannot be said.",
        _FLEET + '[fleet.bounce_profiles]\nDefault = "3 days"\n',
        _FLEET + '[fleet.bounce_profiles]\nDefault = "3d"\n',
    ),
    _rule(
        Code.DATE,
        "A date is none",
        "Something that should end on a day would never end.",
        _FLEET + '[tiers.edge.logs.mail_logs_d]\nlevel = "debug"\nuntil = "2026-12-01"\n',
        _FLEET + '[tiers.edge.logs.mail_logs_d]\nlevel = "debug"\nuntil = 2026-12-01\n',
        _TOML,
    ),
    _rule(
        Code.ROUTE,
        "An SMTP route is none",
        "Mail for the domain goes elsewhere than written, or nowhere; whether DANE is possible depends on it.",
        _FLEET + '[tiers.edge.smtp_routes]\n"example.com" = "exchange.example.com/25"\n',
        _FLEET + '[tiers.edge.smtp_routes]\n"example.com" = "exchange.example.com:25"\n',
        'vendor document, "SMTP routes"',
    ),
    _rule(
        Code.FORM,
        "A text has not the form it needs",
        "A host key that is no fingerprint pins nothing; a name that is none cannot be spoken of in a finding.",
        _FLEET + 'ssh.host_key = "SHA256:short"\n',
        _FLEET + 'ssh.host_key = "SHA256:1OGBnGWTgzrtgoSvFvZmJ4bFoYYkm1rB0kYbZ6eJ5r0"\n',
    ),
    _rule(
        Code.NO_TIER,
        "A tier is named that does not exist",
        "Whether a gateway connects to external destinations, and so may do DANE, depends on its tier.",
        _TIERS + '[nodes.gw1]\ntier = "egde"\naddresses = ["192.0.2.1"]\n',
        source='vendor document, "DANE with several appliances"',
    ),
    _rule(
        Code.NO_POLICY,
        "A sender group names a policy that does not exist",
        "The policy decides whether mail is relayed, and only relayed mail gets DANE.",
        _FLEET
        + '[tiers.edge.listeners.out]\nsender_groups = [{ name = "ALL", members = ["ALL"], policy = "RELAY" }]\n',
        _FLEET + '[tiers.edge.listeners.out]\npolicies = { RELAYED = "RELAY" }\n'
        'sender_groups = [{ name = "ALL", members = ["ALL"], policy = "RELAYED" }]\n',
        'vendor document, "Mail direction"',
    ),
    _rule(
        Code.NO_BOUNCE_PROFILE,
        "A destination control names a bounce profile that does not exist",
        "How long mail that DANE holds waits before it is returned cannot be said.",
        _FLEET + '[tiers.edge.destination_controls.default]\nbounce_profile = "slow"\n',
        _FLEET + '[tiers.edge.destination_controls.default]\nbounce_profile = "slow"\n'
        '[tiers.edge.bounce_profiles]\nslow = "5d"\n',
        _SEED,
    ),
    _rule(
        Code.CYCLE,
        "Tiers deliver in a circle",
        "Mail would go round until its hop count is used up, and bounce.",
        '[tiers.edge]\ndelivers_to = ["scan", "internet"]\n[tiers.scan]\ndelivers_to = ["edge"]\n' + _NODE,
        '[tiers.edge]\ndelivers_to = ["internet"]\n[tiers.scan]\ndelivers_to = ["edge"]\n' + _NODE,
        "RFC 5321 6.3",
    ),
    _rule(
        Code.DUPLICATE_NAME,
        "A name stands twice",
        "Names are compared without case, so only one of the two can count, and which one is a guess.",
        _FLEET + '[tiers.edge.smtp_routes]\n"example.com" = "USEDNS"\n"Example.COM" = "/dev/null"\n',
        _FLEET + '[tiers.edge.smtp_routes]\n"example.com" = "USEDNS"\n"example.net" = "/dev/null"\n',
        "RFC 4343",
    ),
    _rule(
        Code.DUPLICATE_ADDRESS,
        "Two nodes have one address",
        "One of them is not the gateway it is taken for: its mail is judged by another one's configuration.",
        _FLEET + _SECOND.replace("192.0.2.2", "192.0.2.1"),
        _FLEET + _SECOND,
    ),
    _rule(
        Code.SECRET,
        "A secret stands in the profile",
        "Whoever reads the profile could log in to a gateway and change what happens to all mail.",
        _FLEET + 'ssh.password = "correct horse"\n',
        _FLEET + 'ssh.password = "env:FLEET_PASSWORD"\n',
    ),
    _rule(
        Code.SUPPRESSION,
        "A suppression does not say why or until when",
        "A finding that is hidden for ever and for no reason is a risk to mail that nobody looks at again.",
        _FLEET + '[[suppressions]]\ncode = "DNS401"\nobject = "tier edge"\nreason = "new resolver is ordered"\n',
        _FLEET + '[[suppressions]]\ncode = "DNS401"\nobject = "tier edge"\nreason = "new resolver is ordered"\n'
        "until = 2027-01-31\n",
    ),
    _rule(
        Code.NOTHING,
        "No node is declared",
        "Without a gateway no mail is judged, and a clean result would say nothing.",
        _TIERS,
    ),
)
"""Every code of ``Code``, in its order."""
