"""Text that was UTF-8 and was read as Latin-1 or Windows-1252 ("donâ€™t"), put right where that is plain."""

from __future__ import annotations

import re

# The characters that the bytes 0x80 to 0xBF turn into under the two encodings.
_CONTINUED = "\u0080-\u00bf" + re.escape("€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ")
_BROKEN = re.compile(f"[\u00c2\u00c3][{_CONTINUED}]|[\u00e2\u00e3][{_CONTINUED}]{{2}}|\u00f0[{_CONTINUED}]{{3}}")
# "Â»" may be a capital before a quotation mark; these are no one's spelling.
_EVIDENCE = re.compile(f"\u00c3[{_CONTINUED}]|\u00e2[\u0080€][{_CONTINUED}]|\u00f0[\u009fŸ]|[\u0080-\u009f]")


def repair(text: str) -> str:
    """The text as it was before it was read in the wrong encoding; other text comes back as it is."""
    return _BROKEN.sub(_restore, text) if _EVIDENCE.search(text) else text


def _restore(match: re.Match[str]) -> str:
    try:
        return b"".join(_byte(character) for character in match[0]).decode("utf-8")
    except UnicodeError:
        return match[0]


def _byte(character: str) -> bytes:
    return character.encode("latin-1" if ord(character) < 256 else "cp1252")
