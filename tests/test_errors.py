"""Why a file cannot be used is said in one wording, whatever reads it, and what to do where that is plain."""

import errno
import os
from pathlib import Path

import pytest

from fleet.dnssec.anchors import load_trust_anchors
from fleet.errors import UsageError, file_trouble
from fleet.faces.cli.baseline import Baseline, write_baseline
from fleet.faces.cli.given import read_file, read_observation_file, read_verdict_file
from fleet.faces.cli.log_lines import refuse_unreadable
from fleet.faces.live.profile_file import ProfileFile
from fleet.network.mapped import MappedNetwork

READERS = {
    "profile": read_file,
    "verdicts": read_verdict_file,
    "observations": read_observation_file,
    "log": lambda path: refuse_unreadable(str(path), follow=False),
    "followed profile": ProfileFile,
    "baseline to write": lambda path: write_baseline(path, Baseline({})),
    "network": MappedNetwork.load,
    "trust anchor": load_trust_anchors,
}


@pytest.mark.parametrize("reader", READERS)
def test_a_folder_is_called_the_same_everywhere(reader: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r": it is a folder: name a file in it$"):
        READERS[reader](tmp_path)


@pytest.mark.parametrize("reader", set(READERS) - {"baseline to write"})
def test_so_is_a_file_that_is_not_there(reader: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot be read: no such file or directory$"):
        READERS[reader](tmp_path / "none")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PermissionError(errno.EACCES, os.strerror(errno.EACCES)), "permission denied"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid"), "it is not UTF-8"),
        (ValueError("embedded null byte"), "this is no name of a file"),
        (OSError("something else"), "something else"),
    ],
)
def test_what_is_said(error: OSError | ValueError, words: str) -> None:
    assert file_trouble(error) == words
