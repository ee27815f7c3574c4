"""From the bytes of a resume file to its text. Runs in the subprocess only."""

from __future__ import annotations

import msgspec

from jobswipe.errors import LimitError, ResumeError
from jobswipe.resumes import limits
from jobswipe.resumes.extracted import Extracted
from jobswipe.resumes.sniff import sniff


def read(data: bytes, name: str = "") -> Extracted:
    """The text of the file. Raises ResumeError and LimitError with a sentence for the user."""
    kind = sniff(data)
    if kind == "pdf":
        from jobswipe.resumes.pdf import read_pdf

        result = read_pdf(data)
        empty = "The PDF holds only images: export it with text, or run text recognition (OCR) on it first."
    elif kind == "zip":
        from jobswipe.resumes.docx import read_docx

        result = read_docx(data)
        empty = "The document holds no text: write the resume as text, not as an image."
    else:
        from jobswipe.resumes.plain import read_text

        result = read_text(data)
        empty = "The file holds no text: choose the file that holds the resume."
    if result.data is None:
        if not any(letter.isalpha() for line in result.lines for letter in line.text):
            raise ResumeError(empty)
        if sum(len(line.text) for line in result.lines) > limits.TEXT_BYTES:
            raise LimitError(too_long())
    return msgspec.structs.replace(result, name=name)


def too_long() -> str:
    return f"The file holds more than {limits.TEXT_BYTES / 1e6:.0f} MB of text: import the resume alone."
