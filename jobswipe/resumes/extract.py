"""Read a resume file in a subprocess that can be killed: the parent never parses what a stranger wrote."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO

import msgspec

import jobswipe
from jobswipe.errors import LimitError, ResumeError
from jobswipe.resumes import limits
from jobswipe.resumes.extracted import Extracted

_WORKER = "jobswipe.resumes.worker"
_BROKEN = "The file is damaged, or reading it takes more than 1 GB of memory: export the resume again and import that."


class Reply(msgspec.Struct):
    """What the subprocess answers: the text, or the sentence of the error (`limit`: it was too much of something)."""

    extracted: Extracted | None = None
    error: str | None = None
    limit: bool = False


def extract(source: Path | bytes, name: str = "") -> Extracted:
    """The text of a resume: PDF, DOCX, plain text, Markdown, JSON Resume or rendercv YAML.

    `name` is the file's name (default: the path's); it is kept, and never decides how the file is read.
    Raises ResumeError for a file that cannot be read as a resume, LimitError for one that is too large or too slow.
    """
    if isinstance(source, bytes):
        _check_size(len(source))
        with tempfile.TemporaryFile() as file:
            file.write(source)
            file.seek(0)
            return _run(file, name)
    try:
        if not source.is_file():
            raise ResumeError(f"{source} is not a file: give the path of a resume.")
        _check_size(source.stat().st_size)
        with source.open("rb") as file:
            return _run(file, name or source.name)
    except OSError as error:
        raise ResumeError(f"{source} cannot be read: {error.strerror}.") from None


def _check_size(size: int) -> None:
    if size > limits.FILE_BYTES:
        raise LimitError(
            f"The file has more than {limits.FILE_BYTES / 1e6:.0f} MB, too much for a resume: "
            "export it with smaller images."
        )


def _run(file: IO[bytes], name: str, worker: str = _WORKER) -> Extracted:
    # The child gets a bare environment (the parent's holds secrets) and does not import from the working directory.
    root = str(Path(jobswipe.__file__).parent.parent)
    environment = {"PYTHONPATH": os.pathsep.join([root, *filter(None, sys.path)]), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-P", "-m", worker, name]
    late = threading.Event()
    with subprocess.Popen(  # noqa: S603 - our own interpreter and module; the file is its standard input
        command, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, start_new_session=True
    ) as process:

        def kill() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(limits.WALL_SECONDS, kill)
        timer.start()
        try:
            assert process.stdout is not None  # noqa: S101 - for the type checker: it is a pipe
            reply = process.stdout.read(limits.REPLY_BYTES + 1)
        finally:
            timer.cancel()
            process.kill()
    if late.is_set():
        raise LimitError(
            f"Reading the file took longer than {limits.WALL_SECONDS:.0f} s: export the resume again as a simpler PDF."
        )
    if len(reply) > limits.REPLY_BYTES:
        raise LimitError("The file holds far more text than a resume: import the resume alone.")
    return _answer(reply)


def _answer(reply: bytes) -> Extracted:
    if not reply:  # killed by the kernel (CPU), or the PDF library aborted
        raise LimitError(
            f"Reading the file took more than {limits.CPU_SECONDS} s of processor time or 1 GB of memory: "
            "export the resume again as a simpler PDF."
        )
    try:
        answer = msgspec.msgpack.decode(reply, type=Reply)
    except msgspec.DecodeError:
        raise ResumeError(_BROKEN) from None
    if answer.extracted is not None:
        return answer.extracted
    raise (LimitError if answer.limit else ResumeError)(answer.error or _BROKEN)
