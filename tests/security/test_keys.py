"""Key files: made once whoever comes first, readable by their owner alone, read strictly, and added to."""

from __future__ import annotations

import base64
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from jobswipe import settings as module
from jobswipe.errors import SettingsError
from jobswipe.security import keys

KEY, OTHER = bytes(range(32)), bytes(range(32, 64))


def encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()


def test_numbered_keys_are_read() -> None:
    found = keys.parse(f"2:{encoded(OTHER)}, 1:{encoded(KEY)}\n")
    assert found == {2: OTHER, 1: KEY}
    assert keys.Keys(found, KEY).newest == 2
    assert keys.parse(f"7:{base64.urlsafe_b64encode(OTHER).decode().rstrip('=')}") == {7: OTHER}


@pytest.mark.parametrize(
    "text",
    [
        "", " , ", "1", "1:", encoded(KEY), f"0:{encoded(KEY)}", f"-1:{encoded(KEY)}", f"²:{encoded(KEY)}",
        f"1234567890:{encoded(KEY)}", f"1:{encoded(KEY[:31])}", f"1:{encoded(KEY)}!", f"1:{encoded(KEY * 2)}",
        f"1:{encoded(KEY)},1:{encoded(OTHER)}", f"1:{encoded(KEY)},01:{encoded(OTHER)}",
    ],
)  # fmt: skip
def test_what_is_no_list_of_keys_is_refused_without_a_key_in_the_error(text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        keys.parse(text)
    assert encoded(KEY)[:10] not in caught.value.message


def test_keys_are_not_shown() -> None:
    shown = repr(keys.Keys({1: KEY}, OTHER))
    assert repr(KEY)[2:-1] not in shown
    assert repr(OTHER)[2:-1] not in shown


def test_files_are_made_once_and_their_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        made = keys.in_directory(tmp_path / "keys")
    finally:
        os.umask(before)
    assert made == keys.in_directory(tmp_path / "keys")
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    files = sorted((tmp_path / "keys").iterdir())
    assert [one.name for one in files] == [keys.KEYS_NAME, keys.SECRET_NAME]
    assert {stat.S_IMODE(one.stat().st_mode) for one in files} == {0o600}
    assert made.secret not in made.encryption.values()


MAKE = """
import sys
from pathlib import Path
from jobswipe.security import keys
sys.stdin.readline()
if sys.argv[2] == "add":
    print(keys.add(Path(sys.argv[1])))
else:
    found = keys.in_directory(Path(sys.argv[1]))
    print(found.encryption[1].hex() + found.secret.hex())
"""


def at_once(directory: Path, what: str) -> list[str]:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", MAKE, str(directory), what],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for one in started:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    return [one.communicate(timeout=120)[0].strip() for one in started]


def test_processes_that_make_them_at_once_agree(tmp_path: Path) -> None:
    assert len(set(at_once(tmp_path / "keys", "make"))) == 1
    assert len(list((tmp_path / "keys").iterdir())) == 2, "no draft is left"


def test_keys_are_added_one_after_the_other(tmp_path: Path) -> None:
    first = keys.in_directory(tmp_path)
    assert sorted(at_once(tmp_path, "add")) == ["2", "3", "4", "5"]
    found = keys.in_directory(tmp_path)
    assert sorted(found.encryption) == [1, 2, 3, 4, 5]
    assert (found.encryption[1], found.secret) == (first.encryption[1], first.secret)
    assert stat.S_IMODE((tmp_path / keys.KEYS_NAME).stat().st_mode) == 0o600


def test_a_damaged_file_is_said_and_kept(tmp_path: Path) -> None:
    keys.in_directory(tmp_path)
    (tmp_path / keys.SECRET_NAME).write_text("x\n")
    with pytest.raises(SettingsError, match="restore"):
        keys.in_directory(tmp_path)
    assert (tmp_path / keys.SECRET_NAME).read_text() == "x\n"
    (tmp_path / keys.KEYS_NAME).write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="cannot be read"):
        keys.in_directory(tmp_path)


def test_a_directory_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("a file")
    with pytest.raises(SettingsError, match="check the directory"):
        keys.in_directory(tmp_path / "keys")


def test_configured_keys_come_in_pairs(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert keys.configured(module.load()) == keys.in_directory(home / "keys")
    monkeypatch.setenv("JOBSWIPE_SECURITY_KEYS", f"3:{encoded(KEY)}")
    with pytest.raises(SettingsError, match="together"):
        keys.configured(module.load())
    monkeypatch.setenv("JOBSWIPE_SECURITY_SECRET", encoded(OTHER))
    assert keys.configured(module.load()) == keys.Keys({3: KEY}, OTHER)
    monkeypatch.setenv("JOBSWIPE_SECURITY_SECRET", "short")
    with pytest.raises(SettingsError, match="openssl"):
        keys.configured(module.load())
