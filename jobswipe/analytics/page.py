"""A report as one HTML page that needs no other file: tables, and bar charts drawn as inline SVG."""

from __future__ import annotations

from html import escape
from typing import Any

from jobswipe.analytics.report import Report, Section

MAX_BARS = 30
_BAR, _GAP, _LABEL, _WIDTH = 18, 6, 220, 760

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1b1f24;background:#fff}
h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:2.2rem}
table{border-collapse:collapse;margin:.6rem 0}
th,td{padding:.25rem .7rem;border-bottom:1px solid #d8dee4;text-align:left}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}svg{max-width:100%;height:auto}
svg text{font:13px system-ui,sans-serif;fill:#1b1f24}svg rect{fill:#2f6feb}footer{margin-top:3rem;color:#57606a}
@media(prefers-color-scheme:dark){
body{background:#0d1117;color:#e6edf3}svg text{fill:#e6edf3}
th,td{border-color:#30363d}
svg rect{fill:#4c8dff}footer{color:#8b949e}}
"""


def render(report: Report, made_at: str) -> str:
    """The page. Every text of the data is escaped; no script, no outside resource."""
    body = "".join(_section(section) for section in report.sections)
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>JobSwipe: {escape(report.title)}</title><style>{_STYLE}</style>"
        f"<h1>{escape(report.title)}</h1>{body}<footer>JobSwipe, {escape(made_at)}</footer></html>\n"
    )


def _section(section: Section) -> str:
    chart = _chart(section) if section.label and section.value and section.rows else ""
    return f"<h2>{escape(section.title)}</h2>{chart}{_table(section)}"


def _table(section: Section) -> str:
    if not section.rows:
        return "<p>Nothing yet.</p>"
    numeric = [
        all(isinstance(row[at], int | float | None) for row in section.rows) for at in range(len(section.columns))
    ]
    css = [' class="n"' if is_number else "" for is_number in numeric]
    head = "".join(
        f"<th{c}>{escape(name.replace('_', ' '))}</th>" for c, name in zip(css, section.columns, strict=True)
    )
    rows = "".join(
        "<tr>" + "".join(f"<td{c}>{escape(shown(value))}</td>" for c, value in zip(css, row, strict=True)) + "</tr>"
        for row in section.rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _chart(section: Section) -> str:
    """Horizontal bars, one for each row, in the table's order; a week series runs from the oldest to the newest."""
    label, value = section.columns.index(section.label or ""), section.columns.index(section.value or "")
    rows = [(shown(row[label]), float(row[value] or 0)) for row in section.rows[:MAX_BARS]]
    if section.label == "week":
        rows.reverse()
    top = max((amount for _, amount in rows), default=0) or 1
    height = len(rows) * (_BAR + _GAP)
    bars = []
    for at, (name, amount) in enumerate(rows):
        y = at * (_BAR + _GAP)
        width = (_WIDTH - _LABEL - 90) * max(amount, 0) / top
        bars.append(
            f'<text x="{_LABEL - 8}" y="{y + 14}" text-anchor="end">{escape(name[:32])}</text>'
            f'<rect x="{_LABEL}" y="{y}" width="{width:.1f}" height="{_BAR}" rx="3"></rect>'
            f'<text x="{_LABEL + width + 6:.1f}" y="{y + 14}">{escape(shown(amount))}</text>'
        )
    title = escape(f"{section.title}: {(section.value or '').replace('_', ' ')}")
    return f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{title}">{"".join(bars)}</svg>'


def shown(value: Any) -> str:
    """A cell as people read it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.1f}".removesuffix(".0")
    return f"{value:,}" if isinstance(value, int) else str(value)
