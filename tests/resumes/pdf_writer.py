"""A PDF writer of a hundred lines for tests: positioned Helvetica text, links, pages, an image, a password."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

# ISO 32000-1, 7.6.3.3, algorithm 2: what passwords are padded with.
_PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")

_IMAGE = "/Type /XObject /Subtype /Image /Width 8 /Height 8 /ColorSpace /DeviceGray /BitsPerComponent 8"


@dataclass
class Text:
    """One piece of text; `x` and `top` are points from the page's upper left corner."""

    text: str
    x: float
    top: float
    size: float = 10.0
    bold: bool = False
    url: str = ""


@dataclass
class Page:
    texts: list[Text] = field(default_factory=list)
    image: bool = False


def pdf(pages: list[Page], password: str = "") -> bytes:
    """The file. With a password it is encrypted (RC4, 40 bit) and cannot be opened without it."""
    identifier = b"0123456789abcdef"
    key, encryption = _key(password, identifier) if password else (b"", "")
    objects: dict[int, bytes] = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        4: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
        5: _stream(
            b"\x80" * 64,
            _IMAGE,
        ),
    }
    number = 6
    kids = []
    for page in pages:
        content = "\n".join(
            f"BT /F{2 if one.bold else 1} {one.size} Tf 1 0 0 1 {one.x} {792 - one.top} Tm ({_escaped(one.text)}) Tj ET"
            for one in page.texts
        )
        if page.image:
            content += "\nq 500 0 0 600 50 50 cm /Im1 Do Q"
        data = content.encode("cp1252")
        if key:
            data = _rc4(hashlib.md5(key + (number + 1).to_bytes(3, "little") + b"\0\0").digest()[:10], data)
        links = " ".join(
            f"<< /Type /Annot /Subtype /Link /Rect [{one.x} {790 - one.top} {one.x + 0.5 * one.size * len(one.text)} "
            f"{792 - one.top + one.size}] /A << /S /URI /URI ({one.url}) >> >>"
            for one in page.texts
            if one.url
        )
        objects[number] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {number + 1} 0 R /Annots [{links}] "
            "/Resources << /Font << /F1 3 0 R /F2 4 0 R >> /XObject << /Im1 5 0 R >> >> >>"
        ).encode()
        objects[number + 1] = _stream(data)
        kids.append(f"{number} 0 R")
        number += 2
    objects[2] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    out = bytearray(b"%PDF-1.4\n")
    offsets = {}
    for index in sorted(objects):
        offsets[index] = len(out)
        out += b"%d 0 obj\n" % index + objects[index] + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for index in sorted(objects):
        out += b"%010d 00000 n \n" % offsets[index]
    out += (
        f"trailer << /Size {len(objects) + 1} /Root 1 0 R "
        f"/ID [<{identifier.hex()}> <{identifier.hex()}>] {encryption} >>\n"
        f"startxref\n{start}\n%%EOF\n"
    ).encode()
    return bytes(out)


def _stream(data: bytes, entries: str = "") -> bytes:
    return f"<< {entries} /Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _key(password: str, identifier: bytes) -> tuple[bytes, str]:
    padded = (password.encode() + _PADDING)[:32]
    owner = _rc4(hashlib.md5(padded).digest()[:5], padded)
    key = hashlib.md5(padded + owner + (0xFFFFFFFC).to_bytes(4, "little") + identifier).digest()[:5]
    user = _rc4(key, _PADDING)
    return key, f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{owner.hex()}> /U <{user.hex()}> /P -4 >>"


def _rc4(key: bytes, data: bytes) -> bytes:
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out = bytearray()
    i = j = 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)
