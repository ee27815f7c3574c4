"""What a place is, and what a posting's location says."""

from __future__ import annotations

from typing import Literal

import msgspec

Workplace = Literal["remote", "hybrid", "onsite"]


class Place(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One named place. `country` is ISO 3166-1 alpha-2; coordinates are degrees WGS 84; `text` is as written."""

    text: str
    city: str | None = None
    region: str | None = None
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None


class Location(msgspec.Struct, frozen=True, kw_only=True):
    """What a location text (or several) says. `remote_countries` are ISO codes, `remote_regions` names as EMEA."""

    places: tuple[Place, ...] = ()
    workplace: Workplace | None = None
    remote_countries: tuple[str, ...] = ()
    remote_regions: tuple[str, ...] = ()
