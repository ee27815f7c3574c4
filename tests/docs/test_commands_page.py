"""Every command is on docs/commands.md with its help, and its examples are commands that parse."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_FENCED = re.compile(r"^```(?:sh|text|console)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_INLINE = re.compile(r"`jobswipe ([^`]+)`")


def typed(line: str) -> list[list[str]]:
    """The words after each `jobswipe` of a line that is typed into a shell."""
    parts = [shlex.split(part, comments=True) for part in re.split(r"(?:^|\s)[|;]\s", line)]
    return [part[1:] for part in parts if part[:1] == ["jobswipe"]]


def find(commands: dict[str, Any], words: list[str]) -> tuple[str, list[str]]:
    """The command that words name, and the words that are left for it."""
    name = "jobswipe"
    while words and f"{name} {words[0]}" in commands:
        name, words = f"{name} {words[0]}", words[1:]
    return name, words


def parse(commands: dict[str, Any], words: list[str]) -> None:
    name, rest = find(commands, words)
    assert name != "jobswipe" or rest[:1] in ([], ["--help"], ["--version"]), f"no command {words[0]}"
    command = commands[name]
    if hasattr(command, "commands") or "--help" in rest:
        return
    command.make_context(name, list(rest))


def test_the_page_is_what_the_program_says(build_docs: ModuleType) -> None:
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert page == build_docs.commands_page(), "run: python scripts/build_docs.py"


def test_every_command_is_on_the_page(commands: dict[str, Any], pages: dict[str, str]) -> None:
    headings = set(re.findall(r"^##+ (jobswipe.*)$", pages["docs/commands.md"], re.MULTILINE))
    assert headings == set(commands)


def test_every_command_has_help_and_an_example_that_parses(commands: dict[str, Any]) -> None:
    for name, command in commands.items():
        assert command.help, f"{name} has no help"
        if hasattr(command, "commands"):
            continue
        examples = re.findall(r"^\s*Example: (.*)$", command.help, re.MULTILINE)
        assert examples, f"{name} has no example"
        for example in examples:
            found = typed(example)
            assert found, example
            assert any(find(commands, words)[0] == name for words in found), f"{example!r} is not about {name}"
            for words in found:
                parse(commands, words)


def test_every_option_and_argument_has_help(commands: dict[str, Any]) -> None:
    bare = [
        f"{name} {option.name}"
        for name, command in commands.items()
        for option in command.params
        if not getattr(option, "help", None) and option.name != "revision"
    ]
    assert bare == []


def test_commands_in_blocks_parse(commands: dict[str, Any], pages: dict[str, str]) -> None:
    seen = 0
    for name, text in pages.items():
        if name == "docs/commands.md":
            continue
        for block in _FENCED.findall(text):
            for line in block.splitlines():
                for words in typed(line.removeprefix("$ ").partition(" > ")[0]) if "jobswipe" in line else ():
                    try:
                        parse(commands, words)
                    except Exception as error:
                        raise AssertionError(f"{name}: {line}: {error}") from error
                    seen += 1
    assert seen > 30


def test_commands_in_prose_exist(commands: dict[str, Any], pages: dict[str, str]) -> None:
    for page, text in pages.items():
        for inline in _INLINE.findall(text):
            words = inline.replace("…", "").split()
            if not words or words[0].isupper():
                continue
            name, rest = find(commands, words)
            options = {option for param in commands[name].params for option in param.opts} | {"--help", "--version"}
            assert name != "jobswipe" or words[0].startswith("-"), f"{page}: no command in `jobswipe {inline}`"
            for word in rest:
                assert not word.startswith("--") or word in options, f"{page}: {name} has no {word}"
