"""A profile from a table: the first line names the columns, each other line is a gateway.

May import the standard library, ``fleet.errors``, ``fleet.text`` and modules of this package.
"""

import csv
import re
from io import StringIO

from fleet.errors import UsageError
from fleet.profile.init.hosts import Host, profile_text
from fleet.text import show

COLUMNS: dict[str, tuple[str, ...]] = {
    "name": ("name", "node", "hostname", "host name", "node name", "gateway", "appliance"),
    "addresses": ("addresses", "address", "ip", "ip address", "ip addresses", "ips"),
    "tier": ("tier", "role"),
    "platform": ("platform", "product"),
    "version": ("version", "software version"),
    "reached": ("host", "fqdn", "dns name"),
    "port": ("port", "ssh port"),
    "user": ("user", "username", "ssh user"),
    "key": ("key", "ssh key", "key file", "identity file"),
    "jump": ("jump", "jump host", "proxy jump", "proxyjump", "bastion"),
}
"""What is taken over, and the names its column may have, the best first; ``_`` and ``-`` count as blanks.

Several addresses of a cell are separated by blanks, commas or semicolons.
"""


def from_csv(text: str) -> str:
    """A profile from comma, semicolon or tab separated ``text``.  UsageError where no column is the name."""
    text = text.removeprefix("\ufeff")
    first = text.partition("\n")[0]
    delimiter = max("\t;,", key=first.count)
    try:
        rows = [row for row in csv.reader(StringIO(text, newline=""), delimiter=delimiter) if any(map(str.strip, row))]
    except csv.Error as error:
        raise UsageError(f"the table cannot be read: {show(str(error), 120)}") from None
    header = [_column(name) for name in rows[0]] if rows else []
    places: dict[str, int] = {}
    for field, names in COLUMNS.items():
        found = next((header.index(name) for name in names if name in header), None)
        if found is not None:
            places[field] = found
    if "name" not in places:
        raise UsageError(f"the first line of the table names no column {' or '.join(COLUMNS['name'])}")
    used = set(places.values())
    left = [name for index, name in enumerate(header) if index not in used and name]
    notes = [f"columns not taken over: {', '.join(left)}"] if left else []
    return profile_text([_host(row, places) for row in rows[1:]], "a table", notes)


def _column(text: str) -> str:
    """The name of a column as ``COLUMNS`` spells it: "IP-Address(es)" is "ip addresses"."""
    return " ".join(re.sub(r"[_-]+", " ", text.replace("(", "").replace(")", "")).lower().split())


def _host(row: list[str], places: dict[str, int]) -> Host:
    def cell(field: str) -> str:
        place = places.get(field)
        return row[place].strip() if place is not None and place < len(row) else ""

    return Host(
        name=cell("name"),
        addresses=tuple(re.split(r"[\s;,]+", cell("addresses"))) if cell("addresses") else (),
        **{field: cell(field) for field in COLUMNS if field not in ("name", "addresses")},
    )
