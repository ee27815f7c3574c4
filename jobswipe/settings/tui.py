"""The settings of the terminal app."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from jobswipe.settings.section import Section


class TuiSettings(Section):
    """The terminal app."""

    section: ClassVar[str] = "tui"

    theme: Literal["dark", "light", "contrast"] = "dark"
    """Colours until another theme is chosen in the app: dark, light or contrast."""
    keys: str = ""
    """Other keys for what the app does, `like = right,y; undo = ctrl+z`; `jobswipe tui --list-keys` has the names."""
    animations: bool = True
    """Let a verdict fade out. A key never waits for it."""
    plain: bool = False
    """Ask line by line instead of filling the screen, as `--plain` does: for screen readers."""
    ahead: int = Field(default=8, ge=1, le=50)
    """Cards that are fetched before they are shown."""
