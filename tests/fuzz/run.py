"""Feed one of the ``targets`` for as long as you like, by coverage (atheris, which is libFuzzer for Python).

    python3.11 -m venv fuzz && fuzz/bin/pip install -e . atheris
    fuzz/bin/python tests/fuzz/run.py wire|transcript|tlsa [FOLDER] [-runs=1000000] [-max_len=512]

atheris is no dependency of the project, not even of its tests; ``test_targets.py`` feeds the same targets with the
seeds in ``corpus`` and with mutations of them.  What libFuzzer finds goes to FOLDER (default: nowhere), never into
``corpus``; the seeds called ``found-*`` are those of a million executions that reach code no other seed does, named
after the module.  An input that makes a target fail is written to ``crash-*`` in the working folder, and belongs into
``corpus`` once the defect is fixed.  Every libFuzzer option works.
"""

import sys
import tempfile
from pathlib import Path

import atheris

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

with atheris.instrument_imports(include=["fleet.dane", "fleet.dnssec.wire", "dns.message"]):
    from targets import TARGETS


def main() -> None:
    """Fuzz the target named first."""
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        sys.exit(__doc__)
    program, target, *options = sys.argv
    folders = [option for option in options if not option.startswith("-")]
    with tempfile.TemporaryDirectory() as nowhere:
        found = folders or [nowhere]
        flags = [option for option in options if option.startswith("-")]
        atheris.Setup([program, *flags, *found, str(HERE / "corpus" / target)], TARGETS[target])
        atheris.Fuzz()


if __name__ == "__main__":
    main()
