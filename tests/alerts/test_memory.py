"""A monitor that is started again tells nobody twice, and takes back what ended meanwhile."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from alerted import AT_ONCE, NOW, look, told, watched

from fleet.alerts import Kind, Memory, Watch, load_memory, memory_of, memory_path, remind, save_memory
from fleet.alerts.courier import TargetState
from fleet.model.alerts import AlertSettings, AlertTarget

SETTINGS = AlertSettings(conditions=AT_ONCE, repeat_seconds=3600)


def again(watch: Watch, path: Path) -> Watch:
    save_memory(path, memory_of(watch))
    found = Watch()
    remind(found, load_memory(path))
    return found


def test_what_was_told_is_not_told_again_and_what_ended_is_taken_back(tmp_path: Path) -> None:
    path, of = memory_path(tmp_path / "h.sqlite"), told(watched(), SETTINGS)
    watch = Watch()
    assert len(look(watch, of)) > 1
    second = again(watch, path)
    assert second.alerts == watch.alerts
    assert look(second, of, 1) == ()
    mended = replace(of, mail={**of.mail, "wrong-certificate.example": of.mail["good.example"]})
    assert [one.kind for one in look(again(watch, path), mended, 2)] == [Kind.RESOLVED]


def test_targets_are_remembered_without_their_secrets(tmp_path: Path) -> None:
    path = tmp_path / "x"
    state = TargetState(AlertTarget("ops", "env:OPS"), delivered=3, trouble="refused", delivered_at=NOW)
    save_memory(path, Memory(targets=(state,)))
    assert load_memory(path).targets == (state,)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["x"]


@pytest.mark.parametrize("content", [b"", b"{}x", b"[]", b'{"format": "fleet-alerts/9"}', b"\xff", b"[" * 100_000])
def test_a_memory_that_cannot_be_read_is_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    assert load_memory(path) == Memory()
    assert load_memory(tmp_path / "nothing") == Memory()
