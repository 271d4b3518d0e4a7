"""What ``tophosts`` and ``hoststatus`` print: what is not understood is counted or refused, never guessed."""

import pytest

from fleet.nodes.asyncos.queue import parse_hoststatus, parse_tophosts
from fleet.nodes.reading import Unparsed

TABLE = """
                          Active  Conn.   Deliv.   Soft    Hard
#   Recipient Host        Recip.  Out     Recip.   Bounced Bounced
1   example.org             1,365  10      255      21      8
{}
"""


@pytest.mark.parametrize(
    "row", ["2   b.example   5   1   2   3", "2   a@b   1   2   3   4   5", "2   x.y   1 2 3 4 -5"]
)
def test_a_row_with_too_few_numbers_or_no_host_is_not_read(row: str) -> None:
    found = parse_tophosts(TABLE.format(row))
    assert [(one.domain, one.recipients) for one in found.waiting] == [("example.org", 1365)]
    assert found.unread == 1


def test_a_host_status_of_another_host_is_refused() -> None:
    text = "Host mail status for: '{}'\nActive Recipients   7\nHost up/down:   up\n"
    found = parse_hoststatus(text.format("example.org"), "example.org")
    assert found is not None
    assert found.recipients == 7
    with pytest.raises(Unparsed, match="it speaks of"):
        parse_hoststatus(text.format("example.net"), "example.org")
