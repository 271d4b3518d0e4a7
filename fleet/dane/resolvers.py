"""Resolver addresses turned into validators that fetch through them."""

from collections.abc import Sequence

from fleet.clock import WallClock, now
from fleet.dnssec.anchors import ROOT_ANCHORS
from fleet.dnssec.client import Client
from fleet.dnssec.lookup import ValidatedResolver
from fleet.dnssec.validator import Validator
from fleet.dnssec.zone import TrustAnchors
from fleet.network import Network
from fleet.network.endpoint import Endpoint, parse_endpoint


def validated_resolvers(
    network: Network,
    resolvers: Sequence[str | Endpoint],
    trust_anchors: TrustAnchors | None = None,
    *,
    timeout: float = 5.0,
    clock: WallClock = now,
) -> tuple[ValidatedResolver, ...]:
    """One validator per resolver, each with caches of its own: what one resolver says never vouches for another.

    ``timeout`` is seconds per DNS question.  Raises UsageError for an address that is none.
    """
    anchors = ROOT_ANCHORS if trust_anchors is None else trust_anchors
    endpoints = [entry if isinstance(entry, Endpoint) else parse_endpoint(entry, 53) for entry in resolvers]
    return tuple(
        ValidatedResolver(
            str(endpoint),
            Validator(Client(network, endpoint.address, endpoint.port, timeout=timeout), anchors, clock=clock),
        )
        for endpoint in endpoints
    )
