"""Resolvers judged by kind, real ones: unbound with its validator, and unbound without it."""

import pytest
from internet.nameservers import PASSING, VALIDATING

REFERENCES = {
    "good": ["good.dlab", "nsec3.dlab", "rsasha256.dlab"],
    "bogus": ["expired.dlab", "wrongds.dlab", "notyet.dlab"],
    "unsigned": ["unsigned.dlab", "nods.dlab", "child.deep.dlab"],
}


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize(("resolver", "kind"), [(VALIDATING, "validates"), (PASSING, "passes")])
def test_a_resolver_is_judged_by_what_it_does(resolver: str, kind: str, transport: str, ask):
    (cells,) = ask([{"resolver": resolver, **REFERENCES}])
    assert cells[transport]["kind"] == kind, cells[transport]["evidence"]
