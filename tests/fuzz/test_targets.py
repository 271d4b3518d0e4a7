"""The fuzz targets without a fuzzer: every seed, and mutations of it, so that neither they nor the engine rot."""

import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import targets

HERE = Path(__file__).parent
CORPUS = sorted((HERE / "corpus").glob("*/*"))
MUTATIONS = 30
pytestmark = pytest.mark.filterwarnings("ignore:Parsed a", "ignore:Attribute's length")  # as the package has it


def target(seed: Path):
    return targets.TARGETS[seed.parent.name]


def mutated(octets: bytes, dice: random.Random) -> bytes:
    mutable = bytearray(octets)
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(mutable) + 1)
        match dice.randrange(4):
            case 0:
                mutable[at : at + 1] = dice.randbytes(1)
            case 1:
                del mutable[at : at + dice.randint(1, 8)]
            case 2:
                mutable[at:at] = dice.randbytes(dice.randint(1, 4))
            case 3:
                mutable[at:at] = mutable[: dice.randint(1, 40)]
    return bytes(mutable)


def test_every_target_has_seeds() -> None:
    assert {seed.parent.name for seed in CORPUS} == targets.TARGETS.keys()


@pytest.mark.parametrize("seed", CORPUS, ids=lambda seed: f"{seed.parent.name}/{seed.name}")
def test_a_seed_and_what_is_near_it_make_no_target_fail(seed: Path) -> None:
    target(seed)(seed.read_bytes())
    dice = random.Random(seed.name)
    for _ in range(MUTATIONS):
        target(seed)(mutated(seed.read_bytes(), dice))


def test_unedited_the_good_chain_matches_by_every_usage() -> None:
    for name in ("no-edit-ee", "no-edit-three"):
        chain, records = targets.read_case((HERE / "corpus" / "tlsa" / name).read_bytes())
        match = targets.match_chain(chain, records, (targets.HOST,), targets.AT)
        assert all(record.matched for record in match.records), match.sentence


def test_an_edited_certificate_is_signed_anew_so_that_its_extensions_are_judged() -> None:
    chain, records = targets.read_case((HERE / "corpus" / "tlsa" / "edit-delete").read_bytes())
    assert chain != list(targets.good_chain())
    match = targets.match_chain(chain, records, (targets.HOST,), targets.AT)
    assert "basicConstraints" in match.sentence


@pytest.mark.parametrize("name", targets.TARGETS)
def test_an_exception_nobody_promised_gets_out_of_the_target(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def falls_over(*_: object) -> None:
        raise ZeroDivisionError

    for engine in ("parse", "parse_transcript", "match_chain"):
        monkeypatch.setattr(targets, engine, falls_over)
    with pytest.raises(ZeroDivisionError):
        targets.TARGETS[name](b"")
