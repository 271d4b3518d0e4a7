"""Names of rotated logs, as logrotate's settings make them."""

import pytest

from fleet.nodes.rotated import Rotated, rotated


@pytest.mark.parametrize(
    ("names", "base", "newest_last"),
    [
        (["mail.log", "mail.log.1", "mail.log.2.gz", "mail.log.10.gz"], "mail.log", "mail.log.2.gz mail.log.1"),
        (
            ["maillog-20261101", "maillog-20261115.gz", "maillog-20261122"],
            "maillog",
            "maillog-20261115.gz maillog-20261122",
        ),
        (
            ["mainlog-20261124-1795478400.gz", "mainlog-20261124-1795482000"],
            "mainlog",
            "mainlog-20261124-1795478400.gz mainlog-20261124-1795482000",
        ),
        (["main.log-2026-11-23", "main.log.20261124"], "main.log", "main.log-2026-11-23 main.log.20261124"),
        (["mail.log.1", "mail.log.1.gz"], "mail.log", "mail.log.1"),
        (
            ["mail.logx.1", "mailxlog.1", "mail.log.old", "mail.log.1~", "mail.log.1;id", "xmail.log.1", ""],
            "mail.log",
            "",
        ),
    ],
)
def test_the_two_newest_older_parts_oldest_first(names: list[str], base: str, newest_last: str) -> None:
    assert [one.name for one in rotated(names, base, 2)] == newest_last.split()


def test_how_a_part_is_packed_is_told() -> None:
    assert rotated(["m.log.1.xz", "m.log.2"], "m.log", 9) == (
        Rotated("m.log.2"),
        Rotated("m.log.1.xz", ".xz"),
    )
