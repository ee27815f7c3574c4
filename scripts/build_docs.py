"""Write what the documentation says about the program from the program: commands, settings, boards, shown output.

python scripts/build_docs.py            rewrite docs/commands.md, the generated parts of the pages, and shown output
python scripts/build_docs.py --check    write nothing; exit 1 and name the pages that are out of date

A part of a page between `<!-- generated: NAME -->` and `<!-- end -->` is written anew. In a ```console block each line
that starts with `$ ` is a command; it is run in a copy of cli/samples with a fresh JOBSWIPE_HOME (one for the page) and
what it prints follows it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("README.md", "docs/api.md", "docs/formats.md", "docs/operators.md")
"""Pages with generated parts or with output that is shown."""
WIDTH = 100
_PART = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
_BLOCK = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.DOTALL | re.MULTILINE)
# What differs from run to run: the home of the run and how long something took.
_MASKS = ((re.compile(r"/\S*jobswipe-docs-\w+/home"), "~/jobswipe"), (re.compile(r"\b\d+\.\d s\b"), "N s"))


_COMMANDS_HEAD = """# Commands

Every command with its help, as `--help` prints it. `scripts/build_docs.py` writes this page from the program.
"""


def commands() -> Iterator[tuple[str, Any, Any]]:
    """Every command and group as (name as typed, command, its context), groups before their commands."""
    import typer

    from cli.main import app

    def walk(name: str, command: Any, parent: Any) -> Iterator[tuple[str, Any, Any]]:
        context = typer.Context(command, info_name=name.rpartition(" ")[2], parent=parent)
        context.terminal_width = WIDTH
        yield name, command, context
        for child, found in getattr(command, "commands", {}).items():
            yield from walk(f"{name} {child}", found, context)

    yield from walk("jobswipe", typer.main.get_command(app), None)


def commands_page() -> str:
    """docs/commands.md: the help of every command, as the program prints it."""
    parts = [_COMMANDS_HEAD]
    for name, _, context in commands():
        level = "##" if name.count(" ") < 2 else "###"
        lines = "\n".join(line.rstrip() for line in context.get_help().splitlines()).strip()
        parts.append(f"{level} {name}\n\n```text\n{lines}\n```\n")
    return "\n".join(parts)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |\n" for row in lines)


def settings_table() -> str:
    from jobswipe.settings import SECTIONS, meanings

    rows = []
    for section, model in SECTIONS.items():
        told = meanings(section)
        for key, field in model.model_fields.items():
            shown = "" if field.default is None else f"`{field.default}`"
            meaning = " ".join(told.get(key, "").split())
            rows.append((f"`[{section}] {key}`", f"`JOBSWIPE_{section}_{key}`".upper(), shown, meaning))
    return _table(("config.toml", "Environment", "Default", "Meaning"), rows)


def kinds_table() -> str:
    from jobswipe.sources import registry

    rows = []
    for kind in registry.kinds():
        module = registry.adapter(kind)
        policy = module.POLICY
        rows.append(
            (
                f"`{kind}`",
                (module.__doc__ or "").partition("\n")[0].rstrip("."),
                f"{policy.poll_floor // 60} min",
                policy.attribution or "",
                "yes" if policy.redistribute else "no",
            )
        )
    return _table(("Kind", "What it reads", "Poll at most every", "Credit", "May be passed on"), rows)


def commands_table() -> str:
    rows = []
    for name, command, context in commands():
        if name.count(" ") == 1:
            inside = ", ".join(f"`{child}`" for child in getattr(command, "commands", {}))
            sentence = (command.get_short_help_str(200) or context.get_help()).rstrip(".")
            sentence = sentence.partition(": ")[0] if inside else sentence
            rows.append((f"`{name}`", sentence + (f": {inside}" if inside else "")))
    return _table(("Command", "What it does"), rows)


def routes_table() -> str:
    from litestar import Litestar
    from litestar.routes import HTTPRoute

    from server import api
    from server.api.access import SCOPE

    rows = []
    for route in Litestar([api.routes()], openapi_config=None).routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                for method in sorted(handler.http_methods - {"OPTIONS", "HEAD"}):
                    function = getattr(handler.fn, "func", handler.fn)  # a synchronous one is wrapped
                    sentence = " ".join((function.__doc__ or "").partition("\n\n")[0].split())
                    path = re.sub(r":\w+}", "}", route.path_format)
                    scope = handler.opt.get(SCOPE)
                    rows.append((path, f"`{method} {path}`", f"`{scope}`" if scope else "", sentence))
    return _table(("Route", "Scope", "What it does"), [row[1:] for row in sorted(rows)])


PARTS: dict[str, Callable[[], str]] = {
    "settings": settings_table,
    "kinds": kinds_table,
    "commands": commands_table,
    "routes": routes_table,
}


def page(text: str) -> str:
    """A page with its generated parts and its shown output written anew."""
    text = _PART.sub(lambda match: f"{match[1]}\n{PARTS[match[2]]()}\n{match[3]}", text)
    if "```console\n" not in text:
        return text
    with tempfile.TemporaryDirectory(prefix="jobswipe-docs-") as name:
        place = Path(name)
        shutil.copytree(ROOT / "cli" / "samples", place / "samples", ignore=shutil.ignore_patterns("__*"))
        return _BLOCK.sub(lambda match: _run_block(match[0], place), text)


def _run_block(block: str, place: Path) -> str:
    return "\n".join(
        f"$ {typed}\n{run(typed, place)}" for typed in (line[2:] for line in block.splitlines() if line[:2] == "$ ")
    )


def run(typed: str, place: Path) -> str:
    """What a line typed into a shell prints, in the samples' directory, with what differs from run to run masked."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("JOBSWIPE_")}
    environment |= {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}",
        "JOBSWIPE_HOME": str(place / "home"),
        "JOBSWIPE_NOW": "2026-11-20T09:00:00Z",
        "LC_ALL": "C.UTF-8",
    }
    if environment.pop("PYTHONDONTWRITEBYTECODE", None):
        # Or each command would compile all that it imports anew.
        environment["PYTHONPYCACHEPREFIX"] = str(place / "pycache")
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", typed],
        cwd=place / "samples",
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=120,
        text=True,
    )
    if done.returncode not in (0, 141):  # 141: `head` closed the pipe
        raise SystemExit(f"{typed}: exit {done.returncode}\n{done.stdout}")
    out = "\n".join(line.rstrip() for line in done.stdout.splitlines()).strip("\n")
    for mask, instead in _MASKS:
        out = mask.sub(instead, out)
    return f"{out}\n" if out else ""


def written() -> dict[Path, str]:
    """Every page that this script writes, as it should be."""
    pages = {ROOT / name: page((ROOT / name).read_text(encoding="utf-8")) for name in PAGES}
    return {ROOT / "docs" / "commands.md": commands_page(), **pages}


def main() -> int:
    sys.path.insert(0, str(ROOT))
    pages = written()
    stale = [path for path, text in pages.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is out of date: run python scripts/build_docs.py")
        return 1 if stale else 0
    for path in stale:
        path.write_text(pages[path], encoding="utf-8")
    print(f"{len(stale)} pages written")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
