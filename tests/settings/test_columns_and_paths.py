"""Where the files stand, and what is remembered of the columns."""

from pathlib import Path

import pytest

from fleet.settings import config_folder, read_columns, state_folder, write_columns
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
