"""SSH: how the monitor reaches a node. Who can pretend to be the node decides what we believe of it.

May import ``fleet.model``, ``fleet.layout`` and modules of this room.
"""

from collections.abc import Callable, Iterator

from fleet.layout.declared import declared_at
from fleet.model.finding import Severity
from fleet.model.fleet import Node, ObjectPath, Platform, SshSettings
from fleet.rules.examples import edge
from fleet.rules.question import Place, Question
from fleet.rules.rule import Example, Family, Problem, Unobserved
from fleet.rules.words import count, named

FAMILY = Family()
rule = FAMILY.rule

Answers = Iterator[Problem | Unobserved]

_SSH = "[tiers.edge.ssh]\n{}\n"
_PINNED = 'known_hosts = "~/.ssh/known_hosts"\n'
_NOTHING = SshSettings()


def _reached(
    question: Question, wrong: Callable[[Node], bool], setting: ObjectPath
) -> Iterator[tuple[Place, list[Node]]]:
    """Nodes with SSH settings that are ``wrong``, by the place where ``setting`` (or the ssh table) is declared."""
    found: dict[ObjectPath, list[Node]] = {}
    for node in question.fleet.nodes.values():
        if node.tier in question.fleet.tiers and node.ssh != _NOTHING and wrong(node):
            tier = question.fleet.tiers[node.tier]
            path = (
                declared_at(question.fleet, node, setting)
                or (("nodes", node.name, "ssh") if _declares(node.own) else None)
                or (("tiers", tier.name, "ssh") if _declares(tier.own) else ("fleet", "ssh"))
            )
            found.setdefault(path, []).append(node)
    for path, nodes in found.items():
        kind = {"nodes": "node", "tiers": "tier"}.get(str(path[0]))
        yield Place(f"{kind} {path[1]}" if kind else "fleet", path), nodes


def _declares(own: frozenset[ObjectPath]) -> bool:
    return any(path[0] == "ssh" for path in own)


def _whom(nodes: list[Node]) -> str:
    return f"{count(len(nodes), 'node')} ({named([node.name for node in nodes], 3)})"


@rule(
    "SSH701",
    Severity.ERROR,
    "A host key that is not pinned",
    rationale="""Without a pinned host key (host_key, or a known_hosts file) whoever stands between answers as the node:
    they get the login, and we believe the configuration they show. A rollout decided on that loses mail. An ssh_config
    is no pin: it may say anything.""",
    source="RFC 4253 section 4.1",
    bad=(
        Example(edge(_SSH.format('user = "monitor"')), ("tiers", "edge", "ssh")),
        Example(
            edge(_SSH.format('user = "monitor"')).replace(
                '["192.0.2.1"]\n', '["192.0.2.1"]\n\n[nodes.gw1.ssh]\nport = 2222\n'
            ),
            ("nodes", "gw1", "ssh"),
        ),
    ),
    good=(
        Example(edge(_SSH.format('user = "monitor"\n' + _PINNED))),
        Example(edge("")),
    ),
)
def not_pinned(question: Question) -> Answers:
    """Nodes that are reached over SSH without a pinned key."""
    unreached = dict.fromkeys(node.tier for node in question.fleet.nodes.values() if node.ssh == _NOTHING)
    for tier in unreached:
        what, why = "how its nodes are reached (ssh)", "not declared: they cannot be polled"
        yield Unobserved(f"tier {tier}", ("tiers", tier), what, why)
    for where, nodes in _reached(
        question, lambda node: not (node.ssh.host_key or node.ssh.known_hosts), ("ssh", "pin")
    ):
        yield Problem(
            where.object,
            where.path,
            f"The host key of {_whom(nodes)} is not pinned: whoever stands between can show us any configuration, and "
            "a rollout decided on that loses mail.",
            "Give host_key (SHA256:...) for each node, or a known_hosts file.",
        )


@rule(
    "SSH702",
    Severity.WARNING,
    "Root login where an ordinary user will do",
    rationale="""Everything we ask of Postfix, Exim and their resolvers any user may read. A monitor that logs in as
    root can change what it watches, and so can whoever takes its key: with it, all mail of the fleet.""",
    source="postconf, exim -bP: readable without privileges",
    bad=(Example(edge(_SSH.format(_PINNED + 'user = "root"'), "postfix"), ("tiers", "edge", "ssh", "user")),),
    good=(Example(edge(_SSH.format(_PINNED + 'user = "monitor"'), "postfix")),),
)
def root_login(question: Question) -> Answers:
    """Root on Postfix and Exim."""
    linux = (Platform.POSTFIX, Platform.EXIM)
    for where, nodes in _reached(
        question, lambda node: node.ssh.user == "root" and node.settings.platform in linux, ("ssh", "user")
    ):
        yield Problem(
            where.object,
            where.path,
            f"{_whom(nodes)} would be polled as root: who takes the monitor's key owns the mail of the fleet.",
            "Use an unprivileged user.",
        )


_SHARED = frozenset({"admin", "root", "administrator"})
"""Logins every appliance has: nobody can tell who used them, and they may change everything."""


@rule(
    "SSH703",
    Severity.WARNING,
    "The shared administrator login on an appliance",
    rationale="""An appliance has roles that may only read. The factory's admin account may change everything, everybody
    uses it, and a wrong password of ours can lock it for all: in the middle of an outage nobody can repair mail.""",
    source="AsyncOS user guide: user roles (read-only operator)",
    bad=(Example(edge(_SSH.format(_PINNED + 'user = "admin"')), ("tiers", "edge", "ssh", "user")),),
    good=(
        Example(edge(_SSH.format(_PINNED + 'user = "danemon"'))),
        Example(edge(_SSH.format(_PINNED + 'user = "admin"'), "postfix")),
    ),
)
def shared_login(question: Question) -> Answers:
    """Factory accounts on AsyncOS."""
    for where, nodes in _reached(
        question,
        lambda node: node.ssh.user in _SHARED and node.settings.platform is Platform.ASYNCOS,
        ("ssh", "user"),
    ):
        yield Problem(
            where.object,
            where.path,
            f"{_whom(nodes)} would be polled with the shared account '{nodes[0].ssh.user}': a wrong password of ours "
            "locks it for those who have to repair mail.",
            "Make an account of its own with a read-only role.",
        )
