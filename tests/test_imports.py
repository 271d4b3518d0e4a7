"""Start-up stays light, and the house's import contracts hold."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("textual", "asyncssh", "dns", "cryptography", "ssl", "rich")
ROOT = Path(__file__).parent.parent
TWO_TIERS = str(ROOT / "profiles" / "two-tier-asyncos.toml")
LIGHT = [
    ["--help"],
    ["--version"],
    ["check", "--help"],
    *(["validate", TWO_TIERS, "--format", form] for form in ("full", "concise", "json", "sarif", "markdown")),
    ["validate", TWO_TIERS, "--fix", "--diff"],
    ["diff", TWO_TIERS, TWO_TIERS],
    ["rules"],
    ["explain", "TIER101"],
    ["schema"],
    ["init"],
    ["calendar", "--help"],
    ["changes", "--help"],
    ["compare", "--help"],
    ["forecast", "--help"],
    ["logs", "--help"],
    ["rollout", "--help"],
    ["runbook", "--help"],
    ["tlsrpt", "--help"],
    ["serve", "--help"],
    ["alerts", "--help"],
]


@pytest.mark.parametrize("arguments", LIGHT, ids=lambda arguments: " ".join(arguments).replace(TWO_TIERS, "PROFILE"))
def test_commands_that_only_look_load_none_of_the_heavy_libraries(arguments: list[str]) -> None:
    assert loaded_of(HEAVY, arguments) == []


def test_validating_a_profile_loads_no_forecast_it_would_not_make() -> None:
    assert loaded_of(("fleet.forecast", "fleet.network"), ["validate", TWO_TIERS]) == []


def loaded_of(names: tuple[str, ...], arguments: list[str]) -> list[str]:
    """Which of the modules a command has loaded when it ends."""
    program = f"""
import json, sys
sys.argv = ["fleet", *{arguments!r}]
from fleet.faces.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
print("\\n" + json.dumps([name for name in {names!r} if name in sys.modules]))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    loaded: list[str] = json.loads(done.stdout.splitlines()[-1])
    return loaded


def test_a_login_loads_no_parser_and_every_name_of_the_room_is_there_when_asked_for() -> None:
    program = """
import sys, fleet.nodes
assert "asyncssh" not in sys.modules
from fleet.nodes import Dialer, Poller
assert not [name for name in sys.modules if name.startswith(("fleet.nodes.asyncos", "fleet.nodes.unix"))]
print("NAMED", [name for name in fleet.nodes.__all__ if not callable(getattr(fleet.nodes, name))])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "NAMED []\n", done.stdout + done.stderr


def test_the_monitor_and_its_history_load_none_of_the_heavy_libraries() -> None:
    heavy = [name for name in HEAVY if name != "ssl"]  # asyncio loads it
    program = f"""
import sys, fleet.monitor, fleet.history, fleet.plain
print("LOADED", [name for name in {heavy!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "LOADED []\n", done.stdout + done.stderr


def test_lower_rooms_never_import_higher_ones() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    if not linter.exists():
        pytest.skip("import-linter is not installed beside this Python")
    done = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout


def test_nothing_refers_to_paths_that_mean_nothing_to_a_user() -> None:
    for path in [*ROOT.glob("fleet/**/*.py"), *ROOT.glob("tests/**/*.py"), ROOT / "README.md"]:
        assert "/".join(("..", "shared")) not in path.read_text(encoding="utf-8"), path
