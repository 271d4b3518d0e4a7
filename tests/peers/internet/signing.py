"""Zones signed by real signers (dnssec-signzone, ldns-signzone, knotd), then broken on purpose.

Children are signed before their parents, since a parent publishes its child's DS.  Imports its siblings and the
standard library; nothing here knows the validator under test.
"""

import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from internet.knot import Knot
from internet.zones import Ds, Fault, Keys, Period, Signer, Zone

APEX = """\
$TTL 300
@ IN SOA {server} hostmaster.{server} 1 7200 3600 1209600 300
@ IN NS {server}
"""

PERIODS = {
    Period.NOW: [],
    Period.PAST: ["-s", "now-2592000", "-e", "now-259200"],
    Period.FUTURE: ["-s", "now+259200", "-e", "now+2592000"],
    Period.SOON: ["-s", "now+43200", "-e", "now+2592000"],
}

DENIAL = {Signer.NSEC: [], Signer.NSEC3: ["-3", "-", "-H", "0"], Signer.OPT_OUT: ["-3", "ab12", "-H", "5", "-A"]}
LDNS = {
    Signer.NSEC3_150: ["-n", "-t", "150", "-s", "ab12"],
    Signer.NSEC3_500: ["-n", "-t", "500", "-s", "ab12"],
}
"""dnssec-signzone refuses high iteration counts; ldns-signzone does not."""

FURTHER_KEYS: dict[Keys, tuple[tuple[str, ...], ...]] = {
    Keys.ONE: (),
    Keys.SPLIT: (("",),),
    Keys.ROLLING: (("",), ("",), ("", "-f", "KSK")),
    Keys.TWO_ALGORITHMS: (("",), ("RSASHA256", "-b", "2048"), ("RSASHA256", "-b", "2048", "-f", "KSK")),
}
"""Arguments of dnssec-keygen for the keys beside the one the parent knows; an empty algorithm is the zone's."""

STRANGER = "11" * 32


@dataclass(frozen=True, slots=True)
class SignedZone:
    """A zone as it is served: its file, and the lines its parent holds about it."""

    zone: Zone
    path: Path
    ds: tuple[str, ...]


