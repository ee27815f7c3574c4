"""What every section of the settings is: a model whose fields' docstrings say what they mean (`meanings`)."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    # Not pydantic-settings' class: `load` reads the environment itself, so that an error can name the variable, the
    # file and the nearest key, and that package takes 60 ms to load.
    section: ClassVar[str]

    model_config = ConfigDict(extra="forbid", validate_default=True, defer_build=True)
