"""Which kind of file some bytes are, by what is in them, never by the file's name."""

from __future__ import annotations

from jobswipe.errors import ResumeError

_EXPORT = "export the resume as PDF or DOCX and import that"

# Signatures of what people mistake for a resume file: (first bytes, what it is).
_OTHER: tuple[tuple[bytes, str], ...] = (
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a program"),
    (b"\xcf\xfa\xed\xfe", "a program"),
    (b"\xce\xfa\xed\xfe", "a program"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"II*\x00", "an image"),
    (b"MM\x00*", "an image"),
    (b"\x1f\x8b", "a compressed file"),
    (b"7z\xbc\xaf\x27\x1c", "an archive"),
    (b"Rar!", "an archive"),
    (b"%!PS", "a PostScript file"),
    (b"\xff\xfb", "a sound file"),
    (b"ID3", "a sound file"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def sniff(data: bytes) -> str:
    """`pdf`, `zip` or `text`. Raises ResumeError, with what to do, for a file that can be no resume."""
    head = data[:4096]
    if not data.strip(b"\x00 \t\r\n"):
        raise ResumeError("The file is empty: choose the file that holds the resume.")
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return "zip"
    if head.startswith(b"{\\rtf"):
        raise ResumeError(f"The file is in Rich Text Format: {_EXPORT}.")
    if head.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise ResumeError("The document is encrypted: remove its password and import it again.")
        raise ResumeError(f"The file is an old Office document (.doc): {_EXPORT}.")
    for signature, what in _OTHER:
        if head.startswith(signature):
            raise ResumeError(f"The file is {what}, whatever its name says: {_EXPORT}.")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        raise ResumeError(f"The file is a web page: {_EXPORT}.")
    if start.startswith((b"<?xml", b"<!doctype")):
        raise ResumeError(f"The file is XML: {_EXPORT}.")
    return "text"
