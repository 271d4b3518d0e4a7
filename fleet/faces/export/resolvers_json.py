"""The resolvers of nodes as one document.  May import ``fleet.views`` and ``fleet.plain``."""

from collections.abc import Sequence

from fleet.layout import resolver_key
from fleet.model.event import ResolverJudged
from fleet.plain import Json, to_plain
from fleet.views.resolvers import NodeResolvers, ResolverRow, loss_words

FORMAT = "fleet-resolver-audit/1"


def resolvers_document(nodes: Sequence[NodeResolvers], judged: Sequence[ResolverJudged], code: int) -> dict[str, Json]:
    """Nodes with their resolvers, then every cell that was asked."""
    return {
        "format": FORMAT,
        "exit_code": code,
        "nodes": [_node(one) for one in nodes],
        "cells": [to_plain(one) for one in judged],
    }


def _node(one: NodeResolvers) -> dict[str, Json]:
    return {
        "node": one.node.name,
        "tier": one.node.tier,
        "platform": one.node.settings.platform,
        "dane": one.dane,
        "harmed": one.harmed,
        "unknown": one.unknown,
        "note": one.note,
        "held": list(one.held),
        "never_asked": list(one.idle),
        "resolvers": [_row(row) for row in one.rows],
    }


def _row(row: ResolverRow) -> dict[str, Json]:
    audited, loss = row.audited, row.loss
    return {
        "resolver": row.name,
        "priority": row.resolver.priority,
        "secondary": row.resolver.secondary,
        "domains": list(row.resolver.domains),
        "declared": row.resolver.kind,
        "kind": audited.kind,
        "vantage": audited.vantage,
        "why": audited.why,
        "at": audited.at.isoformat() if audited.at is not None else None,
        "mark": row.mark,
        "mail": row.mail,
        "down": {
            "asks": [resolver_key(one) for one in loss.then.resolvers],
            "seconds": loss.then.seconds,
            "after_servfail": [resolver_key(one) for one in loss.then.next],
            "destinations": len(loss.concerned),
            "held": list(loss.held),
            "dane_left_out": list(loss.dane_lost),
            "unknown": list(loss.unknown),
            "sentence": loss_words(loss),
        },
    }
