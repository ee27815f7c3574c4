"""Read the settings: config.toml, the environment over it, values from `*_FILE`; what is wrong is named exactly."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import platformdirs

from jobswipe.errors import SettingsError
from jobswipe.settings.sections import CONFIG_NAME, SECTIONS, Settings

_MAX_SECRET = 10_000
_RESERVED = {"JOBSWIPE_HOME", "JOBSWIPE_NOW", "JOBSWIPE_CORPUS", "JOBSWIPE_API_KEY", "JOBSWIPE_API_KEY_FILE"}


def home_dir() -> Path:
    """The data directory: JOBSWIPE_HOME, else the platform's data directory (XDG on Linux)."""
    named = os.environ.get("JOBSWIPE_HOME")
    try:
        return Path(named).expanduser() if named else Path(platformdirs.user_data_dir("jobswipe", appauthor=False))
    except RuntimeError:
        raise SettingsError(
            f"JOBSWIPE_HOME is {named!r}, and there is no such user's home: give a whole path."
        ) from None


def load(home: Path | None = None) -> Settings:
    """Read the configuration. Raises SettingsError that names file, key and nearest valid key."""
    home = home or home_dir()
    if "?" in str(home):  # what follows it would be the options of the database's URL
        raise SettingsError(f"The data directory {home} has a ? in its name: set JOBSWIPE_HOME to another.")
    values: dict[str, dict[str, Any]] = {name: {} for name in SECTIONS}
    origins: dict[tuple[str, str], str] = {}
    _read_file(home / CONFIG_NAME, values, origins)
    _read_environment(values, origins)
    return Settings(home, values, origins)


def _read_file(path: Path, values: dict[str, dict[str, Any]], origins: dict[tuple[str, str], str]) -> None:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror}): mend or remove it.") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path} is not UTF-8 text: save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not valid TOML: {error}.") from None
    for section, keys in document.items():
        if section not in SECTIONS:
            raise SettingsError(f"{path}: unknown section [{section}]{_nearest(section, SECTIONS)}.")
        if not isinstance(keys, dict):
            raise SettingsError(f"{path}: {section} must be a section, written [{section}].")
        for key, value in keys.items():
            if key not in SECTIONS[section].model_fields:
                raise SettingsError(
                    f"{path}: unknown key {key!r} in [{section}]{_nearest(key, SECTIONS[section].model_fields)}."
                )
            if isinstance(value, bool) and SECTIONS[section].model_fields[key].annotation is not bool:
                raise SettingsError(f"{path}: [{section}] {key} = {str(value).lower()}: give a number or a text.")
            values[section][key] = value
            origins[section, key] = str(path)


def _read_environment(values: dict[str, dict[str, Any]], origins: dict[tuple[str, str], str]) -> None:
    known = {
        f"JOBSWIPE_{section}_{key}".upper(): (section, key)
        for section, model in SECTIONS.items()
        for key in model.model_fields
    }
    for name in sorted(os.environ):
        if not name.startswith("JOBSWIPE_") or name in _RESERVED:
            continue
        if name in known:
            section, key = known[name]
            values[section][key] = os.environ[name]
        elif name.endswith("_FILE") and name.removesuffix("_FILE") in known:
            section, key = known[name.removesuffix("_FILE")]
            if name.removesuffix("_FILE") in os.environ:
                raise SettingsError(f"Both {name} and {name.removesuffix('_FILE')} are set: keep one.")
            values[section][key] = _secret(name, Path(os.environ[name]))
        else:
            raise SettingsError(f"Unknown setting {name} in the environment{_nearest(name, [*known, *_RESERVED])}.")
        origins[section, key] = name


def _secret(name: str, path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(_MAX_SECRET + 1).strip()
    except OSError as error:
        raise SettingsError(
            f"{name} names {path}, which cannot be read ({error.strerror}): name a text file."
        ) from None
    except UnicodeDecodeError:
        raise SettingsError(f"{name} names {path}, which is not UTF-8 text: name a text file.") from None
    if not text or len(text) > _MAX_SECRET or "\n" in text:
        raise SettingsError(f"{name} names {path}, which does not hold one line: write the value into it.")
    return text


def _nearest(name: str, valid: Iterable[str]) -> str:
    valid = list(valid)
    near = difflib.get_close_matches(name, valid, n=1, cutoff=0.5)
    return f" (did you mean {near[0]}?)" if near else f" (there is {', '.join(valid)})" if len(valid) < 25 else ""
