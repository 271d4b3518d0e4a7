"""Draw the README's pictures from the program's own output on the lab: ``python docs/make_pictures.py``."""

import io
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

from fleet.lab import spawn

HERE = Path(__file__).parent
DESTINATIONS = ("good.lab", "wrong-key.lab", "no-tlsa.lab", "tlsa-bogus.lab", "null-mx.lab", "mx-timeout.lab")
COLUMNS = 110


def main() -> None:
    """Run ``fleet check`` on a few destinations of the lab and save what it prints as ``check.svg``."""
    with spawn() as lab:
        network = ["--network", str(lab.network), "--resolver", lab.resolvers["validating"]]
        arguments = [*network, "--trust-anchor", str(lab.trust_anchor), *DESTINATIONS]
        done = subprocess.run(
            [sys.executable, "-c", "from fleet.faces.cli import main; main()", "check", *arguments],
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
    console = Console(record=True, width=COLUMNS, file=io.StringIO())
    console.print(Text(f"$ fleet check {' '.join(DESTINATIONS)}\n"))
    console.print(Text(done.stdout))
    drawn = console.export_svg(title="fleet check")
    # Whoever looks at the picture shall not fetch fonts from elsewhere for it.
    (HERE / "check.svg").write_text(re.sub(r"@font-face \{.*?\}\n", "", drawn, flags=re.DOTALL), encoding="utf-8")


if __name__ == "__main__":
    main()
