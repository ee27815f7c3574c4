"""What a recognised skill is."""

from __future__ import annotations

import msgspec


class Skill(msgspec.Struct, frozen=True):
    """`id` and `name` are the taxonomy's (ESCO's preferred label where ESCO has the concept); `quote` is verbatim."""

    id: str
    name: str
    quote: str
