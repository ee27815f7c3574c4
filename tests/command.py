"""The command in this process: its code, and what it answers and says, without the second that starting it takes."""

from __future__ import annotations

import io
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

from cli.main import _run

JOBSWIPE = str(Path(sys.executable).with_name("jobswipe"))


def run(*arguments: str, stdin: str | bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """What `started` tells, of the same command run in this process."""
    given = io.TextIOWrapper(io.BytesIO(stdin.encode() if isinstance(stdin, str) else stdin), encoding="utf-8")
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with mock.patch.object(sys, "stdin", given), redirect_stdout(out), redirect_stderr(err):
        code = _run(list(arguments))
    told = [one.buffer.getvalue() for one in (out, err)]  # type: ignore[attr-defined]  # a BytesIO's
    return _sound(subprocess.CompletedProcess(arguments, code, *told))


def started(*arguments: str, stdin: str | bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """The command in a process of its own: its exit code, and the bytes of stdout and stderr."""
    given = stdin.encode() if isinstance(stdin, str) else stdin
    return _sound(subprocess.run([JOBSWIPE, *arguments], input=given, capture_output=True, timeout=120, check=False))


def _sound(done: subprocess.CompletedProcess[bytes]) -> subprocess.CompletedProcess[bytes]:
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    assert b"fault in JobSwipe" not in done.stderr, done.stderr.decode()
    return done


def text(done: subprocess.CompletedProcess[bytes]) -> tuple[int, str, str]:
    """Its exit code, stdout and stderr."""
    return done.returncode, done.stdout.decode(), done.stderr.decode()
