"""One history per profile, and always in its folder."""

from pathlib import Path

import pytest

from fleet.history import history_path


def test_two_profiles_of_one_name_have_two_histories(tmp_path: Path) -> None:
    one, other = tmp_path / "a" / "fleet.toml", tmp_path / "b" / "fleet.toml"
    assert history_path(one, tmp_path) != history_path(other, tmp_path)
    assert history_path(one, tmp_path).name.startswith("fleet-")


def test_a_profile_named_in_two_ways_has_one_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fleet.toml").touch()
    (tmp_path / "link.d").symlink_to(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert history_path(Path("fleet.toml"), tmp_path) == history_path(tmp_path / "link.d" / "fleet.toml", tmp_path)


@pytest.mark.parametrize("name", ["../../etc/passwd", "..", "a\x1b]0;b\x07", "ü" * 300, "-rf"])
def test_no_name_of_a_profile_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    path = history_path(Path(name), tmp_path)
    assert path.parent == tmp_path
    assert path.name.isascii()
    assert path.name.isprintable()
    assert not path.name.startswith(("-", "."))
