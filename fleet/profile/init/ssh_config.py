"""A profile from an OpenSSH client configuration: every ``Host`` without a pattern is a gateway.

As in ssh_config(5), the first value found counts, blocks are tried in their order, and ``Host *`` at the end holds
defaults.  A comment ``# tier: NAME`` inside a block says the tier.  May import the standard library and modules of this
package.
"""

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from fleet.profile.init.hosts import Host, profile_text

_OPTIONS = ("hostname", "port", "user", "identityfile", "proxyjump")
_LINE = re.compile(r"\s*([A-Za-z0-9]+)(?:\s*=\s*|\s+)(.*?)\s*")
_TIER = re.compile(r"\s*#\s*tier:\s*(\S+)\s*", re.IGNORECASE)


@dataclass(slots=True)
class _Block:
    patterns: list[str]
    options: dict[str, str] = field(default_factory=dict)

    def matches(self, alias: str) -> bool:
        """Whether ssh would use the block for ``alias``: a pattern matches, and none behind ``!`` does."""
        refused = any(fnmatchcase(alias, pattern[1:]) for pattern in self.patterns if pattern.startswith("!"))
        return not refused and any(fnmatchcase(alias, pattern) for pattern in self.patterns)


def from_ssh_config(text: str) -> str:
    """A profile from the ``Host`` blocks of ``text``.  UsageError where none names a host."""
    blocks = [_Block(["*"])]
    notes: dict[str, None] = {}
    for line in text.splitlines():
        tier = _TIER.fullmatch(line)
        if tier:
            blocks[-1].options.setdefault("tier", tier[1])
            continue
        match = _LINE.fullmatch(line)
        if match is None or line.lstrip().startswith("#"):
            continue
        keyword, value = match[1].lower(), match[2].strip('"')
        if keyword == "host":
            blocks.append(_Block([word.strip('"') for word in value.split()]))
        elif keyword == "match":
            blocks.append(_Block(["*"] if value.lower() == "all" else []))
            if value.lower() != "all":
                notes["Match blocks depend on more than the name and are not taken over"] = None
        elif keyword == "include":
            notes[f"not taken over: Include {value}"] = None
        elif keyword in _OPTIONS:
            blocks[-1].options.setdefault(keyword, value)
    aliases = dict.fromkeys(
        pattern for block in blocks for pattern in block.patterns if not re.search(r"[*?!]", pattern)
    )
    return profile_text([_host(alias, blocks) for alias in aliases], "an SSH configuration", notes)


def _host(alias: str, blocks: list[_Block]) -> Host:
    options: dict[str, str] = {}
    for block in blocks:
        if block.matches(alias):
            options = {**block.options, **options}
    name = options.get("hostname", alias).replace("%h", alias).replace("%%", "%")
    jump = options.get("proxyjump", "")
    is_address = re.fullmatch(r"[0-9.]+|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*", name) is not None
    return Host(
        name=alias,
        tier=options.get("tier", ""),
        addresses=(name,) if is_address else (),
        reached=name,
        port=options.get("port", ""),
        user=options.get("user", ""),
        key=options.get("identityfile", ""),
        jump="" if jump.lower() == "none" else jump,
    )
