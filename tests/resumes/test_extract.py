"""Reading files: every kind, every bad input, every limit, and a subprocess that is really killed."""

from __future__ import annotations

import io
import os
import time
import zipfile
from pathlib import Path

import docx
import pytest
from pdf_writer import Page, Text, pdf

from jobswipe.errors import LimitError, ResumeError
from jobswipe.resumes import extract as module
from jobswipe.resumes import limits
from jobswipe.resumes.extract import extract
from jobswipe.resumes.read import read


def text_pdf(*lines: str) -> bytes:
    return pdf([Page([Text(line, 72, 72 + 14 * index) for index, line in enumerate(lines)])])


def word(*paragraphs: str) -> bytes:
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def zipped(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/"), data)
    return out.getvalue()


def test_pdf_comes_out_in_lines_with_places() -> None:
    found = extract(text_pdf("Ada Ferro", "Plumber in Leeds"), "cv.pdf")
    assert (found.kind, found.name, found.pages) == ("pdf", "cv.pdf", 1)
    assert [line.text for line in found.lines] == ["Ada Ferro", "Plumber in Leeds"]
    assert found.lines[0].page == 1
    assert abs(found.lines[0].x0 - 72) < 2
    assert found.lines[1].top > found.lines[0].top


def test_bold_links_and_bullets_of_a_pdf() -> None:
    page = Page([Text("Ada Ferro", 72, 72, 20, bold=True), Text("My page", 72, 100, url="https://ada.example")])
    page.texts += [Text("\u2022", 72, 130), Text("Fixed boilers", 84, 130)]
    found = extract(pdf([page]))
    assert found.lines[0].bold
    assert found.lines[0].size > found.lines[1].size
    assert [(link.url, link.text) for link in found.links] == [("https://ada.example", "My page")]
    assert found.lines[2].bullet
    assert found.lines[2].text == "Fixed boilers"


def test_a_path_and_its_name(tmp_path: Path) -> None:
    path = tmp_path / "mine.txt"
    path.write_text("Ada Ferro\nPlumber")
    assert extract(path).name == "mine.txt"
    with pytest.raises(ResumeError, match="not a file"):
        extract(tmp_path / "none.pdf")
    with pytest.raises(ResumeError, match="not a file"):
        extract(tmp_path)


def test_two_columns_are_read_one_after_the_other() -> None:
    left = ["EXPERIENCE", "Welder", "Kontor AG", "2018 - 2020", "Baker", "Brot GmbH"]
    right = ["SKILLS", "TIG welding", "Patience", "EDUCATION", "Trade school", "2017"]
    texts = [
        Text("Ada Ferro", 60, 40, 22),
        Text("ada@ferro.example | Leeds, United Kingdom | about everything else here", 60, 70),
    ]
    for index, (one, other) in enumerate(zip(left, right, strict=True)):
        texts += [Text(one, 60, 100 + 16 * index), Text(other, 380, 101 + 16 * index)]
    lines = [line.text for line in extract(pdf([Page(texts)])).lines]
    assert lines[2:] == [*left, *right]


def test_dates_at_the_right_margin_stay_with_their_row() -> None:
    texts = []
    for index, (one, other) in enumerate([("EXPERIENCE", ""), ("Welder", "2018 - 2020"), ("Baker", "2015 - 2018")]):
        texts.append(Text(one, 60, 100 + 16 * index))
        if other:
            texts.append(Text(other, 480, 100 + 16 * index))
    assert [line.text for line in extract(pdf([Page(texts)])).lines] == [
        "EXPERIENCE",
        "Welder\t2018 - 2020",
        "Baker\t2015 - 2018",
    ]


def test_running_footers_are_left_out() -> None:
    pages = [
        Page(
            [
                *(Text(f"Line {page}{row}", 72, 72 + 14 * row) for row in range(5)),
                Text(f"Ada Ferro - {page}/2", 250, 770),
            ]
        )
        for page in (1, 2)
    ]
    assert not any("/2" in line.text for line in extract(pdf(pages)).lines)


def test_docx_tables_text_boxes_headers_and_links() -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "ada@ferro.example"
    document.add_heading("Work Experience", 1)
    run = document.add_paragraph().add_run("Kontor AG")
    run.bold = True
    document.add_paragraph("Fixed boilers", style="List Bullet")
    table = document.add_table(1, 2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Welder", "2018 - 2020"
    box = (
        '<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:pict><w:txbxContent>'
        "<w:p><w:r><w:t>Inside a box</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>"
    )
    paragraph = document.add_paragraph("Beside")
    from docx.oxml import parse_xml

    paragraph._p.append(parse_xml(box))
    out = io.BytesIO()
    document.save(out)
    found = extract(out.getvalue())
    texts = [line.text for line in found.lines]
    assert texts == [
        "ada@ferro.example",
        "Work Experience",
        "Kontor AG",
        "Fixed boilers",
        "Welder\t2018 - 2020",
        "Beside",
        "Inside a box",
    ]
    assert found.lines[2].bold
    assert found.lines[3].bullet


def test_text_in_other_encodings() -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        assert extract("Zoë Müller\nKöchin".encode(encoding)).lines[0].text == "Zoë Müller"


def test_markdown_becomes_styles_and_links() -> None:
    found = extract(b"# Ada Ferro\n\n[page](https://ada.example)\n\n## Skills\n\n- **Welding**, baking\n")
    assert [line.text for line in found.lines] == ["Ada Ferro", "page", "Skills", "Welding, baking"]
    assert found.lines[0].size > found.lines[2].size > found.lines[1].size
    assert found.lines[3].bullet
    assert found.lines[3].runs[0].bold
    assert found.links[0].url == "https://ada.example"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b" \n\t\0", "empty"),
        (b"MZ\x90\0" + bytes(200), "Windows program"),
        (b"\x7fELF" + bytes(200), "program"),
        (b"\x89PNG\r\n\x1a\n", "image"),
        (b"{\\rtf1 Ada}", "Rich Text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Office"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (b"<!DOCTYPE html><p>Ada", "web page"),
        (b"%PDF-1.4\nnothing of the kind", "damaged"),
        (text_pdf("Ada")[:300], "damaged"),
        (pdf([Page([Text("Ada", 72, 72)])], password="secret"), "encrypted"),
        (pdf([Page(image=True)]), "only images"),
        (zipped(note=b"hello"), "zip archive"),
        (zipped(xl__workbook=b"<a/>"), "spreadsheet"),
        (zipped(**{"content.xml": b"<a/>"}), "OpenDocument"),
        (zipped(**{"word__document.xml": b"<a"}), "damaged"),
        (word("Ada")[:-200], "damaged"),
        (word(), "no text"),
        (bytes(range(256)) * 20, "neither text"),
        (b'{"title": "Cook", "company": "Brot"}', "not a JSON Resume"),
        (b'{"basics": ', "malformed"),
        (b"[1, 2]", "malformed|not a JSON Resume"),
        (b"---\nname: x\nservices:\n  web: 1\n", "not a rendercv"),
        (b"cv: [1]\n", "not a rendercv"),
        (b"cv:\n  name: [\n", "malformed"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]>', "neither|no text|XML|empty|web"),
    ],
)
def test_bad_files_get_one_sentence(data: bytes, sentence: str) -> None:
    from jobswipe.resumes.parse import parse

    with pytest.raises(ResumeError, match=sentence) as caught:
        parse(read(data, "resume.pdf"))
    assert "\n" not in caught.value.message
    assert caught.value.message.endswith(".")


