"""Running ``fleet resolvers``: one round of audits, the failover of every resolver, and the exit code."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fleet.clock import now
from fleet.decision import ExitCode, worst_code
from fleet.faces.cli.given_fleet import default_history, keep, readable_fleet
from fleet.faces.cli.progress import progress
from fleet.faces.cli.terminal import look
from fleet.forecast import Audits, Losses
from fleet.layout import overlay_observed, select
from fleet.views.resolvers import NodeResolvers, node_resolvers


@dataclass(frozen=True, slots=True)
class ResolversAsked:
    """Options, as given."""

    profile: str
    nodes: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    from_here: bool = False
    as_json: bool = False
    anchors: tuple[Path, ...] = ()
    network: Path | None = None
    history: Path | None = None


def write_resolvers(asked: ResolversAsked) -> ExitCode:
    """Audit, print, write down; returns the exit code."""
    from fleet.faces.cli.world import read_anchors
    from fleet.faces.live.auditing import audit_once
    from fleet.faces.live.last_known import LastKnown, last_known
    from fleet.network.mapped import open_network

    declared = readable_fleet(asked.profile)
    names = select(declared, asked.nodes, asked.limits)
    history = asked.history or default_history(asked.profile)
    known = last_known(history) if history is not None else LastKnown()
    fleet = overlay_observed(declared, known.observations)
    here, anchors = open_network(asked.network), read_anchors(asked.anchors)
    with progress(len(names), "auditing resolvers") as advance:
        judged = audit_once(fleet, names, here, anchors, from_here=asked.from_here, on_node=advance)
    keep(history, judged)
    unpolled = sum(name not in known.observations for name in names)
    _say_what_is_missing(unpolled, sum(domain not in known.verdicts for domain in fleet.destinations))
    audits = Audits(judged, now())
    losses = Losses(fleet, tuple(fleet.destinations.values()), known.verdicts, audits)
    found = tuple(node_resolvers(fleet, fleet.nodes[name], audits, losses) for name in names)
    code = worst_code(_code(one) for one in found)
    if asked.as_json:
        from fleet.faces.export.resolvers_json import resolvers_document
        from fleet.plain import dumps

        print(dumps(resolvers_document(found, judged, int(code))))
    else:
        from fleet.faces.export.resolvers_text import resolvers_text

        for line in resolvers_text(found, look()):
            print(line)
    return code


def audited(profile: str, anchors: Sequence[Path] = ()) -> None:
    """Audit the resolvers of every node of ``profile`` and write down what was found."""
    from fleet.faces.cli.world import read_anchors
    from fleet.faces.live.auditing import audit_once
    from fleet.faces.live.last_known import last_known_of
    from fleet.network.host import HostNetwork

    fleet = overlay_observed(readable_fleet(profile), last_known_of(profile).observations)
    with progress(len(fleet.nodes), "auditing resolvers") as advance:
        judged = audit_once(
            fleet, tuple(fleet.nodes), HostNetwork(), read_anchors(anchors), from_here=False, on_node=advance
        )
    keep(default_history(profile), judged)


def _say_what_is_missing(unpolled: int, unchecked: int) -> None:
    """What rests on paper, or on nothing: on stderr."""
    if unpolled:
        print(f"fleet: nodes never polled: {unpolled:,}; their resolvers are the declared ones", file=sys.stderr)
    if unchecked:
        said = "what becomes of their mail is not known (fleet check --from)"
        print(f"fleet: destinations never checked: {unchecked:,}; {said}", file=sys.stderr)


def _code(one: NodeResolvers) -> ExitCode:
    if one.harmed:
        return ExitCode.FINDINGS
    return ExitCode.INCOMPLETE if one.unknown else ExitCode.CLEAN
