"""The profile on disk: a save is seen, a slip of the editor forgets nothing."""

from pathlib import Path

import pytest

from fleet.errors import UsageError
from fleet.faces.live.profile_file import ProfileFile

ONE = '[tiers.edge]\ndelivers_to = ["internet"]\n[nodes.gw1]\ntier = "edge"\naddresses = ["10.0.0.1"]\n'
TWO = ONE + '[nodes.gw2]\ntier = "edge"\naddresses = ["10.0.0.2"]\n'


def test_a_save_is_read_again_and_another_look_finds_nothing_new(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text(ONE)
    profile = ProfileFile(path)
    assert not profile.read_again()
    path.write_text(TWO)
    assert profile.read_again()
    assert set(profile.fleet.nodes) == {"gw1", "gw2"}
    assert not profile.read_again()


def test_a_profile_broken_by_an_editor_keeps_the_fleet_and_says_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text(TWO)
    profile = ProfileFile(path)
    path.write_text(TWO + "[nodes.gw3\n")
    assert profile.read_again()
    assert set(profile.fleet.nodes) == {"gw1", "gw2"}
    assert profile.reading.diagnostics


def test_a_profile_that_is_gone_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text(ONE)
    profile = ProfileFile(path)
    path.unlink()
    assert not profile.read_again()
    assert set(profile.fleet.nodes) == {"gw1"}


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_what_cannot_be_read_to_begin_with_is_a_usage_error(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "p.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=r"p\.toml"):
        ProfileFile(path)
