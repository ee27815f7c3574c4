"""Plots of report sections: weeks by Plotext, pay, skills and the funnel as lines and bars of text."""

from __future__ import annotations

from typing import Any

from textual.color import Color
from textual.content import Content
from textual_plotext import PlotextPlot

from tui.deck.paint import bar
from tui.desk.interface import Section
from tui.text import safe

WEEKS = 26
"""Weeks that are drawn, the latest."""
CURRENCIES = 6
_LINE = Content("\n")


class Weeks(PlotextPlot):
    """How many openings were posted in each week."""

    def draw(self, section: Section | None) -> None:
        plot = self.plt
        plot.clear_figure()
        rows = [dict(zip(section.columns, row, strict=True)) for row in section.rows] if section else []
        rows = sorted((row for row in rows if row.get("week")), key=lambda row: str(row["week"]))[-WEEKS:]
        if rows:
            places = [float(at) for at in range(len(rows))]
            colour = Color.parse(self.app.theme_variables["primary"]).rgb
            quiet = Color.parse(self.app.theme_variables["success"]).rgb
            plot.bar(places, [row["posted"] for row in rows], color=colour, width=0.7, label="posted")
            plot.bar(places, [row["still_open"] for row in rows], color=quiet, width=0.7, label="still open")
            every = max(1, len(rows) // max(1, self.size.width // 12))
            plot.xticks(places[::every], [str(row["week"])[5:] for row in rows][::every])
        plot.frame(False)
        self.refresh()


def pay(section: Section | None, width: int) -> Content:
    """Pay a year by currency: a line from the lowest tenth to the highest, the middle half thick, the median marked.

    Each currency has its own scale, from nothing to its highest tenth: amounts of two cannot be laid side by side.
    """
    rows = [dict(zip(section.columns, row, strict=True)) for row in section.rows] if section else []
    rows = [row for row in rows if row.get("p90")][:CURRENCIES]
    if not rows:
        return _nothing()
    size = max(12, width - 2)
    lines = []
    for row in rows:
        at = {key: min(size - 1, int(row[key] / row["p90"] * (size - 1))) for key in ("p10", "p25", "median", "p75")}
        drawn = [" " if x < at["p10"] else "━" if at["p25"] <= x <= at["p75"] else "─" for x in range(size)]
        line = Content("".join(drawn)).stylize("$secondary").stylize("bold $primary", at["p25"], at["p75"] + 1)
        median = Content.assemble(line[: at["median"]], ("◆", "bold $accent"), line[at["median"] + 1 :])
        said = [f"{row[key] / 1000:,.0f}k" for key in ("p10", "p25", "median", "p75", "p90")]
        lines += [
            Content.assemble((str(row["currency"]), "bold"), (f"  {row['openings']:,} openings", "$quiet")),
            median,
            Content.assemble(
                (f"{said[0]} · {said[1]} – ", "$quiet"),
                (said[2], "bold $accent"),
                (f" – {said[3]} · {said[4]}", "$quiet"),
            ),
            Content(""),
        ]
    return _LINE.join(lines)


def skills(section: Section | None, width: int, most: int) -> Content:
    """The skills most asked for; those that the resume lacks stand out."""
    if section is None or not section.rows:
        return _nothing()
    rows: list[dict[str, Any]] = [dict(zip(section.columns, row, strict=True)) for row in section.rows][:most]
    top = max(row["openings"] for row in rows) or 1
    names = min(30, max(14, width // 3))
    size = max(4, width - names - 12)
    lines = []
    for row in rows:
        has = row.get("in_resume")
        name = safe(row["skill"])
        name = name if len(name) <= names else f"{name[: names - 1]}…"
        lines.append(
            Content.assemble(
                ("✓ " if has else "✗ ", "bold $success" if has else "bold $warning"),
                (f"{name:<{names}} ", "" if has else "$quiet"),
                (bar(row["openings"] / top, size), "$success" if has else "$warning"),
                (f" {row['openings']:>7,}", "$quiet"),
            )
        )
    return _LINE.join(lines)


def funnel(section: Section | None, width: int) -> Content:
    """From open positions to offers. The bars' scale is that of what was judged: the openings would dwarf it."""
    if section is None or not section.rows:
        return _nothing()
    rows: list[dict[str, Any]] = [dict(zip(section.columns, row, strict=True)) for row in section.rows]
    top = max((row["count"] for row in rows[1:]), default=0) or 1
    size = max(4, width - 36)
    lines = []
    for at, row in enumerate(rows):
        share = row.get("percent_of_previous")
        lines.append(
            Content.assemble(
                f"{row['step']:<16} ",
                (bar(min(1.0, row["count"] / top), size), "$faint" if at == 0 else "$primary"),
                (f" {row['count']:>8,}", "bold"),
                (f" {share:>6.1f} %" if share is not None and at else "", "$quiet"),
            )
        )
    return _LINE.join(lines)


def glance(section: Section | None) -> Content:
    """The market in one line."""
    if section is None or not section.rows:
        return Content("")
    row = dict(zip(section.columns, section.rows[0], strict=True))
    parts = [
        (f"{row['openings']:,}", " openings"), (f"{row['companies']:,}", " employers"),
        (f"{row['sources']:,}", " sources"),
        (f"{row['percent_with_salary'] or 0:.0f} %", " say their pay"),
        (f"{row['percent_remote'] or 0:.0f} %", " remote"),
    ]  # fmt: skip
    return Content("   ").join(
        [Content.assemble((number, "bold $primary"), (says, "$quiet")) for number, says in parts]
    )


def _nothing() -> Content:
    return Content.styled("Nothing yet.", "$quiet")
