"""YAML without its traps: only plain values, few aliases, bounded depth, dates left as they are written."""

from __future__ import annotations

from typing import Any

import yaml

from jobswipe.errors import LimitError, ResumeError
from jobswipe.resumes import limits


class _Loader(yaml.SafeLoader):
    """The safe loader, with aliases counted (a few of them can stand for gigabytes) and no dates made."""

    aliases = 0
    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            self.aliases += 1
            if self.aliases > limits.YAML_ALIASES:
                raise LimitError(f"The YAML file has more than {limits.YAML_ALIASES} aliases: write the values out.")
        self.depth += 1
        if self.depth > limits.DATA_DEPTH:
            raise LimitError(f"The YAML file is nested deeper than {limits.DATA_DEPTH} levels: flatten it.")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load(text: str) -> Any:
    """The YAML text's value. Raises ResumeError when it is malformed, LimitError for alias bombs and deep nesting."""
    try:
        loader = _Loader(text)
        try:
            value = loader.get_single_data()
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark is not None else ""
        raise ResumeError(f"The YAML file is malformed{where}: correct it and import it again.") from None
    _bounded(value)
    return value


def _bounded(value: Any) -> None:
    """Aliases within aliases multiply: count what the value would be written out."""
    left = limits.TEXT_BYTES
    waiting = [value]
    while waiting:
        item = waiting.pop()
        left -= len(item) + 1 if isinstance(item, str) else 1
        if left < 0:
            raise LimitError("The YAML file holds more than 1 MB of text once its aliases are written out.")
        if isinstance(item, dict):
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
