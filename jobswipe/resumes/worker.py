"""The subprocess that reads a resume: limits itself first, reads standard input, answers in msgpack on standard output.

It imports little, because every import of a resume pays for it.
"""

from __future__ import annotations

import os
import resource
import sys

from jobswipe.resumes import limits


def confine() -> None:
    """Cap this process: CPU seconds, address space, no file may be written, no core file."""
    for what, value in (
        (resource.RLIMIT_CPU, limits.CPU_SECONDS),
        (resource.RLIMIT_AS, limits.MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(what, (value, value))


def main() -> None:
    confine()
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    import msgspec

    from jobswipe.errors import JobSwipeError, LimitError
    from jobswipe.resumes.extract import Reply

    try:
        data = sys.stdin.buffer.read(limits.FILE_BYTES + 1)
        if len(data) > limits.FILE_BYTES:
            raise LimitError(f"The file has more than {limits.FILE_BYTES / 1e6:.0f} MB: export it with smaller images.")
        from jobswipe.resumes.read import read

        reply = Reply(extracted=read(data, name))
    except LimitError as error:
        reply = Reply(error=error.message, limit=True)
    except JobSwipeError as error:
        reply = Reply(error=error.message)
    except MemoryError:
        reply = Reply(error="Reading the file takes more than 1 GB of memory: export a simpler one.", limit=True)
    except RecursionError:
        reply = Reply(error="The file is nested too deeply: export the resume again.", limit=True)
    except Exception:  # noqa: BLE001 - whatever a damaged file does to a library, the person gets a sentence
        reply = Reply(error="The file is damaged and cannot be read: export the resume again and import that.")
    sys.stdout.buffer.write(msgspec.msgpack.encode(reply))
    sys.stdout.flush()
    os._exit(0)  # skip the PDF library's teardown: it can crash on damaged files after all was said


if __name__ == "__main__":
    main()
