"""The app's three themes: dark, light, and one of high contrast."""

from __future__ import annotations

from textual.theme import Theme

THEMES = (
    Theme(
        name="dark",
        primary="#7aa2f7",
        secondary="#bb9af7",
        accent="#ff9e64",
        foreground="#c8d3f5",
        background="#16161e",
        surface="#1e2030",
        panel="#2a2e45",
        success="#9ece6a",
        warning="#e0af68",
        error="#f7768e",
        variables={
            "footer-key-foreground": "#ff9e64",
            "quiet": "#8790b8",
            "faint": "#4a5175",
            "border": "#3b4261",
            "border-blurred": "#2a2e45",
        },
    ),
    Theme(
        name="light",
        primary="#2a5db0",
        secondary="#7847bd",
        accent="#b5511c",
        foreground="#26304a",
        background="#f2f3f7",
        surface="#ffffff",
        panel="#e1e5f0",
        success="#3d7a1c",
        warning="#8a6200",
        error="#b3243f",
        dark=False,
        variables={
            "footer-key-foreground": "#b5511c",
            "quiet": "#5f6a8a",
            "faint": "#a9b1c6",
            "border": "#b4bcd0",
            "border-blurred": "#d3d8e6",
        },
    ),
    Theme(
        name="contrast",
        primary="#ffff00",
        secondary="#00ffff",
        accent="#ffffff",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#1a1a1a",
        success="#00ff66",
        warning="#ffcc00",
        error="#ff6b6b",
        text_alpha=1.0,
        variables={
            "footer-key-foreground": "#ffff00",
            "quiet": "#ffffff",
            "faint": "#b0b0b0",
            "border": "#ffffff",
            "border-blurred": "#ffffff",
        },
    ),
)
NAMES = tuple(theme.name for theme in THEMES)
