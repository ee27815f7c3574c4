"""The text of a Word document, read from its zip and XML: body, tables, text boxes, headers and footers, links.

Nothing in it is run: macros and embedded objects are never opened. Element and attribute names: ECMA-376 part 1.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from jobswipe.errors import LimitError, ResumeError
from jobswipe.resumes import limits
from jobswipe.resumes.extracted import Extracted, Line, Link, Run
from jobswipe.resumes.glyphs import bullet_length, plain, without_icons

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_STRICT = (
    (
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    ),
    (
        "http://purl.oclc.org/ooxml/officeDocument/relationships",
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
)
_HYPERLINK = re.compile(r'HYPERLINK\s+"([^"]{1,2000})"')
_WIDE = re.compile(r"(?<=\S)(?:\t[\t ]*|[ ]{5,}\t?[\t ]*)(?=\S)")
_DEFAULT_SIZE = 11.0
_CELL = 90  # letters: a longer cell is a column of a page, not a field of a table
_CHUNK = 1 << 16

_Style = tuple[bool, bool, float]  # bold, italic, size in points


def read_docx(data: bytes) -> Extracted:
    """Raises ResumeError for a zip that is no Word document, LimitError for one that unpacks to too much."""
    try:
        return _Reader(data).read()
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ParseError, KeyError, OSError):
        raise ResumeError("The document is damaged and cannot be opened: save it again as DOCX or PDF.") from None
    except DefusedXmlException:
        raise ResumeError("The document's XML defines entities, which a resume never needs: save it again.") from None


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.zip = zipfile.ZipFile(BytesIO(data))
        self.left = limits.ZIP_BYTES
        names = self.zip.namelist()
        if len(names) > limits.ZIP_ENTRIES:
            raise LimitError(f"The document holds {len(names):,} parts, far more than a resume: save it again as PDF.")
        self.names = set(names)
        if "word/document.xml" not in self.names:
            raise ResumeError(_what(self.names))
        self.styles: dict[str, _Style] = {}
        self.lists: set[str] = set()
        self.default: _Style = (False, False, _DEFAULT_SIZE)
        self.targets: dict[str, str] = {}
        self.links: list[Link] = []

    def read(self) -> Extracted:
        if "word/styles.xml" in self.names:
            self._read_styles(self._xml("word/styles.xml"))
        lines: list[Line] = []
        headers = sorted(name for name in self.names if re.fullmatch(r"word/header\d*\.xml", name))
        footers = sorted(name for name in self.names if re.fullmatch(r"word/footer\d*\.xml", name))
        seen: set[str] = set()
        for part in (*headers, "word/document.xml", *footers):
            edge = part != "word/document.xml"
            self.targets = self._relationships(part)
            root = self._xml(part)
            body = root.find(f"{_W}body") if not edge else root
            for line in self._blocks(body if body is not None else root):
                if edge:
                    if line.text in seen or not any(letter.isalpha() for letter in line.text):
                        continue
                    seen.add(line.text)
                lines.append(line)
        return Extracted(kind="docx", lines=tuple(lines), links=tuple(self.links))

    def _xml(self, name: str) -> Element:
        parts = []
        with self.zip.open(name) as file:
            while chunk := file.read(_CHUNK):
                self.left -= len(chunk)
                if self.left < 0:
                    raise LimitError(
                        f"The document unpacks to more than {limits.ZIP_BYTES / 1e6:.0f} MB of text: "
                        "it is damaged or made to do harm. Save the resume again."
                    )
                parts.append(chunk)
        text = b"".join(parts)
        for strict, transitional in _STRICT:
            text = text.replace(strict.encode(), transitional.encode())
        element: Element = fromstring(text)
        return element

    def _relationships(self, part: str) -> dict[str, str]:
        folder, _, file = part.rpartition("/")
        name = f"{folder}/_rels/{file}.rels"
        if name not in self.names:
            return {}
        return {
            relation.get("Id", ""): relation.get("Target", "")
            for relation in self._xml(name)
            if relation.get("Type", "").endswith("/hyperlink")
        }

    def _read_styles(self, root: Element) -> None:
        defaults = root.find(f"{_W}docDefaults/{_W}rPrDefault/{_W}rPr")
        self.default = _merge(self.default, defaults)
        raw = {style.get(f"{_W}styleId", ""): style for style in root.findall(f"{_W}style")}

        def resolve(name: str, depth: int = 0) -> _Style:
            if name in self.styles or depth > 20 or name not in raw:
                return self.styles.get(name, self.default)
            style = raw[name]
            based = style.find(f"{_W}basedOn")
            parent = based.get(f"{_W}val", "") if based is not None else ""
            found = _merge(resolve(parent, depth + 1) if parent else self.default, style.find(f"{_W}rPr"))
            if style.find(f"{_W}pPr/{_W}numPr") is not None or parent in self.lists:
                self.lists.add(name)
            self.styles[name] = found
            return found

        for name in raw:
            resolve(name)

    def _blocks(self, parent: Element, gap: float = 1.0) -> Iterator[Line]:
        blank = 0.0
        for child in parent:
            if child.tag == f"{_W}p":
                some = False
                for line in self._paragraph(child):
                    yield Line(line.runs, x0=line.x0, gap=line.gap + blank, bullet=line.bullet)
                    blank, some = 0.0, True
                if not some:
                    blank = min(blank + 1.0, 5.0)
            elif child.tag == f"{_W}tbl":
                yield from self._table(child)
            elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}smartTag", f"{_W}customXml"):
                yield from self._blocks(child, gap)
            elif child.tag == f"{_MC}AlternateContent":
                choice = child.find(f"{_MC}Choice")
                if choice is not None:
                    yield from self._blocks(choice, gap)

    def _table(self, table: Element) -> Iterator[Line]:
        """A row whose cells hold a line each is one line; a table that only lays out a page is read cell by cell."""
        for row in table.iter(f"{_W}tr"):
            cells = [list(self._blocks(cell)) for cell in row.findall(f"{_W}tc")]
            cells = [cell for cell in cells if cell]
            if len(cells) > 1 and all(len(cell) == 1 and len(cell[0].text) <= _CELL for cell in cells):
                runs: list[Run] = []
                for cell in cells:
                    for index, run in enumerate(cell[0].runs):
                        text = ("\t" if runs and not index else "") + run.text
                        runs.append(Run(text, run.bold, run.italic, run.size))
                yield Line(tuple(runs), gap=cells[0][0].gap, bullet=cells[0][0].bullet)
            else:
                for cell in cells:
                    yield from cell

    def _paragraph(self, paragraph: Element) -> Iterator[Line]:
        style, bullet, indent, space = self.default, False, 0.0, 0.0
        properties = paragraph.find(f"{_W}pPr")
        if properties is not None:
            named = properties.find(f"{_W}pStyle")
            name = named.get(f"{_W}val", "") if named is not None else ""
            style = self.styles.get(name, self.default)
            numbered = properties.find(f"{_W}numPr/{_W}numId")
            bullet = numbered.get(f"{_W}val") != "0" if numbered is not None else name in self.lists
            bullet = bullet and "heading" not in name.lower() and "title" not in name.lower()
            left = properties.find(f"{_W}ind")
            if left is not None:
                indent = _number(left.get(f"{_W}left") or left.get(f"{_W}start")) / 20
            spacing = properties.find(f"{_W}spacing")
            if spacing is not None:
                space = _number(spacing.get(f"{_W}before")) / 240
        boxes: list[Element] = []
        runs = list(self._runs(paragraph, style, boxes))
        for lines in _broken(runs):
            text = "".join(run.text for run in lines)
            if not text.strip():
                continue
            cut = bullet_length(text)
            yield Line(_tidy(lines, cut), x0=indent, gap=1.0 + min(space, 2.0), bullet=bullet or cut > 0)
            space = 0.0
            bullet = False
        for box in boxes:
            yield from self._blocks(box)

    def _runs(self, parent: Element, style: _Style, boxes: list[Element], url: str = "") -> Iterator[Run]:
        field = ""
        words: list[str] = []
        for child in parent:
            tag = child.tag
            if tag == f"{_W}r":
                if (begun := child.find(f"{_W}fldChar")) is not None and begun.get(f"{_W}fldCharType") == "end":
                    if field:
                        self.links.append(Link(field, " ".join("".join(words).split())))
                    field, words = "", []
                instruction = "".join(text.text or "" for text in child.iter(f"{_W}instrText"))
                if match := _HYPERLINK.search(instruction):
                    field = match[1]
                own = style
                properties = child.find(f"{_W}rPr")
                if properties is not None:
                    named = properties.find(f"{_W}rStyle")
                    if named is not None:
                        bold, italic, _ = self.styles.get(named.get(f"{_W}val", ""), self.default)
                        own = (style[0] or bold, style[1] or italic, style[2])
                    own = _merge(own, properties)
                    if properties.find(f"{_W}vanish") is not None:
                        continue
                text = self._text(child, boxes)
                if text:
                    words.append(text)
                    yield Run(text, *own)
            elif tag == f"{_W}hyperlink":
                target = self.targets.get(child.get(f"{_R}id", ""), "")
                inner = list(self._runs(child, style, boxes, target))
                if target:
                    self.links.append(Link(target, " ".join("".join(run.text for run in inner).split())))
                yield from inner
            elif tag in (
                f"{_W}sdt",
                f"{_W}sdtContent",
                f"{_W}ins",
                f"{_W}smartTag",
                f"{_W}fldSimple",
                f"{_W}customXml",
            ):
                yield from self._runs(child, style, boxes, url)

    def _text(self, run: Element, boxes: list[Element]) -> str:
        out: list[str] = []
        for child in run:
            tag = child.tag
            if tag == f"{_W}t":
                out.append(child.text or "")
            elif tag in (f"{_W}tab", f"{_W}ptab"):
                out.append("\t")
            elif tag in (f"{_W}br", f"{_W}cr"):
                out.append("\n")
            elif tag == f"{_W}noBreakHyphen":
                out.append("-")
            elif tag == f"{_MC}AlternateContent":
                choice = child.find(f"{_MC}Choice")
                boxes += _boxes(choice if choice is not None else child)
            elif tag in (f"{_W}drawing", f"{_W}pict", f"{_W}object"):
                boxes += _boxes(child)
        return without_icons(plain("".join(out)))


def _boxes(element: Element) -> list[Element]:
    return list(element.iter(f"{_W}txbxContent"))


def _broken(runs: list[Run]) -> Iterator[list[Run]]:
    """The runs of each line: a paragraph can hold line breaks."""
    line: list[Run] = []
    for run in runs:
        first, *rest = run.text.split("\n")
        line.append(Run(first, run.bold, run.italic, run.size))
        for text in rest:
            yield line
            line = [Run(text, run.bold, run.italic, run.size)]
    yield line


def _tidy(runs: list[Run], cut: int) -> tuple[Run, ...]:
    """Runs of one style merged, the list mark and the outer blanks gone, tabs collapsed to one."""
    merged: list[Run] = []
    for run in runs:
        text = run.text[cut:]
        cut = max(0, cut - len(run.text))
        if not merged:
            text = text.lstrip()
        if not text:
            continue
        if merged and (merged[-1].bold, merged[-1].italic, merged[-1].size) == (run.bold, run.italic, run.size):
            merged[-1] = Run(merged[-1].text + text, run.bold, run.italic, run.size)
        else:
            merged.append(Run(text, run.bold, run.italic, run.size))
    return tuple(Run(_WIDE.sub("\t", run.text), run.bold, run.italic, run.size) for run in merged)


def _merge(style: _Style, properties: Element | None) -> _Style:
    if properties is None:
        return style
    bold, italic, size = style
    bold = _switch(properties.find(f"{_W}b"), bold)
    italic = _switch(properties.find(f"{_W}i"), italic)
    if (height := properties.find(f"{_W}sz")) is not None:
        size = _number(height.get(f"{_W}val")) / 2 or size
    return bold, italic, size


def _switch(element: Element | None, value: bool) -> bool:
    return value if element is None else element.get(f"{_W}val", "1") not in ("0", "false", "off", "none")


def _number(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0


def _what(names: set[str]) -> str:
    export = "export the resume as PDF or DOCX and import that."
    if any(name.startswith("xl/") for name in names):
        return f"The file is a spreadsheet: {export}"
    if any(name.startswith("ppt/") for name in names):
        return f"The file is a presentation: {export}"
    if "content.xml" in names:
        return f"The file is an OpenDocument text: {export}"
    if any(name.endswith(".pages") or name.startswith("Index/") for name in names):
        return f"The file is an Apple Pages document: {export}"
    return f"The file is a zip archive, not a Word document: unpack it, or {export}"
