"""Small files that are sealed with the store's keys: open where they were sealed, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobswipe.errors import StorageError
from jobswipe.security import keys
from jobswipe.security.sealed import seal, unseal
from jobswipe.settings import load


def test_what_is_sealed_opens_in_its_place_alone(home: Path) -> None:
    settings = load(home)
    sealed = seal(settings, "a place", b"Sample Candidate")
    assert b"Sample" not in sealed
    assert unseal(settings, "a place", sealed) == b"Sample Candidate"
    assert sealed != seal(settings, "a place", b"Sample Candidate")
    with pytest.raises(StorageError):
        unseal(settings, "another place", sealed)


def test_damage_and_other_keys_are_told(home: Path, tmp_path: Path) -> None:
    settings = load(home)
    sealed = seal(settings, "a place", b"text")
    for wrong in (b"", b"\x01", sealed[:-1], sealed[:8], b"\x02" + sealed[1:], sealed[:-1] + bytes([sealed[-1] ^ 1])):
        with pytest.raises(StorageError):
            unseal(settings, "a place", wrong)
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(StorageError):
        unseal(load(other), "a place", sealed)


def test_what_an_earlier_key_sealed_still_opens(home: Path) -> None:
    settings = load(home)
    sealed = seal(settings, "a place", b"text")
    keys.add(settings.keys_dir)
    assert unseal(settings, "a place", sealed) == b"text"
    assert seal(settings, "a place", b"text")[:5] != sealed[:5]
