"""The settings of what is made for one person: the ranking and the drafts."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from jobswipe.settings.section import Section


class MatchSettings(Section):
    section: ClassVar[str] = "match"

    explore_every: int = Field(default=10, ge=0)
    """Every which card explores (0: never)."""
    half_life_days: float = Field(default=45, gt=0)
    """Age in days at which the freshness part has fallen to half."""
    warm_mb: int = Field(default=256, ge=1)
    """Megabytes that one process keeps of persons between their requests, some 200 kB each; beyond it reads anew."""


class OllamaSettings(Section):
    section: ClassVar[str] = "ollama"

    url: str = "http://127.0.0.1:11434"
    """Address of the Ollama server that writes drafts. Empty: none, drafts are made from a template.

    One that you set is missed by health when it does not answer; at the default address it is used where it is.
    """
    model: str = "llama3.2"
    """Model that writes drafts, as 'ollama list' names it."""
    connect_timeout: float = Field(default=3, gt=0)
    """Seconds to wait for a connection."""
    first_token_timeout: float = Field(default=120, gt=0)
    """Seconds to wait for the first word: Ollama may have to load the model."""
    idle_timeout: float = Field(default=30, gt=0)
    """Seconds to wait for each further word."""
    total_timeout: float = Field(default=300, gt=0)
    """Seconds for one whole draft."""
    max_words: int = Field(default=900, ge=50)
    """Words after which a draft is cut off."""