def _run(*command: str | Path, folder: Path) -> str:
    done = subprocess.run([str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} in {folder}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def _new_keys(zone: Zone, folder: Path) -> str:
    """Make the zone's keys; the name of the one its parent publishes."""

    def generate(algorithm: str, *options: str) -> str:
        return _run("dnssec-keygen", "-a", algorithm, *options, "-K", folder, zone.origin, folder=folder).strip()

    bits = ["-b", str(zone.key_bits)] if zone.key_bits else []
    known = generate(zone.algorithm, *bits, "-f", "KSK")
    for algorithm, *options in FURTHER_KEYS[zone.keys]:
        generate(algorithm or zone.algorithm, *options)
    return known


def _ds_records(zone: Zone, key: str, folder: Path) -> tuple[str, ...]:
    """The DS rdata the parent publishes (RFC 4034 5.1): tag, algorithm, digest type, digest."""
    if zone.ds is Ds.ABSENT:
        return ()
    algorithm = {"2": "-2", "1": "-1", "4": "-a SHA-384"}
    wanted = "4" if zone.ds is Ds.SHA384 else "2"
    right = _run("dnssec-dsfromkey", *algorithm[wanted].split(), folder / key, folder=folder).split("DS ", 1)[1].strip()
    tag, number, kind, digest = right.split(None, 3)
    table = {
        Ds.RIGHT: (right,),
        Ds.SHA384: (right,),
        Ds.WRONG: (f"{tag} {number} 2 {STRANGER}",),
        Ds.UNKNOWN_ALGORITHM: (f"{tag} 200 2 {digest}",),
        Ds.UNKNOWN_DIGEST: (f"{tag} {number} 200 {digest}",),
        Ds.UNKNOWN_AND_RIGHT: (f"{tag} 200 {kind} {digest}", right),
        Ds.WRONG_SHA1: (f"{tag} {number} 1 {'22' * 20}", right),
        Ds.RIGHT_AND_WRONG: (f"{(int(tag) + 1) % 65536} {number} 2 {STRANGER}", right),
    }
    return table[zone.ds]


def _sign(zone: Zone, key: str, plain: Path, folder: Path) -> list[str]:
    """Run the zone's signer; lines of the signed zone, one record each."""
    signed = folder / "signed"
    if zone.signer in LDNS:
        _run("ldns-signzone", *LDNS[zone.signer], "-o", zone.name, "-f", signed, plain, folder / key, folder=folder)
        return signed.read_text().splitlines()
    one_key: list[str | Path] = ["-z"] if zone.keys is Keys.ONE else []
    options = [*one_key, "-S", "-P", "-K", folder, "-d", folder, *PERIODS[zone.period], *DENIAL[zone.signer]]
    _run("dnssec-signzone", *options, "-O", "full", "-o", zone.origin, "-f", signed, plain, folder=folder)
    return signed.read_text().splitlines()


def _broken(zone: Zone, lines: Sequence[str]) -> list[str]:
    """The lines with the zone's faults done to them; a fault that finds nothing is a mistake in the table."""
    kept = list(lines)
    for owner, covered, fault in zone.faults:
        name = None if owner == "*" else zone.absolute(owner).lower()
        before = list(kept)
        kept = [changed for line in kept if (changed := _changed(line, name, covered, fault)) is not None]
        if kept == before:
            raise RuntimeError(f"{zone.name}: nothing to do for {owner} {covered} {fault}")
    return kept


def _changed(line: str, name: str | None, covered: str, fault: Fault) -> str | None:
    fields = line.split()
    if len(fields) < 5 or (name is not None and fields[0].rstrip(".").lower() != name):
        return line
    signature = fields[3] == "RRSIG" and fields[4] == covered
    if fault is Fault.REMOVED:
        return None if signature or fields[3] == covered else line
    if not signature:
        return line
    if fault is Fault.UNSIGNED:
        return None
    middle = line.rindex(" ") + (len(line) - line.rindex(" ")) // 2
    other = "A" if line[middle] != "A" else "B"
    return line[:middle] + other + line[middle + 1 :]


class Tree:
    """All zones of ``zones`` in ``folder``: signed, broken, ready to be served; ``anchor``: the root's DNSKEY file."""

    def __init__(self, zones: Sequence[Zone], folder: Path, names: Mapping[str, object]) -> None:
        folder.mkdir()
        self._folder = folder
        self._names = names
        self.knot = Knot(folder / "knot", zones)
        self.signed: dict[str, SignedZone] = {}
        self._parents = {zone.name: _parent(zone, zones) for zone in zones}
        levels = sorted({_depth(zone) for zone in zones}, reverse=True)
        with ThreadPoolExecutor(2) as pool:
            for level in levels:
                todo = [zone for zone in zones if _depth(zone) == level]
                self.signed.update(zip((zone.name for zone in todo), pool.map(self._make, todo), strict=True))
        self.anchor = folder / "root.key"

    def _make(self, zone: Zone) -> SignedZone:
        folder = self._folder / (zone.name if zone.name != "." else "root")
        folder.mkdir()
        plain = folder / "plain"
        plain.write_text(self._master_file(zone))
        if zone.signer in (Signer.KNOT, Signer.KNOT_ONLINE):
            plain.rename(self.knot.master_file(zone))
            return SignedZone(zone, self.knot.master_file(zone), self.knot.new_key(zone))
        path = folder / "served"
        if zone.signer is Signer.NONE:
            path.write_text(f"$ORIGIN {zone.origin}\n" + plain.read_text())
            return SignedZone(zone, path, (f"12345 13 2 {STRANGER}",) if zone.ds is Ds.WRONG else ())
        key = _new_keys(zone, folder)
        if zone.name == ".":
            (self._folder / "root.key").write_text(
                "".join(line + "\n" for line in (folder / f"{key}.key").read_text().splitlines() if "DNSKEY" in line)
            )
        path.write_text("\n".join(_broken(zone, _sign(zone, key, plain, folder))) + "\n")
        return SignedZone(zone, path, _ds_records(zone, key, folder))

    def _master_file(self, zone: Zone) -> str:
        text = f"$ORIGIN {zone.origin}\n" + APEX.format(server=zone.server) + zone.records.format(**self._names)
        for child in (made for made in self.signed.values() if self._parents[made.zone.name] == zone.name):
            text += f"{child.zone.origin} NS {child.zone.server}\n"
            text += "".join(f"{child.zone.origin} DS {rdata}\n" for rdata in child.ds)
        if zone.name == ".":
            text += "ns.dlab. A 127.0.0.11\n"
        return text


def _depth(zone: Zone) -> int:
    return 0 if zone.name == "." else zone.name.count(".") + 1


def _parent(zone: Zone, zones: Sequence[Zone]) -> str:
    """Name of the zone that delegates ``zone``: the longest one above it."""
    above = [other.name for other in zones if other.name != "." and zone.name.endswith(f".{other.name}")]
    return max(above, key=len, default="." if zone.name != "." else "")
