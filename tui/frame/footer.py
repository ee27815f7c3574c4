"""KeyLine: the keys of a screen in its last line. Textual's own styles each key anew for a form that ours never has."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Footer
from textual.widgets._footer import FooterKey


class _Key(FooterKey):
    def _watch_compact(self, compact: bool) -> None:
        """The line is never compact."""


class KeyLine(Footer):
    """Keys one beside the other: no groups, and no key of the command palette."""

    def compose(self) -> ComposeResult:
        if not self._bindings_ready:
            return
        shown: set[str] = set()
        for _, binding, enabled, tooltip in self.screen.active_bindings.values():
            if binding.show and binding.action not in shown:  # the first key of each action
                shown.add(binding.action)
                display = self.app.get_key_display(binding)
                yield _Key(binding.key, display, binding.description, binding.action, not enabled, tooltip)
