"""Letters as fonts and word processors write them, made plain: ligatures, icon glyphs, list marks, odd spaces."""

from __future__ import annotations

import re

# Symbol fonts put their list marks into the private-use area; everything else there is an icon.
_SYMBOL_BULLETS = "\uf0b7\uf0a7\uf076\uf0d8\uf0fc\uf0a8\uf02d"
BULLETS = "•◦●○▪▫■□◆◇⬥⬦‣⁃∙⋄►▶▸➢➤✓✔✦★❖➔→»·∗⦿⚫◾◽🔹🔸" + _SYMBOL_BULLETS

_TABLE: dict[int, str | None] = {
    0xFB00: "ff",
    0xFB01: "fi",
    0xFB02: "fl",
    0xFB03: "ffi",
    0xFB04: "ffl",
    0xFB05: "st",
    0xFB06: "st",
    0x00AD: "",
    0x200B: "",
    0x200C: "",
    0x200D: "",
    0x200E: "",
    0x200F: "",
    0x2060: "",
    0xFEFF: "",
    0xFFFE: "",
    0xFFFF: "",
    0x2028: " ",
    0x2029: " ",
    0x2011: "-",
}
_TABLE |= dict.fromkeys((160, 5760, *range(8192, 8203), 8239, 8287, 12288), " ")
_TABLE |= dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127), " ")
_TABLE |= dict.fromkeys(range(55296, 57344), "")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_LEADING = re.compile(rf"^[ \t]*(?:[{re.escape(BULLETS)}]+[ \t]*|[-–—*+o][ \t]+|(?:\(?\d{{1,2}}[.)])[ \t]+)(?=\S)")
_ALONE = re.compile(rf"^[ \t]*(?:[{re.escape(BULLETS)}]+|[-–—*+])[ \t]*$")


def plain(text: str) -> str:
    """The text with ligatures spelt out, soft hyphens and zero-width letters gone, and every odd space a space."""
    return text.translate(_TABLE)


def without_icons(text: str) -> str:
    """The text without the private-use glyphs that icon fonts draw. Symbol fonts' list marks stay."""
    return _PRIVATE.sub(lambda match: match[0] if match[0] in _SYMBOL_BULLETS else "", text)


def bullet_length(text: str) -> int:
    """How many letters a list mark takes at the start of the line (0: none)."""
    match = _LEADING.match(text) or _ALONE.match(text)
    return match.end() if match else 0
