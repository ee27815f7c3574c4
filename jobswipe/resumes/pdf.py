"""The words of a PDF with their place and style, and its links. Layout is `layout`'s business."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator

import pypdfium2
import pypdfium2.raw as pdfium

from jobswipe.errors import LimitError, ResumeError
from jobswipe.resumes import layout, limits
from jobswipe.resumes.extracted import Extracted, Line, Link
from jobswipe.resumes.glyphs import plain, without_icons
from jobswipe.resumes.layout import Word

_BOLD = ("bold", "black", "heavy", "demi", "-medi", "-sb", "cmbx", "sfbx")
_PLAIN = ("regular", "roman", "book", "light", "-rg")
_ITALIC = ("italic", "oblique", "slanted", "-it", "cmti")
_BOLD_WEIGHT = 600
# The height of a line's letters, ascender to descender, is about this much of the font's size.
_LEADING = 1.2
# Icons that carry their LaTeX name as replacement text (package accsupp): "\\faTrophy :".
_ICON = re.compile(r"\\fa[A-Z]\w*|\*\[\w+\]:?$")


def read_pdf(data: bytes) -> Extracted:
    """Lines in reading order. Raises ResumeError (encrypted, damaged), LimitError (too many pages, too much text)."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "assword" in str(error):
            raise ResumeError("The PDF is encrypted: remove its password and import it again.") from None
        raise ResumeError("The PDF is damaged and cannot be opened: export the resume again.") from None
    pages = len(document)
    if pages > limits.PAGES:
        raise LimitError(
            f"The PDF has {pages:,} pages; a resume may have {limits.PAGES}: export only the pages of the resume."
        )
    if not pages:
        raise ResumeError("The PDF has no pages: export the resume again.")
    laid_out: list[list[Line]] = []
    links: list[Link] = []
    gutters: list[float] = []
    fonts: dict[tuple[bytes, int], int] = {}
    size = 0
    for number in range(pages):
        page = document[number]
        width, height = page.get_size()
        text = page.get_textpage()
        words = [word for word in _words(text, height, fonts) if not _ICON.match(word.text)]
        size += sum(len(word.text) + 1 for word in words)
        if size > limits.TEXT_BYTES:
            raise LimitError(
                f"The PDF holds more than {limits.TEXT_BYTES / 1e6:.0f} MB of text: import the resume alone."
            )
        laid_out.append(layout.lines(words, number + 1, width, height, gutters))
        links += _links(document, page, text, number + 1)
    return Extracted(kind="pdf", lines=tuple(layout.without_margins(laid_out)), links=tuple(links), pages=pages)


def _words(textpage: pypdfium2.PdfTextPage, height: float, fonts: dict[tuple[bytes, int], int]) -> Iterator[Word]:
    raw = textpage.raw
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    x, y = ctypes.c_double(), ctypes.c_double()
    loose = pdfium.FS_RECTF()
    matrix = pdfium.FS_MATRIX()
    style: dict[int, tuple[bool, bool, int]] = {}
    word: Word | None = None
    for index in range(pdfium.FPDFText_CountChars(raw)):
        code = pdfium.FPDFText_GetUnicode(raw, index)
        if (code <= 32 and code != 2) or code in (0xA0, 0x3000) or 0x2000 <= code <= 0x200A:
            if word is not None:
                yield word
                word = None
            continue
        # A soft hyphen that has a glyph is a hyphen (LaTeX fonts map it so).
        letter = "-" if code in (2, 0xAD) else without_icons(plain(chr(code)))
        if not letter:
            continue
        if code == 2 and word is not None:  # PDFium's mark for a hyphen at a line's end
            word.text += "-"
            continue
        pdfium.FPDFText_GetCharBox(raw, index, left, right, bottom, top)
        pdfium.FPDFText_GetCharOrigin(raw, index, x, y)
        pdfium.FPDFText_GetLooseCharBox(raw, index, loose)
        pdfium.FPDFText_GetMatrix(raw, index, matrix)
        scale = (matrix.c * matrix.c + matrix.d * matrix.d) ** 0.5
        size = min(pdfium.FPDFText_GetFontSize(raw, index) * scale * _LEADING or abs(loose.top - loose.bottom), 200.0)
        x0, x1 = min(loose.left, left.value), max(loose.right, right.value)
        base = height - y.value
        if pdfium.FPDFText_IsGenerated(raw, index) and word is not None:
            x0, x1, base, size = word.x1, word.x1, word.base, word.size
        textobject = pdfium.FPDFText_GetTextObject(raw, index)
        key = ctypes.cast(textobject, ctypes.c_void_p).value or 0
        if key not in style:
            style[key] = _style(raw, index, fonts)
        bold, italic, font = style[key]
        if (
            word is not None
            and abs(base - word.base) <= 0.3 * size
            and word.x0 - 0.5 * size < x0 < word.x1 + 0.3 * size
            and (word.bold, word.font) == (bold, font)
            and abs(word.size - size) < 0.25 * size
        ):
            word.text += letter
            word.x1 = max(word.x1, x1)
        else:
            if word is not None:
                # Another style or place without a space between: the next word is glued to this one when it touches it.
                glued = abs(base - word.base) <= 0.3 * size and -0.1 * size < x0 - word.x1 < 0.12 * size
                yield word
            else:
                glued = False
            word = Word(letter, x0, x1, base, size, bold, italic, font, glued)
    if word is not None:
        yield word


def _style(raw: object, index: int, fonts: dict[tuple[bytes, int], int]) -> tuple[bool, bool, int]:
    flags = ctypes.c_int()
    buffer = ctypes.create_string_buffer(200)
    pdfium.FPDFText_GetFontInfo(raw, index, buffer, 200, flags)
    name = buffer.value.decode("utf-8", "replace").lower()
    weight = pdfium.FPDFText_GetFontWeight(raw, index)
    bold = any(mark in name for mark in _BOLD) or (weight >= _BOLD_WEIGHT and not any(mark in name for mark in _PLAIN))
    # Bit 7 of a font descriptor's flags (value 64) is Italic: ISO 32000-1, table 123.
    italic = any(mark in name for mark in _ITALIC) or bool(flags.value & 64)
    font = fonts.setdefault((buffer.value, weight), len(fonts) + 1) if buffer.value else 0
    return bold, italic, font


def _links(
    document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage, number: int
) -> Iterator[Link]:
    position = ctypes.c_int(0)
    annotation = pdfium.FPDF_LINK()
    seen = 0
    while pdfium.FPDFLink_Enumerate(page.raw, position, annotation) and seen < 1000:
        seen += 1
        action = pdfium.FPDFLink_GetAction(annotation)
        if not action or pdfium.FPDFAction_GetType(action) != pdfium.PDFACTION_URI:
            continue
        length = pdfium.FPDFAction_GetURIPath(document.raw, action, None, 0)
        buffer = ctypes.create_string_buffer(min(length, 2000))
        pdfium.FPDFAction_GetURIPath(document.raw, action, buffer, len(buffer))
        url = buffer.value.decode("utf-8", "replace").strip()
        box = pdfium.FS_RECTF()
        label = ""
        if pdfium.FPDFLink_GetAnnotRect(annotation, box):
            label = text.get_text_bounded(box.left, box.bottom, box.right, box.top)
        if url:
            yield Link(url=url, text=" ".join(without_icons(plain(label)).split()), page=number)
