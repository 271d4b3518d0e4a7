"""One history per profile, where the platform keeps such things."""

from pathlib import Path

import pytest

from fleet.settings.paths import history_path, state_directory


@pytest.mark.parametrize(
    ("environment", "platform", "expected"),
    [
        ({"XDG_STATE_HOME": "/var/lib/x"}, "linux", "/var/lib/x/fleet"),
        ({"XDG_STATE_HOME": "relative"}, "linux", "~/.local/state/fleet"),
        ({"XDG_STATE_HOME": ""}, "linux", "~/.local/state/fleet"),
        ({}, "darwin", "~/Library/Application Support/fleet"),
        ({"LOCALAPPDATA": "/c/local"}, "win32", "/c/local/fleet"),
    ],
)
def test_the_state_directory_is_that_of_the_platform(environment: dict[str, str], platform: str, expected: str) -> None:
    assert state_directory(environment, platform) == Path(expected).expanduser()


def test_two_profiles_of_one_name_have_two_histories(tmp_path: Path) -> None:
    one, other = tmp_path / "a" / "fleet.toml", tmp_path / "b" / "fleet.toml"
    assert history_path(one) != history_path(other)
    assert history_path(one, tmp_path).name.startswith("fleet-")


def test_a_profile_named_in_two_ways_has_one_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fleet.toml").touch()
    (tmp_path / "link.d").symlink_to(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert history_path(Path("fleet.toml")) == history_path(tmp_path / "link.d" / ".." / tmp_path.name / "fleet.toml")


@pytest.mark.parametrize("name", ["../../etc/passwd", "..", "a\x1b]0;b\x07", "ü" * 300, "-rf"])
def test_no_name_of_a_profile_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    path = history_path(Path(name), tmp_path)
    assert path.parent == tmp_path
    assert path.name.isascii()
    assert path.name.isprintable()
    assert not path.name.startswith(("-", "."))
