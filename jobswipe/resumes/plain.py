"""Plain text, Markdown, JSON Resume and rendercv YAML files."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import msgspec

from jobswipe.errors import LimitError, ResumeError
from jobswipe.resumes import limits
from jobswipe.resumes.extracted import Extracted, Line, Link, Run
from jobswipe.resumes.glyphs import bullet_length, plain, without_icons

_MARK = re.compile(r"\*\*([^*\n]{1,300})\*\*|__([^_\n]{1,300})__")
_LINK = re.compile(r"!?\[([^\]\[\n]{0,300})\]\(<?([^()\s<>]{1,500})>?\)")
_HEADING = re.compile(r"^(#{1,6})[ \t]+(.*)$")
_RULE = re.compile(r"^[ \t]*(?:[-=_*~][ \t]*){3,}$")
_ITALIC = re.compile(r"(?<![\w*_])[*_]([^*_\n]{1,200})[*_](?![\w*_])")
_WIDE = re.compile(r"(?<=\S)(?:\t[\t ]*|[ ]{4,}\t?[\t ]*)(?=\S)")
_ADDRESS = re.compile(r"^https?://\S{1,500}$")
_RENDERCV = re.compile(r"^cv:", re.MULTILINE)
_YAML_KEY = re.compile(r"^[A-Za-z_][\w-]{0,40}:(?: |$)")
_HEADING_SIZES = (20.0, 16.0, 14.0, 13.0, 12.5, 12.2)


def read_text(data: bytes) -> Extracted:
    """Raises ResumeError for bytes that are no text, or a JSON or YAML file that is no resume."""
    text = decode(data)
    stripped = text.lstrip("\ufeff \t\r\n")
    if stripped[:1] in "{[" and (found := _json(stripped)) is not None:
        return found
    if _RENDERCV.search(text) and (document := _yaml(text)) is not None:
        return Extracted(kind="rendercv", data=document)
    _refuse_other_yaml(stripped)
    if len(text) > limits.TEXT_BYTES:
        raise LimitError(f"The file holds more than {limits.TEXT_BYTES / 1e6:.0f} MB of text: import the resume alone.")
    return lines_of(text)


def decode(data: bytes) -> str:
    """UTF-8, UTF-16 with its mark, else Windows-1252. Raises ResumeError for bytes that are no text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", "replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")
    odd = sum(
        1 for letter in text[:20_000] if (letter < " " and letter not in "\t\n\r\f\x0b\x1b") or letter == "\ufffd"
    )
    if odd * 50 > min(len(text), 20_000):
        raise ResumeError("The file is neither text nor a document: export the resume as PDF or DOCX and import that.")
    return text


def lines_of(text: str) -> Extracted:
    """Lines of plain text; Markdown's headings, bold and links become styles and links."""
    lines: list[Line] = []
    links: list[Link] = []
    gap = 0.0
    for raw in re.split(r"\r\n|[\n\r\f\x0b\x85\u2028\u2029]", text):
        line = without_icons(plain(raw)).rstrip()
        if not line.strip() or _RULE.match(line):
            gap += 1.0
            continue
        size = 11.0
        if heading := _HEADING.match(line):
            size = _HEADING_SIZES[len(heading[1]) - 1]
            line = heading[2].rstrip("#").rstrip(" \t")
        indent = len(line) - len(line.lstrip())
        body = line[indent:]
        cut = bullet_length(body)
        body = _WIDE.sub("\t", body[cut:].strip())
        links += [Link(url=match[2], text=match[1]) for match in _LINK.finditer(body)]
        body = _LINK.sub(r"\1", body)
        runs = _runs(body, size)
        if not any(run.text.strip() for run in runs):
            gap += 1.0
            continue
        lines.append(Line(runs=runs, x0=5.0 * (indent + cut), gap=gap + 1.0 if lines else 0.0, bullet=cut > 0))
        gap = 0.0
    # A printed page's address that stands again and again between the lines is a running footer.
    addresses = Counter(line.text for line in lines if _ADDRESS.match(line.text))
    kept = tuple(line for line in lines if addresses[line.text] < 2)
    return Extracted(kind="text", lines=kept, links=tuple(links))


def _runs(text: str, size: float) -> tuple[Run, ...]:
    bold = size > 11.0
    runs: list[Run] = []
    end = 0
    for match in _MARK.finditer(text):
        if match.start() > end:
            runs.append(Run(_ITALIC.sub(r"\1", text[end : match.start()]), bold=bold, size=size))
        runs.append(Run(match[1] or match[2], bold=True, size=size))
        end = match.end()
    if end < len(text):
        runs.append(Run(_ITALIC.sub(r"\1", text[end:]), bold=bold, size=size))
    return tuple(runs)


def _json(text: str) -> Extracted | None:
    try:
        value = msgspec.json.decode(text.encode("utf-8", "replace"))
    except (msgspec.DecodeError, RecursionError):
        if text.startswith("[") and not text.lstrip("[ \t\r\n").startswith(("{", '"', "[")):
            return None  # a text that begins with a bracket
        raise ResumeError("The file looks like JSON but is malformed: check it with a JSON validator.") from None
    if not isinstance(value, dict):
        raise ResumeError("The JSON file is not a JSON Resume: it must be an object with a `basics` key.")
    if isinstance(value.get("cv"), dict):
        return Extracted(kind="rendercv", data=value)
    return Extracted(kind="jsonresume", data=value)


def _yaml(text: str) -> dict[str, Any] | None:
    from jobswipe.resumes.safe_yaml import load

    value = load(text)
    if isinstance(value, dict) and isinstance(value.get("cv"), dict):
        return value
    raise ResumeError("The YAML file is not a rendercv resume: its `cv` key must hold name and sections.")


def _refuse_other_yaml(text: str) -> None:
    first = [line for line in text[:4000].splitlines() if line.strip() and not line.startswith("#")][:12]
    keys = [line for line in first if _YAML_KEY.match(line)]
    nested = [line for line in first if line.startswith(("  ", "- ", "---")) and ":" in line]
    marked = text.startswith(("---", "%YAML"))
    mapped = len(keys) >= 2 and bool(nested) and len(keys) + len(nested) >= len(first)
    lower = all(line.split(":")[0] == line.split(":")[0].lower() for line in keys)
    if (marked and (keys or text.startswith("%YAML")) and lower) or (mapped and lower):
        raise ResumeError("The YAML file is not a rendercv resume: it has no `cv` key with name and sections.")
