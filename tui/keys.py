"""The keys: what each does, its usual key, and the person's own from `[tui] keys`."""

from __future__ import annotations

import difflib
from typing import NamedTuple

from textual.binding import Binding
from textual.keys import _character_to_key

from jobswipe.errors import SettingsError


class Key(NamedTuple):
    """`name` is what settings call it; `shown`: in the last line of the screen. `wide`: only where there is room."""

    name: str
    keys: str
    action: str
    says: str
    shown: bool = True


EVERYWHERE = (
    Key("deck", "1", "go('deck')", "Deck", False),
    Key("pipeline", "2", "go('pipeline')", "Pipeline", False),
    Key("market", "3", "go('market')", "Market", False),
    Key("resume", "4", "go('resume')", "Resume", False),
    Key("simulator", "5", "go('simulator')", "Simulator", False),
    Key("operations", "6", "go('operations')", "Operations", False),
    Key("theme", "f2", "next_theme", "Next theme", False),
    Key("help", "question_mark,f1", "help", "Help"),
    Key("quit", "q,ctrl+q", "leave", "Quit"),
)
DECK = (
    Key("dislike", "left,h", "judge('dislike')", "Dislike"),
    Key("like", "right,l", "judge('like')", "Like"),
    Key("save", "s", "judge('save')", "Save"),
    Key("skip", "space", "judge('skip')", "Skip"),
    Key("undo", "u", "undo", "Undo"),
    Key("reason", "r", "reason", "Why not"),
    Key("details", "d", "details", "Details"),
    Key("open", "o", "open", "Open"),
    Key("search", "slash", "search", "Search"),
    Key("filters", "f", "filters", "Filters"),
    Key("down", "down,j,pagedown", "scroll(1)", "Read on", False),
    Key("up", "up,k,pageup", "scroll(-1)", "Read back", False),
)
PIPELINE = (
    Key("previous-stage", "H,shift+left,less_than_sign", "move(-1)", "Stage back"),
    Key("next-stage", "L,shift+right,greater_than_sign", "move(1)", "Next stage"),
    Key("note", "n", "note", "Note"),
    Key("remind", "m", "remind", "Remind"),
    Key("draft", "c", "draft", "Cover letter"),
    Key("documents", "d", "documents", "Documents"),
    Key("open-application", "o", "open", "Open"),
    Key("reload", "f5", "reload", "Reload", False),
)
MARKET = (Key("next-report", "tab,n", "turn(1)", "Next"), Key("previous-report", "shift+tab,p", "turn(-1)", "Previous"))
RESUME = (
    Key("edit", "e,enter", "edit", "Edit"),
    Key("next-unsure", "n", "next_unsure", "Next doubtful"),
    Key("import", "i", "import", "Import"),
)
SIMULATOR = (
    Key("pause", "space", "pause", "Run or pause"),
    Key("step", "s", "step", "Step"),
    Key("faster", "plus,equals_sign", "speed(1)", "Faster"),
    Key("slower", "minus", "speed(-1)", "Slower"),
    Key("restart", "r", "restart", "Restart"),
    Key("export", "x", "export", "Export"),
    Key("choose", "c", "choose", "Choose"),
)
OPERATIONS = (
    Key("run", "r", "run_now", "Run now"),
    Key("add", "a", "add", "Add a source"),
    Key("refresh", "f5", "reload", "Reload"),
)
ROOMS = {
    "everywhere": EVERYWHERE,
    "deck": DECK,
    "pipeline": PIPELINE,
    "market": MARKET,
    "resume": RESUME,
    "simulator": SIMULATOR,
    "operations": OPERATIONS,
}


def bindings(keys: tuple[Key, ...]) -> list[Binding]:
    return [Binding(key.keys, key.action, key.says, show=key.shown, id=key.name) for key in keys]


def keymap(text: str) -> dict[str, str]:
    """What `[tui] keys` says, as Textual takes it. Raises SettingsError that names the part and the nearest name."""
    names = [key.name for keys in ROOMS.values() for key in keys]
    out: dict[str, str] = {}
    for part in filter(None, (one.strip() for one in text.split(";"))):
        name, sign, keys = (one.strip() for one in part.partition("="))
        pressed = [_written(one.strip()) for one in keys.split(",") if one.strip()]
        if not sign or not pressed:
            raise SettingsError(f"[tui] keys: {part!r} is no key: write it like 'like = right,y; undo = ctrl+z'.")
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else f"there is {', '.join(names)}"
            raise SettingsError(f"[tui] keys: nothing is called {name!r} ({hint}).")
        out[name] = ",".join(pressed)
    return out


def _written(key: str) -> str:
    return _character_to_key(key) if len(key) == 1 else key
