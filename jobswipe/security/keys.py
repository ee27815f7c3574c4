"""The keys of a store: numbered keys that personal data is encrypted with, and the secret of its keyed hashes."""

from __future__ import annotations

import base64
import binascii
import fcntl
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from jobswipe.errors import SettingsError
from jobswipe.settings import home_dir

if TYPE_CHECKING:
    from jobswipe.settings import Settings

DIRECTORY = "keys"
SIZE = 32
"""Bytes of a key and of the secret."""
KEYS_NAME = "encryption.keys"
SECRET_NAME = "hash.secret"  # noqa: S105 - a file name
_NUMBER = re.compile(r"0{0,8}[1-9][0-9]{0,8}")
_HOW = "write NUMBER:BASE64 of 32 random bytes, several with commas between, the newest first"


@dataclass(frozen=True)
class Keys:
    """`encryption` maps a key's number to its 32 bytes; the highest number encrypts, the others still decrypt."""

    encryption: Mapping[int, bytes] = field(repr=False)
    secret: bytes = field(repr=False)

    @property
    def newest(self) -> int:
        return max(self.encryption)


def parse(text: str) -> dict[int, bytes]:
    """Numbered keys from `2:BASE64,1:BASE64` (line ends separate, too). Raises SettingsError, without a key in it."""
    found: dict[int, bytes] = {}
    for part in text.replace("\n", ",").split(","):
        number, colon, encoded = part.strip().partition(":")
        if not part.strip():
            continue
        key = decode(encoded)
        if not colon or not _NUMBER.fullmatch(number) or key is None:
            raise SettingsError(f"The encryption keys cannot be read: {_HOW}.")
        if int(number) in found:
            raise SettingsError(f"The encryption key {int(number)} is given twice: keep one.")
        found[int(number)] = key
    if not found:
        raise SettingsError(f"There is no encryption key: {_HOW}.")
    return found


def decode(encoded: str) -> bytes | None:
    """32 bytes from Base64, standard or URL-safe, padded or not; None for anything else."""
    plain = encoded.strip().rstrip("=").replace("-", "+").replace("_", "/")
    try:
        key = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == SIZE else None


def encode(key: bytes) -> str:
    return base64.b64encode(key).decode()


def fresh() -> bytes:
    return secrets.token_bytes(SIZE)


def in_directory(directory: Path) -> Keys:
    """The keys that lie in a directory, made at first use: two processes that make them at once agree.

    The files are readable by their owner alone. Raises SettingsError.
    """
    keys = _line(directory / KEYS_NAME, lambda: f"1:{encode(fresh())}")
    secret = decode(_line(directory / SECRET_NAME, lambda: encode(fresh())))
    if secret is None:
        raise SettingsError(f"{directory / SECRET_NAME} is damaged: restore it from a backup of the data directory.")
    return Keys(parse(keys), secret)


def configured(settings: Settings) -> Keys:
    """The keys that the settings name; what they do not name lies in the data directory. Raises SettingsError."""
    named, secret = settings.security.keys, settings.security.secret
    if named is None and secret is None:
        return in_directory(settings.keys_dir)
    if named is None or secret is None:
        raise SettingsError("Set JOBSWIPE_SECURITY_KEYS and JOBSWIPE_SECURITY_SECRET together: they are of one store.")
    hashing = decode(secret.get_secret_value())
    if hashing is None:
        raise SettingsError(
            "JOBSWIPE_SECURITY_SECRET is not the Base64 of 32 bytes: make one with 'openssl rand -base64 32'."
        )
    return Keys(parse(named.get_secret_value()), hashing)


def default_for(url: str) -> Keys:
    """The keys of a store that nothing else is said of: beside the file of SQLite, else in the data directory."""
    from sqlalchemy import make_url

    parsed = make_url(url)
    embedded = parsed.get_backend_name() == "sqlite" and parsed.database
    return in_directory((Path(embedded).parent if embedded else home_dir()) / DIRECTORY)


def add(directory: Path) -> int:
    """Write a new key before the others of a directory; its number. Two that add at once get two. Raises SettingsError.

    It encrypts nothing before `Vault.promote` says so.
    """
    path = directory / KEYS_NAME
    in_directory(directory)
    try:
        with path.with_name(f".{KEYS_NAME}.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            text = path.read_text(encoding="utf-8").strip()
            number = max(parse(text)) + 1
            draft = _draft(path, f"{number}:{encode(fresh())}\n{text}")
            draft.replace(path)
            _settle(directory)
    except OSError as error:
        raise SettingsError(f"The key file {path} cannot be written ({error.strerror}): check the directory.") from None
    return number


def _line(path: Path, make: Callable[[], str]) -> str:
    try:
        try:
            return path.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = _draft(path, make())
        try:
            # A link fails where the file has come to be meanwhile; a rename would put ours in its place.
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        _settle(path.parent)
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "not a text"
        raise SettingsError(f"The key file {path} cannot be read or made ({why}): check the directory.") from None


def _draft(path: Path, text: str) -> Path:
    """A file beside `path` that holds the text, on the disk, readable by its owner alone."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    return draft


def _settle(directory: Path) -> None:
    """Have the directory itself on the disk: a key that a power cut takes away takes the data with it."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