def test_bad_files_through_the_subprocess() -> None:
    with pytest.raises(ResumeError, match="Windows program"):
        extract(b"MZ" + bytes(100), "resume.pdf")
    with pytest.raises(LimitError, match="5,000 pages"):
        extract(pdf([Page() for _ in range(5_000)]))


def test_entities_in_a_docx_are_refused() -> None:
    bomb = b'<!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><w>&b;</w>'
    with pytest.raises(ResumeError, match="entities"):
        read(zipped(**{"word__document.xml": bomb}))


def test_a_zip_bomb_stops_at_the_limit() -> None:
    bomb = zipped(**{"word__document.xml": b"<w>" + b" " * (limits.ZIP_BYTES + 1) + b"</w>"})
    assert len(bomb) < 100_000
    with pytest.raises(LimitError, match="unpacks to more"):
        read(bomb)
    many = zipped(**{"word__document.xml": b"<w/>"}, **{f"part{index}": b"" for index in range(limits.ZIP_ENTRIES + 1)})
    with pytest.raises(LimitError, match="parts"):
        read(many)


def test_files_pages_and_text_have_limits() -> None:
    with pytest.raises(LimitError, match="10 MB"):
        extract(b"x" * (limits.FILE_BYTES + 1))
    assert extract(pdf([Page([Text("Ada", 72, 72)])] * limits.PAGES)).pages == limits.PAGES
    with pytest.raises(LimitError, match="51 pages"):
        extract(pdf([Page()] * (limits.PAGES + 1)))
    with pytest.raises(LimitError, match="1 MB of text"):
        extract(b"word and word\n" * (limits.TEXT_BYTES // 14 + 2))


def test_yaml_aliases_and_depth_have_limits() -> None:
    bomb = "cv:\n  name: x\na0: &a0 [x,x,x,x,x,x,x,x,x]\n"
    bomb += "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 11))
    with pytest.raises(LimitError, match=r"aliases|written out"):
        read(bomb.encode())
    with pytest.raises(LimitError, match="nested"):
        read(b"cv: " + b"[" * 200 + b"]" * 200)


WORKERS = {
    "hang": "import time\ntime.sleep(600)\n",
    "spin": "from jobswipe.resumes import limits, worker\nlimits.CPU_SECONDS = 1\nworker.confine()\nwhile True: pass\n",
    "memory": (
        "from jobswipe.resumes import worker\nworker.confine()\n"
        "try:\n    held = bytearray(2_000_000_000)\nexcept MemoryError:\n    raise SystemExit(1)\nprint('had it')\n"
    ),
    "flood": "import sys\nwhile True: sys.stdout.write('x' * 65536)\n",
    "crash": "import os\nos.abort()\n",
    "noise": "print('not a reply')\n",
    "secrets": "import os\nraise SystemExit(0 if 'JOBSWIPE_SECRET' not in os.environ else print('leak'))\n",
}


@pytest.fixture
def worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def run(folder: Path, name: str) -> None:
    (folder / f"worker_{name}.py").write_text(WORKERS[name])
    with (folder / f"worker_{name}.py").open("rb") as file:
        module._run(file, "cv.pdf", worker=f"worker_{name}")


def test_a_hanging_reader_is_killed(worker: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "WALL_SECONDS", 0.5)
    begun = time.monotonic()
    with pytest.raises(LimitError, match="took longer"):
        run(worker, "hang")
    assert time.monotonic() - begun < 5


def test_a_spinning_reader_runs_out_of_processor_time(worker: Path) -> None:
    with pytest.raises(LimitError, match="processor time"):
        run(worker, "spin")


@pytest.mark.parametrize("name", ["memory", "crash", "secrets"])
def test_a_reader_that_dies_leaves_a_sentence(worker: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBSWIPE_SECRET", "hidden")
    with pytest.raises(LimitError, match="memory"):
        run(worker, name)


def test_a_reader_cannot_flood_the_parent(worker: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REPLY_BYTES", 1_000_000)
    with pytest.raises(LimitError, match="far more text"):
        run(worker, "flood")


def test_an_answer_that_is_none(worker: Path) -> None:
    with pytest.raises(ResumeError, match="damaged"):
        run(worker, "noise")


def test_a_file_in_the_working_directory_is_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "msgspec.py").write_text("raise SystemExit(3)\n")
    monkeypatch.chdir(tmp_path)
    assert extract(b"Ada Ferro\nPlumber").lines
    assert os.listdir(tmp_path) == ["msgspec.py"]  # noqa: PTH208 - names only
