"""Where the files stand, and what is remembered of the columns."""

from pathlib import Path

import pytest

from fleet.settings import config_folder, read_columns, read_commands, state_folder, write_columns, write_commands
from fleet.settings.keymap import is_key


def test_folders_follow_the_base_directory_specification() -> None:
    assert config_folder({"HOME": "/home/ops"}) == Path("/home/ops/.config/fleet")
    assert state_folder({"HOME": "/home/ops"}) == Path("/home/ops/.local/state/fleet")
    assert config_folder({"HOME": "/home/ops", "XDG_CONFIG_HOME": "/etc/xdg"}) == Path("/etc/xdg/fleet")
    assert state_folder({"HOME": "/home/ops", "XDG_STATE_HOME": "relative"}) == Path("/home/ops/.local/state/fleet")


def test_without_a_home_nothing_is_read_from_or_written_to_the_current_folder() -> None:
    assert config_folder({}).is_absolute()
    assert write_columns(state_folder({"XDG_STATE_HOME": "/proc"}), {}) != ""


def test_columns_come_back(tmp_path: Path) -> None:
    assert write_columns(tmp_path / "new", {"events": ("time", "what")}) == ""
    assert read_columns(tmp_path / "new") == {"events": ("time", "what")}
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["columns.json"]


@pytest.mark.parametrize("content", ["", "[]", "{", '{"a": 1, "b": [2], "c": {}}', "[" * 100_000, "\udcff"])
def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "columns.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    assert read_columns(tmp_path) == {}


@pytest.mark.parametrize(
    "key", ["c", "C", "?", ",", "+", "ctrl+p", "ctrl+shift+a", "shift+tab", "f1", "f24", "pageup", "ctrl++"]
)
def test_keys(key: str) -> None:
    assert is_key(key)


@pytest.mark.parametrize(
    "key", ["", " ", "cc", "ctrl", "ctrl+", "ctrl+A", "f25", "é", "\x1b", "c,d", "super+x", "ctrl+cc"]
)
def test_no_keys(key: str) -> None:
    assert not is_key(key)


def test_commands_come_back_the_newest_hundred_and_nothing_unprintable(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    write_commands(folder, [f"check {number}.example" for number in range(120)])
    assert read_commands(folder) == [f"check {number}.example" for number in range(20, 120)]
    assert (folder / "commands").stat().st_mode & 0o077 == 0
    (folder / "commands").write_bytes(b"\x1b[31mred\npoll dlv1\n\n\xff\n")
    assert read_commands(folder)[0] == "poll dlv1"
    write_commands(Path("/proc/nowhere"), ["x"])
    assert read_commands(tmp_path / "none") == []
