"""The judgements and sights that one forecast needs, each made once.

May import ``fleet.decision``, ``fleet.model`` and modules of this package.
"""

from collections.abc import Callable, Hashable

from fleet.decision import Judgement, judge
from fleet.forecast.resolving import Resolving, Sight, Trace, View, sights, trace
from fleet.forecast.through import without_dane
from fleet.model import Mode, Policy, TlsLevel, Verdict
from fleet.model.fleet import Settings


class Judges:
    """Remembers what was judged, by the identity of the check; whoever shares one must keep the checks alive.

    ``stand_in`` gives the check that speaks for another one of the same shape: then a judgement tells what happens to
    mail, and its sentences name the wrong hosts.
    """

    def __init__(self, stand_in: Callable[[Verdict], Verdict] = lambda verdict: verdict) -> None:
        self._stand_in = stand_in
        self._judged: dict[Hashable, Judgement] = {}
        self._traces: dict[int, Trace] = {}

    def judge(
        self, verdict: Verdict, view: View, mode: Mode, level: TlsLevel, dane: bool, require_ipv6: bool
    ) -> Judgement:
        """``verdict`` as it is seen in ``view`` and judged; ``dane`` False: by a client that does not do it."""
        verdict = self._stand_in(verdict)
        if not dane and view.policy is Policy.ASYNCOS:
            view = View(view.policy, None, measured=True)  # without DANE it looks at no signature
        key = (id(verdict), view, mode, level, dane, require_ipv6)
        found = self._judged.get(key)
        if found is None:
            seen = view.of(verdict) if dane else without_dane(view.of(verdict), view.policy)
            found = self._judged[key] = judge(seen, view.policy, mode, level, require_ipv6=require_ipv6)
        return found

    def trace(self, verdict: Verdict) -> Trace:
        """Through whom ``verdict`` saw."""
        found = self._traces.get(id(verdict))
        if found is None:
            found = self._traces[id(verdict)] = trace(verdict)
        return found

    def sights(self, settings: Settings, verdict: Verdict, policy: Policy, resolving: Resolving) -> tuple[Sight, ...]:
        """The ways in which a node with ``settings`` may see ``verdict``."""
        return sights(settings, self.trace(verdict), policy, resolving)
