"""The two lines below the card: what became of the last verdict, and what was learned."""

from __future__ import annotations

from textual.color import Color
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from tui.deck import paint
from tui.desk.interface import Leaning, Verdict

LOOKS = {
    "like": ("♥", "Liked", "$success"),
    "save": ("★", "Saved", "$accent"),
    "dislike": ("✗", "Disliked", "$error"),
    "skip": ("»", "Skipped", "$quiet"),
    "undo": ("↶", "Took back", "$warning"),
}

FADE, FADE_STEP = (0.5, 0.3, 0.15, 0.0), 0.09
"""How strongly the line is lit at each step, and seconds between two: few paintings, of one line."""


class Ribbon(Static):
    """A verdict is confirmed here once it is stored; until then it says that it waits."""

    def __init__(self) -> None:
        super().__init__(id="ribbon", markup=False)
        self._fading: Timer | None = None
        self._left = 0

    def show(
        self, last: Verdict | None, stored: bool, waiting: int, trouble: str | None, kept: int | None = None
    ) -> None:
        """`kept`: of a server's, so many lie on the disk."""
        if last is None and not trouble:
            self._put(Content.styled("→ like   ← dislike   s save   space skip   u undo   ? help", "$quiet"))
            return
        parts: list[Content] = []
        if last is not None:
            sign, verb, style = LOOKS[last.verdict]
            why = f" ({last.reason})" if last.reason else ""
            parts.append(Content.assemble((f"{sign} {verb}{why}", f"bold {style}"), f" {last.title}"))
            if stored and not waiting:
                parts.append(Content.styled("✓ stored", "$success"))
        if trouble:
            many, whom = (waiting, "") if kept is None else (kept, " for the server")
            wait = f"{many} wait{'s' if many == 1 else ''}{whom}: " if many else ""
            parts.append(Content.styled(f"⚠ {wait}{trouble}", "bold $warning"))
        elif waiting:
            parts.append(Content.styled("… storing" if waiting == 1 else f"… storing {waiting}", "$quiet"))
        self._put(Content("   ").join(parts))

    def flash(self) -> None:
        """Let the line light up and fade. It is one line high, so that no key waits for its painting."""
        if self.app.animation_level == "none":
            return
        if self._fading is not None:
            self._fading.stop()
        self._left = len(FADE)
        self._fade()
        self._fading = self.set_interval(FADE_STEP, self._fade, repeat=len(FADE) - 1)

    def _fade(self) -> None:
        self._left -= 1
        light = Color.parse(self.app.theme_variables["primary"])
        self.styles.tint = light.with_alpha(FADE[-1 - self._left])

    def _put(self, content: Content) -> None:
        self.update(content, layout=False)


class Learned(Static):
    """The running line of what the verdicts taught."""

    def __init__(self) -> None:
        super().__init__(id="learned", markup=False)
        self._found: tuple[Leaning, ...] = ()
        self._verdicts = 0
        self._has_resume = True

    def tell(self, found: tuple[Leaning, ...], verdicts: int, has_resume: bool) -> None:
        if (found, verdicts, has_resume) != (self._found, self._verdicts, self._has_resume):
            self._found, self._verdicts, self._has_resume = found, verdicts, has_resume
            self.refresh()

    def render(self) -> Content:
        if not self._has_resume:
            return Content.from_markup("[bold $warning]No resume yet[/]: [bold $accent]4[/] imports one to rank by.")
        return paint.leanings([(one.says, one.weight) for one in self._found], self._verdicts, self.size.width)
